"""What the shipped readout of `priority` uses, and how its saccades are: tables of priority.md, from OSIE's fold 0.

Nothing is trained. Run from the project's root; GAZEKIT_FEATURES names a folder in which features are kept:

    python docs/results/priority_inside.py --osie data/osie --out runs/priority-inside --write

The run folder keeps one table per part, which is not made again, and with --write the tables go into the page.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from asked_for import WRITE, asked_for
from between_marks import put
from scipy.ndimage import gaussian_filter

from gazekit import Scanpaths, load_dataset
from gazekit.core.trials import Split
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.experiments.ratios import Ratio
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.model import SHIPPED, Priority
from gazekit.models.priority.network import PriorityNetwork
from gazekit.models.priority.training import View, views_of

PAGE = Path(__file__).with_name("priority.md")
HEAD = "<!-- inside -->"
NUMBERED = 10  # fixations with a row of their own
SAMPLES = 3
NEAR = 50.0  # px: a fixation within them of one before the last is a return
WIDTHS, SHARES = (0.7, 1.0, 1.5, 2.0, 3.0), (0.05, 0.1, 0.2, 0.35, 0.5)  # tried for gold standards

# ---------------------------------------------------------------------- what is taken from the readout


def remembering(many: int) -> Callable[[View], View]:
    """Places of the last fixations only, as if viewing had begun at the earliest of them."""

    def forget(view: View) -> View:
        known = view.events._replace(made=view.events.made.clamp(max=many - 1))
        if many == 1:  # nor where gaze came from
            numbers = known.numbers.clone()
            numbers[..., 2] = 0
            known = known._replace(before=known.here, numbers=numbers)
        return view._replace(events=known)

    return forget


def without_durations(view: View) -> View:
    """Nothing is known of the last fixation's duration and of the time since the start."""
    numbers = view.events.numbers.clone()
    numbers[..., 3:] = 0
    return view._replace(events=view.events._replace(numbers=numbers))


def shuffled(view: View) -> View:
    """The fixations before each one in random order; all else as it was."""
    rng, e = keyed_rng(0, "priority inside order", view.image), view.events
    places, here, before, numbers = (part.clone() for part in (e.places, e.here, e.before, e.numbers))
    for k, made in enumerate(e.made[0].tolist()):
        known = min(made, places.shape[2])
        if known > 1:
            places[0, k, :known] = e.places[0, k, torch.from_numpy(rng.permutation(known))]
            at = places[0, k, :2].double().numpy() * view.grid.unit + [view.grid.width / 2, view.grid.height / 2]
            here[0, k], before[0, k] = torch.from_numpy(
                view.grid.cells(at[:, 0].clip(0, view.grid.width), at[:, 1].clip(0, view.grid.height))
            )
            numbers[0, k, 2] = (places[0, k, 0] - places[0, k, 1]).norm()
    return view._replace(events=e._replace(places=places, here=here, before=before, numbers=numbers))


def another(view: View) -> View:
    """What another person had done on the image after as many fixations (the last ones keep their own)."""
    rng, e = keyed_rng(0, "priority inside people", view.image), view.events
    made = e.made[0].numpy()
    source = np.arange(len(made))
    for count in np.unique(made):
        same = rng.permutation(np.flatnonzero(made == count))
        source[same] = np.roll(same, 1)
    past = e.at(torch.from_numpy(source))
    return view._replace(
        events=past._replace(target=e.target, reach=e.reach, log_duration=e.log_duration, ended=e.ended)
    )


LESIONS: dict[str, tuple[str, Callable[[View], View]]] = {
    "whole": ("nothing", lambda view: view),
    "durations": ("durations, and time since the start", without_durations),
    "last 2": ("places before the last two", remembering(2)),
    "last 1": ("places before the last one", remembering(1)),
    "order": ("the order of the fixations before", shuffled),
    "person": ("the person: another's fixations instead", another),
}

# ---------------------------------------------------------------------- scoring


@torch.inference_mode()
def bits(network: PriorityNetwork, view: View, following: bool = True) -> np.ndarray:
    """Bits over the centre bias of each fixation of a view, after those before it or whatever came before."""
    maps = network.look([part[None] for part in view.features], *view.grid.shape)
    x, y = (torch.from_numpy(side) for side in view.grid.centres())
    events = view.events.at(torch.nonzero(view.events.target[0] >= 0)[:, 0])
    cell = events.target[0]
    if following:
        parts = [
            network.next_density(maps, events.at(slice(k, k + 32)), x, y)[0].gather(1, cell[k : k + 32, None])[:, 0]
            for k in range(0, len(cell), 32)
        ]
        log = torch.cat(parts)
    else:
        log = network.static_density(maps)[0][cell]
    return ((log - network.centre_bias(*view.grid.shape)[cell]) / np.log(2)).numpy()


