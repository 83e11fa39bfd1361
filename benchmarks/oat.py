"""OAT beside a straightforward port of the published loop, in the same run.

Both sides have the same weights and give the same numbers. The straightforward side, written for this comparison, does
what the published code does: every path is an entry of its own, whose objects are all seen by the network again, as are
those of the decoder's input; batches are as the paths come, padded to the longest; positions are looked up token by
token in Python; and decoding computes the whole prefix, the scene included, for every step of every sample. Ours
encodes a scene once for all its paths, a picture once for all shelves of a batch, and keeps keys and values.

Run: python benchmarks/oat.py [--quick]
"""

import argparse
import copy
import sys
from collections.abc import Iterator

import numpy as np
import torch
from measure import Reading, machine, reading, shown, table
from measure import target as note_target
from torch.nn import functional

from gazekit import load_dataset
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.oat.config import preset
from gazekit.models.oat.fast.decoding import Steps, decode
from gazekit.models.oat.network import BEGIN, OBJECT, STOP, TARGET, TARGET_OBJECT, EncodedScenes, OatNetwork, sine_code
from gazekit.models.oat.position import kernel_code
from gazekit.models.oat.scenes import IGNORED, ObjectPaths, Scene, batch_of, padded
from gazekit.models.oat.training import scene_batches, seeded_network, step_losses

TRAINING, DECODING = 20, 50  # times less time than the straightforward side
WORLDS = (  # paths per step, shelves, agents, covers in the library
    (20, 20, 4, 400),  # the paper's batch, the library that comes with gazekit
    (48, 24, 6, 120),  # our batch; as the book covers are: 6 people, collages of few more covers than they show
)
SAMPLES = 100
STEP = 20  # paths of a training step in the table of costs
CLOSE = 1e-5


class Straightforward:
    """The published loop, on the weights of one of our networks that is told the target's place and crop."""

    def __init__(self, network: OatNetwork) -> None:
        # its own copy, in torch's usual order in memory
        self.network, self.config = copy.deepcopy(network).to(memory_format=torch.contiguous_format), network.config
        axis = network.config.width // 4
        self.axis_codes = torch.from_numpy(kernel_code(np.arange(16.0), axis, cells=network.cells)).float()

    def positions(self, places: np.ndarray) -> torch.Tensor:
        """(n, 2) whole cells to (n, width / 2), one token after another."""
        rows = [torch.cat([self.axis_codes[round(r)], self.axis_codes[round(c)]]) for r, c in places.tolist()]
        return torch.stack(rows)

    def pictures(self, crops: np.ndarray) -> torch.Tensor:
        """(n, h, w, 3) uint8 to (n, width / 2)."""
        tensor = torch.from_numpy(np.ascontiguousarray(crops)).permute(0, 3, 1, 2).contiguous().float()
        return self.network.appearance((tensor / 255 - 0.5) / 0.25)  # type: ignore[misc]

    def encoder_input(self, scene: Scene) -> torch.Tensor:
        """(1 + P, width): the target's token, then every object's."""
        types = self.network.types.weight
        places = np.concatenate([scene.places[[scene.target]], scene.places])
        crops = np.concatenate([scene.crops[[scene.target]], scene.crops])  # type: ignore[index]
        tokens = torch.cat([self.pictures(crops), self.positions(places)], -1)
        kind = [TARGET] + [OBJECT] * len(scene.places)
        return tokens + types[kind]

    def decoder_input(self, scene: Scene, path: np.ndarray, length: int) -> torch.Tensor:
        """(1 + length, width): the beginning, the fixated objects, and padding."""
        types, half = self.network.types.weight, self.config.width // 2
        begin = torch.cat([torch.zeros(1, half), self.positions(np.round(scene.start[None]))], -1) + types[BEGIN]
        if not np.allclose(scene.start, np.round(scene.start)):  # between cells: the code is computed there
            begin = torch.cat([torch.zeros(1, half), self._between(scene.start)], -1) + types[BEGIN]
        tokens = [begin]
        if len(path):
            objects = path - 1
            seen = torch.cat([self.pictures(scene.crops[objects]), self.positions(scene.places[objects])], -1)  # type: ignore[index]
            tokens.append(seen + types[[TARGET_OBJECT if o == scene.target else OBJECT for o in objects]])
        out = torch.cat(tokens)
        return functional.pad(out, (0, 0, 0, 1 + length - len(out)))

    def _between(self, place: np.ndarray) -> torch.Tensor:
        code = kernel_code(
            place[None].astype(np.float32).astype(float), self.config.width // 4, cells=self.network.cells
        )
        return torch.from_numpy(code).flatten(-2).float()

    def scores(self, scenes: list[Scene], paths: list[np.ndarray]) -> torch.Tensor:
        """(B, T + 1, 1 + P) log-probabilities of paths, each with its own scene (all of one size)."""
        network, length = self.network, max(map(len, paths))
        entered = torch.stack([self.encoder_input(s) for s in scenes])
        there = torch.ones(entered.shape[:2], dtype=torch.bool)
        encoded = network.encoder(entered, there)
        tokens = torch.stack([self.decoder_input(s, p, length) for s, p in zip(scenes, paths, strict=True)])
        times = torch.from_numpy(sine_code(np.arange(1 + length), self.config.width)).float()
        hidden = network.decoder(network.drop(tokens + times), network.decoder.scene(encoded), there)
        logits = network.pointer.scores(hidden, network.pointer.pointed(encoded))  # type: ignore[misc]
        logits[:, 0, STOP] = float("-inf")
        return functional.log_softmax(logits, -1)

    def step_loss(self, scenes: list[Scene], paths: list[np.ndarray]) -> torch.Tensor:
        """Mean negative log-likelihood of a batch."""
        labels = padded(paths)[1]
        scores = self.scores(scenes, paths)
        return functional.nll_loss(scores.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)

    @torch.no_grad()
    def sample(self, scene: Scene, draws: np.ndarray) -> Iterator[np.ndarray]:
        """Paths of one scene, one after another, the whole prefix anew at every step."""
        for own in draws:
            path: list[int] = []
            for draw in own:
                logits = self.scores([scene], [np.array(path, dtype=np.int64)])[0, -1].double().numpy()
                chances = np.exp(logits - logits.max()).cumsum()
                choice = int((chances <= draw * chances[-1]).sum())
                if choice == STOP:
                    break
                path.append(choice)
            yield np.array(path) - 1


