"""eccNET beside a straightforward PyTorch port of the published procedure, in the same run.

Both sides search the same displays with one network of random weights (times do not depend on the values): VGG16, and
EfficientNet-Lite0, a network that a package brings. Features are channels last, torch's default threads. The
straightforward side runs the whole network on the whole window at every fixation, pools every ring over the whole
map, and runs once on an empty window per trial. The floor is the time of the convolutions alone, on the boxes that
the image changes.

Run: python benchmarks/eccnet.py [--trials N] [--network NAME]
     python benchmarks/eccnet.py --laboratory [--trials N]    published experiments and a typical design
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from measure import CPU, machine, shown, table
from measure import target as note_target

from gazekit.core.trials import Trial
from gazekit.datasets.synthetic.search_arrays import load
from gazekit.datasets.synthetic.search_designs import design_trials, read_design
from gazekit.experiments.asymmetry.displays import cut, experiment_of
from gazekit.experiments.asymmetry.searchers import searchers
from gazekit.models.eccnet.fast.blank_windows import BlankWindows
from gazekit.models.eccnet.fast.patches import StageStep
from gazekit.models.eccnet.network import eccentric_network, variant_named
from gazekit.models.eccnet.search import Display, SearchResult, Settings, WholeWindows, run_search
from gazekit.models.networks import load_backbone
from gazekit.verify.eccnet import reference_backbone

NETWORKS = {"VGG16": reference_backbone, "EfficientNet-Lite0": lambda: load_backbone("lite0", "random")}
TARGET = 6  # times less time per trial than the straightforward side
SACCADES = 2  # of every trial; the published eccNET runs its network 1.7 times a trial
# image px, cells per side, px of an item, grey of the background: lighting, orientation, intersection
DISPLAYS = ((198, 4, 31, 27), (339, 4, 69, 255), (615, 3, 177, 255))


def display(side: int, cells: int, item: int, grey: int, seed: int) -> tuple[Display, np.ndarray]:
    """A full display of noise items, none of which is ever recognised, and the picture of one of them."""
    rng = np.random.default_rng(seed)
    image, step = np.full((side, side, 3), grey, np.uint8), side // cells
    items = np.zeros((cells**2, side, side), dtype=bool)
    for k in range(cells**2):
        row, column = (k // cells) * step, (k % cells) * step
        items[k, row : row + step, column : column + step] = True
        row, column = row + int(rng.integers(step - item)), column + int(rng.integers(step - item))
        image[row : row + item, column : column + item] = rng.integers(0, 256, (item, item, 1))
    return Display(image, (grey, grey, grey), items), image[row : row + item, column : column + item].copy()


def straightforward(windows: WholeWindows, shown_: Display, target: np.ndarray) -> SearchResult:
    """One trial of the published procedure."""
    side = 2 * (len(shown_.image) + Settings.margin)
    empty = np.zeros_like(shown_.image)
    windows.features(empty, (0, 0, 0), (0, 0), side)
    return run_search(shown_, windows.target(target), windows, Settings(), limit=SACCADES, maps=SACCADES)


def clock() -> float:
    """Processor time of one thread, which other work on the machine changes less; else wall time."""
    return CPU() if torch.get_num_threads() == 1 else time.perf_counter()


class Convolutions:
    """Adds up the time of the stages' convolutions while it is open."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> "Convolutions":
        self.compute = StageStep.compute

        def timed_compute(step, x, origin, box):
            start = clock()
            found = self.compute(step, x, origin, box)
            self.seconds += clock() - start
            return found

        StageStep.compute = timed_compute  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        StageStep.compute = self.compute  # type: ignore[method-assign]


OWN = """
set_sizes = [4, 8, 12, 16]
layout = {kind = "grid", columns = 5, rows = 5, spacing = 3, jitter = 0.4}
items.bar = {shape = "bar", size = 1.5, colours = ["red", "green"], orientations = [0, 90]}
items.T = {shape = "t", size = 1.2, orientations = [0, 90, 180, 270]}
items.L = {shape = "l", size = 1.2, orientations = [0, 90, 180, 270]}
conditions.feature = {target = "red bar 0", distractors = "green bar"}
conditions.conjunction = {target = "red bar 0", distractors = ["green bar 0", "red bar 90"]}
conditions."T among L" = {target = "T", distractors = "L"}
"""  # 3 conditions x 4 set sizes x present and absent x 20 displays


