"""Classifiers of torchvision and timm: embedding and class scores, with each network's own input convention."""

from typing import Any

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.encoders.contract import Encoder

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


class TorchvisionClassifier(Encoder):
    """A classifier of torchvision; its scores, and as embedding what enters its last linear layer.

    Parameters
    ----------
    architecture : str
        A name of `torchvision.models.list_models()`.
    weights : str, optional
        "DEFAULT" or another name of torchvision's published weights (downloaded by torchvision), "random" for made-up
        ones drawn from seed 0, or a file of named tensors.
    """

    outputs: tuple[str, ...] = ("embedding", "scores")

    def __init__(self, architecture: str, weights: str = "DEFAULT") -> None:
        import torchvision

        if architecture not in torchvision.models.list_models(module=torchvision.models):
            raise GazekitError(f"torchvision has no classifier called {architecture!r}; see its list_models()")
        from gazekit.models.encoders.loading import build, load_file, offline

        is_file = weights.endswith((".safetensors", ".pth", ".pt", ".bin"))
        size, mean, deviation = 224, IMAGENET_MEAN, IMAGENET_DEVIATION
        if weights == "random" or is_file:
            network = build(lambda: torchvision.models.get_model(architecture, weights=None))
            described = load_file(network, weights) if is_file else "random, seed 0"
        else:
            try:
                chosen = torchvision.models.get_model_weights(architecture)[weights]
            except KeyError:
                known = ", ".join(w.name for w in torchvision.models.get_model_weights(architecture))
                raise GazekitError(
                    f"torchvision's {architecture} has no weights called {weights!r}; it has {known}"
                ) from None
            preset = chosen.transforms()
            size, mean, deviation = preset.crop_size[0], preset.mean, preset.std
            with offline(f"torchvision's weights {architecture} {weights}"):
                network = torchvision.models.get_model(architecture, weights=chosen)
            described = str(chosen)
        super().__init__(f"torchvision/{architecture}", described, size=size, mean=mean, deviation=deviation)
        self.network, self._last = network, _last_linear(network)
        self.frozen()

    def features(self, x: Tensor) -> Tensor:
        """Embedding and scores side by side, (B, D + classes); see `Encoder.features`."""
        caught: list[Tensor] = []
        last = self.network.get_submodule(self._last)
        hook = last.register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0]))
        try:
            scores = self.network(x)
        finally:
            hook.remove()
        self._width = caught[0].flatten(1).shape[1]
        return torch.cat([caught[0].flatten(1), scores], dim=1)

    def read(self, features: Tensor, output: str) -> Tensor:
        """Embedding or scores; see `Encoder.read`."""
        self.check_output(output)
        return features[:, : self._width] if output == "embedding" else features[:, self._width :]


class TimmClassifier(Encoder):
    """A model of timm; embedding before its head, scores after it. Convolutional ones with pooling have places.

    Parameters
    ----------
    architecture : str
        A name of `timm.list_models()`.
    weights : str, optional
        "DEFAULT" (downloaded by timm), "random", or a file of named tensors.
    """

    outputs: tuple[str, ...] = ("embedding", "scores")

    def __init__(self, architecture: str, weights: str = "DEFAULT") -> None:
        import timm

        from gazekit.models.encoders.loading import build, load_file, offline

        if not timm.is_model(architecture.split(".")[0]):
            raise GazekitError(f"timm has no model called {architecture!r}; see timm.list_models()")
        is_file = weights.endswith((".safetensors", ".pth", ".pt", ".bin"))
        if weights == "random" or is_file:
            network: Any = build(lambda: timm.create_model(architecture, pretrained=False))
            described = load_file(network, weights) if is_file else "random, seed 0"
        elif weights == "DEFAULT":
            with offline(f"timm's weights of {architecture}"):
                network = timm.create_model(architecture, pretrained=True)
            described = f"timm {network.pretrained_cfg.get('tag', '') or 'default'}"
        else:
            raise GazekitError(f"timm's weights are chosen by the model's name ({architecture}.tag), not {weights!r}")
        config = timm.data.resolve_model_data_config(network)
        size = config["input_size"][-1]
        super().__init__(f"timm/{architecture}", described, size=size, mean=config["mean"], deviation=config["std"])
        self.network: Any = network
        self.frozen()
        with torch.no_grad():
            shape = self.network.forward_features(torch.zeros(1, 3, size, size)).shape
        pooling = getattr(getattr(self.network, "global_pool", None), "pool_type", "")
        self.spatial = len(shape) == 4 and pooling == "avg"
        if getattr(self.network, "num_classes", 0) == 0:
            self.outputs = ("embedding",)

    def features(self, x: Tensor) -> Tensor:
        """Features before pooling; see `Encoder.features`."""
        return self.network.forward_features(x)

    def places(self, features: Tensor, output: str) -> Tensor:
        """Return the feature maps; see `Encoder.places`."""
        return features

    def finish(self, pooled: Tensor, output: str) -> Tensor:
        """Run the head on pooled features; see `Encoder.finish`."""
        return self.network.forward_head(pooled[:, :, None, None], pre_logits=output == "embedding")

    def read(self, features: Tensor, output: str) -> Tensor:
        """Embedding or scores; see `Encoder.read`."""
        self.check_output(output)
        return self.network.forward_head(features, pre_logits=output == "embedding")


def _last_linear(network: nn.Module) -> str:
    names = [name for name, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)]
    return names[-1]
