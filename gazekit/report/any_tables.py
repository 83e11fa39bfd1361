"""The page of a run of any other experiment: its `summary.csv`, and its other tables."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.files.delimited import read_delimited
from gazekit.files.formulas import unmark_formulas
from gazekit.foundations.errors import DataError, amount
from gazekit.report.content import Content, Exploration, Section
from gazekit.report.methods import general_methods
from gazekit.report.tables import ScoreTables, overview, panels, plain_table

NEEDED = ("dataset", "model", "metric", "value", "low", "high")
LONGEST = 500  # rows of another table that are shown


def tables_content(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of such a run says.

    Raises
    ------
    DataError
        The run has no `summary.csv`, or one that lacks a column of `NEEDED`.
    """
    kind = manifest["kind"]
    if not (run / "summary.csv").is_file():
        raise DataError(f"a run of the kind {kind!r} has no summary.csv, so it has no page; look at the files in {run}")
    summary = read_csv(run / "summary.csv")
    missing = [c for c in NEEDED if c not in summary]
    if missing:
        raise DataError(f"{run / 'summary.csv'} lacks the column {missing[0]!r}; a report needs {', '.join(NEEDED)}")
    summary = summary if "stimuli" in summary else summary.assign(stimuli=0)
    differences, shares = (_optional(run / f"{name}.csv") for name in ("differences", "shares"))
    needed = {"dataset", "metric", "model_a", "model_b", "difference", "low", "high"}
    differences = differences if needed <= set(differences) else pd.DataFrame()
    if len(differences) and "stimuli" not in differences:
        differences = differences.assign(stimuli=summary["stimuli"].max())
    shares = shares if {"dataset", "model", "metric", "share", "share_above_chance"} <= set(shares) else pd.DataFrame()
    tables = ScoreTables(summary, differences, shares)
    sections = [Section("scores", "Scores", f"{overview(tables)}<h3>One metric at a time</h3>{panels(tables)}")]
    if others := more_tables(run):
        sections.append(Section("tables", "More tables", others))
    models = [m for m in summary["model"].unique() if m != HUMAN]
    return Content(
        title=f"{kind}: {summary['dataset'].iloc[0]}",
        kicker=f"gazekit report: {kind}",
        facts=[amount(len(models), "model"), amount(summary["metric"].nunique(), "metric")],
        sentence=f"{', '.join(map(str, models[:6]))}{' and more' if len(models) > 6 else ''} beside people.",
        sections=sections,
        methods=general_methods([], manifest.get("request", {})),
        made={"Run": kind},
        manifest=manifest,
        exploration=_exploration(run, dataset),
    )


def more_tables(run: Path, *, without: Sequence[str] = ()) -> str:
    """Every other CSV table of a run, each behind its name; empty where there is none."""
    known = ("summary.csv", "differences.csv", "shares.csv", *without)
    found = sorted(p for p in run.glob("*.csv") if p.name not in known)
    return "".join(
        f"<details><summary>{escape(p.name)}</summary>{_shortened(read_csv(p), p.name)}</details>" for p in found
    )


def read_csv(path: Path) -> pd.DataFrame:
    """A CSV table of a run.

    Raises
    ------
    DataError
        It is not there or cannot be read.
    """
    try:
        return unmark_formulas(read_delimited(path, sep=",").table)
    except DataError as error:
        raise DataError(f"{error}; run the command of this run again") from error


# ---------------------------------------------------------------- inside


def _optional(path: Path) -> pd.DataFrame:
    return read_csv(path) if path.is_file() else pd.DataFrame()


def _shortened(frame: pd.DataFrame, name: str) -> str:
    more = f'<p class="quiet">The first {LONGEST} of {len(frame)} rows.</p>' if len(frame) > LONGEST else ""
    return plain_table(frame.head(LONGEST), name) + more


def _exploration(run: Path, dataset: Dataset | None) -> Exploration | None:
    file = next((run / n for n in ("predictions.parquet", "scanpaths.parquet") if (run / n).is_file()), None)
    if file is None:
        return None
    paths = Scanpaths.load(file)
    if dataset is not None:
        known = {t.id for t in dataset.trials}
        paths = paths.filter(trial=[t for t in paths.table["trial"].unique() if t in known])
    return Exploration.of(paths, dataset)
