"""Trained networks as safetensors files that carry their configuration and what they were trained on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from torch import Tensor

from gazekit.files.atomic import sha256_of
from gazekit.files.untrusted import decoding, parse_json
from gazekit.foundations.errors import DataError
from gazekit.models.networks.shapes import without_memory
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.network import OatNetwork
from gazekit.models.tensor_files import TrainedFiles

# Sums of products of larger weights may leave float32.
FILES = TrainedFiles("gazekit-oat", "1", noun="checkpoint", model="oat", largest=1e10)
MOST_LAYERS, MOST = 100, 100_000  # of a checkpoint that is read; MOST of any other size


@dataclass(frozen=True)
class Checkpoint:
    """A trained network and its papers.

    Parameters
    ----------
    network : OatNetwork
        In eval mode, on the CPU.
    longest : int
        Fixations of the longest path it learned from; the default limit when it predicts.
    trained_on : mapping
        Data set's name and SHA-256, the split, and `stimuli`: the names of the stimuli that it learned from.
    sha256 : str
        Of the file that it was read from.
    """

    network: OatNetwork
    longest: int
    trained_on: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""

    def save(self, path: str | Path, *, half: bool = False) -> None:
        """Write to a `.safetensors` file, whole or not at all.

        Parameters
        ----------
        path : path
            The file.
        half : bool
            Store weights as float16: half the size, about three digits each. They are read back as float32.

        Raises
        ------
        DataError
            A weight that float16 cannot hold.
        """
        state = self.network.state_dict()
        if half:
            state = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
            large = next((name for name, value in state.items() if not value.isfinite().all()), None)
            if large is not None:
                raise DataError(f"{path} was not written: {large} has a weight too large for float16; give half=False")
        FILES.save(path, state, self.network.config.to_json(), self.longest, self.trained_on)


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Parameters
    ----------
    path : path
        A file that `Checkpoint.save` wrote.

    Returns
    -------
    Checkpoint

    Raises
    ------
    DataError
        It is not there, is damaged, is no OAT checkpoint (a pickle, other weights), or one of another version.
    """
    path = Path(path)
    state, papers = FILES.read(path)
    with decoding(f"{path} does not fit its own configuration", "it is damaged: train again"):
        config = OatConfig.from_json(papers["config"])
        _check(path, config, state)
        network = OatNetwork(config)
        network.load_state_dict(state)
        return Checkpoint(network.eval(), int(papers["longest"]), parse_json(papers["trained_on"]), sha256_of(path))


def _check(path: Path, config: OatConfig, state: dict[str, Tensor]) -> None:
    """Refuse sizes of nonsense, and a network far larger than the weights beside it, before it is made."""
    weights = sum(tensor.numel() for tensor in state.values())
    for name in (name for name, kind in get_type_hints(OatConfig).items() if kind is int):
        value, most = getattr(config, name), MOST_LAYERS if name.endswith("_layers") else MOST
        if not (isinstance(value, int) and 0 <= value <= most):
            raise DataError(
                f"{path} is damaged: its {name} is {str(value)[:80]}, not a number up to {most:,}; train again"
            )
    with without_memory():
        needed = sum(tensor.numel() for tensor in OatNetwork(config).state_dict().values())
    if needed > 2 * weights + 10_000:
        raise DataError(
            f"{path} does not fit its own configuration (it needs {needed:,} weights and has {weights:,}); it is "
            f"damaged: train again"
        )
