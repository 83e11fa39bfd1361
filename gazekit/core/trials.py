"""What was shown and asked (`Trial`), people's scanpaths with it (`Dataset`), and both in two parts (`Split`)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from gazekit.core.card import Card
from gazekit.core.exchange import exchange
from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.images import read_image_file
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError, check_whole
from gazekit.foundations.randomness import keyed_rng

WHITE = 255
SPLITS = ("stimulus", "layout", "target", "subject", "random")

ImageSource = Callable[[], np.ndarray] | np.ndarray | Path | None


class Box(NamedTuple):
    """A rectangle in px of the shown image: left, top, right, bottom; its edges count as inside."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y), px."""
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)


@dataclass(frozen=True)
class Objects:
    """The objects of a trial.

    Parameters
    ----------
    boxes : (k, 4) float64
        (x0, y0, x1, y1) of each object, px.
    crops : sequence of k images, optional
        (h, w, 3) uint8 each.
    masks : (k, H, W) bool, optional
        Cells of the display that belong to each object.
    names : sequence of k str, optional
        What each object is.
    """

    boxes: np.ndarray
    crops: Sequence[np.ndarray] | None = None
    masks: np.ndarray | None = None
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        boxes = np.asarray(self.boxes, dtype=float)
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise DataError(f"object boxes must have the shape (k, 4): x0, y0, x1, y1 each, not {boxes.shape}")
        object.__setattr__(self, "boxes", boxes)

    def __len__(self) -> int:
        return len(self.boxes)


@dataclass(frozen=True)
class Trial:
    """What was shown and asked in one trial. Fields that a data set does not have are None.

    Parameters
    ----------
    id : str
        Unique within the data set. Several subjects may have done the same trial.
    stimulus : str
        Name of the shown image; several trials may show it (one image, two search targets).
    frame : Frame
        The shown image's size.
    image_source : callable, array or path, optional
        Where `image` comes from; read anew at each use, so that memory stays flat. An array has whole numbers from 0 to
        255 (others are refused when the image is read), and 1, 3 or 4 channels, or none.
    caption, task : str, optional
        Text that belongs to the trial; what people were asked ("free viewing", "search: fork").
    word_onsets : (w,) tuple of float, optional
        When each of the caption's words began to be heard or shown, ms, on the clock of `Scanpaths.onset`: a caption
        that unfolds in time.
    target_source : callable, array or path, optional
        Where `target`, the picture of the thing to be found, comes from.
    target_box : Box, optional
        Where the target is, px.
    objects : Objects, optional
        The objects shown.
    target_object : int, optional
        Which of `objects` is the target.
    max_fixations : int, optional
        Most fixations that people could make (without a forced first one).
    start : (x, y), optional
        Where gaze was made to be when the stimulus appeared, px.
    cells : (c, 4) float64, optional
        Places of a search display where an item may stand, whether one does or not: x0, y0, x1, y1 each, px. A cell
        covers the pixels x0 <= column < x1 and y0 <= row < y1.
    condition : str, optional
        Experimental condition, "experiment/condition" ("curvature/line_in_curves").

    Examples
    --------
    >>> trial = Trial("t1", "grey", Frame(4, 3), image_source=np.full((3, 4), 128, np.uint8))
    >>> trial.image.shape, trial.has("image"), trial.has("caption")
    ((3, 4, 3), True, False)
    """

    id: str
    stimulus: str
    frame: Frame
    image_source: ImageSource = None
    caption: str | None = None
    task: str | None = None
    target_source: ImageSource = None
    target_box: Box | None = None
    objects: Objects | None = None
    target_object: int | None = None
    max_fixations: int | None = None
    start: tuple[float, float] | None = None
    cells: np.ndarray | None = None
    condition: str | None = None
    word_onsets: tuple[float, ...] | None = None

    def words_begun(self, onset: Any) -> np.ndarray:
        """How many words of the caption had begun when each fixation did.

        Parameters
        ----------
        onset : (n,) array
            When the fixations began, ms (`Scanpath.onset`).

        Returns
        -------
        (n,) int64
            0 to the number of words; -1 where the onset is not known (NaN).

        Raises
        ------
        GazekitError
            The trial has no `word_onsets`, or there are no onsets of fixations.

        Examples
        --------
        >>> trial = Trial("t", "a.jpg", Frame(4, 3), caption="man in red", word_onsets=(0, 300, 450))
        >>> trial.words_begun([-500, 20, 450]).tolist()
        [0, 1, 3]
        """
        if self.word_onsets is None:
            raise GazekitError(f"trial {self.id!r} does not say when the words of its caption began (word_onsets)")
        if onset is None:
            raise GazekitError("these scanpaths do not say when their fixations began (onset), so no word is known")
        times = np.asarray(onset, dtype=float)
        return np.where(np.isnan(times), -1, np.searchsorted(self.word_onsets, times, side="right"))

    @property
    def image(self) -> np.ndarray:
        """(H, W, 3) uint8, read now; grey is repeated on three channels, files are read by `read_image_file`."""
        return _read_image(self.image_source, f"trial {self.id!r} has no image")

    @property
    def target(self) -> np.ndarray:
        """(h, w, 3) uint8: picture of the search target, read now."""
        return _read_image(self.target_source, f"trial {self.id!r} has no picture of the target")

    def has(self, name: str) -> bool:
        """Whether the trial has a field; an image counts if it has a source, and a file as source must exist."""
        attribute = {"image": "image_source", "target": "target_source"}.get(name, name)
        value = getattr(self, attribute)
        return value.is_file() if isinstance(value, Path) else value is not None


