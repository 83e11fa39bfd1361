"""Named tensors and short texts ("papers") in one safetensors file, with a digest of both."""

import hashlib
import json
import re
from pathlib import Path

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


def _digest(papers: dict[str, str], tensors: dict[str, Tensor]) -> str:
    return hashlib.sha256((json.dumps(papers, sort_keys=True) + sha256_of_tensors(tensors)).encode()).hexdigest()
