"""Score people, drawn controls, predictions and models under a protocol: one engine for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.evaluation.bootstrap import interval, resample
from gazekit.evaluation.score_file import named_sources
from gazekit.foundations.errors import DataError, MismatchError
from gazekit.metrics.behaviour.search import steps_to_target
from gazekit.metrics.context import contents_of
from gazekit.metrics.density.conditional import task_prior
from gazekit.metrics.kinds.densities import score_density
from gazekit.metrics.kinds.labels import LABELS
from gazekit.metrics.kinds.pairs import all_pairs
from gazekit.metrics.kinds.sets import SETS, score_sets
from gazekit.metrics.labels.clusters import PUBLISHED_FACTORS, Clusters, mean_shift_clusters
from gazekit.metrics.measure import find
from gazekit.metrics.pairwise import pairwise
from gazekit.models.capabilities import HasDensity, next_log_densities
from gazekit.models.contract import ScanpathModel
from gazekit.protocols.averages import Number, Values, averaged, divergence, diversity
from gazekit.protocols.paths import (
    CONTROLS,
    RESERVED,
    at_matched_lengths,
    controls,
    from_the_start,
    in_protocol,
    not_whole,
    protocol_images,
    untimed,
)
from gazekit.protocols.protocol import Protocol, Score, protocols

COLUMNS = ["source", "score", "value", "low", "high", "images", "pairs", "undefined"]


@dataclass(frozen=True)
class ProtocolScores:
    """What a protocol gave.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    data : str
        The data set's name.
    table : pandas.DataFrame
        source, score, value, low, high (95 % over images), images, pairs (behind the value; for "best" paths, for
        densities fixations), undefined (pairs without a value, left out). A row per source and score, in the protocol's
        order.
    notes : tuple of str
        What was left out or added, and which rows fall away.
    departures : mapping of source to tuple of str
        Why the numbers of a source are not what papers report; a source that is not in it has a headline.
    resampled : mapping of (source, score) to (resamples,) float64
        The value on each resampling of images, the same for all: of them intervals of differences are made. Those of a
        divergence are too large, as fewer scores differ; their differences less so.
    """

    protocol: Protocol
    data: str
    table: pd.DataFrame
    notes: tuple[str, ...]
    departures: Mapping[str, tuple[str, ...]]
    resampled: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def value(self, source: str, score: str) -> float:
        """One number; NaN where the source has none."""
        rows = self.table[(self.table["source"] == source) & (self.table["score"] == score)]
        return float(rows["value"].iloc[0]) if len(rows) else float("nan")

    @property
    def headlines(self) -> dict[str, float]:
        """The number that papers lead with, of each source that keeps to the protocol."""
        of_all = self.table[self.table["score"] == self.protocol.headline]
        kept = of_all[~of_all["source"].isin(list(self.departures))]
        return dict(zip(kept["source"], kept["value"], strict=True))


def score_protocol(
    protocol: str | Protocol,
    dataset: Dataset,
    predictions: Scanpaths | None = None,
    *,
    models: Sequence[ScanpathModel] = (),
    transferred: bool = False,
    controls: bool = True,
    seed: int = 0,
    threads: int | None = None,
) -> ProtocolScores:
    """Score people, two drawn controls, predictions and densities as a group of the field does.

    Parameters
    ----------
    protocol : str or Protocol
        See `gazekit protocols`.
    dataset : Dataset
        Trials and people; all of it, the protocol chooses the images.
    predictions : Scanpaths, optional
        With the data set's trial names (`gazekit.evaluation.score_file.match_trials`); a row of the result per
        source. Durations in ms.
    models : sequence of ScanpathModel
        Fitted models whose log densities are scored, where the protocol does that; those without one are not looked at.
        `gazekit.protocols.predictions.predict_for` gives the predictions of the same models.
    transferred : bool
        Also on a data set that the protocol was not made for, with all of its images; no source has a headline then.
    controls : bool
        Add the controls of `gazekit.protocols.paths.CONTROLS`, as many paths per image as the protocol asks for.
    seed : int
        Seed of the controls, and of matched lengths.
    threads : int, optional
        Threads to use; the result does not depend on it.

    Returns
    -------
    ProtocolScores

    Raises
    ------
    UnknownNameError
        No such protocol.
    GazekitError
        Another data set than the protocol's, without `transferred`.
    DataError
        None of the protocol's images is there or has predictions; two people or more are needed; a protocol that
        compares a prediction with one person, and predictions that name none; one that scores densities alone, and
        nobody has one.
    MismatchError
        Predictions whose declared facts are not those of people's paths; scanpaths in degrees.

    Examples
    --------
    >>> from gazekit import Frame, Trial
    >>> rows = [(s, p) for s in "ab" for p in "pq"]
    >>> table = pd.DataFrame(rows, columns=["stimulus", "subject"]).assign(width=320, height=240)
    >>> people = Scanpaths([10.0] * 12, [10.0] * 12, [0, 3, 6, 9, 12], table, duration=[200.0] * 12)
    >>> data = Dataset("mine", [Trial(s, s, Frame(320, 240)) for s in "ab"], people)
    >>> found = score_protocol("chen2021", data, transferred=True)
    >>> found.value("human", "SED"), found.headlines
    (0.0, {})
    """
    chosen: Protocol = protocols[protocol] if isinstance(protocol, str) else protocol
    return scored(
        *prepared(
            chosen,
            dataset,
            predictions,
            models=models,
            transferred=transferred,
            with_controls=controls,
            seed=seed,
            threads=threads,
        )
    )


def prepared(
    chosen: Protocol,
    dataset: Dataset,
    predictions: Scanpaths | None,
    *,
    models: Sequence[ScanpathModel] = (),
    transferred: bool = False,
    with_controls: bool = True,
    seed: int = 0,
    threads: int | None = None,
) -> tuple["Scorer", dict[str, Scanpaths], list[str], dict[str, tuple[str, ...]]]:
    """What a protocol scores, before anything is scored; see `score_protocol`.

    Returns
    -------
    scorer : Scorer
        People as judges.
    sources : dict of str to Scanpaths
        Paths of each source in the protocol's frame.
    notes, departures
        As in `ProtocolScores`.
    """
    part, general = protocol_images(chosen, dataset, transferred)
    if part.scanpaths.facts.unit != "px":
        raise MismatchError(
            f"protocol {chosen.name!r} works on px, and the scanpaths of {dataset.name!r} are in degrees"
        )
    dense = {model.name: model for model in models if isinstance(model, HasDensity)}
    if chosen.of_densities and not dense:
        raise DataError(
            f"protocol {chosen.name!r} scores log densities, which files of predictions do not have: give it a model "
            f"with one (gazekit evaluate --protocol {chosen.name} --models centre; gazekit models says which have one)"
        )
    boxes = part.target_boxes()
    searches = chosen.until_found or any(score.both_found for score in chosen.scores)
    if searches and len(boxes) < len(part.trials):
        raise DataError(f"protocol {chosen.name!r} is about search, and some trials of {dataset.name!r} have no target")
    people, left_out = in_protocol(part.scanpaths, chosen, chosen.longest_person, boxes, people=True)
    notes = [f"not recommended: {chosen.not_recommended}"] if chosen.not_recommended else []
    notes += [f"{HUMAN}: {line}" for line in left_out]
    if not chosen.of_densities:
        notes += [
            f"{model.name}: the protocol's own control of this name is shown, with lengths and durations of people on "
            f"other images; the model is left out"
            for model in models
            if model.name in CONTROLS
        ]
    if people.table["subject"].nunique() < 2:
        raise DataError(
            f"protocol {chosen.name!r} compares people, and {dataset.name!r} has fewer than two on its images"
            + (f" ({'; '.join(left_out)})" if left_out else "")
        )
    departures = dict.fromkeys((HUMAN, *dense), general) if general else {}
    sources = {HUMAN: people}
    given = {} if chosen.of_densities or not with_controls else controls(chosen, part, seed)
    departures |= dict.fromkeys(given, general) if general else {}
    for name, paths in [*given.items(), *([] if predictions is None else named_sources(predictions, RESERVED))]:
        shown = paths.filter(trial=[trial.id for trial in part.trials])
        if not len(shown):
            raise DataError(f"{name} has no path on the {len(part.trials)} trials of protocol {chosen.name!r}")
        if len(shown) < len(paths):
            notes.append(
                f"{name}: {len(paths) - len(shown)} paths of images that the protocol does not score (left out)"
            )
        if shown.facts.unit != "px":
            raise MismatchError(f"protocol {chosen.name!r} works on px, and {name} is in degrees")
        begun = shown if chosen.first_fixation != "kept" else from_the_start(shown, people, part.trials)
        if begun is not shown and begun.facts != shown.facts and name not in given:
            put = "put before every path, as people's have it"
            taken = "taken from every path, as people's are without it"
            notes.append(f"{name}: the imposed start was {put if begun.facts.forced_first else taken}")
        mine, left_out = in_protocol(begun, chosen, chosen.longest_prediction, boxes, people=False)
        if chosen.lengths == "matched":
            mine = at_matched_lengths(mine, replace(part, scanpaths=people), chosen, seed)
        if name not in given:
            notes += [f"{name}: {line}" for line in left_out]
            why = (*general, *not_whole(chosen, mine, people))
            departures |= {name: why} if why else {}
        sources[name] = mine.filter(trial=list(people.table["trial"].unique()))
    clusters = None
    if any(score.with_options.kind is LABELS for score in chosen.scores):
        whole, _ = in_protocol(part.scanpaths, replace(chosen, until_found=False), None, boxes, people=True)
        clusters = mean_shift_clusters(whole, by=("trial",), factors=PUBLISHED_FACTORS)
    scorer = Scorer(chosen, dataset.name, people, clusters, threads, part.trials, dense, training(dataset))
    return scorer, sources, notes, departures


def training(dataset: Dataset) -> Scanpaths | None:
    """People's paths of the training part of a published split, the first fixation of each left out; None without."""
    table = dataset.scanpaths.table
    if "split" not in table or not (table["split"] == "train").any():
        return None
    paths = dataset.scanpaths.filter(split="train")
    return paths.keep_fixations(paths.rank_of() > 0)


