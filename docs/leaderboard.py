"""Make docs/leaderboard.md from the committed summaries of runs in docs/results/runs, and take in new ones.

`make leaderboard`, or from the project's root:

    python docs/leaderboard.py                      write the page
    python docs/leaderboard.py --check              fail, and say why, if a line of the page cannot be traced
    python docs/leaderboard.py --add runs/x NAME    take a finished run in as docs/results/runs/NAME, and write the page
    python docs/leaderboard.py --evaluate           make the runs of leaderboard.toml, take them in, and write the page
    python docs/leaderboard.py --evaluate NAME ...  some of them; `--evaluate --stimuli N`: on the first N, to see how
                                                    long it takes; nothing is taken in

To add rows: finish a run with `gazekit evaluate --data D --root ../shared/data/... --models m,n --metrics
scanmatch,multimatch,sequence_score,edit_distance_normalised,dtw --out runs/x` (root as a relative path: the manifest is
published), then `--add runs/x NAME`, and commit docs/results/runs/NAME and docs/leaderboard.md. Nothing else is needed:

- A run of data that are there already (equal name and hash) adds its models to that table; people's rows have to agree.
  A measure of a model that two runs have is taken from the run whose name comes first in the alphabet: call a later run
  on OSIE `osie-...`, which comes after `osie`. A later run can add measures of a model that an earlier one has,
  if options, samples and seed are the same; otherwise give the model another name (an option that says what differs).
- Where only the seed of a model differs from that of an earlier run, its score stands in the table of other seeds.
- Other data (another name, or other trials of the same name) get a table of their own.
- Other measures are shown where a column below names them; all are in the run's summary.csv.
- `--add` reads the run's scores again, refuses one whose summary.csv or differences.csv is not what they give, that is
  not finished, or whose manifest holds an absolute path, and writes the hashes of both into the copied manifest.
"""

import os
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from committed_runs import LeaderboardError, Run, add, read_run

from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.chance import CHANCE, CONTROL, MODEL, NULL, WORDS, best_in, best_nulls, notes_of, roles_of
from gazekit.evaluation.lengths import OWN
from gazekit.metrics.outputs import higher_is_better
from gazekit.report.markdown import code, escaped, fenced

HERE = Path(__file__).resolve().parent
RUNS, PAGE = HERE / "results" / "runs", HERE / "leaderboard.md"
CHOSEN = HERE / "leaderboard.toml"
# What runs say of their models that were made before manifests did.
_TOLD = ("line", "target-repeated", "nearest-object", "markov-move", "move", "oat", "eccnet")
FIRST = ("osie", "interiors", "mit1003", "coco-search18", "bookcovers", "object-arrays")  # order of the page
RANKED_BY = "scanmatch"
TABLES = (
    ("Order and place", ("scanmatch", "sequence_score", "edit_distance_normalised", "dtw")),
    ("Objects and targets", ("sequence_score_objects", "sequence_score_objects_without_target", "target_found")),
    ("MultiMatch", tuple(f"multimatch_{d}" for d in ("vector", "direction", "length", "position", "duration"))),
    ("Paths as maps, plausibility", ("paths_nss", "paths_auc", "plausibility")),
)
TITLES = {
    "scanmatch": "ScanMatch",
    "sequence_score": "Sequence Score",
    "edit_distance_normalised": "edit distance",
    "dtw": "DTW, px",
    "sequence_score_objects": "Sequence Score, objects",
    "sequence_score_objects_without_target": "SSx, objects",
    "target_found": "target found",
}
NO_BREAK = "\N{NO-BREAK SPACE}"
ARROWS = {True: f"{NO_BREAK}↑", False: f"{NO_BREAK}↓", None: ""}
INTRODUCTION = """# Leaderboard

Every line is one model on one data set, with 95 % intervals, beside people (each person against all others: the
ceiling) and nulls, which do not see the image. Chance, in italics, is the best null of a measure: only what is above it
says that the image is used. Models stand in the order of their ScanMatch score. Controls never move, or are told what
they should not know; a measure on which a control reaches people or chance is marked (!): never report it without the
control. † is told where the target is, or when it is found. ‡ was tuned on a part of these stimuli. "Own lengths" are a
model's own numbers of fixations; all other lines have people's, or say at the run that they have not. ↑ more is better,
↓ less is better. A dash is a value that is not defined for that model. All measures are in each run's `summary.csv`.
Differences are paired over stimuli and have intervals that hold for all differences of the measure in that run
together; those of other measures are in `differences.csv`. Another seed draws the paths of models and nulls anew, and
the lengths; these are the same for all lines of a run, which move together.{old}

The 70 photographs of OSIE and the 20 of MIT1003 are those that the shipped readout of `priority` has not learned from
(fold 0 of 5); on OSIE NeVA's fovea was not chosen on them either. It has learned from other photographs of both sets.
The 23 rooms of Interiors are so, too, for its readout of search, which has learned from the other rooms.

NeVA stands on those 70 photographs of OSIE and on the 100 of MIT1003; [its page](results/neva.md) has more.

`make leaderboard` writes this page from the committed runs in `docs/results/runs`; a test fails when a line comes from
none of them. How to add your model: [howto/own-model.md](howto/own-model.md), then the top of `docs/leaderboard.py`.
Other experiments have pages of their own: [results](results/README.md).
"""

