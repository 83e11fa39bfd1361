"""How large the page of a run is, and how long it takes to write, from one stimulus to 5,000.

Photographs are those of the demonstration; 15 people, and 3 models of 5 samples, with 10 fixations each, random to the
last bit: real paths are smaller. Then what paper shows of an evaluation with all metrics, printed by Chromium where it
is there: sheets, the smallest letter, the right end of what is printed, the emptiest sheet.

Run: python benchmarks/pages.py
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypdfium2
from measure import CPU, machine, reading, shown, table, target
from paper import printed_page
from PIL import Image

from gazekit import Frame, Scanpaths, Trial, evaluate, load_dataset
from gazekit.report.content import Content, Exploration
from gazekit.report.exploring import side_for
from gazekit.report.page import page_of, write_report

SIZES = (1, 20, 200, 700, 5000)
PEOPLE, MODELS, SAMPLES, FIXATIONS = 15, 3, 5, 10
LARGEST = 60  # MB
SMALLEST = 8.0  # pt


def content(stimuli: int) -> Content:
    """A page's content with so many stimuli."""
    photographs = load_dataset("demo", displays_per_kind=0).trials
    trials = [named(photographs[k % len(photographs)], k, side_for(stimuli)) for k in range(stimuli)]
    rng = np.random.default_rng(0)
    paths = scanpaths(trials, rng)
    models = list(dict.fromkeys(paths.table["source"]))
    grid = [(t.stimulus, m, name) for t in trials for m in models for name in ("scanmatch", "dtw", "frechet", "nss")]
    scores = pd.DataFrame(grid, columns=["stimulus", "model", "metric"]).assign(value=rng.random(len(grid)))
    exploration = Exploration(paths, trials, scores, headline=("model 0", "scanmatch", True))
    return Content("A page", "", [], "", [], "", {}, {}, exploration=exploration)


def named(photograph: Trial, k: int, side: int) -> Trial:
    """The k-th trial: no photograph is there twice, because each is moved to the right by k px."""
    size = (side, round(side * photograph.frame.height / photograph.frame.width))
    pixels = np.roll(np.asarray(Image.fromarray(photograph.image).resize(size)), k, axis=1)
    return Trial(f"{k}.jpg", f"{k}.jpg", Frame(*size), image_source=pixels)


def scanpaths(trials: list[Trial], rng: np.random.Generator) -> Scanpaths:
    """Random paths of people and models on all trials."""
    who: list[tuple[str, str, int]] = [("human", str(k), 0) for k in range(PEOPLE)]
    who += [(f"model {m}", "", k) for m in range(MODELS) for k in range(SAMPLES)]
    rows: list[dict[str, Any]] = [
        {"trial": t.id, "stimulus": t.stimulus, "source": source, "subject": subject, "sample": sample}
        for t in trials
        for source, subject, sample in who
    ]
    n = len(rows) * FIXATIONS
    people = np.repeat([row["source"] == "human" for row in rows], FIXATIONS)
    frame = trials[0].frame
    x, y = rng.uniform(0, frame.width, n), rng.uniform(0, frame.height, n)
    x, y = (np.where(people, np.round(v, 1), v) for v in (x, y))  # an eye tracker's positions have few decimals
    offsets = np.arange(len(rows) + 1) * FIXATIONS
    return Scanpaths(x, y, offsets, pd.DataFrame(rows).assign(width=frame.width, height=frame.height))


def report(repeat: int = 1) -> list[str]:
    """The section of the benchmarks' page."""
    rows = []
    for stimuli in SIZES:
        made = content(stimuli)
        sizes = {images: len(page_of(made, images=images).encode()) / 1e6 for images in ("thumbs", "none")}
        seconds = reading(lambda c=made: page_of(c), repeat, CPU).median
        paths = len(made.exploration.paths) if made.exploration else 0
        rows.append((f"{stimuli:,}", f"{paths:,}", *(f"{v:.1f} MB" for v in sizes.values()), shown(seconds)))
        if stimuli == SIZES[-1]:
            target(
                f"page of {stimuli:,} stimuli",
                f"under {LARGEST} MB",
                f"{sizes['thumbs']:.0f} MB",
                sizes["thumbs"] < LARGEST,
            )
    heads = ("stimuli", "scanpaths", "page", "without images", "processor time")
    return ["## Pages", "", *table(heads, rows), "", *in_print()]


def in_print() -> list[str]:
    """What paper shows of the report of an evaluation of the demonstration's photographs with all metrics."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return ["Print was not measured: there is no Chromium here.", ""]
    data = load_dataset("demo", displays_per_kind=0)
    with tempfile.TemporaryDirectory() as folder:
        run, paper = Path(folder, "run"), Path(folder, "paper.pdf")
        models = ["ittikoch", "levy", "centre"]
        evaluate(data, models, ["all"], out=run, n_samples=2, progress=False)
        html = write_report(run, dataset=data).resolve().as_uri()
        flags = ["--headless", "--no-sandbox", "--no-pdf-header-footer", "--virtual-time-budget=10000"]
        subprocess.run([chromium, *flags, f"--print-to-pdf={paper}", html], check=True, capture_output=True)
        sheets = [printed_page(sheet) for sheet in pypdfium2.PdfDocument(paper)]
    smallest, right = min(sheet.smallest for sheet in sheets), max(sheet.right for sheet in sheets)
    target("smallest letter of a report in print", f"at least {SMALLEST:g} pt", f"{smallest:.1f} pt", smallest > 7.95)
    target("right end of a report in print", "within the sheet", f"{100 * right:.0f} % of its width", right < 1)
    heads = ("evaluation, all metrics, in print", "sheets", "smallest letter", "right end", "lowest line of a sheet")
    ends = [100 * sheet.bottom for sheet in sheets[:-1]]  # the last one ends where the page ends
    lowest = f"median {np.median(ends):.0f} %, least {min(ends):.0f} %"
    row = (f"{len(models)} models, {len(data.trials)} stimuli", str(len(sheets)), f"{smallest:.1f} pt")
    return [*table(heads, [(*row, f"{100 * right:.0f} % of the width", f"{lowest} of the height")]), ""]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
