"""The contract that every scanpath model keeps: `predict` is the same for all, and a model writes what is its own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, LearnedError, MissingNeedError, check_whole
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.construction import Construction

Role = Literal["model", "image-blind", "control"]


class DrawnPath(NamedTuple):
    """One predicted path.

    Parameters
    ----------
    x, y : (n,) float64
        px of the shown image.
    duration : (n,) float64, optional
        ms.
    object_id : (n,) int64, optional
        Index of the fixated object in the trial; for models that go from object to object.
    """

    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray | None = None
    object_id: np.ndarray | None = None


@dataclass(frozen=True)
class Request:
    """What `predict` was asked, checked.

    Parameters
    ----------
    model : str
        Part of the key of the model's random numbers; see `ScanpathModel.random_key`.
    trials : tuple of Trial
        They have what the model needs.
    n_samples, seed, max_fixations, device, progress
        As given to `ScanpathModel.predict`.
    lengths : (trials, n_samples) int64, optional
        Fixations that each path should have, as given to `ScanpathModel.predict`; None for a model that `stops`.
    """

    model: str
    trials: tuple[Trial, ...]
    n_samples: int
    seed: int
    max_fixations: int | None
    device: str
    progress: bool
    lengths: np.ndarray | None = None

    def limit(self, number: int) -> int | None:
        """Most fixations of the paths of a trial, at least 1.

        The longest that is asked for; else the call's limit, else the trial's own, else None.
        """
        if self.lengths is not None:
            return int(self.lengths[number].max())
        return self.trials[number].max_fixations if self.max_fixations is None else self.max_fixations

    def length(self, number: int, sample: int) -> int | None:
        """Fixations that one path should have, or None where the model decides (up to `limit`)."""
        return None if self.lengths is None else int(self.lengths[number, sample])

    def rng(self, number: int, sample: int) -> np.random.Generator:
        """Random numbers of one path: they depend on seed, model, trial and sample only."""
        return keyed_rng(self.seed, self.model, self.trials[number].id, sample)


class ScanpathModel(Construction):
    """A model that predicts scanpaths. A subclass has a name and writes `draw`, or `paths`.

    `draw` makes one path of one trial; `prepare` may compute once per trial what all its samples share (a saliency
    map). A network that predicts many trials at once writes `paths` instead. What else a model can do (learn, give a
    density) is in `gazekit.models.capabilities`.

    A prediction depends on (seed, trial id, sample) only: never on batch size, order or which other trials are there.
    `gazekit.testing.check_model` checks that. The arguments of the constructor are recorded (`arguments`), cannot be
    changed afterwards, and are part of the model's identity (`gazekit.models.identity`).

    Attributes
    ----------
    name : str
        Its name in tables.
    needs : tuple of str
        Fields of `Trial` without which it cannot predict, for instance ("image", "target"). An instance may have others
        than its class.
    facts : Facts
        What its paths are. One whose paths begin with the place where gaze was at the start has `forced_first=True`.
    deterministic : bool
        Whether all samples and seeds give the same paths.
    role : {"model", "image-blind", "control"}
        "image-blind": it does not see the image, so that what it reaches needs no knowledge of the image. "control": it
        should fail (it never moves, or is told the answer), so that a measure on which it does well says little.
    stops : bool
        Whether its paths end by a rule of its own (the target is found, an end is drawn), not at the length asked for.
    ends_itself : bool
        Whether its paths end by a rule of its own where no length is asked for, and go on to the length that is.
    needs_fit, leaves_own_out : bool
        Of a model that learns (`fit`): whether it cannot predict before, and whether a prediction for a stimulus never
        uses scanpaths of that stimulus, so that it may be fitted on the data set on which it is evaluated.
    independent_fixations : bool
        Of a model with a density (`log_density`): whether that is the same whatever came before, and need not be
        asked for fixation by fixation. A class that writes `log_density` must say it itself: it is not inherited.
    gives_what_it_has : bool
        Of predictions that were made before, or of several things said of one image: a trial may lack paths, or have
        more than asked for. Frames that differ are the measures' to refuse.
    """

    name: str
    needs: tuple[str, ...] = ()
    facts: Facts = Facts(forced_first=False, points="fixations")
    deterministic: bool = False
    role: Role = "model"
    stops: bool = False
    ends_itself: bool = False
    needs_fit: bool = False
    leaves_own_out: bool = False
    independent_fixations: bool = False
    gives_what_it_has: bool = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # What a class says counts for its own density, not for one that is written over it.
        saying = next(c for c in cls.__mro__ if {"log_density", "independent_fixations"} & vars(c).keys())
        cls.independent_fixations = vars(saying).get("independent_fixations", False)

    @property
    def told_target(self) -> bool:
        """Whether it is told where the target is, or when it has been found."""
        return "target_object" in self.needs

    @property
    def provenance(self) -> str:
        """Which networks and weights it uses and what they have learned from, in words; empty for a model without."""
        return ""

    # ---------------------------------------------------------------- what a model writes

    def prepare(self, trial: Trial) -> Any:
        """Compute what all samples of a trial share; given to `draw` as `prepared`."""
        return None

    def length(self, trial: Trial, rng: np.random.Generator, limit: int | None) -> int | None:
        """Fixations of a path where nobody asks for a number; given to `draw`. By default the limit."""
        return limit

    def draw(
        self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None
    ) -> DrawnPath | tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Draw one path: x (n,) px, y (n,) px, and duration (n,) ms or None.

        At most `max_fixations` points, and as many as that from a model that does not stop by itself.
        """
        raise GazekitError(
            f"the class {type(self).__qualname__} writes neither draw nor paths; a model needs one of them"
        )

    def paths(self, request: Request) -> Iterator[tuple[int, Sequence[tuple[Any, ...]]]]:
        """Yield the number of each trial with its paths, one per sample, in any order of trials.

        For models that predict many trials at once. Random numbers come from `request.rng(number, sample)`. A path
        has `request.length(number, sample)` fixations, or, where that is None, at most `request.limit(number)`.
        """
        for number, trial in enumerate(request.trials):
            prepared, limit, drawn = self.prepare(trial), request.limit(number), []
            for k in range(request.n_samples):
                rng = request.rng(number, k)
                length = self.length(trial, rng, limit) if request.lengths is None else request.length(number, k)
                drawn.append(self.draw(trial, prepared, rng, length))
            yield number, drawn

    def check_needs(self, trials: Iterable[Trial]) -> None:
        """Raise `MissingNeedError` for the first trial that lacks something this model needs."""
        for trial in trials:
            for field in self.needs:
                if not trial.has(field):
                    raise MissingNeedError(
                        f"model {self.name!r} needs {field!r}, which trial {trial.id!r} (stimulus {trial.stimulus!r}) "
                        f"does not have; choose another model or add it to the data"
                    )

    def check_unseen(self, trials: Iterable[Trial]) -> None:
        """Raise `LearnedError` if it would be scored on stimuli that it has learned from.

        A model that leaves a stimulus's own paths out of its prediction never is.
        """
        if self.leaves_own_out or not self.learned_stimuli:
            return
        shown = dict.fromkeys(trial.stimulus for trial in trials)
        if seen := [stimulus for stimulus in shown if stimulus in self.learned_stimuli]:
            raise LearnedError(
                f"model {self.name!r} has learned from {len(seen)} of these {len(shown)} stimuli ({seen[0]!r} is one), "
                f"so that its scores would say nothing about new ones; score it on other stimuli, or give an unfitted "
                f"one and folds=5 (--folds 5), so that every part is predicted by a fit on the others"
            )

    # ---------------------------------------------------------------- the same for all

    def predict(
        self,
        trials: Iterable[Trial],
        *,
        n_samples: int = 1,
        seed: int = 0,
        max_fixations: int | None = None,
        lengths: np.ndarray | None = None,
        device: str = "auto",
        progress: bool = True,
    ) -> Scanpaths:
        """Predict scanpaths.

        Parameters
        ----------
        trials : iterable of Trial
            What is shown and asked.
        n_samples : int
            Scanpaths per trial; sample k is the same whatever `n_samples` is.
        seed : int
            Seed of the run.
        max_fixations : int, optional
            Longest path, at least 1; default is each trial's own `max_fixations`, then the model's.
        lengths : (trials, n_samples) int, optional
            Fixations that each path should have, at least 1, instead of the length that the model would choose. A
            longer path is cut; a model with a stopping rule (`stops`) decides as ever, and is cut.
        device : str
            "auto", "cpu" or "cuda"; models without a network ignore it.
        progress : bool
            Show a progress bar.

        Returns
        -------
        Scanpaths
            Sorted by trial (in the order given), then sample; `source` is the model's name.

        Raises
        ------
        MissingNeedError
            A trial lacks a field of `needs`; the message names both.
        GazekitError
            `n_samples`, a limit or a length below 1, lengths of another shape, or a model that gives other paths than
            it was asked for.
        """
        shown = tuple(trials)
        check_whole("n_samples", n_samples, 1)
        if max_fixations is not None:
            check_whole("max_fixations", max_fixations, 1)
        asked = None if lengths is None else _checked_lengths(lengths, len(shown), n_samples)
        given = None if self.stops else asked
        request = Request(self.random_key, shown, n_samples, seed, max_fixations, device, progress, given)
        self.check_needs(request.trials)
        for number, trial in enumerate(request.trials):
            if (limit := request.limit(number)) is not None:
                check_whole(f"max_fixations of trial {trial.id!r}", limit, 1)
        found = self.scanpaths(request)
        return found if asked is None else cut_to_lengths(found, shown, asked)

    def scanpaths(self, request: Request) -> Scanpaths:
        """Put the paths of a request together. Only models that give paths as they got them write this themselves."""
        drawn: dict[int, list[DrawnPath]] = {}
        with tqdm(total=len(request.trials), desc=self.name, unit="trial", disable=not request.progress) as bar:
            for number, paths in self.paths(request):
                if number in drawn or number not in range(len(request.trials)):
                    again = "a second time" if number in drawn else f"and there are {len(request.trials)}"
                    raise GazekitError(f"model {self.name!r} gave paths for trial number {number} {again}")
                drawn[number] = [DrawnPath(*path) for path in paths]
                self._check_drawn(request, number, drawn[number])
                bar.update()
        for number, trial in enumerate(request.trials):
            if number not in drawn:
                raise GazekitError(
                    f"model {self.name!r} gave no path for trial {trial.id!r}; every trial needs its own"
                )
        ordered = [path for number in range(len(request.trials)) for path in drawn[number]]
        return assemble(self.name, request.trials, request.n_samples, ordered, self.facts)

    def _check_drawn(self, request: Request, number: int, paths: Sequence[DrawnPath]) -> None:
        where, limit = f"model {self.name!r} gave for trial {request.trials[number].id!r}", request.limit(number)
        if len(paths) != request.n_samples:
            raise GazekitError(f"{where} {len(paths)} paths, with n_samples={request.n_samples}")
        for path in paths:
            lengths = {len(column) for column in path if column is not None}
            if len(lengths) > 1:
                raise GazekitError(f"{where} columns of unequal length ({', '.join(map(str, sorted(lengths)))})")
            if request.lengths is None and limit is not None and len(path.x) > limit:
                raise GazekitError(f"{where} {len(path.x)} fixations, with max_fixations={limit}")


