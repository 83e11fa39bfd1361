"""`priority`: likelihoods, sampled paths, and training steps beside a plain port of the published training loop.

Run: python benchmarks/priority.py [--images 4]. Real data: environment variable GAZEKIT_DATA, default ../shared/data.
Times are processor time of one thread. Features are computed first and kept in a folder of the run's own, or in that of
GAZEKIT_FEATURES.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
import torch
from measure import CPU, machine, reading, shown, table, target, timed

from gazekit import load_dataset
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import CACHE_VARIABLE, FeatureReader
from gazekit.models.priority.model import SHIPPED, Priority
from gazekit.models.priority.network import FIELDS, WIDE, Events, PriorityNetwork
from gazekit.models.priority.training import OPTIONS, NextFixation, View, views_of

DATA = Path(os.environ.get("GAZEKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ALL = 98_321  # fixations of OSIE
TOGETHER = 8  # fixations of a step of the plain loop
LENGTH, SAMPLES = 10, 16


class Dense(PriorityNetwork):
    """The same network as the published loop has it: each fixation is an example with maps of the image's full size.

    Each has its image's features, its own dx, dy and distances in px, and a density of all px.
    """

    def history(self, events: Events, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The distances of the last fixations in every px, averaged to cells; what else there is, of these."""
        many = (len(y), len(x))
        fields = super().history(events, x, y).unflatten(3, many)
        sides = [torch.linspace(float(s[0]), float(s[-1]), n) for s, n in ((x, self.wide), (y, self.high))]
        for k in range(self.config.history):
            dx = (sides[0] - events.places[..., k, 0, None])[:, :, None, :].expand(-1, -1, self.high, -1)
            dy = (sides[1] - events.places[..., k, 1, None])[:, :, :, None].expand(-1, -1, -1, self.wide)
            maps = torch.stack([dx, dy, torch.sqrt(dx**2 + dy**2 + 1e-6)], 2).flatten(0, 1)
            small = torch.nn.functional.interpolate(maps, many, mode="area").unflatten(0, events.made.shape)
            there = (fields[:, :, FIELDS * k + 2] > 0).to(small.dtype)[:, :, None]
            bumps = torch.exp(small[:, :, 2:] / -WIDE)
            fields[:, :, FIELDS * k : FIELDS * (k + 1)] = there * torch.cat([small, bumps, bumps**4], 2)
        return fields.flatten(3)

    high = wide = 0


def dense_step(network: Dense, view: View, events: Events, where: np.ndarray) -> torch.Tensor:
    """(n,) nats of fixations at px, each an example of its own."""
    grid, n = view.grid, events.made.shape[1]
    each = Events(*(part.transpose(0, 1) for part in events))
    maps = network.look([part[None].expand(n, -1, -1, -1) for part in view.features], *grid.shape)
    x, y = (torch.from_numpy(side) for side in grid.centres())
    cells = network.next_density(maps, each, x, y)[:, 0].unflatten(1, grid.shape)[:, None]
    full = torch.nn.functional.interpolate(cells, (network.high, network.wide), mode="bilinear", align_corners=False)
    return -torch.log_softmax(full.flatten(1), 1)[torch.arange(n), torch.from_numpy(where)]


def training_steps(view: View) -> list[str]:
    """Cost of a fixation in a step of ours and of the plain loop, and their losses on the same fixations."""
    network = load_readout(SHIPPED).network.train()
    dense = Dense(network.config)
    dense.load_state_dict(network.state_dict())
    dense.high, dense.wide = round(view.grid.height), round(view.grid.width)
    task = NextFixation([view] * OPTIONS.batch, [view], network.config, OPTIONS.batch, 0)

    def ours() -> None:
        network.zero_grad(set_to_none=True)
        task.losses(network, list(range(OPTIONS.batch)), 0, 0).mean().backward()

    looked = torch.nonzero(view.events.target[0] >= 0)[:, 0]
    chosen = looked[keyed_rng(0, "benchmark").permutation(len(looked))[:TOGETHER]]
    events = view.events.at(chosen)
    row, column = np.divmod(events.target[0].numpy(), view.grid.columns)
    side = np.array(view.grid.shape), np.array([dense.high, dense.wide])
    at = ((np.stack([row, column], 1) + 0.5) / side[0] * side[1]).astype(int)
    where = at[:, 0] * dense.wide + at[:, 1]

    def plain() -> None:
        dense.zero_grad(set_to_none=True)
        dense_step(dense, view, events, where).mean().backward()

    fast = reading(ours, 5, CPU).median / (OPTIONS.batch * task.fixations)
    ours()
    slow = reading(plain, 3, CPU).median / TOGETHER
    with torch.inference_mode():
        network.eval(), dense.eval()
        maps = network.look([part[None] for part in view.features], *view.grid.shape)
        x, y = (torch.from_numpy(s) for s in view.grid.centres())
        cells = -network.next_density(maps, events, x, y)[0].gather(1, events.target[0][:, None]).mean()
        pixels = dense_step(dense, view, events, where).mean() - np.log(dense.high * dense.wide)
    cells = cells - np.log(view.grid.rows * view.grid.columns)
    ratio = slow / fast
    target("priority: training step beside the plain loop, of a fixation", ">= 20 times", f"{ratio:.0f}", ratio >= 20)
    rows = [
        ("ours: all parts of the loss, 2 images of 32 fixations", shown(fast), "1", f"{float(cells):.3f}"),
        (f"plain: next fixation only, {TOGETHER} examples", shown(slow), f"{ratio:.0f}", f"{float(pixels):.3f}"),
    ]
    heads = ("training step, features computed before", "of a fixation", "ratio", "nats over uniform, equal weights")
    return [*table(heads, rows), ""]


def report(images: int = 4) -> list[str]:
    """Lines of the page."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault(CACHE_VARIABLE, folder)
        data = load_dataset("osie", DATA / "osie")
        data = data.select(stimuli=list(data.stimuli)[:images])
        view = views_of(data, FeatureReader("lite0"))[0]  # features of all, before anything is timed
        model = Priority(allow_seen=True)
        took, nats = timed(lambda: model.log_likelihood(data), 3, CPU)
        fixations = sum(len(each) - 1 for each in nats)
        whole = took * ALL / fixations
        target("priority: likelihood of OSIE's fixations, features kept", "< 60 s", shown(whole), whole < 60)
        going = Priority(allow_seen=True, ends=False)
        many = images * SAMPLES
        drawn, _ = timed(
            lambda: going.predict(data.trials, n_samples=SAMPLES, max_fixations=LENGTH, progress=False), 3, CPU
        )
        rate = many / drawn
        target(
            "priority: sampled paths of 10 fixations, twice the rate of one thread",
            ">= 500 per s",
            f"{2 * rate:.0f}",
            2 * rate >= 500,
        )
        rows = [
            (
                f"likelihood, {fixations:,} fixations on {images} photographs",
                shown(took),
                f"{shown(whole)} for all {ALL:,}",
            ),
            (
                f"{many} paths of {LENGTH} fixations, {SAMPLES} of each photograph",
                shown(drawn),
                f"{rate:.0f} per second",
            ),
        ]
        lines = ["## priority", "", *table(("one thread", "processor time", "that is"), rows), ""]
        return [*lines, *training_steps(view)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=4)
    given = parser.parse_args()
    print("\n".join([*machine(), *report(given.images)]))
