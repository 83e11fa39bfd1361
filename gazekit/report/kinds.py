"""Which kind of run a folder holds, and what its page says."""

from pathlib import Path

from gazekit.core.trials import Dataset
from gazekit.report.content import Content
from gazekit.runs.manifest import read_finished


def content_of(run: Path, dataset: Dataset | None) -> Content:
    """What the page of a run says.

    Raises
    ------
    DataError
        The run is not finished, or is of a kind without a page.
    """
    manifest = read_finished(run)
    kind = manifest["kind"]
    if kind == "evaluation":
        from gazekit.report.evaluation import evaluation_content

        return evaluation_content(run, dataset)
    if kind == "asymmetry":
        from gazekit.report.asymmetry import asymmetry_content

        return asymmetry_content(run, dataset)
    if kind == "shelf-search":
        from gazekit.report.shelf_search import shelf_content

        return shelf_content(run, dataset)
    if kind == "captions":
        from gazekit.report.captions import captions_content

        return captions_content(run, manifest, dataset)
    from gazekit.report.any_tables import tables_content

    return tables_content(run, manifest, dataset, kind)