def cut_to_lengths(paths: Scanpaths, trials: Sequence[Trial], lengths: np.ndarray) -> Scanpaths:
    """Cut every predicted path that is longer than asked for.

    Parameters
    ----------
    paths : Scanpaths
        Predictions.
    trials : sequence of Trial
        What they are of.
    lengths : (trials, samples) int64
        Fixations of each path; a forced first fixation is not counted. Path k of a trial has column k; where it has
        more paths than there are columns, they begin again.
    """
    place = {trial.id: number for number, trial in enumerate(trials)}
    of_trial = paths.table["trial"].map(place).to_numpy(dtype=np.int64)
    sample = paths.table.groupby("trial", sort=False).cumcount().to_numpy() % lengths.shape[1]
    asked = lengths[of_trial, sample] + (1 if paths.facts.forced_first else 0)
    return paths if (paths.lengths <= asked).all() else paths.truncate(asked)


def _checked_lengths(lengths: np.ndarray, trials: int, n_samples: int) -> np.ndarray:
    found = np.asarray(lengths)
    if found.shape != (trials, n_samples) or not np.issubdtype(found.dtype, np.integer):
        raise GazekitError(
            f"lengths must be whole numbers of the shape (trials, n_samples) = ({trials}, {n_samples}), not "
            f"{found.dtype} of the shape {found.shape}"
        )
    if found.size and found.min() < 1:
        raise GazekitError(f"a path has at least one fixation, and lengths asks for {found.min()}")
    return found.astype(np.int64)