def shelf_paths(scenes: int, agents: int = 4, library: int = 400) -> ObjectPaths:
    """Paths of simulated people on drawn shelves of 6 x 14 covers."""
    data = load_dataset("shelves", layouts="6x14", scenes=scenes, agents=agents, library=library, covers="train")
    return ObjectPaths.from_dataset(data, preset("oat-small"))


def training(network: OatNetwork, world: tuple[int, int, int, int], repeat: int) -> tuple[list[str], float]:
    """One pass over the same shelves: the straightforward way in random batches, and ours."""
    size, shelves, agents, library = world
    data, plain = shelf_paths(shelves, agents, library), Straightforward(network)
    order = np.random.default_rng(0).permutation(len(data.paths))
    batches = [order[k : k + size] for k in range(0, len(order), size)]

    def theirs() -> float:
        total = 0.0
        for batch in batches:
            scenes, paths = [data.scenes[data.scene_of_path[k]] for k in batch], [data.paths[k] for k in batch]
            loss = plain.step_loss(scenes, paths)
            plain.network.zero_grad()
            loss.backward()
            total += float(loss.detach()) * sum(len(p) + 1 for p in paths)
        return total

    def ours() -> float:
        total = 0.0
        for batch in scene_batches(data, size, keyed_rng(0, "benchmark")):
            losses = step_losses(network, batch, "cpu")
            network.zero_grad()
            losses.mean().backward()
            total += float(losses.detach().sum())
        return total

    def pictures() -> None:
        """Every different picture of a step forward and back once: less no training can do that sees them all."""
        for batch in scene_batches(data, size, keyed_rng(0, "benchmark")):
            network.zero_grad()
            network.appearance(batch_of(batch.scenes).crops).sum().backward()  # type: ignore[misc]

    one, other = theirs(), ours()
    if abs(one - other) / one > CLOSE:
        sys.exit("the two sides do not find the same loss: the comparison is void")
    slow, fast, floor = reading(theirs, repeat), reading(ours, repeat), reading(pictures, repeat)
    paths = len(data.paths)
    return [
        f"training, {paths} paths of {agents} people on 6x14, {size} a step, library of {library} covers",
        rate(paths, slow, "paths/s"),
        rate(paths, fast, "paths/s"),
        ratio(slow, fast),
        f"{abs(one - other) / one:.1e}",
        ratio(slow, floor),
    ], slow.median / fast.median


def decoding(network: OatNetwork, repeat: int, samples: int) -> tuple[list[str], float]:
    """Samples of one shelf, with the same random numbers."""
    data, plain, longest = shelf_paths(1), Straightforward(network), 30
    scene = data.scenes[0]
    draws = np.stack([keyed_rng(0, "benchmark", k).random(longest) for k in range(SAMPLES)])

    def ours() -> list[np.ndarray]:
        with torch.no_grad():
            encoded = network.encode(batch_of([scene]))
        return decode(network, encoded, draws, samples=SAMPLES, longest=longest)

    expected = list(plain.sample(scene, draws[:samples]))
    found = ours()
    if any(not np.array_equal(a, b) for a, b in zip(expected, found, strict=False)):
        sys.exit("the two sides do not draw the same paths: the comparison is void")
    with torch.no_grad():
        numbers = [found[k] + 1 for k in range(4)]
        gap = max(
            float(
                (network(batch_rows(network, scene, 1), padded([p])[0]) - plain.scores([scene], [p]))[:, 1:].abs().max()
            )
            for p in numbers
        )
    slow = reading(lambda: list(plain.sample(scene, draws[:samples])), 1 if repeat < 5 else 3)
    slow = Reading(slow.median * SAMPLES / samples, slow.spread)
    fast = reading(ours, repeat)
    return [
        f"{SAMPLES} samples of one 6x14 shelf, up to {longest} fixations",
        rate(SAMPLES, slow, "paths/s"),
        rate(SAMPLES, fast, "paths/s"),
        ratio(slow, fast),
        f"{gap:.1e}",
        "",
    ], slow.median / fast.median