@dataclass(frozen=True)
class Dataset:
    """Trials, and the scanpaths that people made on them.

    Parameters
    ----------
    name : str
        The data set's name in the registry, or the user's own.
    trials : sequence of Trial
        Ids must be unique.
    scanpaths : Scanpaths
        Human scanpaths; their `trial` column names the trial.
    card : Card, optional
        Where the data come from, under which licence, in which units.
    dropped : mapping of str to int
        Rows that the loader left out, by reason. Never silent: `gazekit datasets info` and every run print them.

    Raises
    ------
    DataError
        Two trials of one id, a scanpath of a trial that is not there, or two of one subject, trial and sample.
    """

    name: str
    trials: tuple[Trial, ...]
    scanpaths: Scanpaths
    card: Card | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trials", tuple(self.trials))
        ids = pd.Index([t.id for t in self.trials])
        if not ids.is_unique:
            raise DataError(f"data set {self.name!r} has two trials called {ids[ids.duplicated()][0]!r}")
        unknown = ~self.scanpaths.table["trial"].isin(ids)
        if unknown.any():
            first = self.scanpaths.table["trial"][unknown].iloc[0]
            raise DataError(f"data set {self.name!r} has scanpaths of the trial {first!r}, but no such trial")
        rows = self.scanpaths.table
        twice = rows.duplicated(["subject", "trial", "source", "sample"]) & (rows["subject"] != "")
        if twice.any():
            row = rows[twice].iloc[0]
            raise DataError(
                f"data set {self.name!r} has two scanpaths of subject {row['subject']!r} in trial {row['trial']!r} "
                f"(sample {row['sample']}): a person sees a trial once, so take one of the copies out, or give a "
                f"second viewing a trial of its own"
            )

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {len(self.trials)} trials, {len(self.scanpaths)} scanpaths)"

    @property
    def stimuli(self) -> list[str]:
        """Names of the shown images, each once, in the order of the trials."""
        return list(dict.fromkeys(t.stimulus for t in self.trials))

    @property
    def subjects(self) -> list[str]:
        """Names of the subjects, sorted."""
        return sorted(self.scanpaths.table["subject"].unique())

    def trial(self, trial_id: str) -> Trial:
        """The trial of this id.

        Raises
        ------
        GazekitError
            No such trial.
        """
        for trial in self.trials:
            if trial.id == trial_id:
                return trial
        raise GazekitError(f"data set {self.name!r} has no trial {trial_id!r}")

    def target_boxes(self) -> dict[str, Box]:
        """Target box of every trial that has one, for `Scanpaths.truncate(at_target=...)`."""
        return {t.id: t.target_box for t in self.trials if t.target_box is not None}

    def object_boxes(self) -> dict[str, np.ndarray]:
        """Object boxes of every trial that has them, for `Scanpaths.to_objects`."""
        return {t.id: t.objects.boxes for t in self.trials if t.objects is not None}

    def select(self, *, stimuli: Any = None, subjects: Any = None, trials: Any = None) -> Self:
        """Keep some stimuli, subjects or trial ids (each a collection of names)."""
        shown, ids = (None if names is None else set(names) for names in (stimuli, trials))
        kept = [t for t in self.trials if (shown is None or t.stimulus in shown) and (ids is None or t.id in ids)]
        paths = self.scanpaths.filter(trial=[t.id for t in kept])
        if subjects is not None:
            paths = paths.filter(subject=list(subjects))
        return replace(self, trials=tuple(kept), scanpaths=paths)

    def split(
        self,
        by: str = "stimulus",
        *,
        folds: int = 5,
        fold: int = 0,
        seed: int = 0,
        together: Sequence[Sequence[str]] = (),
    ) -> "Split":
        """Split a data set so that no group is in both parts.

        Parameters
        ----------
        by : {"stimulus", "layout", "target", "subject", "random"}
            The group that is never in both parts. "layout" is the arrangement shown (the stimulus of a shelf or
            collage). "target" groups trials by their task. "random" deals single human scanpaths, so that train and
            test share stimuli: published numbers that did so are inflated, and it happens here only by this name.
        folds : int
            Number of parts that the groups are dealt into, at least 2.
        fold : int
            Which part is the test set, 0 to folds - 1.
        seed : int
            Seed of the dealing.
        together : sequence of sequence of str
            Names of groups that are one, such as a picture that is there twice: they lie where the first of them does.

        Returns
        -------
        Split

        Raises
        ------
        UnknownNameError
            Another `by`.
        GazekitError
            A random split asked for under another name, fewer groups than folds, or a fold that is not there.

        Examples
        --------
        >>> table = pd.DataFrame({"stimulus": list("abcd"), "width": 9, "height": 9})
        >>> data = Dataset("d", [Trial(s, s, Frame(9, 9)) for s in "abcd"], Scanpaths([], [], [0] * 5, table))
        >>> part = data.split("stimulus", folds=2)
        >>> sorted(part.train.stimuli + part.test.stimuli)
        ['a', 'b', 'c', 'd']
        """
        if by == "trial":
            raise GazekitError(
                "a split by trial lets trials of one stimulus be in train and test; split by stimulus, layout, target "
                "or subject, or ask for by='random' if the leak is what you want to show"
            )
        if by not in SPLITS:
            raise UnknownNameError("split", by, SPLITS)
        check_whole("folds", folds, 2)
        check_whole("fold", fold, 0)
        if fold >= folds:
            raise GazekitError(f"fold is a number from 0 to folds - 1, not {fold} of {folds} folds")
        groups = self._groups(by)
        names = sorted(set(groups))
        if len(names) < folds:
            raise GazekitError(f"data set {self.name!r} has {len(names)} groups by {by}: too few for {folds} folds")
        order = keyed_rng(seed, "split", self.name, by).permutation(len(names))
        test_names = {names[k] for k in order[fold::folds]}
        for first, *others in together:
            (test_names.update if first in test_names else test_names.difference_update)(others)
        if not test_names:
            raise GazekitError(
                f"fold {fold} of {folds} of data set {self.name!r} is empty, since groups by {by} that are one lie in "
                f"others: take fewer folds"
            )
        in_test = np.array([g in test_names for g in groups])
        digest = hashlib.sha256("\n".join(sorted(test_names)).encode()).hexdigest()
        parts = [self._part(by, in_test == side) for side in (False, True)]
        return Split(parts[0], parts[1], by, folds, fold, seed, digest)

    def _groups(self, by: str) -> list[str]:
        """Group of each trial, or of each scanpath for subject and random."""
        if by == "subject":
            return list(self.scanpaths.table["subject"])
        if by == "random":
            return [f"{i:09d}" for i in range(len(self.scanpaths))]
        if by == "target":
            without = [t.id for t in self.trials if not t.task]
            if without:
                raise GazekitError(f"trial {without[0]!r} of {self.name!r} names no task: it has no target to split by")
            return [str(t.task) for t in self.trials]
        return [t.stimulus for t in self.trials]

    def _part(self, by: str, keep: np.ndarray) -> Self:
        if by in ("subject", "random"):
            paths = self.scanpaths.filter(keep)
            shown = set(paths.table["trial"])
            return replace(self, scanpaths=paths, trials=tuple(t for t in self.trials if t.id in shown))
        return self.select(trials={t.id for t, k in zip(self.trials, keep, strict=True) if k})

    def fingerprint(self) -> str:
        """SHA-256 (hex) of trials' ids, frames and boxes and of every human fixation: what a run was computed on."""
        digest = hashlib.sha256()
        for t in self.trials:
            facts = (t.id, t.stimulus, t.frame, t.target_box, t.start, t.max_fixations, t.target_object, t.condition)
            digest.update(repr(facts).encode())
            for boxes in (t.cells, None if t.objects is None else t.objects.boxes):
                digest.update(b"" if boxes is None else np.asarray(boxes, dtype="<f8").tobytes())
        paths = self.scanpaths
        for column in (paths.x, paths.y, paths.durations(), paths.offsets):
            digest.update(np.ascontiguousarray(column).astype(column.dtype.newbyteorder("<")).tobytes())
        for name in ("stimulus", "subject", "trial"):
            digest.update("\x1f".join(paths.table[name]).encode())
        digest.update(repr(paths.facts).encode())
        return digest.hexdigest()

    def hashes(self) -> dict[str, str]:
        """SHA-256 (hex) of all that decides a result but pictures, by what it is of.

        `sha256` is the fingerprint; `captions`, `word_onsets`, `tasks`, `object_names`, `object_ids` and `onsets` are
        there if the data have any.
        """
        words: dict[str, list[Any]] = {
            "captions": [t.caption for t in self.trials],
            "word_onsets": [t.word_onsets for t in self.trials],
            "tasks": [t.task for t in self.trials],
            "object_names": [t.objects and t.objects.names and [*t.objects.names] for t in self.trials],
        }
        content = {name: repr(of).encode() for name, of in words.items() if any(each is not None for each in of)}
        if self.scanpaths.object_id is not None:
            content["object_ids"] = self.scanpaths.object_id.astype("<i8").tobytes()
        if self.scanpaths.onset is not None:
            content["onsets"] = self.scanpaths.onset.astype("<f8").tobytes()
        return {"sha256": self.fingerprint(), **{name: hashlib.sha256(of).hexdigest() for name, of in content.items()}}

    @classmethod
    def from_table(cls, table: str | Path | pd.DataFrame, *, images: str | Path | None = None, **options: Any) -> Self:
        """Read a user's own data; see `gazekit.interchange.own_data.dataset_from_table` for the options."""
        return exchange["dataset_from_table"](table, images=images, **options)