def predicted(model: ScanpathModel, trials: Sequence[Trial], **options: Any) -> Scanpaths:
    """What `model.predict(trials, **options)` gives, checked: a model may have written a `predict` of its own.

    Raises
    ------
    GazekitError
        Other paths than were asked for: the model's name is not their source, trials or samples are missing, there
        twice or in another order, stimuli or frames are not those of the trials, a path is longer than the limit,
        positions are not finite, or durations are negative or infinite. Or a `predict` that does
        not take one of the options.
    """
    who = f"model {model.name!r}"
    if options.get("lengths") is None:  # a predict from before there were lengths goes on with its own
        options.pop("lengths", None)
    takes = signature(model.predict).parameters
    lacks = [] if any(p.kind is p.VAR_KEYWORD for p in takes.values()) else [o for o in options if o not in takes]
    if lacks:
        raise GazekitError(
            f"{who} has a predict of its own that does not take {', '.join(lacks)}: give it all the arguments of "
            f"ScanpathModel.predict (or **options), or write draw or paths in its place"
        )
    paths = model.predict(trials, **options)
    if not isinstance(paths, Scanpaths):
        raise GazekitError(f"{who}: predict gave a {type(paths).__name__}, not Scanpaths")
    table, limit, lengths = paths.table, options.get("max_fixations"), options.get("lengths")
    if (others := table["source"][table["source"] != model.name]).size:
        raise GazekitError(f"{who} gave paths whose source is {others.iloc[0]!r}; a model's paths bear its name")
    of, place = {trial.id: trial for trial in trials}, {trial.id: k for k, trial in enumerate(trials)}
    if (unknown := table["trial"][~table["trial"].isin(of)]).size:
        raise GazekitError(f"{who} gave a path for the trial {unknown.iloc[0]!r}, which it was not asked for")
    if model.gives_what_it_has:
        return paths
    samples = range(options.get("n_samples", 1))
    asked = [(trial.id, k) for trial in trials for k in samples]
    given = list(zip(table["trial"], table["sample"], strict=True))
    if given != asked:
        same = [a == b for a, b in zip(given, asked, strict=False)]
        k = same.index(False) if False in same else len(same)
        found, wanted = (f"{s[k][1]} of trial {s[k][0]!r}" if k < len(s) else "not there" for s in (given, asked))
        raise GazekitError(
            f"{who} gave {len(given)} paths and was asked for {len(asked)}, {len(samples)} of each trial in turn: "
            f"path {k} is sample {found}, and should be {wanted}"
        )
    if not (np.isfinite(paths.x).all() and np.isfinite(paths.y).all()):
        raise GazekitError(f"{who} gave positions that are not finite numbers")
    durations = paths.durations()
    if (wrong := durations[(durations < 0) | np.isinf(durations)]).size:
        raise GazekitError(f"{who} gave a duration of {wrong[0]:g} ms; NaN stands for one that is not known")
    sizes = table[["width", "height"]].to_numpy(float)
    for k, (trial, stimulus, length) in enumerate(zip(table["trial"], table["stimulus"], paths.lengths, strict=True)):
        shown = of[trial]
        if stimulus != shown.stimulus or tuple(sizes[k]) != shown.frame.size:
            raise GazekitError(
                f"{who} gave for trial {trial!r} a path of stimulus {stimulus!r} ({sizes[k][0]:g} x {sizes[k][1]:g}), "
                f"which shows {shown.stimulus!r} ({shown.frame.width:g} x {shown.frame.height:g})"
            )
        most = shown.max_fixations if limit is None else limit
        if lengths is not None:
            most = int(lengths[place[trial]].max()) + (1 if paths.facts.forced_first else 0)
        if most is not None and length > most:
            raise GazekitError(f"{who} gave for trial {trial!r} {length} fixations, and was asked for {most} at most")
    return paths