OLD = """ Old runs have no such table: {old}. Their intervals
are over stimuli alone, and their lengths are the models' own, so read no difference off them."""


def page(runs: Path = RUNS) -> str:
    """The text of the page.

    Raises
    ------
    LeaderboardError
        A run cannot be traced, or two runs of the same data disagree about people.
    """
    found = [read_run(folder) for folder in sorted(runs.iterdir()) if folder.is_dir()]
    by_data: dict[tuple[str, str], list[Run]] = {}
    for run in found:
        by_data.setdefault(run.data, []).append(run)
    order = sorted(by_data, key=lambda data: (FIRST.index(data[0]) if data[0] in FIRST else len(FIRST), data[0]))
    sections = [_section(by_data[data]) for data in order]
    old = ", ".join(f"`{run.name}`" for run in found if "lengths" not in run.manifest["request"])
    introduction = INTRODUCTION.format(old=OLD.format(old=old) if old else "")
    return "\n".join([introduction, *_overview([by_data[d] for d in order]), *(s for part in sections for s in part)])


def check(runs: Path = RUNS, written: Path = PAGE) -> None:
    """Compare the written page with what the committed runs give.

    Raises
    ------
    LeaderboardError
        A line of the page that no run gives, or the reverse.
    """
    wanted, there = page(runs).splitlines(), written.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(there, 1):
        if line not in wanted:
            raise LeaderboardError(f"{written.name}, line {number} comes from no committed run: {line[:100]}")
    if wanted != there:
        raise LeaderboardError(f"{written.name} is not what the committed runs give; run `make leaderboard`")


# ---------------------------------------------------------------- inside


def _overview(groups: list[list[Run]]) -> list[str]:
    """People, the best model and chance of every data set, by the measure that ranks."""
    lines = ["| ScanMatch | people | best model | chance: best null |", "|---|---|---|---|"]
    for runs in groups:
        rows = _rows(runs)
        cells = {(row.model, row.metric): row for row in rows.itertuples()}
        roles, facts = _roles(rows), _facts(runs)
        ranked = rows[rows["metric"] == RANKED_BY]
        best = next(iter(best_in(ranked, RANKED_BY, roles, MODEL, more=higher_is_better(RANKED_BY))), None)
        null = best_nulls(rows, roles).get((runs[0].data[0], RANKED_BY))
        human, model, chance = (_cell(cells.get((m, RANKED_BY))) for m in (HUMAN, best, null))
        named = f"{_name(best, roles, facts)} {model}" if best else "–"
        blind = f"{code(null)} {chance}" if null else "–"
        lines.append(f"| [{_title(runs[0])}](#{_anchor(runs[0])}) | {human} | {named} | {blind} |")
    return [*lines, ""]


def _title(run: Run) -> str:
    about = run.manifest["data"]
    return escaped(f"{about['name']}, {about['stimuli']} stimuli")


def _anchor(run: Run) -> str:
    return _title(run).replace(",", "").replace(" ", "-")


