"""Score people, drawn controls and predictions under a protocol: one engine for all of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import interval, resample
from gazekit.evaluation.score_file import named_sources
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.kinds.labels import LABELS
from gazekit.metrics.kinds.pairs import trial_pairs
from gazekit.metrics.labels.clusters import PUBLISHED_FACTORS, Clusters, mean_shift_clusters
from gazekit.metrics.measure import find
from gazekit.metrics.pairwise import pairwise
from gazekit.models.baselines.other_image import OtherImage
from gazekit.protocols.protocol import Padding, Protocol, Score, protocols

OTHER_IMAGE, UNIFORM = "other-image", "uniform"
CONTROLS = {
    OTHER_IMAGE: "paths of people on other images of the protocol, drawn",
    UNIFORM: "the lengths and durations of these, at uniformly drawn places",
}
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
        source, score, value, low, high (95 % over images), images, pairs (behind the value; for "best" paths),
        undefined (pairs without a value, left out). A row per source and score, in the protocol's order.
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
    transfer: bool = False,
    controls: bool = True,
    seed: int = 0,
    threads: int | None = None,
) -> ProtocolScores:
    """Score people, two drawn controls and predictions as a group of the field does.

    Parameters
    ----------
    protocol : str or Protocol
        See `gazekit protocols`.
    dataset : Dataset
        Trials and people; all of it, the protocol chooses the images.
    predictions : Scanpaths, optional
        With the data set's trial names (`gazekit.evaluation.score_file.match_trials`); a row of the result per
        source. Durations in ms.
    transfer : bool
        Also on a data set that the protocol was not made for, with all of its images; no source has a headline then.
    controls : bool
        Add the controls of `CONTROLS`, as many paths per image as the protocol asks for.
    seed : int
        Seed of the controls.
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
        Another data set than the protocol's, without `transfer`.
    DataError
        None of the protocol's images is there or has predictions; two people or more are needed; a protocol that
        compares a prediction with one person, and predictions that name none.
    MismatchError
        Predictions whose declared facts are not those of people's paths; scanpaths in degrees.

    Examples
    --------
    >>> from gazekit import Frame, Trial
    >>> rows = [(s, p) for s in "ab" for p in "pq"]
    >>> table = pd.DataFrame(rows, columns=["stimulus", "subject"]).assign(width=320, height=240)
    >>> people = Scanpaths([10.0] * 12, [10.0] * 12, [0, 3, 6, 9, 12], table, duration=[200.0] * 12)
    >>> data = Dataset("mine", [Trial(s, s, Frame(320, 240)) for s in "ab"], people)
    >>> found = score_protocol("chen2021", data, transfer=True)
    >>> found.value("human", "SED"), found.headlines
    (0.0, {})
    """
    chosen: Protocol = protocols[protocol] if isinstance(protocol, str) else protocol
    scorer, sources, notes, departures = prepared(
        chosen, dataset, predictions, transfer=transfer, controls=controls, seed=seed, threads=threads
    )
    return scored(scorer, sources, notes, departures)


def prepared(
    chosen: Protocol,
    dataset: Dataset,
    predictions: Scanpaths | None,
    *,
    transfer: bool = False,
    controls: bool = True,
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
    part, general = _images(chosen, dataset, transfer)
    general = (*general, *(f"not known: {point}" for point in chosen.open_points))
    if part.scanpaths.facts.unit != "px":
        raise MismatchError(
            f"protocol {chosen.name!r} works on px, and the scanpaths of {dataset.name!r} are in degrees"
        )
    people, left_out = _prepared(part.scanpaths, chosen, chosen.longest_person)
    notes = [f"{HUMAN}: {line}" for line in left_out]
    if people.table["subject"].nunique() < 2:
        raise DataError(
            f"protocol {chosen.name!r} compares people, and {dataset.name!r} has fewer than two on its images"
        )
    departures = {HUMAN: general} if general else {}
    sources = {HUMAN: people}
    for name, paths in (_drawn(chosen, part, seed) if controls else {}).items():
        sources[name], _ = _prepared(paths, chosen, chosen.longest_prediction)
        departures |= {name: general} if general else {}
    for name, paths in [] if predictions is None else named_sources(predictions):
        shown = paths.filter(trial=[trial.id for trial in part.trials])
        if not len(shown):
            raise DataError(f"{name} has no path on the {len(part.trials)} trials of protocol {chosen.name!r}")
        if len(shown) < len(paths):
            notes.append(
                f"{name}: {len(paths) - len(shown)} paths of images that the protocol does not score (left out)"
            )
        if shown.facts.unit != "px":
            raise MismatchError(f"protocol {chosen.name!r} works on px, and {name} is in degrees")
        sources[name], left_out = _prepared(shown, chosen, chosen.longest_prediction)
        notes += [f"{name}: {line}" for line in left_out]
        why = (*general, *_not_whole(chosen, sources[name], people))
        departures |= {name: why} if why else {}
        sources[name] = sources[name].filter(trial=list(people.table["trial"].unique()))
    clusters = None
    if any(score.with_options.kind is LABELS for score in chosen.scores):
        whole, _ = _prepared(part.scanpaths, chosen, None)
        clusters = mean_shift_clusters(whole, by=("trial",), factors=PUBLISHED_FACTORS)
    return Scorer(chosen, dataset.name, people, clusters, threads), sources, notes, departures


def scored(
    scorer: "Scorer", sources: Mapping[str, Scanpaths], notes: list[str], departures: dict[str, tuple[str, ...]]
) -> ProtocolScores:
    """Score what `prepared` gave."""
    chosen, rows = scorer.protocol, []
    for name, paths in sources.items():
        found, fallen = scorer.rows(name, paths)
        rows += found
        if fallen:
            notes.append(f"{name}: no durations, so without {', '.join(fallen)}")
            if chosen.headline in fallen:
                departures[name] = (*departures.get(name, ()), "its paths have no durations")
    table = pd.DataFrame(rows, columns=COLUMNS)
    return ProtocolScores(chosen, scorer.data, table, tuple(notes), departures, scorer.resampled)


def _images(protocol: Protocol, dataset: Dataset, transfer: bool) -> tuple[Dataset, tuple[str, ...]]:
    """The protocol's images, and why no number of them is what papers report."""
    if dataset.name not in protocol.images:
        made_for = " and ".join(protocol.images)
        if not transfer:
            raise GazekitError(
                f"protocol {protocol.name!r} was made for {made_for}, not for {dataset.name!r}; to use it there all "
                f"the same, on all images, give transfer=True (on the command line: --transfer): its numbers can then "
                f"be compared with nobody's"
            )
        return dataset, (f"transferred from {made_for} to {dataset.name}",)
    wanted = protocol.images[dataset.name]
    if not wanted:
        return dataset, ()
    part = dataset.select(stimuli=wanted)
    missing = len(wanted) - len(part.stimuli)
    if missing == len(wanted):
        raise DataError(f"none of the {len(wanted)} images of protocol {protocol.name!r} is in {dataset.name!r}")
    short = f"{missing} of the {len(wanted)} images of the protocol are not in the data"
    return part, (short,) * bool(missing)


