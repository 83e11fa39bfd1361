"""Where to look next, for many scanpaths at once: what a search may ask, and what each answer costs."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.foveation import acuity, position_gradient, remember, sharpness
from gazekit.models.neva.objectives import Objective
from gazekit.models.neva.scenes import Scenes


@dataclass
class Problem:
    """One fixation of R scanpaths: the loss of fixating anywhere, given what each has seen before.

    Rows are flat: images x captions x samples, with an index map to the image; a row's target is its own. Counting is
    part of the interface: each row knows how many forward and backward passes it has had.

    Parameters
    ----------
    scenes : Scenes
        The images.
    objective : Objective
        What is to be small.
    image : (R,) int64
        Which image each row looks at.
    targets : (R, ...) float32
        Each row's target; see `Objective.target`.
    sigma : (R, 2) float32
        Width of the fovea along rows and columns, squared grid units.
    limits : (R, 2, 2) float32
        Lowest and highest (row, column) of the image on the grid.
    price : (R, 2) float32
        What a saccade of one grid unit along rows and columns adds to the loss; 0 for the published model.
    lasting : float
        Share of each fixation's sharpness that never fades; 0 for the published model.
    draws : callable
        (row, fixation, iteration) to a NumPy generator: random numbers depend on the row's own key only.
    names : list of str
        What each row is called in messages.
    """

    scenes: Scenes
    objective: Objective
    image: Tensor
    targets: Tensor
    sigma: Tensor
    limits: Tensor
    price: Tensor
    lasting: float
    draws: Callable[[int, int, int], np.random.Generator]
    names: list[str]
    memory: Tensor = field(init=False)
    gaze: Tensor = field(init=False)  # (R, 2), where the next saccade starts: at first the image's centre
    fixation: int = field(init=False, default=0)
    progress: float = field(init=False, default=0.0)  # t / T, for scheduled objectives
    forward: np.ndarray = field(init=False)
    backward: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.memory = torch.zeros(len(self.image), *self.scenes.size, device=self.image.device)
        self._kept = self.memory  # the part of the memory that never fades
        self.gaze = self.limits.mean(dim=2)
        self.forward = np.zeros(len(self.image), dtype=np.int64)
        self.backward = np.zeros(len(self.image), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.image)

    def loss(self, rows: Tensor, positions: Tensor) -> Tensor:
        """Loss (n,) of rows (n,) if they fixate positions (n, 2), the saccade included; one forward pass each."""
        with torch.no_grad():
            found = self._all(rows, lambda part: self._loss_at(rows[part], positions[part])[:1])[0]
        return found + self.effort(rows, positions)

    def effort(self, rows: Tensor, positions: Tensor) -> Tensor:
        """What the saccades of rows (n,) to positions (n, ..., 2) cost, (n, ...): their length, priced."""
        way = positions - self._of_rows(self.gaze, rows, positions)
        return torch.linalg.vector_norm(way * self._of_rows(self.price, rows, positions), dim=-1)

    def loss_and_gradient(self, rows: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (n,) and its exact gradient by the positions, (n, 2); a forward and a backward pass each."""

        def one(part: slice) -> tuple[Tensor, ...]:
            loss, pull = self._loss_at(rows[part], positions[part], gradient=True)
            which = rows[part]
            return loss, position_gradient(pull, self.memory[which], positions[part], self.sigma[which])

        loss, gradient = self._all(rows, one)
        effort = self.effort(rows, positions)
        slope = (positions - self.gaze[rows]) * self.price[rows] ** 2
        # where nothing is moved the slope of a length is not defined: 0, as if the saccade were free there
        return loss + effort, gradient + torch.where(effort[:, None] > 0, slope / effort[:, None], 0)

    def pull_at(self, rows: Tensor, level: float) -> tuple[Tensor, Tensor]:
        """Loss (n,), and how it changes with sharpness at each cell (n, H, W), when all is sharpened by `level`.

        A forward and a backward pass each.
        """

        def one(part: slice) -> tuple[Tensor, ...]:
            which = rows[part]
            return self._seen(which, torch.clamp(self.memory[which] + level, 0, 1), gradient=True)

        loss, pull = self._all(rows, one)
        return loss, pull

    def fixate(self, positions: Tensor, forgetting: float) -> None:
        """Move all rows to positions (R, 2), and go on to the next fixation."""
        down, across = acuity(positions, self.sigma, self.scenes.size)
        fading = remember(self.memory - self._kept, down, across, forgetting)
        if self.lasting:
            present = down[:, :, None] * across[:, None, :]
            self._kept = self._kept + self.lasting * present
            fading = fading - self.lasting * present
        self.memory = self._kept + fading
        self.gaze = positions
        self.fixation += 1

    def uniform(self, rows: Tensor, iteration: int, count: int = 1) -> Tensor:
        """Draws from [0, 1), (n, count, 2): keyed by each row, this fixation and the iteration."""
        draws = [self.draws(int(row), self.fixation, iteration).random((count, 2)) for row in rows]
        return torch.from_numpy(np.stack(draws).astype(np.float32)).to(self.image.device)

    def _of_rows(self, values: Tensor, rows: Tensor, like: Tensor) -> Tensor:
        return values[rows].reshape(len(rows), *[1] * (like.ndim - 2), 2)

    def _loss_at(self, rows: Tensor, positions: Tensor, gradient: bool = False) -> tuple[Tensor, ...]:
        down, across = acuity(positions, self.sigma[rows], self.scenes.size)
        return self._seen(rows, sharpness(self.memory[rows], down, across), gradient)

    def _seen(self, rows: Tensor, share: Tensor, gradient: bool) -> tuple[Tensor, ...]:
        image = self.image[rows]
        seen = self.scenes.seen(image, share)
        if not gradient:
            return (self.objective.loss(self.scenes.runner(seen), self.targets[rows], self.progress),)
        with torch.enable_grad():
            seen.requires_grad_(True)
            loss = self.objective.loss(self.scenes.runner(seen), self.targets[rows], self.progress)
            # a sum, not a mean: each row's gradient is its own
            (slope,) = torch.autograd.grad(loss.sum(), seen)
        pull = torch.linalg.vecdot(slope.permute(0, 2, 3, 1).float(), self.scenes.contrast[image])
        return loss.detach(), pull

    def _all(self, rows: Tensor, one: Callable[[slice], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        chunk = self.scenes.runner.chunk
        parts = []
        for start in range(0, len(rows), chunk):
            part = one(slice(start, start + chunk))
            parts.append(part)
        joined = tuple(torch.cat(column) for column in zip(*parts, strict=True))
        counted = rows.cpu().numpy()
        np.add.at(self.forward, counted, 1)
        if len(joined) == 2:
            np.add.at(self.backward, counted, 1)
        wrong = ~torch.isfinite(joined[0])
        if len(joined) == 2:
            wrong |= ~torch.isfinite(joined[1]).flatten(1).all(dim=1)
        if wrong.any():
            name = self.names[int(rows[wrong.nonzero()[0, 0]])]
            raise GazekitError(
                f"the encoder {self.scenes.runner.encoder.name!r} gives values that are not numbers for {name}; "
                f"check its weights, or run it in float32"
            )
        return joined