def scored(
    scorer: "Scorer", sources: Mapping[str, Scanpaths], notes: list[str], departures: dict[str, tuple[str, ...]]
) -> ProtocolScores:
    """Score what `prepared` gave."""
    chosen, rows = scorer.protocol, []
    for name in dict.fromkeys((*sources, *scorer.dense)):
        try:
            found, fallen = scorer.rows(name, sources.get(name))
        except DataError as error:  # where nothing is left, the notes say what was left out
            said = [line for line in notes if line.startswith(f"{name}: ")]
            raise DataError(str(error) + (f" ({'; '.join(said)})" if said else "")) from error
        rows += found
        for why, names in fallen.items():
            notes.append(f"{name}: {why}, so without {', '.join(names)}")
            if chosen.headline in names:
                departures[name] = (*departures.get(name, ()), why)
    table = pd.DataFrame(rows, columns=COLUMNS)
    return ProtocolScores(chosen, scorer.data, table, tuple(notes), departures, scorer.resampled)


@dataclass(frozen=True)
class Scorer:
    """People as judges under one protocol: what all sources are scored with.

    Parameters
    ----------
    protocol, data, threads
        As in `score_protocol`; `data` is the name.
    people : Scanpaths
        In the protocol's frame.
    clusters : Clusters, optional
        Of people's fixations, where a score needs them.
    trials : tuple of Trial
        What was shown.
    dense : mapping of str to model
        Models with a density.
    training : Scanpaths, optional
        Of which the prior of a task is made.
    """

    protocol: Protocol
    data: str
    people: Scanpaths
    clusters: Clusters | None
    threads: int | None
    trials: Sequence[Trial] = ()
    dense: Mapping[str, Any] = field(default_factory=dict)
    training: Scanpaths | None = None
    known: dict[Any, np.ndarray] = field(default_factory=dict)
    resampled: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    @property
    def stimuli(self) -> list[str]:
        """Images that people saw, each once."""
        return list(dict.fromkeys(self.people.table["stimulus"]))

    def image_of(self, paths: Scanpaths) -> np.ndarray:
        """(n,): number of the image of each path."""
        place = {stimulus: k for k, stimulus in enumerate(self.stimuli)}
        return paths.table["stimulus"].map(place).to_numpy()

    def pairs(self, name: str, paths: Scanpaths, *, everybody: bool = False) -> np.ndarray:
        """(n, 2): row of the path that is judged, row of the person who judges it."""
        found = all_pairs(paths, self.people)
        if name == HUMAN:
            if self.protocol.people == "with themselves":
                return np.concatenate([found, np.repeat(np.arange(len(paths)), 2).reshape(-1, 2)])
            return found[found[:, 0] > found[:, 1]] if self.protocol.people == "unordered" else found
        if self.protocol.models == "own person" and not everybody:
            found = found[self.own(paths, found)]
        return found

    def own(self, paths: Scanpaths, pairs: np.ndarray) -> np.ndarray:
        """(n,) bool: whether a path was made for the person who judges it."""
        of, judge = paths.table["subject"].to_numpy(), self.people.table["subject"].to_numpy()
        return np.asarray(of[pairs[:, 0]] == judge[pairs[:, 1]])

    def values(self, score: Score, paths: Scanpaths, others: Scanpaths, pairs: np.ndarray) -> np.ndarray:
        """(n, k): values of pairs in all columns of a score's measure; several scores share them."""
        key = (score.measure, *sorted(score.options.items()), score.longest, id(paths), id(others), len(pairs))
        if key not in self.known:
            measure, sides = score.with_options, [paths, others]
            if measure.kind is LABELS:
                assert self.clusters is not None  # noqa: S101 -- made where a score needs them
                measure = find(measure.steps).with_options(symbols="objects", **measure.options)
                sides = [self.clusters.label(side) for side in sides]
            if score.longest is not None:
                sides = [side.truncate(score.longest) for side in sides]
            self.known[key] = pairwise(measure, sides[0], sides[1], pairs, threads=self.threads)
        return self.known[key]

    def of_pairs(self, score: Score, name: str, paths: Scanpaths) -> Values:
        """A score's values of a source's pairs."""
        return self.of_these(score, paths, self.pairs(name, paths, everybody=score.averaged == "recall"))

    def of_these(self, score: Score, paths: Scanpaths, pairs: np.ndarray) -> Values:
        """A score's values of pairs of a path and a person, as the protocol defines them."""
        values = self.values(score, paths, self.people, pairs)[:, score.columns]
        if score.both_found:
            reached = [np.isfinite(steps_to_target(side, self.boxes(side))) for side in (paths, self.people)]
            values = np.where((reached[0][pairs[:, 0]] & reached[1][pairs[:, 1]])[:, None], values, np.nan)
        return Values(values, self.image_of(paths)[pairs[:, 0]], pairs[:, 0], pairs[:, 1], self.own(paths, pairs))

    def among_themselves(self, score: Score, paths: Scanpaths) -> Values:
        """Values of pairs of a source's own paths on each trial."""
        rows = paths.table.groupby("trial", sort=False).indices.values()
        pairs = np.array([pair for of_trial in rows for pair in combinations(of_trial, 2)], dtype=np.int64)
        pairs = pairs.reshape(-1, 2)
        found = self.values(score, paths, paths, pairs)[:, score.columns]
        return Values(
            found, self.image_of(paths)[pairs[:, 0]], pairs[:, 0], pairs[:, 1], np.zeros(len(pairs), dtype=bool)
        )

    def boxes(self, paths: Scanpaths) -> dict[str, Box]:
        """Target boxes of the trials, px of the frame of these paths."""
        frames = {t: paths.frame_of(k) for k, t in enumerate(paths.table["trial"])}
        scaled = {}
        for trial in self.trials:
            if trial.target_box is not None and trial.id in frames:
                across, down = (a / b for a, b in zip(frames[trial.id].size, trial.frame.size, strict=True))
                scaled[trial.id] = Box(*np.multiply(trial.target_box, (across, down, across, down)))
        return scaled

    def number(self, score: Score, name: str, paths: Scanpaths | None) -> tuple[Number, int]:
        """A score of one source, and how many of its values are not defined."""
        images = len(self.stimuli)
        if score.of_densities:
            found = self.of_density(score, self.dense[name])
            return averaged(score, found, images), int(np.isnan(found.values).any(axis=1).sum())
        assert paths is not None  # noqa: S101 -- `rows` asks for what there is
        if score.with_options.kind is SETS:
            return self.of_set(score, paths), 0
        found = self.of_pairs(score, name, paths)
        undefined = int(np.isnan(found.values).any(axis=1).sum())
        if score.averaged == "divergence":
            return divergence(self.of_pairs(score, HUMAN, self.people), found, images), undefined
        if score.averaged == "diversity":
            people = self.of_pairs(score, HUMAN, self.people)
            return diversity(found, self.among_themselves(score, paths), people, images), undefined
        threshold = score.threshold.get(self.data, np.nan)
        if score.averaged == "covered" and np.isnan(threshold):
            threshold = float(np.nanmean(self.of_pairs(score, HUMAN, self.people).values))
        return averaged(score, found, images, threshold, by_judge=name == HUMAN), undefined

    def of_set(self, score: Score, paths: Scanpaths) -> Number:
        """A measure of all paths of a source beside all of people's.

        On a resampling of images it moves by what each image moves it when it is left out (the jackknife), as often as
        the image was drawn: the measure itself has no value for a path that is there twice.
        """
        boxes, size, shown = self.boxes(self.people), self.protocol.frame, []
        for trial in self.trials:
            if trial.id in boxes:
                frame = trial.frame if size is None else Frame(*size)
                by = np.divide(frame.size, trial.frame.size)
                start = None if trial.start is None else tuple(np.multiply(trial.start, by).tolist())
                shown.append(replace(trial, frame=frame, target_box=boxes[trial.id], start=start))
        contents, n = contents_of(shown), len(self.stimuli)

        def value(kept: np.ndarray, judges: np.ndarray) -> float:
            mine, people = paths.filter(kept), self.people.filter(judges)
            if not len(mine) or not len(people):
                return float("nan")
            return float(score_sets(score.measure, mine, people, contents, **score.options)[score.columns[0]])

        image, of_people = self.image_of(paths), self.image_of(self.people)
        whole = value(image >= 0, of_people >= 0)
        without = np.array([value(image != k, of_people != k) for k in range(n)])
        moved = whole + ((n - 1) * (whole - without))[resample(n)].mean(axis=1)
        return Number(whole, moved, len(np.unique(image)), len(paths))

    def of_density(self, score: Score, model: HasDensity) -> Values:
        """Values of each person's fixations from the second on, under the density after the true ones before it."""
        values, rows = [np.empty((0, len(score.columns)))], [np.empty(0, dtype=np.int64)]
        shown = {trial.id: trial for trial in self.trials}
        priors: dict[Any, np.ndarray] = {}
        for row, path in enumerate(self.people):
            trial = shown[path.ids["trial"]]
            x, y = (path.xy * np.divide(trial.frame.size, path.frame.size)).T
            true = replace(path, x=x, y=y, frame=trial.frame)
            shape = self.shape_of(trial)
            logs = next_log_densities(model, trial, true, shape)[1:]
            given = {}
            if "baseline" in find(score.measure).needs:
                prior = priors.get((trial.task, shape))
                given["baseline"] = priors[trial.task, shape] = self.prior(trial, shape) if prior is None else prior
            for k, log_density in enumerate(logs, start=1):
                found = score_density(
                    score.measure, log_density, x[k : k + 1], y[k : k + 1], size=trial.frame.size, **given
                )
                values.append(found[:, score.columns])
                rows.append(np.array([row]))
        judged = np.concatenate(rows)
        image = self.image_of(self.people)[judged]
        return Values(np.concatenate(values), image, judged, judged, np.zeros(len(judged), dtype=bool))

    def shape_of(self, trial: Trial) -> tuple[int, int]:
        """Rows and columns of a trial's densities."""
        columns, rows = self.protocol.grid or (round(trial.frame.width), round(trial.frame.height))
        return (columns, rows) if trial.frame.height > trial.frame.width and columns > rows else (rows, columns)

    def prior(self, trial: Trial, shape: tuple[int, int]) -> np.ndarray:
        """Log density of the training fixations of the trial's task; without any a uniform one."""
        paths = self.training
        if paths is None:  # what needs it is left out
            return np.full(shape, -np.log(shape[0] * shape[1]))
        if trial.task is not None:
            paths = paths.filter(task=trial.task)
        size = paths.table[["width", "height"]].to_numpy(float)[paths.path_of()]
        x, y = (paths.x / size[:, 0] * shape[1], paths.y / size[:, 1] * shape[0])
        with np.errstate(divide="ignore"):
            return np.log(task_prior(x, y, shape))

    def lacking(self, score: Score, name: str, paths: Scanpaths | None) -> str | None:
        """Why a source has no such number; empty where that goes without saying, None where it has."""
        if score.of_densities:
            if name not in self.dense:
                return ""
            needs_prior = "baseline" in find(score.measure).needs and score.output == "cig"
            return (
                "the data have no training part (split 'train') to make a prior of"
                if needs_prior and self.training is None
                else None
            )
        if paths is None or (name == HUMAN and score.of_models_only):
            return ""
        if not score.needs_duration:
            return None
        return untimed(paths, "its") or untimed(self.people, "people's")

    def rows(self, name: str, paths: Scanpaths | None) -> tuple[list[tuple[Any, ...]], dict[str, list[str]]]:
        """Rows of one source, and the scores that fall away, by the reason."""
        if paths is not None and not self.protocol.of_densities and not len(self.pairs(name, paths)):
            raise DataError(f"protocol {self.protocol.name!r}: {name} has no pair to compare")
        rows: list[tuple[Any, ...]] = []
        fallen: dict[str, list[str]] = {}
        for score in self.protocol.scores:
            why = self.lacking(score, name, paths)
            if why is not None:
                if why:
                    fallen.setdefault(why, []).append(score.name)
                continue
            number, undefined = self.number(score, name, paths)
            alone = number.images < 2  # one image does not say how images differ
            draws = np.full_like(number.resampled, np.nan) if alone else number.resampled
            self.resampled[name, score.name] = draws
            known = score.averaged != "divergence" and np.isfinite(number.value)
            low, high = interval(draws) if known else (np.nan, np.nan)
            rows.append((name, score.name, number.value, low, high, number.images, number.behind, undefined))
        return rows, fallen