def _prepared(paths: Scanpaths, protocol: Protocol, longest: int | None) -> tuple[Scanpaths, list[str]]:
    """Paths as the protocol scores them, and what was left out or filled up."""
    notes = []
    if protocol.first_fixation == "dropped":
        facts = replace(paths.facts, forced_first=False)
        paths = paths.keep_fixations(paths.rank_of() > 0, facts=facts)
    short = paths.lengths < max(protocol.fewest, 1)
    if short.any():
        paths = paths.filter(~short)
        notes.append(f"{int(short.sum())} paths of fewer than {max(protocol.fewest, 1)} fixations (left out)")
    paths = paths.rescale(Frame(*protocol.frame))
    if longest is not None:
        paths = paths.truncate(longest)
    if protocol.padding is not None:
        filled = int((paths.lengths < protocol.padding.fewest).sum())
        paths = padded(paths, protocol.padding)
        if filled:
            notes.append(f"{filled} paths filled up to {protocol.padding.fewest} fixations")
    return paths, notes


def padded(paths: Scanpaths, padding: Padding) -> Scanpaths:
    """Fill short paths up at their ends.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": ["s", "t"], "width": 9, "height": 9})
    >>> paths = Scanpaths([5, 6, 7, 8], [5, 6, 7, 8], [0, 1, 4], table)
    >>> padded(paths, Padding(3, 1, 2, 1)).x.tolist()
    [5.0, 1.0, 1.0, 6.0, 7.0, 8.0]
    """
    missing = np.maximum(padding.fewest - paths.lengths, 0)
    ends = np.repeat(paths.offsets[1:], missing)
    return paths.replace(
        x=np.insert(paths.x, ends, padding.x),
        y=np.insert(paths.y, ends, padding.y),
        offsets=paths.offsets + np.concatenate([[0], np.cumsum(missing)]),
        duration=None if paths.duration is None else np.insert(paths.duration, ends, padding.duration),
        object_id=None,
    )


