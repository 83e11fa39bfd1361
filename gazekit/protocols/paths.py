"""What a protocol scores: which images, and paths in its frame, cut, filled up and counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.evaluation.lengths import matched_lengths
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.behaviour.search import steps_to_target
from gazekit.metrics.context import contents_of, with_start
from gazekit.models.baselines.other_image import OtherImage
from gazekit.protocols.protocol import Padding, Protocol

OTHER_IMAGE, UNIFORM = "other-image", "uniform"
CONTROLS = {
    OTHER_IMAGE: "paths of people on other images of the protocol, drawn",
    UNIFORM: "the lengths and durations of these, at uniformly drawn places",
}
CENTRE, GAUSSIAN, OTHERS = "repeated-centre", "gaussian-centre", "other people"  # of certificates
RESERVED = (HUMAN, *CONTROLS, CENTRE, GAUSSIAN, OTHERS)


def protocol_images(protocol: Protocol, dataset: Dataset, transferred: bool = False) -> tuple[Dataset, tuple[str, ...]]:
    """The protocol's part of a data set, and why no number of it is what papers report.

    Raises
    ------
    GazekitError
        Another data set than the protocol's, without `transferred`.
    DataError
        None of its images is there; the data lack the column that says which are.
    """
    known = tuple(f"not known: {point}" for point in protocol.open_points)
    if not protocol.made_for(dataset.name):
        made_for = " and ".join(protocol.images)
        if not transferred:
            raise GazekitError(
                f"protocol {protocol.name!r} was made for {made_for}, not for {dataset.name!r}; to use it there all "
                f"the same, on all images, give transferred=True (on the command line: --transferred): its numbers can "
                f"then be compared with nobody's"
            )
        return dataset, (f"transferred from {made_for} to {dataset.name}", *known)
    if dataset.name in protocol.open_on:
        known = (*known, f"not known: {protocol.open_on[dataset.name]}")
    wanted = protocol.images.get(dataset.name, ())
    if not wanted:
        return dataset, known
    if isinstance(wanted, Mapping):
        try:
            paths = dataset.scanpaths.filter(**wanted)
        except GazekitError as error:
            raise DataError(f"protocol {protocol.name!r} needs to know which images are scored: {error}") from error
        if not len(paths):
            said = ", ".join(f"{column} {value!r}" for column, value in wanted.items())
            raise DataError(f"protocol {protocol.name!r} scores {said} of {dataset.name!r}, and no path has that")
        return replace(dataset.select(trials=paths.table["trial"].unique()), scanpaths=paths), known
    part = dataset.select(stimuli=wanted)
    missing = len(wanted) - len(part.stimuli)
    if missing == len(wanted):
        raise DataError(f"none of the {len(wanted)} images of protocol {protocol.name!r} is in {dataset.name!r}")
    short = f"{missing} of the {len(wanted)} images of the protocol are not in the data"
    return part, (short,) * bool(missing) + known


def in_protocol(
    paths: Scanpaths, protocol: Protocol, longest: int | None, boxes: Mapping[str, Box], *, people: bool
) -> tuple[Scanpaths, list[str]]:
    """Paths as the protocol scores them, and what was left out or filled up.

    Parameters
    ----------
    paths : Scanpaths
        px of the images.
    protocol : Protocol
        The protocol.
    longest : int, optional
        Fixations after which they are cut.
    boxes : mapping of trial id to box
        Where targets are.
    people : bool
        Whether people made them.
    """
    notes = []
    if protocol.until_found and not people:
        paths = paths.truncate(at_target=boxes).replace(facts=paths.facts)
    elif protocol.until_found:
        astray = np.isinf(steps_to_target(paths, boxes, strict=True))
        if astray.any():
            paths = paths.filter(~astray)
            notes.append(f"{int(astray.sum())} paths that never fixate the target (left out)")
    dropped = {"kept": False, "dropped": True, "dropped if imposed": bool(paths.facts.forced_first)}
    if dropped[protocol.first_fixation]:
        paths = paths.keep_fixations(paths.rank_of() > 0, facts=replace(paths.facts, forced_first=False))
    short = paths.lengths < max(protocol.fewest, 1)
    if short.any():
        paths = paths.filter(~short)
        notes.append(f"{int(short.sum())} paths of fewer than {max(protocol.fewest, 1)} fixations (left out)")
    if protocol.frame is not None:
        paths = paths.rescale(Frame(*protocol.frame))
    if longest is not None:
        paths = paths.truncate(longest)
    if protocol.padding is not None:
        filled = int((paths.lengths < protocol.padding.fewest).sum())
        paths = padded(paths, protocol.padding)
        if filled:
            notes.append(f"{filled} paths filled up to {protocol.padding.fewest} fixations")
    return paths, notes


def from_the_start(paths: Scanpaths, people: Scanpaths, trials: Sequence[Trial]) -> Scanpaths:
    """Predictions begin as people's paths do: with the trial's start, or without the first fixation that was imposed.

    Where either declares nothing of an imposed first fixation, they stay as they are.
    """
    if people.facts.forced_first is False and paths.facts.forced_first:
        return paths.drop_first()
    if people.facts.forced_first and paths.facts.forced_first is False:
        return with_start(paths, contents_of(trials))
    return paths


def padded(paths: Scanpaths, padding: Padding) -> Scanpaths:
    """Fill short paths up at their ends.

    Examples
    --------
    >>> import pandas as pd
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


