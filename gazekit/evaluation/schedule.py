"""Which pieces an evaluation has, and how their tables are joined.

Measures of pairs, paths and densities need one source on some stimuli. Measures of sets need all predictions, so that
every source has equally many paths. However a run was done, stopped and resumed, tables are joined in the order of the
request: their bytes are the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.choice import Choice
from gazekit.evaluation.equal_sets import DRAWS
from gazekit.evaluation.lengths import Asked
from gazekit.evaluation.pieces import ClusterPiece, SetPiece, StimuliPiece, join_clusters, load_paths
from gazekit.evaluation.results import CELL_COLUMNS, SCORE_COLUMNS
from gazekit.evaluation.set_scoring import (
    ALL,
    BLOCK,
    PEOPLE,
    SET_COLUMNS,
    SetWork,
    halvings,
    mean_of_draws,
    mean_of_people,
)
from gazekit.metrics.context import Context
from gazekit.metrics.fixation_maps.reference import DensityReference
from gazekit.metrics.measure import NEGATIVES, Measure
from gazekit.models.contract import ScanpathModel
from gazekit.runs.folder import RunFolder, read_table

MOST_ROWS = 500_000  # of `NEGATIVES`, before they are added up


def cut(dataset: Dataset, stimuli: int) -> list[Dataset]:
    """Parts of a number of whole stimuli, the same for every number of workers."""
    place = {stimulus: k // stimuli for k, stimulus in enumerate(dataset.stimuli)}
    trials: dict[int, list[Trial]] = {}
    for trial in dataset.trials:
        trials.setdefault(place[trial.stimulus], []).append(trial)
    part_of = {trial.id: place[trial.stimulus] for trial in dataset.trials}
    rows = dataset.scanpaths.table["trial"].map(part_of).to_numpy()
    order = np.argsort(rows, kind="stable")
    cuts = np.searchsorted(rows[order], np.arange(len(trials) + 1))
    return [
        replace(dataset, trials=tuple(trials[c]), scanpaths=dataset.scanpaths[order[cuts[c] : cuts[c + 1]]])
        for c in range(len(trials))
    ]


def learn_from_people(
    run: RunFolder,
    do: Callable[..., None],
    parts: Sequence[Dataset],
    choice: Choice,
    context: Context,
    seed: int,
) -> Context:
    """Add to the context what measures know of all people before anybody is scored: clusters and densities."""
    if choice.needs_clusters:
        pieces = [ClusterPiece(run.part(f"clusters-{c:05d}.json"), p.scanpaths) for c, p in enumerate(parts)]
        do(pieces, label=f"cluster {parts[0].name}")
        context = replace(context, clusters=join_clusters(pieces))
    if choice.densities:
        density = DensityReference.of(context.people, context.trials, seed=seed)
        if any("history" in measure.needs for measure in choice.measures):
            density = density.with_following(context.people, context.trials)
        context = replace(context, density=density)
    return context


def stimuli_pieces(
    run: RunFolder,
    parts: Sequence[Dataset],
    models: Sequence[ScanpathModel],
    measures: Sequence[Measure],
    context: Context,
    options: Mapping[str, Any],
    asked: Asked | None,
) -> list[StimuliPiece]:
    """A piece per part and model; people come first.

    All sources of some stimuli follow each other, so that a worker reads each of their images once.
    """
    return [
        StimuliPiece(run.part(f"{k:02d}-{c:05d}"), model, part, measures, of_part, options, *lengths)
        for c, (part, of_part, lengths) in enumerate(
            [(part, context.of_piece(part), () if asked is None else asked.of(part.trials)) for part in parts]
        )
        for k, model in enumerate([None, *models])
    ]


def set_pieces(
    run: RunFolder,
    done: Sequence[StimuliPiece],
    measures: Sequence[Measure],
    context: Context,
    stimuli: Sequence[str],
    *,
    seed: int,
    resamples: int,
) -> list[SetPiece]:
    """Draws and halves of the sets of every source, when all of them are predicted."""
    if not measures:
        return []
    predictions = {s: [p.predictions[s] for p in of if p.model is not None] for s, of in _by_source(done)}
    available: dict[str, int] = {}
    for files in filter(None, predictions.values()):
        for trial, count in load_paths(files).table.groupby("trial", sort=False).size().items():
            available[str(trial)] = min(available.get(str(trial), int(count)), int(count))
    shown = Context(context.people, context.contents)
    work = SetWork(shown, measures, available, stimuli, seed, halvings(resamples))
    blocks: list[tuple[str, Sequence[int]]] = [(ALL, [0]), *((PEOPLE, [draw]) for draw in range(DRAWS))]
    for about, count in work.halvings.items():
        blocks += [(about, range(k, min(k + BLOCK, count))) for k in range(0, count, BLOCK)]
    pieces: list[SetPiece] = []
    for k, (source, files) in enumerate(predictions.items()):
        of_source = (work, source, files or None)
        if work.of("stimulus"):
            for draw in range(DRAWS):
                pieces.append(SetPiece(run.part(f"{k:02d}-draw-{draw + 1:05d}.parquet"), *of_source, draw=draw))
        if work.of("data set"):
            for about, numbers in blocks:
                part = run.part(f"{k:02d}-{about}-{numbers[0]:05d}.parquet")
                pieces.append(SetPiece(part, *of_source, about=about, numbers=numbers))
    return pieces


def predictions_of(pieces: Sequence[StimuliPiece]) -> Scanpaths:
    """The models' paths, model by model."""
    return load_paths([p.predictions[s] for s, of in _by_source(pieces) for p in of if p.model is not None])


