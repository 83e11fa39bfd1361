"""The page of a caption experiment: that of its evaluation, plausibility by length, and the writers' tables."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.trials import Dataset
from gazekit.evaluation.results import CHANCE
from gazekit.experiments.captions.observations import image_by_image
from gazekit.report.any_tables import more_tables, read_csv
from gazekit.report.charts import line_chart, series_of
from gazekit.report.content import Content, Section
from gazekit.report.evaluation import evaluation_content

SHOWN_IN_FIGURES = ("lengths.csv",)


def captions_content(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of a caption experiment says."""
    if dataset is not None and any(t.has("caption") for t in dataset.trials):
        dataset = image_by_image(dataset).images  # the run has a trial per image, the data set one per caption
    content = evaluation_content(run, manifest, dataset)
    about = manifest["captions"]
    sections = list(content.sections)
    if (run / "lengths.csv").is_file():
        sections.append(Section("lengths", "Plausibility by length", _lengths(read_csv(run / "lengths.csv"))))
    tables = more_tables(run, without=SHOWN_IN_FIGURES)
    if tables:
        sections.append(Section("tables", "More tables", tables))
    made = {
        "Observations": str(about.get("observations", "")),
        "Compared with": str(about.get("compared_with", "")),
        "Captions cut to the encoder's length": str(about.get("cut_captions", "")),
        "Notes": " ".join(about.get("notes", ())) or "none",
        **content.made,
    }
    kicker = "gazekit report: captions and gaze"
    return replace(content, kicker=kicker, sections=sections, made=made)


def _lengths(table: pd.DataFrame) -> str:
    series = series_of(table, "length", "value", chance=CHANCE)
    label = "Plausibility of every row by the length of the window"
    chart = line_chart(series, label=label, x="window (fixations)", y="similarity to the best person", y_from=None)
    return (
        "<p>Similarity to the person who comes nearest, window by window, with 95&nbsp;% intervals over images.</p>"
        f"<figure>{chart}</figure>"
    )