PathByPathModel = ScanpathModel  # the name of an earlier base class for models that write `draw`


def assemble(
    name: str,
    trials: Sequence[Trial],
    n_samples: int,
    paths: Sequence[tuple[Any, ...]],
    facts: Facts,
) -> Scanpaths:
    """Make `Scanpaths` from one `DrawnPath` (or x, y, duration) per trial and sample, trial-major."""
    drawn = [DrawnPath(*path) for path in paths]
    frames = [t.frame for t in trials for _ in range(n_samples)]
    table = pd.DataFrame(
        {
            "stimulus": [t.stimulus for t in trials for _ in range(n_samples)],
            "subject": "",
            "trial": [t.id for t in trials for _ in range(n_samples)],
            "source": name,
            "sample": np.tile(np.arange(n_samples), len(trials)),
            "task": [t.task or "" for t in trials for _ in range(n_samples)],
            "width": [f.width for f in frames],
            "height": [f.height for f in frames],
            "px_per_degree": [np.nan if f.px_per_degree is None else f.px_per_degree for f in frames],
        }
    )

    def column(values: list[np.ndarray | None], absent: float) -> np.ndarray | None:
        if all(v is None for v in values):
            return None
        return np.concatenate(
            [np.full(len(p.x), absent) if v is None else v for p, v in zip(drawn, values, strict=True)]
        )

    return Scanpaths(
        np.concatenate([p.x for p in drawn]) if drawn else [],
        np.concatenate([p.y for p in drawn]) if drawn else [],
        np.concatenate([[0], np.cumsum([len(p.x) for p in drawn], dtype=np.int64)]),
        table,
        duration=column([p.duration for p in drawn], np.nan),
        object_id=column([p.object_id for p in drawn], -1),
        facts=facts,
    )
