"""Trained readouts of `priority`: a network's weights, the features it reads, and the images it has learned from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gazekit.core.pictures import looks_like
from gazekit.files.atomic import sha256_of
from gazekit.files.untrusted import first_line, parse_json
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.networks.shapes import without_memory
from gazekit.models.priority.network import PriorityConfig, PriorityNetwork
from gazekit.models.tensor_files import TrainedFiles

SHIPPED = ", or take free-viewing or search, which come with gazekit"
FILES = TrainedFiles("gazekit-priority", "2", noun="readout", model="priority", largest=1e6, shipped=SHIPPED)


@dataclass(frozen=True)
class Readout:
    """A trained network and its papers.

    Parameters
    ----------
    network : PriorityNetwork
        In eval mode, on the CPU.
    backbone : str
        Which features it reads; see `FeatureReader`.
    features : str
        Hash of the networks that these came from.
    longest : int
        Fixations of the longest path it learned from; the default limit when it predicts.
    trained_on : mapping
        Data sets with their SHA-256, `stimuli` (their names), `images` (hashes of the pictures) and `looks` (what is
        kept of each to know it again when it was coded or scaled; see `look_of`).
    sha256 : str
        Of the file that it was read from.
    """

    network: PriorityNetwork
    backbone: str
    features: str
    longest: int
    trained_on: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""

    def save(self, path: str | Path) -> None:
        """Write to a `.safetensors` file, whole or not at all."""
        about = {"backbone": self.backbone, "features": self.features}
        config, state = self.network.config.to_json(), self.network.state_dict()
        FILES.save(path, state, config, self.longest, self.trained_on, **about)

    def has_seen(self, image: str, look: str) -> bool:
        """Whether it has learned from the picture of this hash, or from one that looks like it (`looks_like`)."""
        return image in self.trained_on.get("images", ()) or looks_like(look, self.trained_on.get("looks", ()))


def load_readout(path: str | Path) -> Readout:
    """Read a readout.

    Parameters
    ----------
    path : path
        A file that `Readout.save` wrote.

    Raises
    ------
    DataError
        It is not there, is damaged, is no readout of priority (a pickle, other weights), or one of another version.
    """
    path = Path(path)
    state, papers = FILES.read(path)
    try:
        config = PriorityConfig.from_json(papers["config"])
        with without_memory():
            shapes = {name: tensor.shape for name, tensor in PriorityNetwork(config).state_dict().items()}
        if shapes != {name: tensor.shape for name, tensor in state.items()}:
            raise DataError(
                f"{path} does not fit its own configuration: it is damaged, or another gazekit wrote it; train again"
            )
        network = PriorityNetwork(config)
        network.load_state_dict(state)
        about = parse_json(papers["trained_on"])
        longest = int(papers["longest"])
        return Readout(network.eval(), papers["backbone"], papers["features"], longest, about, sha256_of(path))
    except GazekitError:
        raise
    except Exception as error:  # papers of nonsense fail in many ways
        raise DataError(f"{path} is damaged ({first_line(error)}); train again") from error
