"""Which of people's effects in visual search a network shows in eccNET: runs, tables and figure of known_effects.md.

python docs/results/known_effects.py run NAME --out runs/known    one network of NETWORKS; resumable
python docs/results/known_effects.py page --out runs/known        tables and figure of the runs that are there
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
from between_marks import put

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.datasets.synthetic.search_arrays import experiments, load
from gazekit.experiments.asymmetry import AsymmetryResults, asymmetry
from gazekit.plots import style
from gazekit.plots.saving import save_figures

PAGE = Path(__file__).with_suffix(".md")
KNOWN = PAGE.parents[2] / "gazekit" / "models" / "eccnet" / "known_effects.toml"
HEAD = "<!-- tables -->"
DATA = Path(os.environ.get("GAZEKIT_DATA", "../shared/data"))
NETWORKS = {
    "v1": {"backbone": "v1"},
    "squeezenet": {"backbone": "squeezenet", "weights": DATA / "weights" / "squeezenet1_0_imagenet.safetensors"},
    "lite0": {"backbone": "lite0"},
    # Windows of 518 px, as the network was trained; larger ones cost 6 s a saccade, and 30 in displays of T and L.
    "dinov2": {
        "backbone": "timm:vit_small_patch14_dinov2",
        "weights": DATA / "weights" / "dinov2_vit_small_patch14.safetensors",
        "max_side": 195,
    },
}
SINGLETONS = ("colour", "size", "oblique")
PUBLISHED = ("curvature", "lighting", "intersection", "t-and-l", "orientation-homogeneous", "orientation-heterogeneous")
FEWER = {"dinov2": (*SINGLETONS, "conjunction", "lighting", "t-and-l")}
DISPLAYS = {"dinov2": 3}  # of each condition and set size; 6 of the others
RULES = {"published": "auto", "equal": "equal"}
SWAPPED = "eccnet, swapped target"
FLAT = 10.0  # ms per item; people's slopes for salient single features lie below
AT_ONCE = 1.5  # saccades, the mean of either set size at most: flat and late is no pop-out
IN_TURN = 252.359 / 2  # ms per item of a search in random order that visits nothing twice


def displays(names: tuple[str, ...], each: int) -> Dataset:
    """The first displays of the smallest and the largest set size of experiments: of two sizes the slope is surest."""
    trials = []
    for name in names:
        sizes = experiments()[name].set_sizes
        trials += load(experiments=name, per_size=each, set_sizes=(min(sizes), max(sizes))).trials
    return Dataset("known-effects", tuple(trials), Scanpaths.from_paths([], load(experiments="size").scanpaths.facts))


def run(network: str, out: Path) -> None:
    """Search with the published level weights and with equal ones, each with the distractor as target too."""
    names = FEWER.get(network, (*SINGLETONS, "conjunction", *PUBLISHED))
    for rule, weights in RULES.items():
        if network == "dinov2" and rule == "equal":
            continue  # one level: nothing to weigh
        asymmetry(
            "eccnet",
            out=out / f"{network}-{rule}",
            displays=displays(names, DISPLAYS.get(network, 6)),
            options={**NETWORKS[network], "level_weights": weights},
            controls=("swapped-target",),
            figures=False,
            command=f"python docs/results/known_effects.py run {network}",
        )


def results_in(folder: Path) -> dict[str, AsymmetryResults]:
    """The model's results and its control's; of a run that was stopped, of the experiments that were searched whole."""
    whole = folder / "trials.parquet"
    parts = [whole] if whole.exists() else sorted(folder.glob("parts/*.trials.parquet"))
    if not parts:
        return {}
    trials = pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)
    searched = trials.groupby(["model", "experiment"])["trial"].transform("nunique")
    trials = trials[searched == 4 * DISPLAYS.get(folder.name.split("-")[0], 6)]
    return {str(name): AsymmetryResults(part) for name, part in trials.groupby("model", sort=False)}


def effects(found: dict[str, AsymmetryResults]) -> pd.DataFrame:
    """A row per effect: its value with interval, with the right target and the wrong one, and the two verdicts."""
    results = found["eccnet"]
    slopes = pd.concat([one.slopes for one in found.values()]).set_index(["model", "experiment", "condition"])
    indices = pd.concat([one.indices for one in found.values()]).set_index(["model", "experiment"])
    rows = []

    def add(effect: str, kind: str, table: pd.DataFrame, key: tuple[str, ...], column: str) -> None:
        found = []
        for model in ("eccnet", SWAPPED):
            row = table.loc[(model, *key)] if (model, *key) in table.index else {}
            found.append([row.get(name, np.nan) for name in (column, "low", "high")])
        (value, low, high), (other, other_low, other_high) = found
        if kind == "flat":
            cells = results.cells[(results.cells["experiment"] == key[0]) & (results.cells["condition"] == key[1])]
            late = cells["saccades"].max() > AT_ONCE
            shown = "no" if low > FLAT or late else "yes" if high <= FLAT else "not told"
            also = other_high <= FLAT
            guided = other_low > high
        else:
            least = FLAT if kind == "steep" else 0.0
            shown = "yes" if low > least else "no" if high < least else "not told"
            also = other_low > least
            guided = other_high < low
        why = (
            ""
            if shown != "yes" or kind == "steep"
            else "search"
            if guided
            else "strongest response"
            if also
            else "not told"
        )
        rows.append((effect, kind, value, low, high, other, other_low, other_high, shown, why))

    for experiment in SINGLETONS:
        for condition in results.conditions.get(experiment, ()):
            add(f"{condition.replace('_', ' ')}: found at once", "flat", slopes, (experiment, condition), "slope")
    if "conjunction" in results.conditions:
        add("conjunction steeper than feature", "index", indices, ("conjunction",), "index")
    if "t-and-l" in results.conditions:
        add("T among L: not flat", "steep", slopes, ("t-and-l", "Ts"), "slope")
    for experiment in PUBLISHED:
        if experiment in results.conditions:
            add(f"asymmetry, {experiment}", "index", indices, (experiment,), "index")
    names = ["effect", "kind", "value", "low", "high", "other", "other_low", "other_high", "shown", "why"]
    return pd.DataFrame(rows, columns=names)


def written(kind: str, value: float, low: float, high: float) -> str:
    """A value with its interval: slopes in whole ms per item, indices with two digits."""
    if np.isnan(value):
        return "–"
    form = "+.2f" if kind == "index" else ".0f"
    return " ".join((f"{value:{form}}", f"[{low:{form}}, {high:{form}}]")).replace("-0 ", "0 ")


def tables(found: dict[tuple[str, str], pd.DataFrame]) -> str:
    """A summary of all networks, then a table of each."""
    heads = [
        "network, level weights",
        "singletons found at once (by search)",
        "conjunction steeper",
        "T among L not flat",
    ]
    heads += ["asymmetries like people's (by search)", "opposite"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for (network, rule), table in found.items():
        flat, others = table[table["kind"] == "flat"], table[table["effect"].str.startswith("asymmetry")]

        def count(part: pd.DataFrame) -> str:
            yes = part[part["shown"] == "yes"]
            return f"{len(yes)} of {len(part)} ({(yes['why'] == 'search').sum()})"

        single = [table.loc[table["effect"].str.startswith(h), "shown"] for h in ("conjunction", "T among")]
        one = [part.iloc[0] if len(part) else "–" for part in single]
        opposite = (others["shown"] == "no").sum()
        lines.append(f"| {network}, {rule} | {count(flat)} | {one[0]} | {one[1]} | {count(others)} | {opposite} |")
    for network in dict.fromkeys(name for name, _ in found):
        rules = [rule for name, rule in found if name == network]
        lines += ["", f"### {network}", ""]
        heads = [f"{rule}{head}" for rule in rules for head in ("", ", wrong target", ": shown")]
        lines += [f"| effect | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
        for effect in found[network, rules[0]]["effect"]:
            cells = []
            for rule in rules:
                rows = found[network, rule]
                if effect not in set(rows["effect"]):
                    cells += ["–"] * 3
                    continue
                row = rows[rows["effect"] == effect].iloc[0]
                cells += [written(row["kind"], row["value"], row["low"], row["high"])]
                cells += [written(row["kind"], row["other"], row["other_low"], row["other_high"])]
                cells += [f"{row['shown']}{', ' + row['why'] if row['why'] else ''}"]
            lines.append(f"| {effect} | {' | '.join(cells)} |")
    return "\n".join(lines)


def figure(found: dict[tuple[str, str], pd.DataFrame]) -> object:
    """Slopes above, indices below, a column per network."""
    import matplotlib.pyplot as plt

    networks = list(dict.fromkeys(name for name, _ in found))
    size = (len(networks) * 52 * style.MM + 1.2, 118 * style.MM)
    drawn, grid = plt.subplots(2, len(networks), figsize=size, layout="constrained", sharey="row", squeeze=False)
    whole = found[max(found, key=lambda key: len(found[key]))]
    for row, (is_index, label) in enumerate(((False, "slope, ms per item"), (True, "asymmetry index"))):
        order = whole.loc[(whole["kind"] == "index") == is_index, "effect"].tolist()
        for ax, network in zip(grid[row], networks, strict=True):
            for k, rule in enumerate(r for n, r in found if n == network):
                table = found[network, rule]
                table = table[table["effect"].isin(order)]
                y = np.array([order.index(effect) for effect in table["effect"]]) + 0.2 * k
                wrong = {"color": style.CHANCE, "markersize": 3, "linestyle": "", **style.HOLLOW}
                ax.plot(table["other"], y, "o" if k == 0 else "s", **wrong)
                colour = style.PALETTE[k]
                ax.hlines(y, table["low"], table["high"], color=colour, linewidth=1.3)
                ax.plot(table["value"], y, "o" if k == 0 else "s", color=colour, markersize=4, **style.RIM)
            for line in (0.0,) if is_index else (FLAT, IN_TURN):
                ax.axvline(line, color=style.CHANCE, linewidth=0.6, linestyle="-" if line in (0.0, FLAT) else ":")
            ax.set_xlim((-1.1, 1.1) if is_index else (-110, 310))
            ax.set_yticks(range(len(order)), [effect.removeprefix("asymmetry, ").partition(":")[0] for effect in order])
            ax.set_ylim(len(order) - 0.4, -0.6)
            if row == 0:
                ax.set_title(network, fontsize=style.TEXT)
            style.name_axes(ax, label, "")
            style.plain(ax)
    keys = [
        style.entry("published level weights", marker="o", color=style.PALETTE[0], markersize=4),
        style.entry("equal", marker="s", color=style.PALETTE[1], markersize=4),
        style.entry("wrong target given", marker="o", color=style.CHANCE, linestyle="", markersize=3, **style.HOLLOW),
        style.entry("10 ms per item; index 0", color=style.CHANCE, linewidth=0.6),
        style.entry("items in random order", color=style.CHANCE, linewidth=0.6, linestyle=":"),
    ]
    drawn.legend(handles=keys, fontsize=style.TEXT, frameon=False, loc="outside lower center", ncols=5)
    return drawn


def write_known(out: Path, found: dict[tuple[str, str], pd.DataFrame]) -> None:
    """Write what the package says of a network in reports; not of one that was seen on shrunk displays."""
    lines = ["# Written by docs/results/known_effects.py."]
    for (network, rule), table in found.items():
        flat = table[table["kind"] == "flat"]
        if network in FEWER or len(flat) < 2 * len(SINGLETONS):
            continue
        about = json.loads((out / f"{network}-{rule}" / "manifest.json").read_text())["request"]["models"][0]
        name = flat["effect"].str.partition(":")[0]
        lines += [
            "",
            "[[network]]",
            f"provenance = {json.dumps(about['provenance'])}",
            f'level_weights = "{rule}"',
            f"at_once = {json.dumps(list(name[flat['shown'] == 'yes']))}",
            f"of = {json.dumps(list(name))}",
        ]
    KNOWN.write_text("\n".join(lines) + "\n", encoding="utf-8")


def page(out: Path) -> None:
    """Write the tables into the page, and the figure and all numbers beside it."""
    found = {}
    for network in NETWORKS:
        for rule in RULES:
            results = results_in(out / f"{network}-{rule}")
            if results:
                found[network, rule] = effects(results)
    folder = PAGE.with_suffix("")
    folder.mkdir(exist_ok=True)
    save_figures({"effects.png": figure(found)}, folder, dpi=160)
    every = pd.concat(found, names=["network", "level_weights", ""])
    every.reset_index(level=[0, 1]).to_csv(folder / "effects.csv", index=False, float_format="%.4g")
    write_known(out, found)
    put(PAGE, HEAD, tables(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "page"))
    parser.add_argument("network", nargs="?", choices=NETWORKS)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.what == "page":
        page(given.out)
    else:
        for name in [given.network] if given.network else NETWORKS:
            run(name, given.out)
