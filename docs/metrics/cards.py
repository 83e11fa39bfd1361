"""Make the figures of the cards and their tables of degenerate paths, from OSIE.

Run from the project's root: python docs/metrics/cards.py [CARD ...]. Real data: environment variable GAZEKIT_DATA,
default ../shared/data.

A figure: what a score does when a person's path is changed more and more and compared with itself as it was, one person
of each of the 700 images; mean and, shaded, the middle half of the paths. Lines give the scale: two people on one
image, and on different images. Beside them degenerate paths against people.
"""

import re
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from card_paths import CHANGES, DEGENERATE, Found, Row, find
from PIL import Image

from gazekit.metrics import measures

HERE = Path(__file__).parent
MULTIMATCH = ("vector", "direction", "length", "position", "duration")
USUAL = (("simplify", (45.0, None, 300.0)),)
CARDS: dict[str, list[Row]] = {
    "dtw": [Row("`dtw`, px", "dtw"), Row("`dtw_per_step`, px", "dtw_per_step")],
    "edit_distance": [
        Row(f"`{name}`", name)
        for name in (
            "edit_distance",
            "edit_distance_normalised",
            "damerau_distance",
            "damerau_distance_normalised",
        )
    ],
    "euclidean": [Row("px", "euclidean")],
    "eyenalysis": [
        Row(f'"{v}", px{"²" * (v == "squared")}', "eyenalysis", 0, (("variant", v),))
        for v in ("mathot2012", "mean", "squared")
    ],
    "frechet": [Row("px", "frechet")],
    "hausdorff": [Row("px", "hausdorff")],
    "mannan": [Row("`mannan`", "mannan"), Row("`mannan_similarity`", "mannan_similarity")],
    "multimatch": [Row(name, "multimatch", k) for k, name in enumerate(MULTIMATCH)],
    "plausibility": [
        Row(d.replace("_", " "), "plausibility", 0, (("definition", d),))
        for d in ("best_per_length", "best_human", "mean")
    ],
    "recurrence": [
        *(
            Row(f"{name}, %", "cross_recurrence", k)
            for k, name in enumerate(("recurrence", "determinism", "laminarity"))
        ),
        Row("lag, %", "cross_recurrence_lag"),
    ],
    "scanmatch": [Row("`scanmatch`", "scanmatch"), Row("50 ms bins", "scanmatch", 0, (("temporal_bin_ms", 50.0),))],
    "sequence_score": [Row("4 × 4 cells", "sequence_score")],
    "simplification": [Row(f"{name}, simplified", "multimatch", k, USUAL) for k, name in enumerate(MULTIMATCH)],
    "time_delay_embedding": [Row("`tde`, px", "tde"), Row("`stde`", "stde"), Row("`sbtde`", "sbtde")],
    "amplitude-direction": [
        Row("`amplitude_js`, bit", "amplitude_js"),
        Row("`amplitude_wasserstein`, °", "amplitude_wasserstein"),
        Row("`direction_js`, bit", "direction_js"),
        Row("`direction_kuiper`", "direction_kuiper"),
    ],
    "returns": [
        *(Row(f"`{name}_rate`", "return_rates", k) for k, name in enumerate(("refixation", "stay", "return"))),
        Row("`return_curve_distance`", "return_curve_distance"),
    ],
    "first-saccade": [
        Row("`first_saccade_amplitude`, °", "first_saccade_amplitude"),
        Row("`first_saccade_leaves_centre`", "first_saccade_leaves_centre"),
    ],
}


def better(row: Row) -> bool | None:
    """Whether higher is better; None for a description."""
    return measures[row.metric].higher_is_better


def figure(card: str, rows: list[Row], found: list[Found]) -> Path:
    """Draw a card's figure: a line of panels per row."""
    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6})
    height = 0.75 + 1.1 * len(rows)
    drawing, axes = plt.subplots(
        len(rows),
        4,
        figsize=(7.6, height),
        sharex="col",
        sharey="row",
        squeeze=False,
        width_ratios=[1.3, 1.1, 1, 0.9],
        layout="constrained",
    )
    for k, (line, row, numbers) in enumerate(zip(axes, rows, found, strict=True)):
        last = k == len(rows) - 1
        for panel, curve, (title, sizes, _) in zip(line, numbers.curves, CHANGES, strict=False):
            middle = [np.nanmean(values) if np.isfinite(values).any() else np.nan for values in curve]
            at = np.arange(len(sizes))
            if curve.shape[1] > 1:  # not a whole set's
                warnings.filterwarnings("ignore", "All-NaN slice")  # a size at which no path has a value
                panel.fill_between(at, *np.nanquantile(curve, [0.25, 0.75], axis=1), color="#9ecae1", lw=0)
            panel.plot(at, middle, color="#08519c", lw=1.4, marker="o", ms=2.5)
            panel.set_xticks(at, [f"{x:g}" for x in sizes])
            panel.set_xlabel(title if last else "")
        marks = line[3]
        marks.plot(range(4), [numbers.table[kind] for kind in DEGENERATE], "D", color="#b30000", ms=4, clip_on=False)
        marks.set_xticks(range(4), ["ten\nrandom", "rows", "centre", "one\npoint"])
        marks.set_xlim(-0.6, 3.6)
        marks.set_xlabel("degenerate paths" if last else "")
        for panel in line:
            panel.axhline(numbers.table["people"], color="#333333", lw=0.9, ls="--")
            panel.axhline(numbers.table["person of another image"], color="#777777", lw=0.9, ls=":")
            panel.tick_params(length=2)
        arrow = {True: "  (higher is better)", False: "  (lower is better)", None: "  (describes)"}[better(row)]
        line[0].set_title(row.label.replace("`", "") + arrow, loc="left", fontsize=8, fontweight="bold")
    lines = [plt.Line2D([], [], color=c, ls=s, lw=0.9) for c, s in (("#333333", "--"), ("#777777", ":"))]
    drawing.legend(
        lines,
        ["two people, one image", "two people, different images"],
        loc="outside upper right",
        ncols=2,
        frameon=False,
    )
    file = HERE / "figures" / f"{card}.png"
    drawing.savefig(file, dpi=110, metadata={"Software": None})
    plt.close(drawing)
    with Image.open(file) as image:
        image.convert("RGB").quantize(48, dither=Image.Dither.NONE).save(file, optimize=True)
    return file