def batch_rows(network: OatNetwork, scene: Scene, rows: int) -> EncodedScenes:
    """One scene, encoded, for a number of paths."""
    return network.encode(batch_of([scene])).rows(torch.zeros(rows, dtype=torch.int64))


def made_up(objects: int, config: object) -> Scene:
    """A shelf of a given number of objects without pictures, 20 columns."""
    places = np.stack(np.divmod(np.arange(objects), 20), -1).astype(float)
    return Scene("made up", "made up", places, places, places.max(0) / 2, 0)


def costs(repeat: int) -> list[str]:
    """Seconds by number of objects, and by length of path, without pictures."""
    network = seeded_network(preset("oat-small", appearance="none", width=160), 0).eval()
    rows = []
    for objects in (10, 50, 84, 200, 500):
        rows.append((str(objects), "15", *timings(network, made_up(objects, network.config), 15, repeat)))
    for length in (5, 15, 50, 100):
        rows.append(("84", str(length), *timings(network, made_up(84, network.config), length, repeat)))
    return table(("objects", "fixations", "training step of 20 paths", "100 samples"), rows)


def timings(network: OatNetwork, scene: Scene, length: int, repeat: int) -> tuple[str, str]:
    """A training step of 20 paths (5 scenes), and 100 samples of exactly that many fixations."""
    rng = np.random.default_rng(0)
    paths = [rng.integers(1, len(scene.places) + 1, length) for _ in range(STEP)]
    data = ObjectPaths([scene] * 5, paths, np.repeat(np.arange(5), STEP // 5), np.arange(STEP))

    def step() -> None:
        network.zero_grad()
        step_losses(network, data, "cpu").mean().backward()

    @torch.no_grad()
    def sample() -> None:
        steps, last = Steps(network, batch_rows(network, scene, SAMPLES)), torch.zeros(SAMPLES, dtype=torch.int64)
        for _ in range(length):
            last = steps.next(last)[:, 1:].argmax(1) + 1  # never the end, so that lengths are what they say

    step()
    return shown(reading(step, repeat).median), shown(reading(sample, repeat).median)


def rate(count: int, found: Reading, unit: str) -> str:
    """Items per second with its spread."""
    return f"{count / found.median:.3g} {unit} ±{100 * found.spread:.0f} %"


def ratio(slow: Reading, fast: Reading) -> str:
    """Ratio with the spread of both."""
    return f"{slow.median / fast.median:.1f}x ±{100 * np.hypot(slow.spread, fast.spread):.0f} %"


def report(quick: bool = False) -> list[str]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    repeat, samples = (1, 3) if quick else (5, 10)
    try:
        network = seeded_network(preset("oat-small"), 0).eval()
        trained = [training(network, world, repeat) for world in WORLDS]
        drawn, of_decoding = decoding(network, repeat, samples)
        cost = costs(1 if quick else 3)
    finally:
        torch.set_num_threads(before)
    wanted = (
        *(
            (TRAINING, found, f"training, {world[0]} paths a step")
            for world, (_, found) in zip(WORLDS, trained, strict=True)
        ),
        (DECODING, of_decoding, f"{SAMPLES} samples of 6x14"),
    )
    for least, found, what in wanted:
        note_target(f"OAT, {what}", f"{least}x", f"{found:.1f}x", found >= least)
    heads = (
        "",
        "straightforward",
        "gazekit",
        "ratio",
        "largest difference",
        "ratio of seeing each picture of a step once",
    )
    return [
        "## OAT (oat-small) against a straightforward port of the published loop",
        "",
        f"One thread, processor time. Targets: {TRAINING}x for training, {DECODING}x for decoding. Of the "
        f"straightforward decoding {samples} of the {SAMPLES} samples are drawn, and the time is scaled.",
        "",
        *table(heads, [*(row for row, _ in trained), drawn]),
        "",
        "What it costs, without pictures (width 160):",
        "",
        *cost,
        "",
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one reading of each, 3 straightforward samples")
    print("\n".join([*machine(), *report(parser.parse_args().quick)]))
