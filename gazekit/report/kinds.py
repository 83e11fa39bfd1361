"""Which kind of run a folder holds, and what its page says."""

from importlib import import_module
from pathlib import Path

from gazekit.core.trials import Dataset
from gazekit.report.content import Content
from gazekit.runs.manifest import read_finished

# The file of each kind's page and the function in it, which is given the run, its manifest and its data set.
PAGES = {
    "evaluation": ("evaluation", "evaluation_content"),
    "asymmetry": ("asymmetry", "asymmetry_content"),
    "captions": ("captions", "captions_content"),
    "shelf-search": ("shelf_search", "shelf_content"),
}
OTHER = ("any_tables", "tables_content")


def content_of(run: Path, dataset: Dataset | None) -> Content:
    """What the page of a run says.

    Raises
    ------
    DataError
        The run is not finished, or is of a kind without a page.
    """
    manifest = read_finished(run)
    module, function = PAGES.get(manifest["kind"], OTHER)
    return getattr(import_module(f"gazekit.report.{module}"), function)(run, manifest, dataset)
