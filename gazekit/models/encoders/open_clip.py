"""CLIP models of open_clip: images and captions in one space."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.encoders.contract import Encoder

QUICK_GELU = "-quickgelu"


class OpenClip(Encoder):
    """An open_clip model with its own input size, mean and deviation, in eval mode.

    OpenAI's weights were trained with another activation (quick GELU) than open_clip's plain model names build; with
    weights "openai" the right variant of the name is taken.

    Parameters
    ----------
    architecture : str
        A name of `open_clip.list_models()`: "RN50-quickgelu", "ViT-B-32", ...
    weights : str
        A tag of open_clip's published weights (downloaded by open_clip), a file in open_clip's layout, or "random" for
        made-up ones drawn from seed 0.

    Raises
    ------
    GazekitError
        No such model or weights, or the weights could not be fetched.
    """

    outputs = ("embedding",)
    has_text = True

    def __init__(self, architecture: str = "RN50-quickgelu", weights: str = "openai") -> None:
        import open_clip

        from gazekit.models.encoders.loading import build, offline

        known = set(open_clip.list_models())
        if weights == "openai" and architecture + QUICK_GELU in known:
            architecture += QUICK_GELU
        if architecture not in known:
            raise GazekitError(f"open_clip has no model called {architecture!r}; see open_clip.list_models()")
        if weights == "random":
            network = build(lambda: open_clip.create_model(architecture, pretrained=None, device="cpu"))
        else:
            tags = open_clip.list_pretrained_tags_by_model(architecture)
            if weights not in tags and not Path(weights).is_file():
                raise GazekitError(
                    f"open_clip has no weights {weights!r} for {architecture}, nor is that a file; it has "
                    f"{', '.join(tags) or 'none'}"
                )
            with offline(f"open_clip's weights {architecture} {weights}"):
                network = open_clip.create_model(architecture, pretrained=weights, device="cpu")
        side = network.visual.image_size
        config = getattr(network.visual, "preprocess_cfg", None) or {}
        super().__init__(
            f"open_clip/{architecture}",
            "random, seed 0" if weights == "random" else weights,
            size=side[0] if isinstance(side, tuple | list) else side,
            mean=config.get("mean", open_clip.OPENAI_DATASET_MEAN),
            deviation=config.get("std", open_clip.OPENAI_DATASET_STD),
        )
        self.network = network
        self._architecture = architecture
        self.frozen()

    def features(self, x: Tensor) -> Tensor:
        """Image embedding, (B, D), not normalised; see `Encoder.features`."""
        return self.network.encode_image(x)

    def read(self, features: Tensor, output: str) -> Tensor:
        """Return the embedding; see `Encoder.read`."""
        self.check_output(output)
        return features

    @torch.no_grad()
    def text(self, captions: Sequence[str]) -> Tensor:
        """Embed captions, (n, D); each is cut at the model's own number of tokens (77)."""
        import open_clip

        tokens = open_clip.get_tokenizer(self._architecture)(list(captions))
        return self.network.encode_text(tokens.to(self.mean.device)).float()

    def token_count(self, caption: str) -> tuple[int, int]:
        """Tokens of a caption with its start and end marks, and how many the model takes."""
        import open_clip

        tokenizer = open_clip.get_tokenizer(self._architecture)
        limit = int(self.network.context_length)
        encode = getattr(tokenizer, "encode", None)
        if encode is None:  # tokenizers of other makes say it by their padding only
            return 0, limit
        return len(encode(caption)) + 2, limit