@dataclass(frozen=True)
class Split:
    """A train and a test part of a data set.

    Parameters
    ----------
    train, test : Dataset
        The two parts.
    by, folds, fold, seed
        How they were made.
    sha256 : str
        SHA-256 of the names in the test part: two people with one hash have one split.
    """

    train: Dataset
    test: Dataset
    by: str
    folds: int
    fold: int
    seed: int
    sha256: str


def _read_image(source: ImageSource, absent: str) -> np.ndarray:
    if source is None:
        raise GazekitError(absent)
    found = read_image_file(source) if isinstance(source, Path) else source() if callable(source) else source
    if not hasattr(found, "ndim"):
        what = type(found).__name__
        raise GazekitError(f"an image is an array, a function that gives one, or a pathlib.Path, not {what}: {found!r}")
    image = np.asarray(found)
    if image.ndim == 2:
        image = image[:, :, None]
    if image.ndim != 3 or image.shape[2] not in (1, 3, 4) or image.size == 0:
        raise GazekitError(f"an image is an array of rows x columns x 1, 3 or 4 channels, not of shape {image.shape}")
    if image.dtype != np.uint8:  # numbers from 0 to 1 would all become 0
        whole = image.dtype.kind in "iu"
        if not (whole and image.min() >= 0 and image.max() <= WHITE):
            raise GazekitError(
                f"an image has whole numbers from 0 (black) to {WHITE} (white), and this one is {image.dtype} from "
                f"{image.min():g} to {image.max():g}; scale it to 0 to {WHITE}, and round: .round().astype('uint8')"
            )
    if image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    return np.ascontiguousarray(image[:, :, :3], dtype=np.uint8)
