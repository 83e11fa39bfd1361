"""Which kind of run a folder holds, and what its page says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError
from gazekit.report.content import Content


def kind_of(manifest: Mapping[str, Any]) -> str:
    """The kind of a run, from its manifest: "evaluation", or the experiment's name.

    Examples
    --------
    >>> [kind_of({"request": r}) for r in ({"metrics": {}}, {"experiment": "asymmetry"}, {"kind": "shelf-search"})]
    ['evaluation', 'asymmetry', 'shelf-search']
    """
    request = manifest.get("request", {})
    if "captions" in manifest:  # an evaluation, and more
        return "captions"
    return str(request.get("experiment") or request.get("kind") or "evaluation")


def content_of(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of a run says.

    Raises
    ------
    DataError
        The run is not finished, or is of a kind without a page.
    """
    if manifest.get("status") != "complete":
        raise DataError(
            f"the run in {run} is not finished; run its command again to resume it: {manifest.get('command')}"
        )
    kind = kind_of(manifest)
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
