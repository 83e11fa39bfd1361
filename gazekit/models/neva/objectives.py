"""What a scanpath is after: the loss that looking at the right places makes small."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from gazekit.foundations.errors import GazekitError, check_known
from gazekit.models.networks import Encoder

Outputs = Mapping[str, Tensor]


class Objective(ABC):
    """A loss of what the network makes of the perceived image, against a target that each scanpath has once.

    Attributes
    ----------
    needs : tuple of str
        Fields of `Trial` beside the image.
    outputs : tuple of str
        What it reads from the encoder.
    """

    needs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("embedding",)

    def target(self, encoder: Encoder, clean: Outputs, caption: str | None) -> Tensor:
        """One scanpath's target, from the clean image's outputs (no batch dimension) and the trial's caption.

        The sharp image's own output, unless an objective says otherwise.
        """
        return clean[self.outputs[0]]

    @abstractmethod
    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Loss (n,) float32 from outputs (n, ...) and targets (n, ...); `progress` is t / T, from 0."""


class Clean(Objective):
    """1 - cosine to the embedding of the sharp image: see early what the whole image says. In [0, 2]."""

    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Cosine distance; see `Objective.loss`."""
        return 1 - functional.cosine_similarity(outputs["embedding"], target, dim=1)


class Caption(Clean):
    """1 - cosine to the embedding of the trial's caption (NevaClip). In [0, 2]; no temperature, no prompt around it."""

    needs = ("caption",)

    def target(self, encoder: Encoder, clean: Outputs, caption: str | None) -> Tensor:
        """Embed the caption by itself; see `Objective.target`."""
        return encoder.text([caption or ""])[0]


class OwnClass(Objective):
    """Cross-entropy to the class that the network itself finds in the sharp image (NeVA), not to a data set's label."""

    outputs = ("scores",)

    def target(self, encoder: Encoder, clean: Outputs, caption: str | None) -> Tensor:
        """Return the index of the largest score; see `Objective.target`."""
        return clean["scores"].argmax().float()

    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Cross-entropy, nats; see `Objective.loss`."""
        return functional.cross_entropy(outputs["scores"], target.long(), reduction="none")


class Reconstruction(Objective):
    """Mean squared difference between what the network makes of the perceived and the sharp image (NeVA, denoising)."""

    outputs = ("image",)

    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Mean over channels and cells; see `Objective.loss`."""
        return ((outputs["image"] - target) ** 2).flatten(1).mean(dim=1)


class OwnLoss(Objective):
    """A function of the user's.

    Parameters
    ----------
    function : callable
        (outputs (n, ...), outputs of the sharp image (n, ...)) to losses (n,), rows independent of each other.
    output : str
        "embedding", "scores" or "image".
    """

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor], output: str = "embedding") -> None:
        self.function, self.outputs = function, (output,)

    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Call the function; see `Objective.loss`."""
        loss = self.function(outputs[self.outputs[0]], target)
        if loss.shape != target.shape[:1]:
            raise GazekitError(
                f"the objective returned a tensor of shape {tuple(loss.shape)} for {len(target)} images; return one "
                f"loss per image"
            )
        return loss


class Mixed(Objective):
    """A weighted sum of objectives, with weights that may change along the path.

    Parameters
    ----------
    parts : sequence of Objective
        The objectives.
    weights : sequence of float, or callable
        One per part, or a function of progress (t / T, from 0) that returns them.
    """

    def __init__(
        self, parts: Sequence[Objective], weights: Sequence[float] | Callable[[float], Sequence[float]] | None = None
    ) -> None:
        self.parts = list(parts)
        self.needs = tuple(dict.fromkeys(n for p in parts for n in p.needs))
        self.outputs = tuple(dict.fromkeys(o for p in parts for o in p.outputs))
        given = [1 / len(self.parts)] * len(self.parts) if weights is None else weights
        if not callable(given) and len(given) != len(self.parts):
            raise GazekitError(f"{len(self.parts)} objectives are mixed with {len(given)} weights; give one each")
        self.weights = given
        self._shapes: list[torch.Size] = []

    def target(self, encoder: Encoder, clean: Outputs, caption: str | None) -> Tensor:
        """All parts' targets, one after the other; see `Objective.target`."""
        targets = [part.target(encoder, clean, caption) for part in self.parts]
        self._shapes = [target.shape for target in targets]
        return torch.cat([target.flatten() for target in targets])

    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Weighted sum; see `Objective.loss`."""
        weights = self.weights(progress) if callable(self.weights) else self.weights
        pieces = target.split([shape.numel() for shape in self._shapes], dim=1)
        total = torch.zeros(len(target), device=target.device)
        for part, weight, piece, shape in zip(self.parts, weights, pieces, self._shapes, strict=True):
            total = total + weight * part.loss(outputs, piece.reshape(len(target), *shape), progress)
        return total


class Scheduled(Clean):
    """Cosine distance to a target that moves from one embedding to another, as in the authors' NevaClip code.

    target_t = l * last + (1 - l) * first with l = (t / T)^2, of the raw embeddings, not of unit vectors: the first
    fixation follows `first` alone, the last of ten 0.81 of `last`.

    Parameters
    ----------
    first, last : Objective
        Objectives of the embedding: `Clean` or `Caption`.
    """

    def __init__(self, first: Objective, last: Objective) -> None:
        for part in (first, last):
            if not isinstance(part, Clean) or isinstance(part, Scheduled):
                raise GazekitError("a schedule goes from one embedding to another: clean>caption or caption>clean")
        self.first, self.last = first, last
        self.needs = tuple(dict.fromkeys((*first.needs, *last.needs)))

    def target(self, encoder: Encoder, clean: Outputs, caption: str | None) -> Tensor:
        """Both embeddings, (2, D); see `Objective.target`."""
        return torch.stack([part.target(encoder, clean, caption) for part in (self.first, self.last)])

    def loss(self, outputs: Outputs, target: Tensor, progress: float) -> Tensor:
        """Cosine distance to the mixture; see `Objective.loss`."""
        share = progress**2
        return super().loss(outputs, share * target[:, 1] + (1 - share) * target[:, 0], progress)


_BY_NAME: dict[str, type[Objective]] = {
    "caption": Caption,
    "clean": Clean,
    "class": OwnClass,
    "reconstruction": Reconstruction,
}


def objective_from(what: str | Objective | Callable[[Tensor, Tensor], Tensor]) -> Objective:
    """Make an objective.

    Parameters
    ----------
    what : str, Objective or callable
        "caption", "clean", "class" or "reconstruction"; several joined by + (equal weights); "clean>caption", scheduled
        from one to the other; an objective; or a function for `OwnLoss`.

    Raises
    ------
    UnknownNameError
        No objective of this name.

    Examples
    --------
    >>> objective_from("clean+class").outputs
    ('embedding', 'scores')
    >>> objective_from("clean>caption").needs
    ('caption',)
    """
    if isinstance(what, Objective):
        return what
    if not isinstance(what, str):
        return OwnLoss(what)
    if ">" in what:
        first, _, last = what.partition(">")
        return Scheduled(objective_from(first), objective_from(last))
    if "+" in what:
        return Mixed([objective_from(part) for part in what.split("+")])
    check_known("objective", what.strip(), _BY_NAME)
    return _BY_NAME[what.strip()]()
