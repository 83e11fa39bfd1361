"""SqueezeNet 1.0 from a file: the smallest ImageNet classifier of use, in torchvision's layout."""

import hashlib
from pathlib import Path

import torch
from torch import Tensor

from gazekit.foundations.errors import DataError
from gazekit.models.encoders.classifiers import IMAGENET_DEVIATION, IMAGENET_MEAN
from gazekit.models.encoders.contract import Encoder
from gazekit.models.weights import FOLDER_VARIABLE, find_weights, read_weights

FILE_NAME = "squeezenet1_0_imagenet.safetensors"


class SqueezeNet(Encoder):
    """SqueezeNet 1.0 with its last feature maps as places: embedding (B, 512) their mean, scores (B, 1000).

    Parameters
    ----------
    weights : path, optional
        A file of named tensors in torchvision's layout, any floating-point precision; default the file
        `squeezenet1_0_imagenet.safetensors` in the folder that the environment variable GAZEKIT_WEIGHTS names.

    Raises
    ------
    DataError
        No weights, or those of another network.

    References
    ----------
    Iandola et al. (2016), SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size.
    """

    outputs = ("embedding", "scores")
    spatial = True

    def __init__(self, weights: str | Path | None = None) -> None:
        path = find_weights(FILE_NAME) if weights is None else Path(weights)
        if path is None:
            raise DataError(
                f"the encoder 'squeezenet' has no weights: give weights=FILE, or set {FOLDER_VARIABLE} to a folder "
                f"with {FILE_NAME}"
            )
        state = {key: value.float() for key, value in read_weights(path).items()}
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        super().__init__(
            "squeezenet",
            f"file {digest}",
            size=224,
            mean=IMAGENET_MEAN,
            deviation=IMAGENET_DEVIATION,
            any_shape=True,
        )
        import torchvision

        self.network = torchvision.models.squeezenet1_0(weights=None)
        try:
            self.network.load_state_dict(state)
        except RuntimeError as error:
            raise DataError(
                f"{path} holds no SqueezeNet 1.0 in torchvision's layout ({str(error).splitlines()[1].strip()})"
            ) from error
        self.frozen()
        self.network.to(memory_format=torch.channels_last)  # halves the time of a pass on a CPU

    def features(self, x: Tensor) -> Tensor:
        """Last feature maps, (B, 512, h, w); see `Encoder.features`."""
        return self.network.features(x)

    def places(self, features: Tensor, output: str) -> Tensor:
        """Embedding: the feature maps. Scores: the rectified class maps, whose mean the network was trained on."""
        return features if output == "embedding" else torch.relu(self.network.classifier[1](features))