def _section(runs: list[Run]) -> list[str]:
    """Everything about one data set."""
    rows = _rows(runs)
    about = runs[0].manifest["data"]
    people = "simulated observers" if about.get("simulated") else "people"
    lines = [
        f"## {_title(runs[0])}",
        "",
        f"{about['subjects']} {people}, {about['scanpaths']} scanpaths, {about['fixations']} fixations. "
        f"Data SHA-256 `{runs[0].data[1][:12]}`.",
        "",
    ]
    order = _order(rows)
    for title, metrics in TABLES:
        defined = set(rows.loc[np.isfinite(rows["value"]) & (rows["model"] != HUMAN), "metric"])
        shown = [metric for metric in metrics if metric in defined]
        if shown:
            lines += [f"### {title}", "", *_table(rows, shown, order, _facts(runs)), ""]
    for run in runs:
        if run.name in set(rows["run"]):
            lines += _differences(run, _facts(runs))
    lines += _other_seeds(runs, order)
    heads = ("run", "lines", "samples", "lengths", "seed", "summary SHA-256")
    lines += ["### Runs", "", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for run in runs:
        request = run.manifest["request"]
        there = set(rows.loc[rows["run"] == run.name, "model"])
        models = ", ".join(code(model) for model in order if model in there)
        again = [code(model) for model in order if model in set(run.summary["model"]) - there]
        told = "another seed" if request["seed"] != runs[0].manifest["request"]["seed"] else "not shown again"
        models = "; ".join(part for part in (models, f"{told}: {', '.join(again)}" if again else "") if part)
        files = f"[{run.name}](results/runs/{run.name}/manifest.json)"
        made = f"{request['n_samples']} | {request.get('lengths', 'own')} | {request['seed']}"
        lines.append(f"| {files} | {models} | {made} | `{run.sha256[:12]}` |")
    lines += ["", fenced("\n".join(run.manifest["command"] for run in runs), "sh"), ""]
    return lines


def _rows(runs: list[Run]) -> pd.DataFrame:
    """Rows of all runs of the same data, with the column `run`: each measure of each model once."""
    first: dict[str, Any] = {}
    parts: list[pd.DataFrame] = []
    for run in runs:
        for earlier in parts:
            _agree(earlier, run)
        request = run.manifest["request"]
        made = {model["name"]: (model, request["n_samples"], request["seed"]) for model in request["models"]}
        # The same model, made in the same way, may have more measures in a later run. People do not depend on samples.
        kept = [
            model
            for model in run.summary["model"].unique()
            if first.setdefault(model, made.get(model)) == made.get(model) or model == HUMAN
        ]
        parts.append(run.summary[run.summary["model"].isin(kept)].assign(run=run.name))
    return pd.concat(parts, ignore_index=True).drop_duplicates(["model", "metric"])


def _roles(rows: pd.DataFrame) -> dict[str, str]:
    """What each row is, as its run says, or else as its name does."""
    roles = roles_of(rows["model"].unique(), {})
    if "role" in rows:
        said = rows.dropna(subset="role")
        roles |= dict(zip(said["model"], said["role"].replace(CHANCE, NULL), strict=True))
    return roles


def _facts(runs: list[Run]) -> dict[str, str]:
    """What must be said beside a model, see `notes_of`."""
    facts: dict[str, Any] = {}
    for run in runs:
        for model in run.manifest["request"]["models"]:
            name = model["name"]
            said = run.manifest.get("sources", {}).get(name)
            facts[name] = said or {"told_target": name.split(":")[0] in _TOLD}
    return notes_of(facts)


def _agree(earlier: pd.DataFrame, run: Run) -> None:
    """People of two runs of the same data have the same values."""
    one, other = (t[t["model"] == HUMAN].set_index("metric")["value"] for t in (earlier, run.summary))
    for metric in one.index.intersection(other.index):
        if higher_is_better(metric) is not None and not np.isclose(
            one[metric], other[metric], rtol=1e-6, equal_nan=True
        ):
            raise LeaderboardError(
                f"run {run.name}: people's {metric} is {other[metric]:.6g}, and {one[metric]:.6g} in run "
                f"{earlier['run'].iloc[0]}; metric parameters or versions differ, so do not mix them"
            )


def _order(rows: pd.DataFrame) -> list[str]:
    """People first, then models by the first measure, best first."""
    metric = RANKED_BY if RANKED_BY in set(rows["metric"]) else rows["metric"].iloc[0]
    values = rows[rows["metric"] == metric].set_index("model")["value"]
    values = values.sort_values(ascending=higher_is_better(metric) is False, na_position="last", kind="stable")
    rest = [model for model in rows["model"].unique() if model not in values.index]
    return [HUMAN, *(m for m in [*values.index, *rest] if m != HUMAN)]


def _table(rows: pd.DataFrame, metrics: list[str], order: list[str], facts: dict[str, str]) -> list[str]:
    roles, dataset = _roles(rows), rows["dataset"].iloc[0]
    null = {m: best_nulls(rows, roles).get((dataset, m)) for m in metrics}
    cells = {(row.model, row.metric): row for row in rows.itertuples()}
    heads = [
        f"{TITLES.get(m, m.removeprefix('multimatch_').replace('_', ' '))}{_mark(cells, m, roles, null[m])}"
        for m in metrics
    ]
    lines = [f"| | {' | '.join(heads)} | run |", "|---" * (len(metrics) + 2) + "|"]
    for model in order:
        found = [_cell(cells.get((model, metric)), chance=model == null[metric]) for metric in metrics]
        if any(text != "–" for text in found):
            runs = dict.fromkeys(cells[model, metric].run for metric in metrics if (model, metric) in cells)
            lines.append(f"| {_name(model, roles, facts)} | {' | '.join(found)} | {', '.join(runs)} |")
    return lines


def _differences(run: Run, facts: dict[str, str]) -> list[str]:
    """Models minus chance and minus people, as one run has them, for the measure that ranks."""
    if run.differences is None or run.differences.empty:
        return []
    rows = run.summary.assign(run=run.name)
    roles = _roles(rows)
    null = best_nulls(rows, roles).get((run.data[0], RANKED_BY))
    found = run.differences[run.differences["metric"] == RANKED_BY]
    gaps = {(g.model_a, g.model_b): (g.difference, g.sim_low, g.sim_high) for g in found.itertuples()}
    gaps |= {(b, a): (-value, -high, -low) for (a, b), (value, low, high) in gaps.items()}
    models = [m for m in _order(rows) if roles[m] in (MODEL, CONTROL) and {(m, null), (m, HUMAN)} & set(gaps)]
    if not models or null is None:
        return []
    title = f"### {TITLES[RANKED_BY]}: differences in the run {run.name}"
    lines = [title, "", f"| | minus chance, {code(null)} | minus people |", "|---|---|---|"]
    for model in models:
        cells = [
            f"{gap[0]:+.3f} [{gap[1]:+.3f},{NO_BREAK}{gap[2]:+.3f}]" if gap and np.isfinite(gap).all() else "–"
            for gap in (gaps.get((model, null)), gaps.get((model, HUMAN)))
        ]
        lines.append(f"| {_name(model, roles, facts)} | {' | '.join(cells)} |")
    return [*lines, ""]


def _other_seeds(runs: list[Run], order: list[str]) -> list[str]:
    """The measure that ranks, of models made with several seeds, in the first run of each."""
    rows = []
    for run in runs:
        request = run.manifest["request"]
        made = {model["name"]: str((model, request["n_samples"])) for model in request["models"]}
        ranked = run.summary[run.summary["metric"] == RANKED_BY]
        ranked = ranked.assign(seed=request["seed"], made=ranked["model"].str.removesuffix(OWN).map(made))
        rows.append(ranked[ranked["model"] != HUMAN])
    table = pd.concat(rows).drop_duplicates(["model", "made", "seed"])
    same = table["made"] == table.groupby("model")["made"].transform("first")
    values = table[same].pivot_table(index="model", columns="seed", values="value")
    values = values[values.notna().sum(axis="columns") > 1].dropna(axis="columns", how="all")
    if values.empty:
        return []
    roles, facts = _roles(_rows(runs)), _facts(runs)
    heads = [f"seed {seed}" for seed in values.columns] + ["standard deviation"]
    lines = [f"### {TITLES[RANKED_BY]}: other seeds", "", f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for model in (model for model in order if model in values.index):
        found = values.loc[model]
        cells = ["–" if np.isnan(value) else f"{value:.4f}" for value in found]
        lines.append(f"| {_name(model, roles, facts)} | {' | '.join(cells)} | {found.std():.4f} |")
    return [*lines, ""]


def _mark(cells: dict[tuple[str, str], Any], metric: str, roles: dict[str, str], null: str | None) -> str:
    """Which way is better, and whether a control reaches people or chance: as the run says, or by the values."""
    more = higher_is_better(metric)
    said = any(
        isinstance(mark := getattr(row, "mark", ""), str) and mark for (_, m), row in cells.items() if m == metric
    )
    controls = [row.value for (model, m), row in cells.items() if m == metric and roles[model] == CONTROL]
    goals = [cells[name, metric].value for name in (HUMAN, null) if (name, metric) in cells]
    beaten = more is not None and any((c >= goal) if more else (c <= goal) for c in controls for goal in goals)
    return ARROWS[more] + (f"{NO_BREAK}(!)" if said or beaten else "")


def _name(model: str, roles: dict[str, str], facts: dict[str, str]) -> str:
    if model == HUMAN:
        return "**people**"
    base = model.removesuffix(OWN)
    note = facts.get(base, "")
    signs = (" †" if "told" in note else "") + (" ‡" if "tuned" in note else "")
    role = f" ({WORDS[roles[model]]})" if roles[model] in (NULL, CONTROL) else ""
    return code(base) + signs + role + (OWN if model.endswith(OWN) else "")


def _cell(row: Any, chance: bool = False) -> str:
    if row is None or not np.isfinite(row.value):
        return "–"
    digits = 0 if abs(row.value) >= 100 else 3
    text = f"{row.value:.{digits}f} [{row.low:.{digits}f},{NO_BREAK}{row.high:.{digits}f}]"
    return f"*{text}*" if chance else text


def chosen_runs() -> dict[str, dict[str, Any]]:
    """The runs of leaderboard.toml with their defaults, by name; those of other seeds are called `NAME-seed-1`."""
    given = tomllib.loads(CHOSEN.read_text(encoding="utf-8"))
    runs, others = {}, {}
    for name, own in given["runs"].items():
        run = {**given["defaults"], **own}
        seeds, once = run.pop("other_seeds"), run.pop("one_seed")
        runs[name] = {**run, "metrics": [*run["metrics"], *run.pop("more_metrics", [])]}
        models = [model for model in run["models"] if model.split(":")[0] not in once]
        for seed in seeds:
            others[f"{name}-seed-{seed}"] = {**runs[name], "models": models, "metrics": [RANKED_BY], "seed": seed}
    return {**runs, **others}


def evaluate_run(name: str, stimuli: int | None = None, workers: int = 1) -> tuple[Path, float, int, int]:
    """Make a run of leaderboard.toml: its folder, seconds, stimuli, and stimuli of the whole run."""
    from gazekit import evaluate, load_dataset

    run = chosen_runs()[name]
    root = Path(os.path.relpath(os.environ.get("GAZEKIT_DATA", HERE.parent.parent / "shared" / "data")))
    options = run.get("options", {})

    def chosen(**options: Any) -> Any:
        data = load_dataset(run["data"], root / run["folder"], **options)
        return data.select(trials=[t.id for t in data.trials if t.has("image")]) if run.get("images") else data

    data = chosen(**options)
    for folds in run.get("unseen", []):  # folds of all stimuli, as in training
        part = set(chosen().split("stimulus", folds=folds, fold=0, seed=0).test.stimuli)
        data = data.select(stimuli=[stimulus for stimulus in data.stimuli if stimulus in part])
    whole = len(data.stimuli)
    if stimuli is not None:
        data = data.select(stimuli=data.stimuli[:stimuli])
    start = time.perf_counter()
    out = Path("runs") / "leaderboard" / (name if stimuli is None else f"{name}-first-{stimuli}")
    evaluate(
        data,
        [model.replace("{data}", str(root)) for model in run["models"]],
        run["metrics"],
        out=out,
        n_samples=run["samples"],
        seed=run["seed"],
        workers=workers,
        command=f"python docs/leaderboard.py --evaluate {name}",
        notes={
            "loaded": {"data": run["data"], "root": str(root / run["folder"]), "outside": "keep", "options": options}
        },
    )
    return out, time.perf_counter() - start, len(data.stimuli), whole


def evaluate_all(names: list[str], stimuli: int | None, workers: int) -> None:
    """Make runs, take them in and write the page; with a number of stimuli only say how long they take."""
    for name in names or list(chosen_runs()):
        out, seconds, done, whole = evaluate_run(name, stimuli, workers)
        sys.stdout.write(f"{name}: {done} of {whole} stimuli in {seconds:.0f} s\n")
        if stimuli is None:
            add(out, name, RUNS)
    if stimuli is None:
        PAGE.write_text(page(), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Write, check or add; see the top of the file."""
    match arguments:
        case []:
            PAGE.write_text(page(), encoding="utf-8")
        case ["--check"]:
            check()
        case ["--add", folder, name]:
            add(Path(folder), name, RUNS)
            PAGE.write_text(page(), encoding="utf-8")
        case ["--evaluate", *names]:
            given = {"--stimuli": None, "--workers": 1}
            while names and names[0] in given:
                given[names[0]], names = int(names[1]), names[2:]
            evaluate_all(names, given["--stimuli"], given["--workers"] or 1)
        case _:
            raise LeaderboardError(
                "use no argument, --check, --add RUN_FOLDER NAME, or --evaluate [--stimuli N] [--workers N] [NAME ...]"
            )


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LeaderboardError as error:
        raise SystemExit(f"leaderboard: {error}") from None