def number(value: float) -> str:
    """Three digits or so, in the cards' way."""
    if np.isnan(value):
        return "–"
    size = abs(value)
    text = (
        f"{value:.0f}"
        if size >= 1000
        else f"{value:.1f}"
        if size >= 10
        else f"{value:.2f}"
        if size >= 1
        else f"{value:.3f}"
    )
    return text.replace("-", "−").replace("0.", ".", 1) if size < 1 else text.replace("-", "−")


def table(rows: list[Row], found: list[Found]) -> list[str]:
    """Markdown table of a card: people, chance and degenerate paths, bold where one beats chance."""
    heads = list(found[0].table)
    lines = [f"| | {' | '.join(heads)} |", "| --- " * (len(heads) + 1) + "|"]
    for row, numbers in zip(rows, found, strict=True):
        chance, up = numbers.table["person of another image"], better(row)
        cells = []
        for head in heads:
            value = numbers.table[head]
            good = head in DEGENERATE and up is not None and (value > chance if up else value < chance)
            cells.append(f"**{number(value)}**" if good else number(value))
        lines.append(f"| {row.label} | {' | '.join(cells)} |")
    undefined = [max(numbers.undefined[head] for numbers in found) for head in heads]
    if max(undefined) > 0.01:
        lines.append(f"| undefined, up to | {' | '.join(f'{100 * share:.0f} %' for share in undefined)} |")
    return lines


BEGIN, END = "<!-- made by docs/metrics/cards.py -->", "<!-- end -->"
PAIRS = (
    "OSIE, 700 images, 15 people: mean of all pairs; degenerate paths of ten fixations of 250 ms against all people."
)
SETS = (
    "OSIE, 24 px per degree: one person of each image, changed, as set a, all other people as set b; degenerate paths "
    "of ten fixations."
)
JUDGED = "OSIE, 700 images: each path judged by the other people of its image; degenerate paths of ten fixations."


def write(card: str, rows: list[Row], found: list[Found]) -> None:
    """Put figure and table into the card: between the marks, or before its section on checks."""
    unit = measures[rows[0].metric].unit
    note = {"path": JUDGED, "pair": PAIRS}.get(unit, SETS)
    if unit == "pair":
        note += " **Bold**: better than a person's path from another image."
    block = [
        BEGIN,
        "## How it reacts",
        "",
        f"![A person's path with growing noise, cut or repeated, shuffled; and degenerate paths](figures/{card}.png)",
        "",
        f"{note} `python docs/metrics/cards.py {card}`",
        *(["", *table(rows, found)] if unit == "pair" else []),  # the others have tables of their own
        END,
    ]
    file = HERE / f"{card}.md"
    text, made_text = file.read_text(encoding="utf-8"), "\n".join(block)
    if BEGIN in text:
        text = re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: made_text, text, flags=re.DOTALL)
    else:
        text = re.sub(r"## On OSIE \(.*?\n\n(\|.*\n)+", made_text + "\n", text)
    if BEGIN not in text:
        mark = next(m for m in ("## How it is checked", "**Checks.**", "## Mistakes", "") if m in text)
        head, tail = text.split(mark, 1) if mark else (text + "\n", "")
        text = f"{head}{made_text}\n\n{mark}{tail}"
    file.write_text(text, encoding="utf-8")


def main(cards: Iterable[str]) -> None:
    """Make some cards' figures and tables."""
    (HERE / "figures").mkdir(exist_ok=True)
    for card in cards:
        rows = CARDS[card]
        found = [find(row) for row in rows]
        file = figure(card, rows, found)
        write(card, rows, found)
        sys.stdout.write(f"{file.relative_to(HERE.parents[1])} {file.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main(sys.argv[1:] or CARDS)
