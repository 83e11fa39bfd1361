"""What the explorer is given: trials, the scanpaths of people and models, and the scores of each stimulus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.report.columns import json_block, pack
from gazekit.report.pictures import pictures
from gazekit.report.score_tables import cautions

SAMPLES = 5  # of each model and trial; more are left out and the page says so


@dataclass(frozen=True)
class Exploration:
    """Scanpaths to look at.

    Parameters
    ----------
    paths : Scanpaths
        People's (source "human") and models', in px.
    trials : sequence of Trial
        What was shown, in the order of the list; trials without a path are left out. Without the data set, see
        `bare_trials`.
    scores : pandas.DataFrame, optional
        Rows stimulus, model, metric, value: means of each stimulus, shown beside the pair.
    options : mapping
        Parameters of `scanmatch` and `multimatch` in the run, where it has them.
    headline : (model, metric, higher is better), optional
        By which stimuli can be put in order.
    favourite : str, optional
        The model that is shown first.
    """

    paths: Scanpaths
    trials: Sequence[Trial]
    scores: pd.DataFrame | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    headline: tuple[str, str, bool] | None = None
    favourite: str | None = None

    @classmethod
    def of(cls, paths: Scanpaths, dataset: Dataset | None, people: Scanpaths | None = None, **more: Any) -> Self:
        """Of a run: people's paths, then the models'; trials of the data set, or else trials without an image."""
        paths = paths if people is None else Scanpaths.concat([people, paths])
        return cls(paths, bare_trials(paths) if dataset is None else dataset.trials, **more)


def bare_trials(paths: Scanpaths) -> list[Trial]:
    """Trials made of what scanpaths know: name and frame, no image."""
    rows = np.flatnonzero(~paths.table["trial"].duplicated().to_numpy()).tolist()
    return [
        Trial(str(paths.table["trial"].iloc[k]), str(paths.table["stimulus"].iloc[k]), paths.frame_of(k)) for k in rows
    ]


def explorer_blocks(exploration: Exploration, images: str = "thumbs", samples: int = SAMPLES) -> tuple[str, str]:
    """The explorer's data as `script` elements that are data, not code, and a sentence about what is in them.

    Parameters
    ----------
    exploration : Exploration
        What to show.
    images : {"none", "thumbs", "full"}
        See `pictures`.
    samples : int
        Most samples of each model and trial.

    Returns
    -------
    html, note : str
    """
    paths = exploration.paths
    keep = (paths.table["source"] == HUMAN) | (paths.table["sample"] < samples)
    left_out = int((~keep).sum())
    paths = paths.filter(keep.to_numpy() & paths.table["trial"].isin([t.id for t in exploration.trials]).to_numpy())
    present = set(paths.table["trial"])
    trials = [t for t in exploration.trials if t.id in present]
    shown = pictures(trials, images)
    distinct = list(dict.fromkeys(text for text in shown.encoded if text))
    number = {text: k for k, text in enumerate(distinct)}
    columns, names = _path_columns(paths, trials)
    data: dict[str, Any] = {
        "trials": [_about(trial, number.get(text)) for trial, text in zip(trials, shown.encoded, strict=True)],
        **names,
        "point": "click" if paths.facts.points == "clicks" else "fixation",
        "favourite": exploration.favourite,
        "options": {name: _plain(given) for name, given in exploration.options.items()},
    }
    if exploration.scores is not None and len(exploration.scores):
        table, columns["scores"] = _score_grid(exploration.scores, trials)
        data["scores"] = table | {"cautions": cautions(table["metrics"])}
        if exploration.headline and exploration.headline[1] in table["metrics"]:
            data["headline"] = list(exploration.headline)
    data["columns"], packed = pack(columns)
    blocks = [
        f'<script type="application/json" id="explorer-data">{json_block(data)}</script>',
        f'<script type="text/plain" id="explorer-columns">{packed}</script>',
        *(f'<script type="text/plain" id="image-{k}">{text}</script>' for k, text in enumerate(distinct)),
    ]
    note = shown.note
    if left_out:
        note += f" Samples beyond the first {samples} of each model are not on this page ({left_out} paths)."
    return "\n".join(blocks), note


def _path_columns(paths: Scanpaths, trials: Sequence[Trial]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of paths ordered by source, then trial, and the names that their numbers stand for."""
    table = paths.table
    sources = sorted(
        dict.fromkeys(table["source"]), key=lambda name: name != HUMAN
    )  # people first, the rest as they come
    subjects = sorted(set(table.loc[table["source"] == HUMAN, "subject"]), key=_natural)
    of_trial = {t.id: k for k, t in enumerate(trials)}
    source = table["source"].map({name: k for k, name in enumerate(sources)}).to_numpy(np.int64)
    trial = table["trial"].map(of_trial).to_numpy(np.int64)
    who = table["subject"].map({name: k for k, name in enumerate(subjects)}).fillna(0).to_numpy(np.int64)
    sample = table["sample"].to_numpy(np.int64)
    order = np.lexsort((sample, who, trial, source))
    paths = paths[order]
    columns: dict[str, Any] = {
        "trial": trial[order],
        "source": source[order],
        "who": who[order],
        "sample": sample[order],
        "length": paths.lengths,
        "x": paths.x,
        "y": paths.y,
    }
    texts = list(dict.fromkeys(table["caption"].fillna(""))) if "caption" in table else []
    if any(texts):  # what a path followed, where that is not the same for all paths of a trial
        columns["text"] = paths.table["caption"].fillna("").map({text: k for k, text in enumerate(texts)}).to_numpy()
    if paths.duration is not None and np.isfinite(paths.duration).any():
        columns["duration"] = paths.duration
    return columns, {"sources": sources, "subjects": subjects, "people": HUMAN, "texts": texts}


def _natural(name: str) -> tuple[int, str]:
    """Order of subjects: 2 before 10."""
    return (int(name), "") if name.isdecimal() else (1 << 62, name)


def _about(trial: Trial, image: int | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "id": trial.id,
        "stimulus": trial.stimulus,
        "width": trial.frame.width,
        "height": trial.frame.height,
    }
    extra = {
        "image": image,
        "task": trial.task,
        "caption": trial.caption,
        "target": None if trial.target_box is None else [float(v) for v in trial.target_box],
    }
    if trial.objects is not None and image is None:  # where the picture cannot be seen, its objects can
        extra["objects"] = trial.objects.boxes.round(1).tolist()
    return about | {key: value for key, value in extra.items() if value not in (None, "")}


def _score_grid(scores: pd.DataFrame, trials: Sequence[Trial]) -> tuple[dict[str, list[str]], np.ndarray]:
    """Scores as a column: trial by trial, model by model, metric by metric; NaN where there is none."""
    models, metrics = (list(dict.fromkeys(scores[name])) for name in ("model", "metric"))
    wide = scores.pivot_table(index="stimulus", columns=["model", "metric"], values="value", dropna=False)
    wide = wide.reindex(columns=pd.MultiIndex.from_product([models, metrics]))
    grid = wide.reindex([t.stimulus for t in trials]).to_numpy(np.float32)
    return {"models": models, "metrics": metrics}, grid.ravel()


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
