"""The rows of the experiment: one model under every condition, its options exchanged where a condition needs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gazekit.core.trials import Trial
from gazekit.experiments.captions.conditions import (
    NONE,
    OTHER_IMAGE,
    RIGHT,
    SAME_IMAGE,
    SCHEDULED,
    CaptionCondition,
    other_image,
    right,
    same_image,
    without,
)
from gazekit.foundations.errors import GazekitError
from gazekit.models.contract import ScanpathModel
from gazekit.models.registry import load_model, model_class

NEVA = "neva"
SET_HERE = "objective"


class Subject:
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
        self._first = self.under(RIGHT)
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

    def under(self, condition: str, **more: Any) -> ScanpathModel:
        """The model with the objective of a condition; `more` replaces options."""
        if self._model is not None:
            return self._model
        if not self.is_neva:
            model_class(self.name)
            return load_model(self.name, **self.options)
        objective = {NONE: "clean", SCHEDULED: "clean>caption"}.get(condition, "caption")
        return load_model(NEVA, **{**self._shared, SET_HERE: objective, **more})


def conditions(
    subject: Subject,
    observations: Sequence[Trial],
    *,
    seed: int,
    scheduled: bool = True,
    gammas: Sequence[float] = (),
) -> list[CaptionCondition]:
    """The model under every condition that the captions allow, then with other values of gamma.

    Parameters
    ----------
    subject : Subject
        The model.
    observations : sequence of Trial
        Images with their captions.
    seed : int
        Seed of the drawn captions.
    scheduled : bool
        Whether to add the clean image that becomes the caption.
    gammas : sequence of float
        A row with the right caption for each; the model's own gamma is a row anyway.

    Raises
    ------
    GazekitError
        gammas for a model that has none.
    """
    if gammas and subject.gamma is None:
        raise GazekitError(f"model {subject.name!r} has no gamma to be swept")
    given = {
        RIGHT: right(observations),
        SAME_IMAGE: same_image(observations, seed),
        OTHER_IMAGE: other_image(observations, seed),
    }
    if subject.is_neva:
        given[NONE] = without(observations)
        if scheduled:
            given[SCHEDULED] = right(observations)
    rows = [
        CaptionCondition(name, subject.under(name), trials, {**subject.options, "condition": name})
        for name, trials in given.items()
        if trials
    ]
    for gamma in gammas:
        if gamma != subject.gamma:
            name = gamma_row(gamma)
            options = {**subject.options, "condition": RIGHT, "gamma": gamma}
            rows.append(CaptionCondition(name, subject.under(RIGHT, gamma=gamma), right(observations), options))
    return rows


def gamma_row(gamma: float) -> str:
    """What the row of another gamma is called."""
    return f"{RIGHT}, gamma {gamma:g}"
