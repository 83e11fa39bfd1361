"""What published models of the next fixation share: densities, likelihoods, and how their code and weights are had."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Dataset, Trial
from gazekit.files.atomic import sha256_of
from gazekit.foundations.errors import DataError, GazekitError, LearnedError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.cells import cells
from gazekit.models.contract import DrawnPath, Request, ScanpathModel
from gazekit.models.devices import chosen_device
from gazekit.models.fingerprints import digest_of, source_of
from gazekit.models.networks.weights import fit_state, read_weights
from gazekit.models.option_checks import allowing_seen
from gazekit.models.priority.grid import Grid

PATHS = FIXATIONS = 8  # of its own, over which the density of a fixation whatever came before is a mean


class NextFixation(ScanpathModel):
    """A network of a package that the user has installed, which gives the density of the next fixation.

    A subclass writes `build` (the network, without its weights), `prepare`, `following` and `draw`.
    """

    needs: tuple[str, ...] = ("image",)
    kept: str  # the part of the network that sees nothing but the image
    learned: str  # what its weights have learned from, in words, and
    seen: str  # how these images are called: a regular expression

    def __init__(self, weights: str | Path | None, release: str, allow_seen: bool) -> None:
        if weights is None:
            raise GazekitError(
                f"model {self.name!r} needs its weights, which gazekit does not download: weights=FILE, from {release}"
            )
        if not Path(weights).is_file():
            raise DataError(f"the weights {weights} are not there; get them from {release}")
        self.weights, self.allow_seen = str(weights), bool(allow_seen)
        self._loaded: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """Without the network, which a copy reads anew."""
        return {**vars(self), "_loaded": None}

    @property
    def provenance(self) -> str:
        """Whose code and weights, by their hashes."""
        code = digest_of(source_of(type(self.network()), package=True))[:16]
        weights = f"{Path(self.weights).name}, {sha256_of(Path(self.weights))[:16]}"
        return f"the authors' code as installed, {code}; weights {weights}, learned from {self.learned}"

    def check_unseen(self, trials: Iterable[Trial]) -> None:
        """Raise `LearnedError` for the first image that has a name of those that the weights have learned from."""
        shown = list(trials)
        super().check_unseen(shown)
        for trial in shown:
            self.refuse_seen(trial)

    def refuse_seen(self, trial: Trial) -> None:
        """Raise `LearnedError` for an image that has such a name; predictions and densities are refused, too."""
        if not self.allow_seen and re.fullmatch(self.seen, trial.stimulus):
            raise LearnedError(
                f"model {self.name!r} has learned from {self.learned}, and {trial.stimulus!r} has a name of these; "
                f"predict other images, or give {allowing_seen(self.name, 'images')}"
            )

    def network(self, device: str | None = None) -> Any:
        """The network with its weights; on another device if one is named."""
        if self._loaded is None:
            self._loaded = self.build()
            fit_state(self._loaded, read_weights(self.weights), name=self.name, source=self.weights)
            self._loaded.eval()
            setattr(self._loaded, self.kept, Kept(getattr(self._loaded, self.kept)))
            device = device or "auto"
        return self._loaded if device is None else self._loaded.to(chosen_device(device))

    @abstractmethod
    def build(self) -> Any:
        """Make the network."""

    @abstractmethod
    def following(self, trial: Trial, prepared: Any, history: Scanpath, shape: tuple[int, int]) -> np.ndarray:
        """(rows, columns) float64: log density of the fixation after those of `history`."""

    def own_shape(self, trial: Trial, prepared: Any) -> tuple[int, int]:
        """Rows and columns of the cells in which likelihoods are given: one for each px of the shown image."""
        return cells(trial.frame, None)

    def paths(self, request: Request) -> Iterator[tuple[int, Any]]:
        """Draw the paths of each trial, one after another; see `ScanpathModel.paths`."""
        self.network(request.device)
        return super().paths(request)

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the image.

        Parameters
        ----------
        trial : Trial
            With its image.
        shape : (int, int), optional
            Rows and columns of the map; default one cell per px.
        history : Scanpath, optional
            Fixations so far, px, without the one at the start. None: whatever came before, which is the mean of the
            densities along 8 paths of the model's own with up to 8 fixations.

        Returns
        -------
        (rows, columns) float64
            Natural logarithms of probabilities that add up to 1.
        """
        wanted, prepared = cells(trial.frame, shape), self.prepare(trial)
        if history is not None:
            return self.following(trial, prepared, history, wanted)
        total, count = np.full(wanted, -np.inf), 0
        for k in range(PATHS):
            rng = keyed_rng(0, "whatever came before", trial.id, k)
            path = Scanpath(*DrawnPath(*self.draw(trial, prepared, rng, FIXATIONS))[:3], trial.frame)
            for before in (part(path, 0, n) for n in range(max(1, len(path)))):
                total, count = np.logaddexp(total, self.following(trial, prepared, before, wanted)), count + 1
        return total - np.log(count)

    def conditional_log_densities(
        self, trial: Trial, path: Scanpath, shape: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Log density of each fixation of a path after those before it, (n, rows, columns); see `log_density`."""
        wanted, prepared = cells(trial.frame, shape), self.prepare(trial)
        found = [self.following(trial, prepared, part(path, 0, n), wanted) for n in range(len(path))]
        return np.array(found).reshape(len(path), *wanted)

    def log_likelihood(self, dataset: Dataset, *, rule: str = "nearest") -> list[np.ndarray]:
        """Exact log-likelihood of people's fixations, on the model's own cells (`own_shape`).

        Parameters
        ----------
        dataset : Dataset
            Trials with images; human scanpaths, px. A forced first fixation counts as the start.
        rule : str
            Not used: there are no objects.

        Returns
        -------
        list of (n + 1,) float64
            One array per path, in order: nats of every fixation (-inf outside the image, 0 for a forced one), then 0,
            for the model says nothing of the end.
        """
        trials = {trial.id: trial for trial in dataset.trials}
        forced, out = 1 if dataset.scanpaths.facts.forced_first else 0, []
        for path in dataset.scanpaths:
            trial, nats = trials[str(path.ids["trial"])], np.zeros(len(path) + 1)
            if forced and len(path):
                trial = replace(trial, start=(float(path.x[0]), float(path.y[0])))
            path, prepared = part(path, forced, len(path)), self.prepare(trial)
            shape = self.own_shape(trial, prepared)
            cell = Grid(*trial.frame.size, *shape).cells(path.x, path.y)
            for k in range(len(path)):
                density = self.following(trial, prepared, part(path, 0, k), shape).ravel()
                nats[forced + k] = density[cell[k]] if cell[k] >= 0 else -np.inf
            out.append(nats)
        return out


class Kept(nn.Module):
    """A part of a network that gives its last output again for an equal input: the features of an image."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part
        self._last: tuple[Tensor, Any] | None = None

    def forward(self, x: Tensor) -> Any:
        """As the part."""
        if self._last is None or self._last[0].device != x.device or not torch.equal(self._last[0], x):
            self._last = x.clone(), self.part(x)
        found = self._last[1]
        return list(found) if isinstance(found, list) else found


def part(path: Scanpath, first: int, end: int) -> Scanpath:
    """Some fixations of a path."""
    return Scanpath(path.x[first:end], path.y[first:end], path.durations()[first:end], path.frame, path.ids)


@contextmanager
def building(model: str, where: str) -> Iterator[Any]:
    """Import a package that the user installed, and let it build its network: random numbers stay as they were.

    Such packages fetch code and weights of torchvision's networks when a network is made. Their checkpoint holds these
    weights too, so that an empty network of torchvision is given to them in place of that, and nothing is fetched.

    Yields
    ------
    callable
        Imports a module by name.

    Raises
    ------
    GazekitError
        The package, or one that it needs, is not installed.
    """

    def empty(repository: Any, name: str, *_: Any, **__: Any) -> nn.Module:
        import torchvision

        return getattr(torchvision.models, name)(weights=None)

    before, state = torch.hub.load, np.random.get_state()  # noqa: NPY002 - theirs, not ours
    try:
        torch.hub.load = empty  # type: ignore[assignment]
        with torch.random.fork_rng():
            yield import_module
    except ModuleNotFoundError as error:
        raise GazekitError(
            f"model {model!r} runs its authors' code, and {error.name} is not installed: {where}"
        ) from error
    finally:
        torch.hub.load = before
        np.random.set_state(state)  # noqa: NPY002
