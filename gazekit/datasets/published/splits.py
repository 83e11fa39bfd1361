"""Splits as their authors published them, by name, and the stimuli that are in several of their parts.

The column `split` of the scanpaths says which part a path is in; the card names the parts, those to learn from first.
"""

from dataclasses import replace
from typing import Literal

from gazekit.core.card import Card
from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError

Shared = Literal["refuse", "keep", "drop"]
SHOWN = 3  # stimuli that a message names


def check_part(card: Card, split: str | None) -> None:
    """Refuse a part that the published split does not have.

    Raises
    ------
    GazekitError
        The data set has no published split.
    UnknownNameError
        Its split has no part of this name; the message has the closest match.
    """
    if split is None:
        return
    if not card.splits:
        raise GazekitError(
            f"no split of the data set {card.name!r} is published, so it has no part {split!r}; "
            f"Dataset.split('stimulus') makes one that shares no image"
        )
    if split not in card.splits:
        raise UnknownNameError(f"part of the published split of {card.name!r}", split, card.splits)


def shared_stimuli(data: Dataset) -> dict[str, tuple[str, ...]]:
    """The stimuli that are in several parts of the published split, and in which.

    Parameters
    ----------
    data : Dataset
        The whole data set, with its card.

    Returns
    -------
    dict of str to tuple of str
        The parts of each such stimulus, in the order of the card; empty where no split is published.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Frame, Scanpaths, Trial
    >>> from gazekit.datasets import datasets
    >>> table = pd.DataFrame({"stimulus": list("aab"), "subject": list("121"), "width": 9, "height": 9})
    >>> paths = Scanpaths([], [], [0] * 4, table.assign(split=["train", "valid", "train"]))
    >>> trials = [Trial(s, s, Frame(9, 9)) for s in "ab"]
    >>> shared_stimuli(Dataset("d", trials, paths, datasets["coco-search18"]))
    {'a': ('train', 'valid')}
    """
    if data.card is None or not data.card.splits or "split" not in data.scanpaths.table:
        return {}
    order = {part: k for k, part in enumerate(data.card.splits)}
    rows = data.scanpaths.table[["stimulus", "split"]]
    parts = rows[rows["split"].isin(order)].drop_duplicates().groupby("stimulus", sort=False)["split"].agg(tuple)
    return {name: tuple(sorted(of, key=order.__getitem__)) for name, of in parts.items() if len(of) > 1}


def published_part(data: Dataset, split: str, shared: Shared = "refuse") -> Dataset:
    """Take a part of the published split.

    Parameters
    ----------
    data : Dataset
        The whole data set, with its card.
    split : str
        One of the card's `splits`.
    shared : {"refuse", "keep", "drop"}
        What to do with stimuli that are in several parts: refuse the split; keep it as it was published, so that a
        model is tested on images that it has learned from; or drop them from all parts but the last one that has them,
        so that the test set is the published one and no image of it is among those to learn from (counted).

    Returns
    -------
    Dataset
        The scanpaths of that part, and the trials that they are of.

    Raises
    ------
    GazekitError
        Parts share stimuli, and `shared` is "refuse"; the message says how many.
    DataError
        Nothing of this part is in the folder.
    """
    if data.card is not None:
        check_part(data.card, split)
    table = data.scanpaths.table
    kept = table["split"] == split
    if not kept.any():
        there = ", ".join(repr(part) for part in dict.fromkeys(table["split"]) if part) or "no part"
        raise DataError(
            f"the folder of {data.name!r} has no scanpath of the part {split!r} of its split; it has {there}"
        )
    both = shared_stimuli(data)
    if both and shared == "refuse":
        named = ", ".join(f"{name!r} ({' and '.join(parts)})" for name, parts in [*both.items()][:SHOWN])
        raise GazekitError(
            f"the published split of {data.name!r} has {len(both)} of {len(data.stimuli)} stimuli in several parts: "
            f"{named}{', ...' if len(both) > SHOWN else ''}. What is learned from one part has seen images of another. "
            f"Give shared='drop' to leave them out of all parts but the last, which makes it a split by image, or "
            f"shared='keep' for the split as it was published (on the command line: --data-set shared=drop)"
        )
    dropped = dict(data.dropped)
    if shared == "drop":
        elsewhere = table["stimulus"].map({name: parts[-1] for name, parts in both.items()})
        twice = kept & elsewhere.notna() & (elsewhere != split)
        kept &= ~twice
        if twice.any():
            dropped["scanpaths of stimuli that a later part of the split has too (left out)"] = int(twice.sum())
    paths = data.scanpaths.filter(kept.to_numpy())
    seen = set(paths.table["trial"])
    return replace(data, trials=tuple(t for t in data.trials if t.id in seen), scanpaths=paths, dropped=dropped)
