"""Draw the pictures of docs/concepts: nulls, ceiling, lengths, intervals. `python docs/concepts/pictures.py`.

Backgrounds are transparent, and the colours are read on white and on black. Needs OSIE (GAZEKIT_DATA) for the lengths.
"""

import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gazekit.datasets import load_dataset
from gazekit.datasets.synthetic.demo import load as load_demo
from gazekit.evaluation.lengths import matched_lengths
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.specs import model_from_text

mpl.use("Agg")
from matplotlib import pyplot as plt

HERE = Path(__file__).resolve().parent
RUNS = HERE.parent / "results" / "runs"
GREY, BLUE, GREEN, ORANGE = "#808080", "#3d8fd1", "#2a9d76", "#d9772b"
NULLS = ("uniform", "centre:spread=fitted", "empirical", "other-image")
mpl.rcParams |= {
    "svg.hashsalt": "gazekit",
    "font.size": 9,
    **{f"{what}.color": GREY for what in ("text", "xtick", "ytick")},
    **{f"axes.{what}": GREY for what in ("edgecolor", "labelcolor", "titlecolor")},
}


def nulls() -> None:
    """One path of each null and of a person, of equal length, on the same image, which only the person saw."""
    data = load_demo()
    trial = data.trials[0]
    own = data.scanpaths.filter(stimulus=trial.stimulus)[0]
    length = np.array([[len(own.x)]])
    copied = (matched_lengths(data, 1, seed=seed)[trial.id][0] for seed in range(100))
    seed = next(k for k, n in enumerate(copied) if n == len(own.x))  # a donor as long as this person's path
    paths = {"a person": own}
    for spec in (*NULLS, "centre-point"):
        model = model_from_text(spec)
        model.fit(data)  # type: ignore[attr-defined] -- baselines learn
        paths[spec.partition(":")[0]] = model.predict([trial], lengths=length, seed=seed, progress=False)[0]
    figure, axes = plt.subplots(2, 3, figsize=(6.4, 3.6), layout="constrained")
    for ax, (name, path) in zip(axes.flat, paths.items(), strict=True):
        ax.imshow(trial.image, extent=(0, trial.frame.width, trial.frame.height, 0), alpha=0.55)
        colour = GREEN if name == "a person" else ORANGE if name == "centre-point" else BLUE
        ax.plot(path.x, path.y, color=colour, lw=1.2)
        ax.scatter(path.x, path.y, color=colour, s=26, zorder=3, edgecolors="white", linewidths=0.6)
        role = {"a person": "looked at it", "centre-point": "control"}.get(name, "null")
        ax.set_title(f"{name}: {role}", fontsize=9)
        ax.set(xlim=(0, trial.frame.width), ylim=(trial.frame.height, 0), xticks=[], yticks=[])
    save(figure, "nulls", "png")  # photographs make large SVGs


def ceiling() -> None:
    """ScanMatch of OSIE's committed run on one line, from chance to people."""
    rows = pd.read_csv(RUNS / "osie" / "summary.csv")
    value = rows[rows["metric"] == "scanmatch"].set_index("model")["value"]
    figure, ax = plt.subplots(figsize=(6.4, 1.7), layout="constrained")
    chance, people = max(value[m] for m in NULLS), value["human"]
    ax.axvspan(chance, people, color=GREEN, alpha=0.18, lw=0)
    words = {"human": "people", "centre:spread=fitted": "fitted centre"}
    for k, name in enumerate(("uniform", "other-image", "centre:spread=fitted", "ittikoch", "human")):
        colour = GREEN if name == "human" else ORANGE if name == "ittikoch" else BLUE
        ax.plot(value[name], 0, "o", color=colour, ms=7)
        up, side = k % 2 == 0, {"other-image": "right", "ittikoch": "left"}.get(name, "center")
        ax.annotate(
            f"{words.get(name, name)}\n{value[name]:.3f}",
            (value[name], 0),
            xytext=(0, 12 if up else -12),
            textcoords="offset points",
            ha=side,
            va="bottom" if up else "top",
        )
    ax.text((chance + people) / 2, 0.55, "chance (best null) to ceiling (people)", ha="center", color=GREEN)
    bare(ax)
    ax.set(xlim=(0.19, 0.48), ylim=(-1, 1), yticks=[], xlabel="ScanMatch on OSIE, 700 images")
    save(figure, "ceiling")


def lengths() -> None:
    """How long people's paths on OSIE are, and what every source is asked for."""
    data = load_dataset("osie", Path(os.environ["GAZEKIT_DATA"]) / "osie")
    asked = np.concatenate(list(matched_lengths(data, 5, seed=0).values()))
    bins = np.arange(0.5, 19)
    figure, ax = plt.subplots(figsize=(6.4, 2.1), layout="constrained")
    weights = np.full(len(data.scanpaths), 100 / len(data.scanpaths))
    ax.hist(data.scanpaths.lengths, bins, weights=weights, color=GREEN, alpha=0.45, label="people")
    ax.hist(asked, bins, weights=np.full(len(asked), 100 / len(asked)), histtype="step", color=BLUE, lw=1.5,
            label="asked of every source: people on other images")  # fmt: skip
    ax.axvline(10, color=ORANGE, lw=1.5, ls="--", label="always ten: +0.014 ScanMatch to a null, for nothing")
    bare(ax)
    ax.legend(frameon=False, fontsize=8, loc="upper right", labelcolor=GREY)
    ax.set(xlabel="fixations of a path", ylabel="% of paths", xlim=(0, 36), xticks=range(0, 19, 2))
    save(figure, "lengths")


def intervals() -> None:
    """Scores by stimulus and person: whole rows and whole columns could have been others."""
    rng = keyed_rng(0, "picture of intervals")
    stimuli, people = rng.normal(0, 1, 14), rng.normal(0, 0.8, 8)
    score = stimuli[None] + people[:, None] + rng.normal(0, 0.7, (8, 14))
    figure, axes = plt.subplots(
        2, 2, figsize=(6.4, 2.9), width_ratios=(5, 1), height_ratios=(1, 3), layout="constrained", sharex="col"
    )
    axes[1, 0].imshow(score, cmap="viridis", aspect="auto")
    axes[1, 0].set(xlabel="stimuli", ylabel="people", xticks=[], yticks=[])
    axes[0, 0].bar(range(14), score.mean(axis=0) - score.mean(), color=BLUE)
    axes[0, 0].set_title("how far each stimulus moves the mean", fontsize=9)
    axes[1, 1].barh(range(8), score.mean(axis=1) - score.mean(), color=ORANGE)
    axes[1, 1].set_title("each person", fontsize=9)
    axes[1, 1].set_ylim(7.5, -0.5)
    for ax in (axes[0, 0], axes[1, 1]):
        bare(ax)
        ax.set(xticks=[], yticks=[])
    axes[0, 1].axis("off")
    save(figure, "intervals")


def bare(ax: Axes) -> None:
    """No frame but the line below."""
    ax.set_facecolor("none")
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)


def save(figure: plt.Figure, name: str, kind: str = "svg") -> None:
    """Write a picture without what differs from day to day."""
    dated = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": 110}
    figure.savefig(HERE / "pictures" / f"{name}.{kind}", transparent=True, **dated)
    plt.close(figure)


if __name__ == "__main__":
    nulls()
    ceiling()
    lengths()
    intervals()
