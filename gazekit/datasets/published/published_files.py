"""Reading published files: a missing, half or truncated one becomes a sentence that says which, and what to do."""

from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.card import Card
from gazekit.files.arrays import parse_npy
from gazekit.files.mat import load_mat
from gazekit.files.untrusted import first_line, parse_json
from gazekit.foundations.errors import DataError


def need_root(root: str | Path, card: Card) -> Path:
    """Find the folder with the data set's files: `root`, or its subfolder of the published name.

    Raises
    ------
    DataError
        It is not there.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError(
            f"there is no folder {root} for the data set {card.name!r}; it should hold {card.layout}; {card.where}"
        )
    return card.folder(root)


def need_file(root: Path, relative: str, card: Card) -> Path:
    """Find a file that the loader cannot do without.

    Raises
    ------
    DataError
        It is not there; the message says what the folder should look like and where the data come from.
    """
    path = root / relative
    if not path.is_file():
        raise DataError(
            f"{root} does not hold the data set {card.name!r}: {relative} is missing; the folder should hold "
            f"{card.layout}; {card.where}"
        )
    return path


def read_json(path: Path, card: Card) -> Any:
    """Read the content of a JSON file.

    Raises
    ------
    DataError
        Not JSON, or only part of one.
    """
    try:
        return parse_json(path.read_bytes())
    except ValueError as error:
        raise unreadable(path, card, error) from error


def read_mat(path: Path, variable: str, card: Card) -> np.ndarray:
    """Read a variable of a MATLAB file (version 7 or older), structs as nested objects, one row per struct.

    Raises
    ------
    DataError
        Not a MATLAB file, only part of one, or one without this variable.
    """
    try:
        content = load_mat(path, squeeze_me=True, struct_as_record=False, variable_names=[variable])
    except DataError:
        raise
    except Exception as error:  # scipy raises many kinds for one fact: the bytes are not those of a whole .mat file
        raise unreadable(path, card, error) from error
    if variable not in content:
        raise DataError(f"{path} has no variable {variable!r}, so it is not the published file; {_remedy(card)}")
    return np.atleast_1d(content[variable])


def read_npy(path: Path, card: Card) -> np.ndarray:
    """Read the array of an .npy file; pickled objects are refused.

    Raises
    ------
    DataError
        Not an .npy file, only part of one, or one that holds pickled objects.
    """
    try:
        return parse_npy(path.read_bytes())
    except Exception as error:  # damaged files raise many kinds for one fact
        raise unreadable(path, card, error) from error


def unreadable(path: Path, card: Card, error: Exception) -> DataError:
    """Make the error for a file whose bytes are not those of the published one."""
    return DataError(
        f"{path} cannot be read ({first_line(error)}): it is truncated or not the published file; {_remedy(card)}"
    )


def unexpected(path: Path, card: Card, what: str) -> DataError:
    """Make the error for a file that can be read but does not have the published structure."""
    return DataError(f"{path} does not have the published structure: {what}; {_remedy(card)}")


def _remedy(card: Card) -> str:
    return (
        f"see which files differ with `gazekit datasets check {card.name} --root DIR`, remove them and fetch them again"
    )
