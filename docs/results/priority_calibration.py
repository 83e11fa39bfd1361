"""Is `priority` as sure as it should be? Where people's fixations rank in its densities, and how alike its paths are.

Run from the project's root, with the extra `weights`; GAZEKIT_FEATURES names a folder in which features are kept:

    python docs/results/priority_calibration.py --osie data/osie --mit1003 data/mit1003

The shipped readout, on the photographs that it has not learned from (fold 0 of 5). Cells are ranked by the density of
the next fixation; the rank of a fixation is the probability of all cells that are likelier than its own, and of a
random part of its own. Of a calibrated model ranks are uniform: the likeliest cells that have half of the probability
hold half of the fixations. Prints tables, and writes priority_calibration.png beside this file.
"""

from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from asked_for import asked_for
from priority_inside import markdown

from gazekit import Dataset, Scanpaths, load_dataset, load_model
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.experiments.ratios import Ratio
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import pairwise
from gazekit.models.priority.events import events_of
from gazekit.models.priority.model import Priority
from gazekit.plots.saving import save_figure

FIGURE = Path(__file__).with_name("priority_calibration.png")
HOLDING = (0.25, 0.5, 0.75, 0.95)  # probability of the likeliest cells
GROUPS = {"all": (1, 10_000), "first": (1, 1), "second": (2, 2), "third to fifth": (3, 5), "later": (6, 10_000)}
SAMPLES = 5


def unseen(name: str, root: Path) -> Dataset:
    """Fold 0 of the pictures that are there, without a first fixation that was forced."""
    data = load_dataset(name, root)
    data = data.select(stimuli=[trial.stimulus for trial in data.trials if trial.has("image")])
    return data.split("stimulus", folds=5, fold=0, seed=0).test


def ranks(data: Dataset, model: Priority) -> pd.DataFrame:
    """A row per fixation inside its picture: stimulus, number from 1, and rank."""
    paths = data.scanpaths.drop_first() if data.scanpaths.facts.forced_first else data.scanpaths
    trials, rows = {trial.id: trial for trial in data.trials}, []
    for name, of in paths.table.groupby("trial", sort=False).indices.items():
        looked = model.look(trials[str(name)])
        for path in (paths[int(row)] for row in of):
            if not len(path):
                continue
            cell = looked.grid.cells(path.x, path.y)
            density = np.exp(looked.following(events_of(trials[str(name)], path, looked.grid).at(slice(0, len(path)))))
            own = density[np.arange(len(path)), cell]
            part = keyed_rng(0, "calibration", *map(str, path.ids.values())).random(len(path))
            rank = (density * (density > own[:, None])).sum(1) + part * own
            number = np.arange(1, len(path) + 1)
            each = pd.DataFrame({"stimulus": path.ids["stimulus"], "number": number, "rank": rank})
            rows.append(each[cell >= 0])
    return pd.concat(rows)


def held(found: pd.DataFrame, shares: np.ndarray) -> list[Ratio]:
    """Share of fixations in the likeliest cells that have so much of the probability."""
    counts = found.groupby("stimulus").size()
    draws = resample(len(counts), seed=0)
    inside = [(found["rank"] <= share).groupby(found["stimulus"]).sum() for share in shares]
    return [Ratio.of(each.to_numpy(float), counts.to_numpy(float), draws) for each in inside]


def rows_of(found: pd.DataFrame, name: str) -> tuple[str, ...]:
    """A row of the table; its intervals hold together."""
    cells = []
    for ratio in held(found, np.array(HOLDING)):
        value, low, high = ratio.with_interval
        cells.append("{:.3f} [{:.3f}, {:.3f}]".format(value, *for_all_of(len(HOLDING), value, low, high)))
    return name, f"{len(found):,}", *cells


def likeness(paths: Scanpaths) -> Ratio:
    """Mean ScanMatch of each two paths of a stimulus."""
    each = paths.table.groupby("stimulus", sort=True).indices
    pairs = [np.array(list(combinations(rows, 2))) for rows in each.values()]
    scores = pairwise("scanmatch", paths, paths, np.concatenate(pairs), threads=1)[:, 0]
    parts = np.split(scores, np.cumsum([len(p) for p in pairs])[:-1])
    means = np.array([np.nanmean(part) for part in parts])
    return Ratio.of(means, np.ones(len(means)), resample(len(means), seed=0))


def drawn(curves: dict[str, pd.DataFrame]) -> None:
    """The figure: shares of fixations beside those of probability."""
    shares = np.linspace(0, 1, 51)
    figure, axes = plt.subplots(figsize=(4.8, 4.4), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--", label="as sure as it should be")
    for (name, found), style in zip(curves.items(), ("-", ":", "-."), strict=False):
        told = np.array([ratio.with_interval for ratio in held(found, shares)])
        (line,) = axes.plot(shares, told[:, 0], style, label=name)
        axes.fill_between(shares, told[:, 1], told[:, 2], color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set(xlabel="probability of the likeliest cells", ylabel="share of people's fixations in them")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.legend(frameon=False, loc="lower right")
    save_figure(figure, FIGURE, dpi=150, metadata={"Software": None})


def main() -> None:
    """Print the tables, and draw."""
    asked = asked_for(__doc__, osie="its folder", mit1003="its folder")
    model, osie = load_model("priority"), unseen("osie", asked.osie)
    on_osie, on_mit = ranks(osie, model), ranks(unseen("mit1003", asked.mit1003), model)
    rows = [rows_of(on_osie[on_osie["number"].between(*ends)], f"OSIE, {name}") for name, ends in GROUPS.items()]
    rows.append(rows_of(on_mit, "MIT1003, all"))
    heads = ("fixations", "number", *(f"{share:.0%} of the probability" for share in HOLDING))
    print("\n".join(markdown(heads, rows)))  # noqa: T201
    first = on_osie[on_osie["number"] == 1]
    drawn({"OSIE": on_osie, "OSIE, first fixation": first, "MIT1003": on_mit})
    own = model.predict(osie.trials, n_samples=SAMPLES, progress=False)
    for name, paths in (("people", osie.scanpaths), ("priority", own)):
        print(name, "with each other: {:.3f} [{:.3f}, {:.3f}]".format(*likeness(paths).with_interval))  # noqa: T201


if __name__ == "__main__":
    main()