def _drawn(protocol: Protocol, part: Dataset, seed: int) -> dict[str, Scanpaths]:
    """Paths of the controls."""
    if len(part.stimuli) < 2:
        return {}
    per_trial = part.scanpaths.table.groupby("trial", sort=False)["subject"]
    names = {str(trial): list(subjects) for trial, subjects in per_trial}
    most = protocol.samples if isinstance(protocol.samples, int) else max(map(len, names.values()))
    people = protocol.models == "own person"
    if people:
        most = max(map(len, names.values()))
    # An imposed first fixation is drawn too: the protocol says whether it is dropped.
    shown = part.scanpaths
    whole = replace(part, scanpaths=shown.replace(facts=replace(shown.facts, forced_first=None)))
    drawn = OtherImage().fit(whole).predict(part.trials, n_samples=most, seed=seed, progress=False)
    drawn = drawn.replace(facts=shown.facts)
    if people or protocol.samples == "people":
        counts = drawn.table["trial"].map(lambda trial: len(names.get(trial, ()))).to_numpy()
        drawn = drawn.filter((drawn.table["sample"] < counts).to_numpy())
    if people:
        own = [names[t][k] for t, k in zip(drawn.table["trial"], drawn.table["sample"], strict=True)]
        drawn = drawn.replace(table=drawn.table.assign(subject=own, sample=0))
    places = np.concatenate(
        [
            keyed_rng(seed, "protocol", UNIFORM, *key).random((n, 2))
            for *key, n in zip(
                drawn.table["trial"], drawn.table["subject"], drawn.table["sample"], drawn.lengths, strict=True
            )
        ]
    )
    size = drawn.table[["width", "height"]].to_numpy(float)[drawn.path_of()]
    imposed = np.array([bool(shown.facts.forced_first)]) & (drawn.rank_of() == 0)
    x, y = np.where(imposed, (drawn.x, drawn.y), (places * size).T)
    anywhere = drawn.replace(x=x, y=y, table=drawn.table.assign(source=UNIFORM))
    return {OTHER_IMAGE: drawn, UNIFORM: anywhere}


def _not_whole(protocol: Protocol, paths: Scanpaths, people: Scanpaths) -> tuple[str, ...]:
    """Why predictions are not all that the protocol asks for."""
    key = ["trial", "subject"] if protocol.models == "own person" else ["trial"]
    given, asked = (Counter(each.table[key].itertuples(index=False, name=None)) for each in (paths, people))
    what = "people's paths" if len(key) > 1 else "trials"
    if len(key) > 1 and (paths.table["subject"] == "").all():
        raise DataError(
            f"protocol {protocol.name!r} compares a prediction with the person it is for: name that person in a column "
            f"'subject'"
        )
    why = []
    if absent := len(set(asked) - set(given)):
        why.append(f"{absent} of {len(asked)} {what} have no prediction")
    if strange := sum(given[each] for each in set(given) - set(asked)):
        why.append(f"{strange} predictions are for {what} that the data do not have (left out)")
    both = set(asked) & set(given)
    wrong = [
        each for each in both if given[each] != (asked[each] if protocol.samples == "people" else protocol.samples)
    ]
    if wrong:
        of = "as many samples as people" if protocol.samples == "people" else f"{protocol.samples} of each"
        some = sorted({given[each] for each in wrong})
        few = f"{some[0]}" if len(some) == 1 else f"{some[0]} to {some[-1]}"
        why.append(f"the protocol asks for {of}, and {len(wrong)} of {len(asked)} {what} have another number ({few})")
    return tuple(why)


