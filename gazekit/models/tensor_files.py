"""Named tensors and short texts ("papers") in one safetensors file, with a digest of both; trained networks as such."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from gazekit.files.atomic import write_atomically
from gazekit.files.untrusted import check_safetensors, parse_json
from gazekit.foundations.errors import DataError, refusing
from gazekit.models.networks.weights import sha256_of_tensors

DIGEST = "sha256"  # of the papers and the tensors, among the papers
PAPERS = "gazekit"
DAMAGED = "is damaged ({}); train again in a new folder"


def save_tensors(path: Path, tensors: dict[str, Tensor], papers: dict[str, str]) -> None:
    """Write named tensors and short texts, whole or not at all; equal contents give equal bytes."""
    from safetensors.torch import save

    # safetensors writes its metadata in an order that differs from run to run: one entry has only one order
    state = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    metadata = {PAPERS: json.dumps({**papers, DIGEST: _digest(papers, state)}, sort_keys=True)}
    write_atomically(path, save(state, metadata=metadata))


def read_tensors(path: Path, damaged: str = DAMAGED) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read what `save_tensors` wrote.

    Raises
    ------
    DataError
        The file is damaged; `damaged` is the message after its name, with {} for what is wrong.
    """
    from safetensors import SafetensorError, safe_open

    check_safetensors(path)
    said = (SafetensorError, OSError, ValueError)  # of JSON too
    with refusing(said, lambda error: DataError(f"{path} {damaged.format(error)}")), safe_open(path, "pt") as file:
        papers = parse_json((file.metadata() or {}).get(PAPERS, "{}"))
        if not isinstance(papers, dict):
            raise ValueError("its papers are no table")
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 -- no mapping
        expected = papers.pop(DIGEST, None)  # files of gazekit before it was there have none
        if expected is not None and expected != _digest(papers, tensors):
            raise ValueError("its SHA-256 is not the one that was written with it")
    return {re.sub(r"(^|\.)way\.", r"\1history.", name): tensor for name, tensor in tensors.items()}, papers


@dataclass(frozen=True)
class TrainedFiles:
    """Files of trained networks of one kind: what is the same in all of them.

    Parameters
    ----------
    name, version : str
        What a file says it is.
    noun, model : str
        What messages call it, and the model that `gazekit train` makes one of.
    largest : float
        Weight; a larger one is damage.
    shipped : str
        What to take instead of training one, as the end of a sentence; empty for nothing.
    """

    name: str
    version: str
    noun: str
    model: str
    largest: float
    shipped: str = ""

    def save(
        self, path: str | Path, state: dict[str, Tensor], config: str, longest: int, trained_on: Any, **more: str
    ) -> None:
        """Write a network's weights and configuration, its longest path, and what it was trained on."""
        papers = {"format": self.name, "version": self.version, "config": config, "longest": str(longest)}
        save_tensors(Path(path), state, {**papers, "trained_on": json.dumps(trained_on, sort_keys=True), **more})

    def read(self, path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Read what `save` wrote.

        Raises
        ------
        DataError
            It is not there, is damaged, is of another kind (a pickle, other weights), or of another version.
        """
        if not path.is_file():
            raise DataError(f"the {self.noun} {path} is not there; {self._train_one}")
        state, papers = read_tensors(
            path,
            f"cannot be read as a {self.noun} of {self.model} ({{}}); it is damaged, or carries code instead of "
            f"weights: only safetensors files are read; train it again",
        )
        if papers.get("format") != self.name:
            raise DataError(f"{path} is no {self.noun} of {self.model}; it holds other weights")
        if papers.get("version") != self.version:
            raise DataError(
                f"{path} is a {self.noun} of version {papers.get('version')}, and this gazekit reads version "
                f"{self.version}; use the gazekit that wrote it, or train again"
            )
        for name, tensor in state.items():
            if not (tensor.abs() <= self.largest).all():  # NaN is not
                raise DataError(
                    f"{path} is damaged: {name} holds weights that are not numbers, or are larger than "
                    f"{self.largest:g}; train again"
                )
        return state, papers

    def among(self, path: Path) -> list[Path]:
        """The files of a folder, as of a k-fold training; of a file itself."""
        files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
        if not files:
            raise DataError(f"{path} holds no {self.noun} (*.safetensors); {self._train_one}")
        return files

    @property
    def _train_one(self) -> str:
        return f"train one with `gazekit train {self.model}`{self.shipped}"


def _digest(papers: dict[str, str], tensors: dict[str, Tensor]) -> str:
    return hashlib.sha256((json.dumps(papers, sort_keys=True) + sha256_of_tensors(tensors)).encode()).hexdigest()
