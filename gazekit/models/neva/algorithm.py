"""NeVA's algorithm, in the order of the paper's figure.

    shown image -> 1 foveated image -> 2 encoder -> 3 objective -> 4 search -> next fixation
                         ^                                                          |
                         '------ fading memory of the fixations so far -------------'

1. The image is blurred (`scenes.blur`, once), and sharp where gaze is and, fading, where it has been: `acuity`,
   `sharpness`, `perceive`, `remember`.
2. A network looks at this foveated image: an encoder, run by `scenes.Runner`.
3. The objective is a loss of what the network makes of it: `objectives.py`. `Problem.loss` is steps 1 to 3 for any
   position of the next fixation.
4. A search finds the position of least loss. `Reference` is the published one; `searches/` has faster and better ones.
   `Problem.fixate` moves gaze there and lets the memory fade, and the next fixation is sought.

All positions here are the paper's: (row, column) on a grid whose axes run from -1, the centre of the first cell, to 1,
the centre of the last. `view.py` converts them to px of the shown image.

Source: Schwinn, Precup, Eskofier and Zanca (2022), Behind the machine's gaze: neural networks with
biologically-inspired constraints exhibit human-like visual attention.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.objectives import Objective
from gazekit.models.neva.scenes import Scenes

# 1. The foveated image with fading memory


def axis(n: int, like: Tensor) -> Tensor:
    """Grid coordinates of the n cells of one axis, (n,), -1 to 1; a single cell is at 0.

    Examples
    --------
    >>> axis(5, torch.zeros(1)).tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    if n == 1:
        return torch.zeros(1, dtype=like.dtype, device=like.device)
    return torch.linspace(-1, 1, n, dtype=like.dtype, device=like.device)


