"""The folder of a published data set while a loader reads it: its files, what was found, and what was left out."""

from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.card import Card
from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.splits import Shared, check_part, published_part
from gazekit.files.arrays import parse_npy
from gazekit.files.delimited import read_delimited
from gazekit.files.mat import load_mat
from gazekit.files.untrusted import MISFITS, first_line, parse_json
from gazekit.foundations.errors import DataError, refusing
from gazekit.interchange.points import OUTSIDE, Outside, check_choice, clean_points


class PublishedFolder:
    """What every loader of published files stands on.

    A loader is a function `load(folder, *, ...)` whose options are its own. It reads files by the methods below, adds
    trials and paths, counts what it leaves out in `counts`, and returns `folder.dataset()`. The options here are those
    of all data sets; a missing, half or damaged file becomes a sentence that says which, and what to do.

    Parameters
    ----------
    card : Card
        Of the data set.
    root : path
        The folder, or the one above it that has it under its published name; for a set of a single file also that file.
    px_per_degree : float, optional
        Pixels per degree of visual angle; default the card's.
    outside : {"keep", "clip", "drop"}
        What to do with points outside the image; see `gazekit.interchange.points.clean_points`.
    split : str, optional
        A part of the published split, by its published name; default all of the data.
    shared : {"refuse", "keep", "drop"}
        What to do with stimuli that are in several parts of the published split; see
        `gazekit.datasets.published.splits.published_part`.

    Attributes
    ----------
    root : Path
        The folder that holds the files.
    trials : list of Trial
        Those found so far.
    counts : Counter
        What was left out or changed, by reason.

    Raises
    ------
    DataError
        The folder is not there, or an unknown policy.
    """

    def __init__(
        self,
        card: Card,
        root: str | Path,
        *,
        px_per_degree: float | None = None,
        outside: Outside = "keep",
        split: str | None = None,
        shared: Shared = "refuse",
    ) -> None:
        check_choice("outside", outside, OUTSIDE)
        check_part(card, split)
        root = Path(root)
        self._only = root if root.is_file() and len(card.files) == 1 else None
        if self._only is None and not root.is_dir():
            raise DataError(
                f"there is no folder {root} for the data set {card.name!r}; it should hold {card.layout}; {card.where}"
            )
        self.card, self.outside, self.split, self.shared = card, outside, split, shared
        self.root = card.folder(root) if self._only is None else root.parent
        self.px_per_degree = card.px_per_degree if px_per_degree is None else px_per_degree
        self.trials: list[Trial] = []
        self.counts: Counter[str] = Counter()
        self._paths: list[dict[str, np.ndarray]] = []
        self._rows: list[dict[str, Any]] = []

    # ---------------------------------------------------------------- files

    def file(self, relative: str) -> Path:
        """Find a file that the loader cannot do without.

        Raises
        ------
        DataError
            It is not there; the message says what the folder should look like and where the data come from.
        """
        path = self._only or self.root / relative
        if not path.is_file():
            raise self.absent(f"{relative} is missing")
        return path

    def json(self, file: Path) -> Any:
        """Read the content of a JSON file.

        Raises
        ------
        DataError
            Not JSON, or only part of one.
        """
        with self.decoding(file):
            return parse_json(file.read_bytes())

    def table(self, file: Path, needed: Iterable[str] = (), **options: Any) -> pd.DataFrame:
        """Read a delimited table, with options of `read_delimited`; what that leaves out is counted.

        Raises
        ------
        DataError
            No table, only part of one, or one without a column of `needed`.
        """
        try:
            rows, left_out = read_delimited(file, **options)
        except DataError as error:
            raise self.unreadable(file, error) from error
        self.counts.update(left_out)
        if lacking := [name for name in needed if name not in rows]:
            raise self.unexpected(file, f"it has no column {lacking[0]!r}; its columns are {', '.join(rows.columns)}")
        return rows

    def mat(self, file: Path, variable: str | None = None, **options: Any) -> Any:
        """Read a variable of a MATLAB file (version 7 or older), one row per struct; or all variables, as a mapping.

        Parameters
        ----------
        file : Path
            The file.
        variable : str, optional
            Its name; structs are then nested objects, and dimensions of length 1 are left out.
        **options
            Of `scipy.io.loadmat`.

        Raises
        ------
        DataError
            Not a MATLAB file, only part of one, or one without this variable.
        """
        if variable is not None:
            options = {"squeeze_me": True, "variable_names": [variable], **options}
        with self.decoding(file):
            content = load_mat(file, struct_as_record=False, **options)
        if variable is None:
            return content
        if variable not in content:
            raise DataError(f"{file} has no variable {variable!r}, so it is not the published file; {self._remedy}")
        return np.atleast_1d(content[variable])

    def npy(self, file: Path) -> np.ndarray:
        """Read the array of an .npy file; pickled objects are refused.

        Raises
        ------
        DataError
            Not an .npy file, only part of one, or one that holds pickled objects.
        """
        with self.decoding(file):
            return parse_npy(file.read_bytes())

    def decoding(self, file: Path) -> AbstractContextManager[None]:
        """Say that a file is not whole, whatever its library says; libraries raise many kinds of errors for one fact.

        Raises
        ------
        DataError
            Whatever is raised inside, but for errors that are a `GazekitError` already.
        """
        return refusing(Exception, lambda error: self.unreadable(file, error))

    def structure(self, file: Path, where: str = "") -> AbstractContextManager[None]:
        """Say that a file does not have the published structure, and where, if what is done inside fails."""
        return refusing(MISFITS, lambda error: self.unexpected(file, f"{where}{type(error).__name__} {error}"))

    # ---------------------------------------------------------------- what is wrong

    def absent(self, what: str) -> DataError:
        """Make the error for a folder that does not hold the data set."""
        return DataError(
            f"{self.root} does not hold the data set {self.card.name!r}: {what}; the folder should hold "
            f"{self.card.layout}; {self.card.where}"
        )

    def unreadable(self, file: Path, error: Exception) -> DataError:
        """Make the error for a file whose bytes are not those of the published one."""
        return DataError(
            f"{file} cannot be read ({first_line(error)}): it is truncated or not the published file; {self._remedy}"
        )

    def unexpected(self, file: Path, what: str) -> DataError:
        """Make the error for a file that can be read but does not have the published structure."""
        return DataError(f"{file} does not have the published structure: {what}; {self._remedy}")

    @property
    def _remedy(self) -> str:
        return (
            f"see which files differ with `gazekit datasets check {self.card.called} --root DIR`, remove them and "
            f"fetch them again"
        )

    # ---------------------------------------------------------------- what is found

    def frame(self, width: float, height: float) -> Frame:
        """The frame of a shown image of this size, px."""
        return Frame(width, height, px_per_degree=self.px_per_degree)

    @property
    def stimuli(self) -> list[str]:
        """Names of the stimuli of the paths that were added, sorted."""
        return sorted({row["stimulus"] for row in self._rows})

    def add_path(
        self, x: Any, y: Any, duration: Any | None, frame: Frame, *, onset: Any | None = None, **row: Any
    ) -> None:
        """Add a path: x, y (n,) px of the frame; duration and onset (n,) ms or None; and the columns of its row."""
        given = {"x": x, "y": y, "duration": duration, "onset": onset}
        columns = {name: np.atleast_1d(np.asarray(c, dtype=float)) for name, c in given.items() if c is not None}
        if len({c.shape for c in columns.values()}) != 1 or columns["x"].ndim != 1:
            raise ValueError(f"a path's columns have the shapes {', '.join(str(c.shape) for c in columns.values())}")
        if self._paths and list(columns) != list(self._paths[0]):
            raise ValueError(f"a path has {', '.join(columns)}, and those before it {', '.join(self._paths[0])}")
        self._paths.append(columns)
        self._rows.append({**row, "width": frame.width, "height": frame.height})

    def scanpaths(self, **facts: Any) -> Scanpaths:
        """Join the paths; they declare the card's facts, but for those given here."""
        table = pd.DataFrame(self._rows, columns=None if self._rows else ["stimulus", "width", "height"])
        table["px_per_degree"] = np.nan if self.px_per_degree is None else float(self.px_per_degree)
        names = self._paths[0] if self._paths else ("x", "y")
        columns: dict[str, Any] = {name: np.concatenate([[], *(path[name] for path in self._paths)]) for name in names}
        offsets = np.concatenate([[0], np.cumsum([len(path["x"]) for path in self._paths], dtype=np.int64)])
        return Scanpaths(**columns, offsets=offsets, table=table, facts=replace(self.card.facts, **facts))

    def dataset(self, scanpaths: Scanpaths | None = None) -> Dataset:
        """Make the data set of the trials and, by default, of the paths that were added.

        The policy for points outside the image is applied here, and so is the choice of a part of the published split;
        everything left out stands in `dropped`.
        """
        paths = self.scanpaths() if scanpaths is None else scanpaths
        data = Dataset(self.card.name, tuple(self.trials), paths, self.card)
        if self.split is not None:
            data = published_part(data, self.split, self.shared)
        paths = clean_points(data.scanpaths, outside=self.outside, missing="keep")
        left_out = {**self.counts, **data.dropped, **paths.dropped}
        dropped = {reason: count for reason, count in left_out.items() if count}
        return replace(data, scanpaths=paths.replace(dropped=None), dropped=dropped)