def laboratory(each: int) -> list[str]:
    """Processor time of the six published experiments and of a typical design, from some displays of every cell."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own.toml").write_text(OWN)
        design = read_design(Path(folder) / "own.toml")
    given: dict[str, list[Trial]] = {"own design": design_trials(design)}
    for trial in load().trials:
        given.setdefault(experiment_of(trial), []).append(trial)
    rows, whole = [], np.zeros(2)
    for name, trials in given.items():
        options = {"background": design.paint, "px_per_degree": "trial"} if name == "own design" else {}
        model = searchers("eccnet", {"backbone": "lite0", **options}, ())[0].model(name)
        cells: dict[tuple[str | None, int, bool], list[Trial]] = {}
        for piece in cut(trials):
            first = piece[0][1]
            key = (first.condition, len(first.objects or ()), first.target_box is None)
            cells.setdefault(key, []).extend(trial for _, trial in piece)
        model.search(trials[0])  # makes the blank window
        spent, floor, saccades, searched = np.zeros(len(cells)), 0.0, 0, 0
        for k, cell in enumerate(cells.values()):
            with Convolutions() as convolutions:
                start = clock()
                found = [model.search(trial) for trial in cell[:each]]
                spent[k] = (clock() - start) / len(found) * len(cell)
            floor += convolutions.seconds / len(found) * len(cell)
            saccades, searched = saccades + sum(one.saccades for one in found), searched + len(found)
        whole += spent.sum(), floor
        about = (f"{saccades / searched:.1f}", shown(spent.sum() / len(trials)), f"{spent.sum() / floor:.2f}")
        rows.append((name, str(len(trials)), *about, shown(spent.sum())))
    rows.append(("all", str(sum(map(len, given.values()))), "", "", f"{whole[0] / whole[1]:.2f}", shown(whole[0])))
    heads = ("experiment", "displays", "saccades", "per display", "gazekit / convolutions that change", "all displays")
    return [
        "## The search laboratory with EfficientNet-Lite0",
        "",
        f"Processor time of {torch.get_num_threads()} thread, without controls, which take as long each. Measured on "
        f"{each} of each condition and set size (with the target and without it), and scaled to all.",
        "",
        *table(heads, rows),
        "",
    ]


def report(trials: int = 2, names: Sequence[str] = tuple(NETWORKS)) -> list[str]:
    return [line for name in names for line in of_network(name, trials)]


def of_network(name: str, trials: int) -> list[str]:
    """One network's table, a row per side of the window."""
    backbone = NETWORKS[name]().to(memory_format=torch.channels_last)
    network = eccentric_network(backbone, variant_named("eccnet"))
    rows, ratios = [], []
    for side, cells, item, grey in DISPLAYS:
        given = [display(side, cells, item, grey, seed) for seed in range(trials)]
        slow, fast = WholeWindows(network), BlankWindows(network)
        start = clock()
        run_search(given[0][0], fast.target(given[0][1]), fast, Settings(), limit=1)  # makes the blank window
        first = clock() - start
        ours, theirs, floor, gap = [], [], [], 0.0
        for one, target in given:
            start = clock()
            expected = straightforward(slow, one, target)
            theirs.append(clock() - start)
            with Convolutions() as convolutions:
                start = clock()
                found = run_search(one, fast.target(target), fast, Settings(), limit=SACCADES, maps=SACCADES)
                ours.append(clock() - start)
            floor.append(convolutions.seconds)
            if found.fixations.tolist() != expected.fixations.tolist():
                sys.exit("the two sides do not fixate the same places: the comparison is void")
            pairs = zip(found.maps, expected.maps, strict=True)
            gap = max(gap, *(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs))
        a, b, c = np.median(theirs), np.median(ours), np.median(floor)
        rows.append(
            (
                str(2 * (side + Settings.margin)),
                shown(a),
                shown(b),
                f"{a / b:.1f}x",
                shown(c),
                f"{b / c:.2f}",
                shown(first),
                f"{gap:.1e}",
            )
        )
        ratios.append(a / b)
    if name == "VGG16":
        lowest = min(ratios)
        note_target("eccNET, VGG16, time per trial", f"{TARGET}x", f"{lowest:.1f}x or more", lowest >= TARGET)
    heads = (
        "window side, px",
        "straightforward",
        "gazekit",
        "ratio",
        "convolutions that change",
        "gazekit / these",
        "first search, blank window included",
        "largest difference / maximum",
    )
    return [
        f"## eccNET with {name} against the published procedure, per trial",
        "",
        f"{trials} trials of {SACCADES} saccades each, display full of items, {torch.get_num_threads()} threads; equal "
        f"fixations.{f' Target: {TARGET}x.' if name == 'VGG16' else ''}",
        "",
        *table(heads, rows),
        "",
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2, help="trials per window side (default 2)")
    parser.add_argument("--network", choices=NETWORKS, help="only this one")
    parser.add_argument("--laboratory", action="store_true", help="whole searches of experiments instead")
    given = parser.parse_args()
    if given.laboratory:
        print("\n".join([*machine(), *laboratory(given.trials)]))
        sys.exit()
    print("\n".join([*machine(), *report(given.trials, [given.network] if given.network else tuple(NETWORKS))]))