def lesions(fold: Split) -> pd.DataFrame:
    """A row per fixation: image, number (0 is the first), static, and each lesion."""
    network = load_readout(SHIPPED).network
    rows = []
    for view in views_of(fold.test, FeatureReader("lite0")):
        looked = view.events.target[0] >= 0
        row = {"image": view.stimulus, "number": view.events.made[0][looked].numpy()}
        row["static"] = bits(network, view, following=False)
        row |= {name: bits(network, change(view)) for name, (_, change) in LESIONS.items()}
        rows.append(pd.DataFrame(row))
    return pd.concat(rows, ignore_index=True)


def golds(fold: Split) -> pd.DataFrame:
    """Bits of each fixation under a kernel density of the other people's: of all, and of first ones by first ones.

    Its width, and how much of the fixations on other images is mixed in, are those that are likeliest on as many
    training images. On the cells of the model, over its centre bias.
    """
    network, reader = load_readout(SHIPPED).network, FeatureReader("lite0")
    other = fold.train.select(stimuli=sorted(fold.train.stimuli)[:: len(fold.train.stimuli) // len(fold.test.stimuli)])
    views, others = views_of(fold.test, reader), views_of(other, reader)
    grid = views[0].grid
    bias = network.centre_bias(*grid.shape).numpy().astype(float)

    def smooth(cell: np.ndarray, width: float) -> np.ndarray:
        counts = np.bincount(cell, minlength=grid.rows * grid.columns).astype(float).reshape(grid.shape)
        return gaussian_filter(counts, width, mode="reflect").ravel()

    def places(view: View, first: bool) -> tuple[np.ndarray, np.ndarray]:
        made, cell = view.events.made[0].numpy(), view.events.target[0].numpy()
        kept = (cell >= 0) & ((made == 0) | (not first))
        return cell[kept], np.cumsum(made == 0)[kept]

    def scored(view: View, first: bool, prior: np.ndarray, width: float, share: float) -> np.ndarray:
        cell, person = places(view, first)
        whole, out = smooth(cell, width), np.empty(len(cell))
        for one in np.unique(person):
            own = person == one
            left = (whole - smooth(cell[own], width)).clip(0) / max((~own).sum(), 1)
            out[own] = (1 - share) * left[cell[own]] + share * prior[cell[own]]
        return (np.log(out) - bias[cell]) / np.log(2)

    found = pd.DataFrame()
    for name, first in (("gold", False), ("first", True)):
        prior = smooth(np.concatenate([places(view, first)[0] for view in others]), 1.2) + 1e-3
        prior /= prior.sum()
        tried = [(width, share) for width in WIDTHS for share in SHARES]
        best = max(tried, key=lambda how: np.concatenate([scored(v, first, prior, *how) for v in others]).mean())
        each = np.concatenate([scored(view, first, prior, *best) for view in views])
        if not first:
            number = np.concatenate([v.events.made[0][v.events.target[0] >= 0].numpy() for v in views])
            found = pd.DataFrame({"number": number, name: each})
        else:
            found.loc[found["number"] == 0, name] = each
    return found.drop(columns="number")


def saccades(fold: Split) -> pd.DataFrame:
    """Saccades of people and of paths that end by themselves."""
    own = Priority().predict(fold.test.trials, n_samples=SAMPLES, progress=False)
    each = {"people": fold.test.scanpaths, "priority": own}
    return pd.concat([described(paths).assign(who=who) for who, paths in each.items()], ignore_index=True)


def described(paths: Scanpaths) -> pd.DataFrame:
    """Of each saccade: image, number, length (px), turn (degrees; 0 goes straight on), and whether it returns."""
    rows = []
    for path in paths:
        at = np.stack([path.x, path.y], -1)
        step = np.diff(at, axis=0)
        angle = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
        gap = np.hypot(*(at[:, None] - at[None]).T)
        back = [float(gap[k, : k - 1].min() < NEAR) if k >= 2 else np.nan for k in range(1, len(at))]
        turn = np.abs((np.diff(angle, prepend=np.nan) + 180) % 360 - 180)
        number = np.arange(len(step))
        rows.append(
            pd.DataFrame({"number": number, "length": np.hypot(*step.T), "turn": turn, "back": back}).assign(
                image=path.ids["stimulus"]
            )
        )
    return pd.concat(rows, ignore_index=True)


# ---------------------------------------------------------------------- tables


def mean(table: pd.DataFrame, column: str, minus: str = "", digits: int = 3, of: int = 1) -> str:
    """Mean over rows, with its 95 % interval by bootstrap over images; or one `of` several paired differences."""
    value = table[column] - table[minus] if minus else table[column]
    kept = value[value.notna()]
    by = kept.groupby(table["image"])
    found = Ratio.of(by.sum().to_numpy(), by.size().to_numpy(float), resample(by.ngroups, seed=0))
    value, low, high = found.with_interval
    return "{:.{d}f} [{:.{d}f}, {:.{d}f}]".format(value, *for_all_of(of, value, low, high), d=digits)


def markdown(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(line)} |" for line in (heads, ("---",) * len(heads), *rows)] + [""]


def tables(one: pd.DataFrame, steps: pd.DataFrame) -> str:
    """All tables of the page."""
    rows = [(words, mean(one, name), mean(one, name, "whole", of=len(LESIONS))) for name, (words, _) in LESIONS.items()]
    rows.append(
        (
            "all that came before (the static density)",
            mean(one, "static"),
            mean(one, "static", "whole", of=len(LESIONS)),
        )
    )
    lines = [
        "Taken from the readout, which was not trained anew without it:",
        "",
        *markdown(("what is taken", "bits per fixation over the centre bias", "less the whole, 95 % together"), rows),
    ]
    numbered = [(str(k + 1), one[one["number"] == k]) for k in range(NUMBERED)]
    numbered.append((f"{NUMBERED + 1} and later", one[one["number"] >= NUMBERED]))
    rows = [
        (
            name,
            f"{len(part):,}",
            mean(part, "static"),
            mean(part, "whole"),
            mean(part, "order", "whole", of=NUMBERED - 1),
        )
        for name, part in numbered
    ]
    heads = ("fixation", "fixations", "static", "after those before", "order shuffled, difference, 95 % together")
    lines += [*markdown(heads, rows)]
    first = one[one["number"] == 0]
    lines += [
        "Beside a kernel density of other people's fixations (their first ones for the first) on the same photograph "
        "and cells:",
        "",
        *markdown(
            ("bits per fixation", "readout", "other people", "difference, 95 % together"),
            [
                (
                    "the first fixation alone",
                    mean(first, "whole"),
                    mean(first, "first"),
                    mean(first, "whole", "first", of=2),
                ),
                (
                    "all, whatever came before",
                    mean(one, "static"),
                    mean(one, "gold"),
                    mean(one, "static", "gold", of=2),
                ),
            ],
        ),
    ]
    each = {who: steps[steps["who"] == who] for who in ("people", "priority")}
    straight = {who: part.assign(forward=(part["turn"] < 45).where(part["turn"].notna()).astype(float),
                                 reverse=(part["turn"] > 135).where(part["turn"].notna()).astype(float))
                for who, part in each.items()}  # fmt: skip
    lines += markdown(
        ("95 % over photographs", *each),
        [
            ("saccade, px", *(mean(part, "length", digits=1) for part in each.values())),
            ("first saccade, px", *(mean(part[part["number"] == 0], "length", digits=1) for part in each.values())),
            ("turns by less than 45 degrees", *(mean(part, "forward") for part in straight.values())),
            ("turns back, by more than 135", *(mean(part, "reverse") for part in straight.values())),
            (f"returns: within {NEAR:g} px of a fixation before the last", *(mean(p, "back") for p in each.values())),
        ],
    )
    by = one.groupby("image")[["static", "whole"]].mean().sort_values("whole")
    rows = [(name, f"{r.static:.2f}", f"{r.whole:.2f}") for name, r in by.head(10).iterrows()]
    lines += ["The ten photographs with the fewest bits:", "", *markdown(("photograph", "static", "next"), rows)]
    return "\n".join(lines).rstrip()


def main() -> None:
    """Make what is not there, and print or write the tables."""
    every = {"every": {"type": int, "default": 1, "help": "3: one photograph in three; default all"}}
    asked = asked_for(__doc__, every | WRITE, osie="its folder", out="run folder")
    made = []
    for name, make in (("lesions", lesions), ("golds", golds), ("saccades", saccades)):
        file = asked.out / f"{name}.parquet"
        if not file.is_file():
            fold = load_dataset("osie", asked.osie).split("stimulus", folds=5, fold=0, seed=0)
            some = fold.test.select(stimuli=sorted(fold.test.stimuli)[:: asked.every])
            make(replace(fold, test=some)).to_parquet(file)
        made.append(pd.read_parquet(file))
    text = tables(pd.concat(made[:2], axis=1), made[2])
    if asked.write:
        put(PAGE, HEAD, text)
    else:
        print(text)  # noqa: T201


if __name__ == "__main__":
    main()