def acuity(positions: Tensor, sigma: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Sharpness that a fixation gives, as a product of two one-dimensional factors.

    g(u) = exp(-|u - p|^2 / sigma). The paper's sigma is like a variance: no square and no factor 2, so that the
    standard deviation is sqrt(sigma / 2) grid units.

    Parameters
    ----------
    positions : (n, 2) float
        Fixations, (row, column) on the grid.
    sigma : (n, 2) or (2,) float
        Width along rows and columns, squared grid units.
    size : (height, width)
        Cells.

    Returns
    -------
    down, across : (n, height), (n, width) float
        g[k, i, j] = down[k, i] * across[k, j], in [0, 1].

    Examples
    --------
    >>> down, across = acuity(torch.tensor([[-1.0, 0.0]]), torch.tensor([0.2, 0.2]), (3, 3))
    >>> float(down[0, 0] * across[0, 1]), round(float(down[0, 1]), 5)  # exp(-1 / 0.2)
    (1.0, 0.00674)
    """
    sigma = sigma.expand(len(positions), 2)
    factors = [
        torch.exp(-((axis(n, positions) - positions[:, k : k + 1]) ** 2) / sigma[:, k : k + 1])
        for k, n in enumerate(size)
    ]
    return factors[0], factors[1]


def sharpness(memory: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Share of the sharp image that is seen with a memory of earlier fixations and a present one.

    Parameters
    ----------
    memory : (n, height, width) float
        What earlier fixations left, at least 0, not clipped.
    down, across : (n, height), (n, width) float
        The present fixation, from `acuity`.

    Returns
    -------
    (n, height, width) float
        clip(memory + g, 0, 1).
    """
    return torch.clamp(memory + down[:, :, None] * across[:, None, :], 0, 1)


def perceive(sharp: Tensor, periphery: Tensor, share: Tensor) -> Tensor:
    """Blend the sharp image into its blurred form.

    Parameters
    ----------
    sharp, periphery : (n, 3, height, width) float
        The image and its blur.
    share : (n, height, width) float
        From `sharpness`.

    Returns
    -------
    (n, 3, height, width) float
        periphery + share * (sharp - periphery).
    """
    return torch.addcmul(periphery, sharp - periphery, share[:, None])


def remember(memory: Tensor, down: Tensor, across: Tensor, forgetting: float) -> Tensor:
    """Memory after a fixation: forgetting * memory + g. 0 keeps the last fixation only, 1 forgets nothing.

    The published order: what was remembered fades when a new fixation enters, so the last fixation has weight 1 while
    the next one is sought, and the one before it `forgetting`.
    """
    return torch.addcmul(forgetting * memory, down[:, :, None], across[:, None, :])


def position_gradient(contrast: Tensor, memory: Tensor, positions: Tensor, sigma: Tensor) -> Tensor:
    """Gradient of a loss with respect to the position of the present fixation, in closed form.

    dL/dp = sum over u of h(u) * [0 <= 1 - S(u) - g(u) <= 1] * (2 / sigma) * (u - p) * g(u)

    Parameters
    ----------
    contrast : (n, height, width) float
        h: gradient of the loss with respect to the perceived image, times (sharp - periphery), summed over channels.
    memory : (n, height, width) float
        S, at least 0.
    positions : (n, 2) float
        p, (row, column) on the grid.
    sigma : (n, 2) or (2,) float
        Width along rows and columns, squared grid units.

    Returns
    -------
    (n, 2) float
        Per row and column; 0 where everything near p is sharp already.
    """
    sigma = sigma.expand(len(positions), 2)
    height, width = contrast.shape[1:]
    down, across = acuity(positions, sigma, (height, width))
    blurred = memory + down[:, :, None] * across[:, None, :] <= 1
    open_ = torch.where(blurred, contrast, 0)
    towards = [
        2 / sigma[:, k : k + 1] * (axis(n, positions) - positions[:, k : k + 1]) for k, n in enumerate((height, width))
    ]
    along_rows = torch.einsum("ni,nij,nj->n", towards[0] * down, open_, across)
    along_columns = torch.einsum("ni,nij,nj->n", down, open_, towards[1] * across)
    return torch.stack([along_rows, along_columns], dim=1)


# 2 and 3. What the encoder makes of it, and the objective


@dataclass
class Problem:
    """One fixation of R scanpaths: the loss of fixating anywhere, given what each has seen before.

    Rows are flat: images x captions x samples, with an index map to the image; a row's target is its own. Each row
    knows how many forward and backward passes of the encoder it has had.

    Parameters
    ----------
    scenes : Scenes
        The images and the encoder.
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

    Attributes
    ----------
    memory : (R, H, W) float32
        Sharpness that earlier fixations left.
    gaze : (R, 2) float32
        Where the next saccade starts; at first the image's centre.
    fixation : int
        Fixations so far.
    progress : float
        t / T, for objectives that change along the path.
    forward, backward : (R,) int64
        Passes of the encoder.
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
    gaze: Tensor = field(init=False)
    fixation: int = field(init=False, default=0)
    progress: float = field(init=False, default=0.0)
    forward: np.ndarray = field(init=False)
    backward: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.memory = torch.zeros(len(self.image), *self.scenes.size, device=self.image.device)
        self._kept = self.memory  # the part of the memory that never fades
        self.gaze = self.limits.mean(dim=2)
        self.forward, self.backward = np.zeros((2, len(self.image)), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.image)

    def loss(self, rows: Tensor, positions: Tensor) -> Tensor:
        """Loss (n,) of rows (n,) if they fixate positions (n, 2), the saccade included; one forward pass each."""
        with torch.no_grad():
            (loss,) = self._in_chunks(rows, lambda n: self._objective(rows[n], self._sharpness(rows[n], positions[n])))
        return loss + self.effort(rows, positions)

    def loss_and_gradient(self, rows: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (n,) and its exact gradient by the positions, (n, 2); a forward and a backward pass each."""

        def one(part: slice) -> tuple[Tensor, ...]:
            own, at = rows[part], positions[part]
            loss, pull = self._objective(own, self._sharpness(own, at), gradient=True)
            return loss, position_gradient(pull, self.memory[own], at, self.sigma[own])

        loss, gradient = self._in_chunks(rows, one)
        effort = self.effort(rows, positions)
        slope = (positions - self.gaze[rows]) * self.price[rows] ** 2
        # where nothing is moved the slope of a length is not defined: 0, as if the saccade were free there
        return loss + effort, gradient + torch.where(effort[:, None] > 0, slope / effort[:, None], 0)

    def pull_at(self, rows: Tensor, level: float) -> tuple[Tensor, Tensor]:
        """Loss (n,), and how it changes with sharpness at each cell (n, H, W), when all is sharpened by `level`.

        A forward and a backward pass each.
        """
        sharper = lambda own: torch.clamp(self.memory[own] + level, 0, 1)  # noqa: E731
        loss, pull = self._in_chunks(rows, lambda n: self._objective(rows[n], sharper(rows[n]), gradient=True))
        return loss, pull

    def effort(self, rows: Tensor, positions: Tensor) -> Tensor:
        """What the saccades of rows (n,) to positions (n, ..., 2) cost, (n, ...): their length, priced."""
        gaze, price = (x[rows].reshape(len(rows), *[1] * (positions.ndim - 2), 2) for x in (self.gaze, self.price))
        return torch.linalg.vector_norm((positions - gaze) * price, dim=-1)

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

    def _sharpness(self, rows: Tensor, positions: Tensor) -> Tensor:
        return sharpness(self.memory[rows], *acuity(positions, self.sigma[rows], self.scenes.size))

    def _objective(self, rows: Tensor, share: Tensor, gradient: bool = False) -> tuple[Tensor, ...]:
        """Loss (n,) of what is seen with a share of sharpness, and, if asked for, how it changes with that share."""
        image = self.image[rows]
        seen = self.scenes.seen(image, share)
        with torch.set_grad_enabled(gradient):
            seen.requires_grad_(gradient)
            loss = self.objective.loss(self.scenes.runner(seen), self.targets[rows], self.progress)
        if not gradient:
            return (loss,)
        (slope,) = torch.autograd.grad(loss.sum(), seen)  # a sum, not a mean: each row's gradient is its own
        return loss.detach(), torch.linalg.vecdot(slope.permute(0, 2, 3, 1).float(), self.scenes.contrast[image])

    def _in_chunks(self, rows: Tensor, one: Callable[[slice], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        """Run `one` on as many rows at a time as the runner takes; count passes, and refuse what is no number."""
        chunk = self.scenes.runner.chunk
        parts = [one(slice(start, start + chunk)) for start in range(0, len(rows), chunk)]
        found = tuple(torch.cat(column) for column in zip(*parts, strict=True))
        for passes in (self.forward, self.backward)[: len(found)]:
            np.add.at(passes, rows.cpu().numpy(), 1)
        finite = [torch.isfinite(values).reshape(len(rows), -1).all(dim=1) for values in found]
        wrong = ~torch.stack(finite).all(dim=0)
        if wrong.any():
            name = self.names[int(rows[wrong.nonzero()[0, 0]])]
            raise GazekitError(
                f"the encoder {self.scenes.runner.encoder.name!r} gives values that are not numbers for {name}; "
                f"check its weights, or run it in float32"
            )
        return found


# 4. The next fixation, by search


class Found(NamedTuple):
    """Where to look, and the loss on record for it."""

    positions: Tensor  # (R, 2) float32, (row, column) on the grid
    loss: Tensor  # (R,) float32


class Search(ABC):
    """Looks for the position of least loss, for all rows of a problem at once.

    A row's answer depends on that row only. What it costs is counted by the problem: `Problem.forward` and `.backward`.
    """

    name: ClassVar[str]

    @abstractmethod
    def find(self, problem: Problem) -> Found:
        """Find the next fixation of every row."""


@dataclass
class Reference(Search):
    """The published loop, with its quirks: steps of fixed length against the sign of the gradient.

    From the grid's centre, `iterations` times: loss and gradient here, then a step of `step` along each axis against
    the gradient's sign. If the loss is the best so far, what is remembered is the position after the step, whose loss
    nobody looked at (the published off-by-one; the recorded loss is that before the step). If not, the position is
    thrown to a random place (`restart`), or shaken by up to half a step. Nothing keeps it inside the image.

    Parameters
    ----------
    iterations : int
        Steps; each costs a forward and a backward pass.
    step : float
        Length along each axis, grid units.
    restart : bool
        True as in NevaClip (2024), False (shaking) as in the NeVA release (2022).
    """

    name = "reference"
    iterations: int = 20
    step: float = 0.1
    restart: bool = True

    def __post_init__(self) -> None:
        if self.iterations < 1 or not self.step > 0:
            raise GazekitError(
                f"a search needs iterations of at least 1 and a positive step, not {self.iterations} and {self.step}"
            )

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        rows = torch.arange(len(problem), device=problem.image.device)
        p = torch.zeros(len(rows), 2, device=rows.device)
        best_p, best_loss = p.clone(), torch.full((len(rows),), float("inf"), device=rows.device)
        for iteration in range(self.iterations):
            loss, gradient = problem.loss_and_gradient(rows, p)
            p = p - self.step * torch.sign(gradient)
            better = loss < best_loss
            best_loss = torch.where(better, loss, best_loss)
            best_p = torch.where(better[:, None], p, best_p)
            p = torch.where(better[:, None], p, self._elsewhere(p, problem.uniform(rows, iteration)[:, 0]))
        return Found(best_p, best_loss)

    def _elsewhere(self, p: Tensor, draws: Tensor) -> Tensor:
        return 2 * draws - 1 if self.restart else p + self.step * (draws - 0.5)