def join_scores(
    pieces: Sequence[StimuliPiece], sets: Sequence[SetPiece], dataset: str, outputs: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The tables `scores`, `cells` and `sets` of `Results`: measures as in `outputs`, in them sources as they came."""
    tables = [read_table(piece.scores) for piece in pieces]
    # Judges, donors, learned numbers, negatives: so that the order does not depend on how the stimuli were cut.
    sorts: list[list[pd.DataFrame]] = [[], [], [], []]

    def add(cells: pd.DataFrame) -> None:
        kind = np.where(cells["pairs"] > 0, 1, np.where(cells["donor"] == NEGATIVES, 3, 2))
        kind[cells["donor"] == ""] = 0
        for k, tables_of_kind in enumerate(sorts):
            tables_of_kind.append(cells[kind == k])
        if sum(map(len, sorts[3])) > MOST_ROWS:
            sorts[3] = [added_up(sorts[3])]

    for piece in pieces:
        add(read_table(piece.cells))
    if drawn := [read_table(piece.part) for piece in sets if piece.draw is not None]:
        of_draws = mean_of_draws(drawn)
        tables.append(of_draws.rows)
        add(of_draws.cells)
    cells = [*sorts[0], *sorts[1], *sorts[2], of_the_mean(added_up(sorts[3]))]
    whole = [table for piece in sets if piece.draw is None if len(table := read_table(piece.part))]
    whole = [mean_of_people(pd.concat(whole, ignore_index=True))] if whole else []
    order = {"model": [source for source, _ in _by_source(pieces)], "metric": list(outputs)}  # the last one counts most
    wanted = ((tables, SCORE_COLUMNS), (cells, CELL_COLUMNS), (whole, SET_COLUMNS))
    scores, parts, of_sets = (_joined(found, dataset, columns, order) for found, columns in wanted)
    return scores, parts, of_sets


def added_up(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of `NEGATIVES` in `Scored.cells`: what pieces know of the same person on the same image adds up."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=CELL_COLUMNS)
    keys = ["model", "metric", "stimulus", "donor", "subject"]
    found = pd.concat(filled, ignore_index=True).groupby(keys, sort=False, as_index=False)["value"].sum(min_count=1)
    return found.assign(pairs=0).reindex(columns=CELL_COLUMNS)


def of_the_mean(negatives: pd.DataFrame) -> pd.DataFrame:
    """Of `added_up`: how far each person on each image has moved the mean over the stimuli that have a value.

    How many these are is known once all pieces are there: people have none where only one of them looked.
    """
    keys, step = ["model", "metric"], negatives["subject"] == ""
    scored = negatives.assign(step=step).groupby(keys, sort=False)["step"].transform("sum")
    return negatives.assign(value=negatives["value"].where(step, negatives["value"] / scored))


def _joined(
    tables: Sequence[pd.DataFrame], dataset: str, columns: list[str], order: Mapping[str, list[str]]
) -> pd.DataFrame:
    tables = [table for table in tables if len(table)]
    joined = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    joined = joined.assign(dataset=dataset)[columns]
    keys = [joined[column].map(names.index).to_numpy(int) for column, names in order.items()]
    return joined.iloc[np.lexsort(keys)].reset_index(drop=True)


def join_seconds(pieces: Sequence[StimuliPiece]) -> dict[str, dict[str, float]]:
    """Time that each source took, over all processes; a model with two rows takes it for both together."""
    return {
        source: {
            column: round(sum(float(piece.seconds().get(column, 0)) for piece in of_source), 3)
            for column in ("predict_s", "score_s")
        }
        for source, of_source in _by_source(pieces)
    }


def _by_source(pieces: Sequence[StimuliPiece]) -> list[tuple[str, list[StimuliPiece]]]:
    """Pieces of each source, in the order of the run."""
    sources = dict.fromkeys(source for piece in pieces for source in piece.sources)
    return [(source, [piece for piece in pieces if source in piece.sources]) for source in sources]
