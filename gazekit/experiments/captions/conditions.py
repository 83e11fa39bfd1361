"""The conditions: which caption a model is given for each observation, and the model under each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.contract import Request, ScanpathModel, predicted
from gazekit.models.fingerprints import digest_of
from gazekit.models.identity import identity
from gazekit.models.registry import load_model

if TYPE_CHECKING:
    from gazekit.models.networks.encoder import Encoder

NEVA = "neva"
SET_HERE = "objective"


@runtime_checkable
class ReadsByEncoder(Protocol):
    """A model that reads captions with an encoder and keeps a memory of what it saw, as neva does."""

    encoder: "Encoder"
    gamma: float


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
        self._reader = self._first if isinstance(self._first, ReadsByEncoder) else None
        if "caption" not in self._first.needs:
            raise GazekitError(f"model {self.name!r} reads no captions, so that they cannot guide it; use neva")

    @property
    def gamma(self) -> float | None:
        """Share of the memory kept, of a model that has it."""
        return self._reader.gamma if self._reader else None

    def reads(self, caption: str) -> bool:
        """Whether the model's encoder can make anything of a caption."""
        return self._reader is None or self._reader.encoder.reads(caption)

    def too_long(self, captions: Sequence[str]) -> int:
        """How many captions are cut, because they have more tokens than the encoder reads (77 for CLIP)."""
        counted = [self._reader.encoder.token_count(caption) for caption in captions] if self._reader else []
        return sum(tokens > limit for tokens, limit in counted)

    def with_objective(self, objective: str = "caption", **more: Any) -> ScanpathModel:
        """The model, as given; neva with this objective, and with options that `more` replaces."""
        if self._model is not None:
            return self._model
        if not self.is_neva:
            return load_model(self.name, **self.options)
        return load_model(NEVA, **{**self._shared, SET_HERE: objective, **more})


RIGHT, SAME_IMAGE, OTHER_IMAGE = "right caption", "same-image caption", "other-image caption"
NONE, SCHEDULED = "no caption", "scheduled caption"
OBJECTIVES = {NONE: "clean", SCHEDULED: "clean>caption"}  # of NeVA; "caption" under the others


def same_image(observations: Sequence[Trial], seed: int) -> list[Trial]:
    """Every observation with another caption of its image, drawn; those of images without another are left out.

    The same words count as the same caption, whoever wrote them.
    """
    of_image: dict[str, list[Trial]] = {}
    for trial in observations:
        of_image.setdefault(trial.stimulus, []).append(trial)
    found = []
    for trial in observations:
        others = [other for other in of_image[trial.stimulus] if _words(other) != _words(trial)]
        if others:
            drawn = keyed_rng(seed, SAME_IMAGE, trial.id).integers(len(others))
            found.append(replace(trial, caption=others[int(drawn)].caption))
    return found


def other_image(observations: Sequence[Trial], seed: int) -> list[Trial]:
    """Every observation with a caption of another image, drawn from all of them; never the same words by chance."""
    found = []
    for trial in observations:
        for k in keyed_rng(seed, OTHER_IMAGE, trial.id).permutation(len(observations)):
            other = observations[int(k)]
            if other.stimulus != trial.stimulus and _words(other) != _words(trial):
                found.append(replace(trial, caption=other.caption))
                break
    return found


def without(observations: Sequence[Trial]) -> list[Trial]:
    """Every image once, without a caption: what is said about it then makes no difference."""
    first = {trial.stimulus: trial for trial in reversed(observations)}
    return [
        replace(first[name], id=name, caption=None) for name in dict.fromkeys(trial.stimulus for trial in observations)
    ]


class CaptionCondition(ScanpathModel):
    """A model that is shown, for each image, the captions that a condition gives it: `n_samples` paths per caption.

    Parameters
    ----------
    name : str
        Of the condition.
    model : ScanpathModel
        What predicts.
    given : sequence of Trial
        What it is shown, several trials per image: `id` is the observation's, so that its random numbers are the same
        under every condition.
    options : mapping
        The model's options, for the manifest.
    """

    needs = ("image",)
    gives_what_it_has = True  # as many paths of an image as it has captions

    def __init__(
        self, name: str, model: ScanpathModel, given: Sequence[Trial], options: Mapping[str, Any] | None = None
    ) -> None:
        self.name, self.model, self.options = name, model, dict(options or {})
        self.facts, self.role = model.facts, model.role
        self.stops, self.ends_itself = model.stops, model.ends_itself
        self._given: dict[str, list[Trial]] = {}
        for trial in given:
            self._given.setdefault(trial.stimulus, []).append(trial)

    def identity(self) -> dict[str, Any]:
        """The model, and what it is shown: images are among the files that a run watches."""
        shown = [(trial.id, trial.stimulus, trial.caption) for of_image in self._given.values() for trial in of_image]
        return {"model": identity(self.model), "shown": {"sha256": digest_of(shown)}, **self.options}

    def __len__(self) -> int:
        return sum(map(len, self._given.values()))

    def scanpaths(self, request: Request) -> Scanpaths:
        """Predict scanpaths on images; the columns `observation` and `caption` say what each followed."""
        import warnings

        home: dict[str, str] = {}
        shown: list[Trial] = []
        numbers: list[int] = []
        for number, image in enumerate(request.trials):
            for trial in self._given.get(image.stimulus, ()):
                home[trial.id] = image.id
                shown.append(trial)
                numbers.append(number)
        with warnings.catch_warnings():  # captions that are too long were counted before
            warnings.filterwarnings("ignore", message="the caption of trial")
            paths = predicted(
                self.model,
                shown,
                n_samples=request.n_samples,
                seed=request.seed,
                max_fixations=request.max_fixations,
                lengths=None if request.lengths is None else request.lengths[numbers],
                device=request.device,
                progress=request.progress,
            )
        table = paths.table
        said = {trial.id: trial.caption or "" for trial in shown}
        image_ids = np.array([home[name] for name in table["trial"]], dtype=object)
        table = table.assign(
            observation=table["trial"], caption=table["trial"].map(said), trial=image_ids, source=self.name
        )
        return paths.replace(table=table.assign(sample=table.groupby("trial", sort=False).cumcount()))


def conditions(
    guided: GuidedModel,
    observations: Sequence[Trial],
    *,
    seed: int,
    scheduled: bool = True,
    gammas: Sequence[float] = (),
) -> list[CaptionCondition]:
    """The model under every condition that the captions allow, then with other values of gamma.

    Parameters
    ----------
    guided : GuidedModel
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
    if gammas and guided.gamma is None:
        raise GazekitError(f"model {guided.name!r} has no gamma to be swept")
    given = {
        RIGHT: list(observations),
        SAME_IMAGE: same_image(observations, seed),
        OTHER_IMAGE: other_image(observations, seed),
    }
    if guided.is_neva:
        given[NONE] = without(observations)
        if scheduled:
            given[SCHEDULED] = list(observations)
    rows = [
        CaptionCondition(
            name, guided.with_objective(OBJECTIVES.get(name, "caption")), trials, {**guided.options, "condition": name}
        )
        for name, trials in given.items()
        if trials
    ]
    for gamma in gammas:
        if gamma != guided.gamma:
            name = gamma_row(gamma)
            options = {**guided.options, "condition": RIGHT, "gamma": gamma}
            rows.append(CaptionCondition(name, guided.with_objective(gamma=gamma), list(observations), options))
    return rows


def gamma_row(gamma: float) -> str:
    """What the row of another gamma is called."""
    return f"{RIGHT}, gamma {gamma:g}"


def _words(trial: Trial) -> str:
    return " ".join((trial.caption or "").casefold().split())