@dataclass(frozen=True)
class Scorer:
    """People as judges under one protocol: what all sources are scored with."""

    protocol: Protocol
    data: str
    people: Scanpaths
    clusters: Clusters | None
    threads: int | None
    known: dict[Any, np.ndarray] = field(default_factory=dict)
    resampled: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def pairs(self, name: str, paths: Scanpaths) -> np.ndarray:
        """(n, 2): row of the path that is judged, row of the person who judges it."""
        found = np.concatenate([np.empty((0, 2), dtype=np.int64), *trial_pairs(paths, self.people)])
        if name == HUMAN:
            return found[found[:, 0] > found[:, 1]] if self.protocol.people == "unordered" else found
        if self.protocol.models == "own person":
            of, judge = paths.table["subject"].to_numpy(), self.people.table["subject"].to_numpy()
            found = found[of[found[:, 0]] == judge[found[:, 1]]]
        return found

    def values(self, score: Score, paths: Scanpaths, others: Scanpaths, pairs: np.ndarray) -> np.ndarray:
        """(n, k): values of pairs in all columns of a score's measure; several scores share them."""
        key = (score.measure, *sorted(score.options.items()), score.longest, id(paths), id(others))
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

    def rows(self, name: str, paths: Scanpaths) -> tuple[list[tuple[Any, ...]], list[str]]:
        """Rows of one source, and the scores that fall away because durations are missing."""
        pairs = self.pairs(name, paths)
        if not len(pairs):
            raise DataError(f"protocol {self.protocol.name!r}: {name} has no pair to compare")
        best_of = pairs[:, 1] if name == HUMAN else pairs[:, 0]
        stimuli = self.people.table["stimulus"].unique()
        place = {stimulus: k for k, stimulus in enumerate(stimuli)}
        image = paths.table["stimulus"].map(place).to_numpy()[pairs[:, 0]]
        rows: list[tuple[Any, ...]] = []
        fallen = []
        timed = all(p.duration is not None and np.isfinite(p.duration).any() for p in (paths, self.people))
        draws = resample(len(stimuli))
        for score in self.protocol.scores:
            if score.of_models_only and name == HUMAN:
                continue
            if score.needs_duration and not timed:
                fallen.append(score.name)
                continue
            values = self.values(score, paths, self.people, pairs)[:, score.columns]
            undefined = int(np.isnan(values).any(axis=1).sum())
            if score.averaged == "divergence":
                value, images = self.divergence(score, values), len(np.unique(image))
                rows.append((name, score.name, value, np.nan, np.nan, images, len(values) - undefined, undefined))
                self.resampled[name, score.name] = self.divergences(score, values, image, draws)
                continue
            if score.averaged == "diversity":
                total, count, behind = self.diversity(score, paths, values[:, 0], image, stimuli)
            elif score.averaged == "covered":
                threshold = score.threshold.get(self.data)
                if threshold is None:
                    threshold = float(np.nanmean(self.of_people(score)[0]))
                over = (values[:, 0] > threshold).astype(float)
                person, first, which = np.unique(pairs[:, 1], return_index=True, return_inverse=True)
                reached = np.zeros(len(person))
                np.maximum.at(reached, which, over)
                total, count = np.zeros((2, len(stimuli)))
                np.add.at(total, image[first], reached)
                np.add.at(count, image[first], 1.0)
                behind = len(person)
            else:
                total, count, behind = _by_image(score, values[:, 0], image, best_of, len(stimuli))
            value = float(total.sum() / count.sum()) if count.sum() else float("nan")
            sums, counts = total[draws].sum(axis=1), count[draws].sum(axis=1)
            means = np.divide(sums, counts, out=np.full(len(draws), np.nan), where=counts > 0)
            self.resampled[name, score.name] = means
            low, high = interval(means)
            rows.append((name, score.name, value, low, high, int((count > 0).sum()), behind, undefined))
        return rows, fallen

    def of_people(self, score: Score) -> tuple[np.ndarray, np.ndarray]:
        """Values of people's own pairs, (n, k), and the row of the judged path of each."""
        pairs = self.pairs(HUMAN, self.people)
        return self.values(score, self.people, self.people, pairs)[:, score.columns], pairs[:, 0]

    def divergence(self, score: Score, values: np.ndarray) -> float:
        """Mean over columns of the divergence of people's pairs from these."""
        theirs, _ = self.of_people(score)
        return float(np.mean([histogram_divergence(a, b) for a, b in zip(theirs.T, values.T, strict=True)]))

    def divergences(self, score: Score, values: np.ndarray, image: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """(resamples,): the divergence on each resampling of images; edges of bins stay those of all images."""
        theirs, judged = self.of_people(score)
        place = {stimulus: k for k, stimulus in enumerate(self.people.table["stimulus"].unique())}
        of_people = self.people.table["stimulus"].map(place).to_numpy()[judged]
        found = []
        for a, b in zip(theirs.T, values.T, strict=True):
            whole = np.concatenate([a, b])[np.isfinite(np.concatenate([a, b]))]
            edges = np.linspace(whole.min(), whole.max(), 100) if len(whole) else np.linspace(0, 1, 100)
            h, m = (
                np.histogram2d(i, v, [np.arange(len(place) + 1) - 0.5, edges])[0][draws].sum(axis=1)
                for i, v in ((of_people[np.isfinite(a)], a[np.isfinite(a)]), (image[np.isfinite(b)], b[np.isfinite(b)]))
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                h, m = h / h.sum(axis=1, keepdims=True), m / m.sum(axis=1, keepdims=True) + 1e-10
                ratio = np.where(h > 0, h * np.log(h / (m / m.sum(axis=1, keepdims=True))), 0.0)
            found.append(ratio.sum(axis=1))
        return np.mean(found, axis=0)

    def diversity(
        self, score: Score, paths: Scanpaths, values: np.ndarray, image: np.ndarray, stimuli: Any
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """As `_by_image`, of each image's value over 1 + the difference of self-agreement; one sample has none."""
        rows = paths.table.groupby("trial", sort=False).indices.values()
        own = np.array([pair for of_trial in rows for pair in combinations(of_trial, 2)], dtype=np.int64).reshape(-1, 2)
        code = {stimulus: k for k, stimulus in enumerate(stimuli)}
        theirs, judged = self.of_people(score)
        person_image = self.people.table["stimulus"].map(code).to_numpy()[judged]
        known = np.isfinite(person_image)
        itself = self.values(score, paths, paths, own)[:, score.columns[0]] if len(own) else np.empty(0)
        own_image = paths.table["stimulus"].map(code).to_numpy()[own[:, 0]]
        model, own_mean, human = (
            _image_means(v, i, len(stimuli))
            for v, i in (
                (values, image),
                (itself, own_image),
                (theirs[known, 0], person_image[known].astype(np.int64)),
            )
        )
        found = model / (1 + np.abs(own_mean - human))
        fine = np.isfinite(found)
        return np.where(fine, found, 0.0), fine.astype(float), int(fine.sum())


def histogram_divergence(people: np.ndarray, model: np.ndarray, edges: int = 100) -> float:
    """Kullback-Leibler divergence, nat, of the histogram of people's scores from that of a model's.

    Histograms have the same edges from the least to the greatest of all scores; 1e-10 is added to the model's shares,
    which then are made to add up to 1 again. It falls with the number of scores, whoever is compared: equal numbers
    only can be compared.

    Parameters
    ----------
    people, model : (n,) float64
        Scores of pairs; NaN is left out.
    edges : int
        Edges of the bins, one more than bins.

    Returns
    -------
    float
        0 for equal histograms, about 23 at most; NaN without a score on one side.

    References
    ----------
    Cartella et al. (2025), ScanDiff, ICCV (src/gazetools/metrics/kld.py).

    Examples
    --------
    >>> histogram_divergence(np.array([0, 0.5, 1]), np.array([0, 0.5, 1])).__round__(6)
    0.0
    """
    people, model = people[np.isfinite(people)], model[np.isfinite(model)]
    if not len(people) or not len(model):
        return float("nan")
    low, high = min(people.min(), model.min()), max(people.max(), model.max())
    h, m = (np.histogram(scores, np.linspace(low, high, edges))[0] / len(scores) for scores in (people, model))
    m = (m + 1e-10) / (m + 1e-10).sum()
    some = h > 0
    return float((h[some] * np.log(h[some] / m[some])).sum())


def _image_means(values: np.ndarray, image: np.ndarray, images: int) -> np.ndarray:
    """Mean of the defined values of each image, NaN where there is none."""
    fine = np.isfinite(values)
    total, count = np.zeros((2, images))
    np.add.at(total, image[fine], values[fine])
    np.add.at(count, image[fine], 1.0)
    return np.divide(total, count, out=np.full(images, np.nan), where=count > 0)


def _by_image(
    score: Score, values: np.ndarray, image: np.ndarray, best_of: np.ndarray, images: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Sum and count of each image, whose ratio over all images is the score; and how many values are behind it.

    Every averaging of the field is such a ratio, so that an interval over images is one resampling for all of them.
    """
    fine = np.isfinite(values)
    values, image, best_of = values[fine], image[fine], best_of[fine]
    if score.averaged == "best":
        better = np.maximum if score.with_options.higher_is_better else np.minimum
        which, first, place = np.unique(best_of, return_index=True, return_inverse=True)
        best = np.full(len(which), -np.inf if better is np.maximum else np.inf)
        better.at(best, place, values)
        values, image = best, image[first]
    total, count = np.zeros(images), np.zeros(images)
    np.add.at(total, image, values)  # one by one, in the order of the pairs
    np.add.at(count, image, 1.0)
    if score.averaged == "images":
        total = np.divide(total, count, out=np.zeros(images), where=count > 0)
        count = (count > 0).astype(float)
    return total, count, len(values)
