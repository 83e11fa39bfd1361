"""The model that captions guide: what it can read, and how it is made with another objective or gamma."""

from collections.abc import Mapping, Sequence
from typing import Any

from gazekit.foundations.errors import GazekitError
from gazekit.models.contract import ScanpathModel
from gazekit.models.registry import load_model

NEVA = "neva"
SET_HERE = "objective"


class GuidedModel:
    """The model that is put under every condition.

    Parameters
    ----------
    model : str or ScanpathModel
        A registered model that reads captions, or one of the user's own. Only `neva` can be run without a caption, on a
        schedule, or with other values of gamma.
    options : mapping
        Options of a registered model, but `objective`, which the conditions set.

    Raises
    ------
    GazekitError
        A model that reads no captions, or options that cannot be given.
    """

    def __init__(self, model: str | ScanpathModel, options: Mapping[str, Any]) -> None:
        self.options = dict(options)
        self.is_neva = model == NEVA
        self.name = model if isinstance(model, str) else model.name
        if SET_HERE in self.options:
            raise GazekitError(f"{SET_HERE} is what the conditions differ in; leave out {SET_HERE}=...")
        self._model = None if isinstance(model, str) else model
        if self._model is not None and self.options:
            raise GazekitError("options go with the name of a model, not with one that is already made")
        if self.is_neva:
            from gazekit.models.networks import load_encoder

            # once: the conditions share the network
            self._shared = {k: v for k, v in self.options.items() if k != "weights"}
            encoder = self.options.get("encoder", "filters")
            self._shared["encoder"] = load_encoder(encoder, self.options.get("weights"))
        self._first = self.with_objective()
        if "caption" not in self._first.needs:
            raise GazekitError(f"model {self.name!r} reads no captions, so that they cannot guide it; use neva")

    @property
    def gamma(self) -> float | None:
        """Share of the memory kept, of a model that has it."""
        return getattr(self._first, "gamma", None)

    def reads(self, caption: str) -> bool:
        """Whether the model's encoder can make anything of a caption."""
        encoder = getattr(self._first, "encoder", None)
        reads = getattr(encoder, "reads", None)
        return True if reads is None else bool(reads(caption))

    def too_long(self, captions: Sequence[str]) -> int:
        """How many captions are cut, because they have more tokens than the encoder reads (77 for CLIP)."""
        count = getattr(getattr(self._first, "encoder", None), "token_count", None)
        if count is None:
            return 0
        counted = [count(caption) for caption in captions]
        return sum(tokens > limit for tokens, limit in counted)

    def with_objective(self, objective: str = "caption", **more: Any) -> ScanpathModel:
        """The model, as given; neva with this objective, and with options that `more` replaces."""
        if self._model is not None:
            return self._model
        if not self.is_neva:
            return load_model(self.name, **self.options)
        return load_model(NEVA, **{**self._shared, SET_HERE: objective, **more})