def untimed(paths: Scanpaths, whose: str = "its") -> str | None:
    """Why no path has durations to compare, in words; None where one has them for all its fixations."""
    known = np.isfinite(paths.durations())
    if not known.any():
        return f"{whose} paths have no durations"
    lack = np.bincount(paths.path_of(), ~known, len(paths))
    return None if (lack == 0).any() else f"each of {whose} paths has a fixation without a duration"


def lengths_of_people(people: Dataset, protocol: Protocol, n_samples: int, **options: Any) -> dict[str, np.ndarray]:
    """`matched_lengths`, where the protocol, or a model without a rule to stop, needs them.

    Raises
    ------
    DataError
        There are people on one image only.
    """
    if people.scanpaths.table["stimulus"].nunique() < 2:
        raise DataError(
            f"protocol {protocol.name!r}: paths that do not end by themselves have lengths of people on other images, "
            f"and {people.name!r} has people on one only; give more images"
        )
    return matched_lengths(people, n_samples, **options)


def at_matched_lengths(paths: Scanpaths, people: Dataset, protocol: Protocol, seed: int) -> Scanpaths:
    """Predictions cut to the lengths of people on other images, keyed by trial and sample, as `evaluate` does.

    Parameters
    ----------
    paths : Scanpaths
        Predictions, in the protocol's frame.
    people : Dataset
        Trials and people's paths in the protocol's frame.
    protocol : Protocol
        Which says so.
    seed : int
        Of the lengths.
    """
    number = paths.table.groupby("trial", sort=False).cumcount().to_numpy()
    lengths = lengths_of_people(people, protocol, int(number.max()) + 1, seed=seed)
    return paths.truncate(np.array([lengths[t][k] for t, k in zip(paths.table["trial"], number, strict=True)]))


def asked_for(protocol: Protocol, people: Scanpaths) -> dict[str, list[str]]:
    """For whom predictions of each trial are, a name per sample; empty names where they are for nobody."""
    names = {str(t): list(subjects) for t, subjects in people.table.groupby("trial", sort=False)["subject"]}
    if protocol.models == "own person":
        return names
    count = protocol.samples
    return {t: [""] * (len(subjects) if isinstance(count, str) else count) for t, subjects in names.items()}


def of_asked(drawn: Scanpaths, asked: Mapping[str, list[str]]) -> Scanpaths:
    """As many predictions of each trial as are asked for, each for whom it is asked."""
    counts = drawn.table["trial"].map(lambda trial: len(asked.get(trial, ()))).to_numpy()
    drawn = drawn.filter((drawn.table["sample"] < counts).to_numpy())
    own = [asked[t][k] for t, k in zip(drawn.table["trial"], drawn.table["sample"], strict=True)]
    return drawn.replace(table=drawn.table.assign(subject=own, sample=0)) if any(own) else drawn


def controls(protocol: Protocol, part: Dataset, seed: int) -> dict[str, Scanpaths]:
    """Paths of the controls, px of the images; none where there is one image only."""
    if len(part.stimuli) < 2:
        return {}
    asked = asked_for(protocol, part.scanpaths)
    # An imposed first fixation is drawn too: the protocol says whether it is dropped.
    shown = part.scanpaths
    whole = replace(part, scanpaths=shown.replace(facts=replace(shown.facts, forced_first=None)))
    most = max(map(len, asked.values()))
    drawn = OtherImage().fit(whole).predict(part.trials, n_samples=most, seed=seed, progress=False)
    drawn = of_asked(drawn.replace(facts=shown.facts), asked)
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


def not_whole(protocol: Protocol, paths: Scanpaths, people: Scanpaths) -> tuple[str, ...]:
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
