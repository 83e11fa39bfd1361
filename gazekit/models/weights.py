"""Weights from files: safetensors, or PyTorch files read without running any code of theirs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gazekit.files.untrusted import BoundedFile, check_room, first_line
from gazekit.foundations.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor

FOLDER_VARIABLE = "GAZEKIT_WEIGHTS"


def read_weights(path: str | Path) -> "dict[str, Tensor]":
    """Read a file of named tensors.

    Parameters
    ----------
    path : path
        `.safetensors`, or `.pt` / `.pth` / `.bin` as PyTorch writes them (tensors only: a file that carries code is
        refused).

    Returns
    -------
    dict of str to Tensor
        As stored, on the CPU, in the stored precision.

    Raises
    ------
    DataError
        The file is not there, is of another kind, is damaged, or carries something other than tensors.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"the weights {path} are not there; give the path of a .safetensors or .pth file")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        if path.suffix in (".pt", ".pth", ".bin"):
            import torch

            _check_archive(path)
            with BoundedFile(path) as file:
                state = torch.load(file, map_location="cpu", weights_only=True)
            state = state.get("state_dict", state) if isinstance(state, Mapping) else state
            if not isinstance(state, Mapping) or not all(isinstance(v, torch.Tensor) for v in state.values()):
                raise DataError(f"{path} holds no plain table of tensors; save the model's state_dict as safetensors")
            return dict(state)
    except DataError:
        raise
    except Exception as error:  # damaged files raise many kinds for one fact
        raise DataError(
            f"{path} cannot be read as weights ({first_line(error)}); it is damaged, or carries code instead of "
            f"tensors: fetch it again, or save it as safetensors"
        ) from error
    raise DataError(f"{path} is no weights file that gazekit reads: give .safetensors, .pt, .pth or .bin")


def _check_archive(path: Path) -> None:
    """Refuse a zip archive, which PyTorch's files are, whose members unpack to more than they may."""
    from zipfile import ZipFile, is_zipfile

    if is_zipfile(path):
        with ZipFile(path) as archive:
            check_room(path, sum(member.file_size for member in archive.infolist()), path.stat().st_size)


def find_weights(file_name: str) -> Path | None:
    """Look for a file in the folder that the environment variable GAZEKIT_WEIGHTS names; None if it is not there."""
    folder = os.environ.get(FOLDER_VARIABLE)
    path = Path(folder) / file_name if folder else None
    return path if path is not None and path.is_file() else None
