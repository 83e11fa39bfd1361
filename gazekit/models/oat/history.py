"""Scores of the next object and of the end from the gaze history alone: an addition of ours to the paper's pointer.

A pointer that compares codes of places has to learn from few paths that people go to neighbours, keep their direction,
come back rarely, and stay on the target before they stop. Here these are given as numbers: for every object its place
relative to gaze, to the target and to the last moves, and when it was last fixated; for the path as a whole how long it
is, how far its moves were, and how often it was on the target. They are computed from places and the path alone, so
that order and number of objects do not matter, and a step depends on the steps before it only. Tables and one small
network turn them into scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.models.oat.batch import Batch

STEPS = (0.0, 1.0, 2.0, 4.0, 7.0, 11.0, 17.0, 27.0, 45.0)  # fixations so far
RUNS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)  # fixations of the present run; visits of the target
SINCE = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 15.0, 30.0)  # fixations since the target
DISTANCES = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0)  # cells to the target
FADING = (1.5, 5.0, 20.0)  # fixations in which memory of a visit fades
NEAR = 1.0  # cells; how near a visit counts
JUMP, STAYS, PRIOR = 0.9, 0.15, 2.0  # log(1 + cells) of a move and share of stays before any; moves they count as
OF_OBJECT = 32
SHARP = (0.2, 0.05, 0.01)  # below 1, at which likeness stops being the same thing
OF_LIKENESS = 3 + len(SHARP)  # more of an object where likeness to the target can be seen
OF_LIKENESS_HERE = 1 + len(SHARP)  # more of the path
OF_PATH = 12 + len(STEPS) + 3 * len(RUNS) + len(SINCE) + len(DISTANCES)
ROWS, COLUMNS = 8, 16  # cells of the tables; moves that are longer count as the longest
LAGS = 12
TRAITS = 16  # numbers by which pictures are compared, twice


def hats(x: Tensor, knots: Sequence[float]) -> Tensor:
    """(...,) to (..., knots): piecewise linear bases, 1 at their own knot and 0 at others; constant beyond the ends.

    Examples
    --------
    >>> hats(torch.tensor([0.0, 1.5, 9.0]), (0.0, 1.0, 3.0)).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.75, 0.25], [0.0, 0.0, 1.0]]
    """
    at = torch.tensor(knots, dtype=x.dtype, device=x.device)
    infinite = at.new_full((1,), float("inf"))
    left, right = torch.cat([infinite, at.diff()]), torch.cat([at.diff(), infinite])
    away = x.clamp(knots[0], knots[-1])[..., None] - at
    return (1 - torch.maximum(-away / left, away / right)).clamp(min=0)


@dataclass
class ObjectMap(Batch):
    """Where the objects and the target of each path are: what stays the same along it.

    Parameters
    ----------
    places : (B, P, 2) float32
        Row and column of every object, cells.
    there : (B, P) bool
        False where an object is padding.
    middle : (B, 2) float32
        Of the layout.
    target : (B, P) bool
        Which object is known to be the target; nowhere True for a network that does not know its place.
    likeness : (B, P, 2) float32, optional
        How alike every object and the target look, and how surely they are the same, for a network that sees them. Two
        numbers: what is like the target pulls gaze from afar, and only the target itself ends a search.
    """

    places: Tensor
    there: Tensor
    middle: Tensor
    target: Tensor
    likeness: Tensor | None = None

    @property
    def known(self) -> Tensor:
        """(B,) bool: whether the target's place is known."""
        return self.target.any(1)

    @property
    def target_place(self) -> Tensor:
        """(B, 2): row and column of the target; 0 where it is not known."""
        return (self.places * self.target[..., None]).sum(1)


@dataclass
class GazeHistory(Batch):
    """Paths of a batch up to some step, as what is remembered of them.

    Parameters
    ----------
    map : ObjectMap
        The objects.
    gaze, last, before : (B, 2) float32
        Place of gaze; the last two moves that led elsewhere, 0 where there are none.
    visits, lag : (B, P) float32
        How often every object was fixated, and how many fixations ago (0: never).
    near : (B, P) float32
        Different objects that were fixated near every object.
    fixations, run, target_runs, since : (B,) float32
        Fixations so far; those of the present run; visits of the target; fixations since it (0: never).
    jumps, stays, approach : (B,) float32
        Sum of log(1 + cells) of all moves; number of stays; cells by which the last move came nearer to the target.
    likeness_here : (B, 2) float32, optional
        Likeness to the target of the object at gaze; 0 before the first fixation.
    """

    map: ObjectMap
    gaze: Tensor
    last: Tensor
    before: Tensor
    visits: Tensor
    lag: Tensor
    near: Tensor
    fixations: Tensor
    run: Tensor
    target_runs: Tensor
    since: Tensor
    jumps: Tensor
    stays: Tensor
    approach: Tensor
    likeness_here: Tensor | None = None

    @classmethod
    def begin(
        cls, places: Tensor, there: Tensor, start: Tensor, target: Tensor, likeness: Tensor | None = None
    ) -> "GazeHistory":
        """No fixation yet; `start` (B, 2) is where gaze is, the others are those of `ObjectMap`."""
        none, nowhere, never = places.new_zeros(len(places)), torch.zeros_like(start), places.new_zeros(there.shape)
        middle = torch.where(there[..., None], places, 0.0).amax(1) / 2
        return cls(
            ObjectMap(places, there, middle, target, likeness),
            gaze=start,
            **dict.fromkeys(("last", "before"), nowhere),
            **dict.fromkeys(("visits", "lag", "near"), never),
            **dict.fromkeys(("fixations", "run", "target_runs", "since", "jumps", "stays", "approach"), none),
            likeness_here=None if likeness is None else nowhere,
        )

    def fixate(self, objects: Tensor) -> "GazeHistory":
        """The next fixation: (B,) int64 objects from 0."""
        rows, places = torch.arange(len(objects), device=objects.device), self.map.places
        here, on = places[rows, objects], self.map.target[rows, objects]
        move, begun = here - self.gaze, self.fixations > 0
        jump = move.norm(dim=-1)
        moved, stay = begun & (jump > 0), begun & (jump == 0)
        hit = functional.one_hot(objects, places.shape[1]).to(places)
        new = (self.visits[rows, objects] == 0).to(hit)
        nearness = torch.exp(-((here[:, None] - places) ** 2).sum(-1) / (2 * NEAR**2))
        at = self.map.target_place
        nearer = (self.gaze - at).norm(dim=-1) - (here - at).norm(dim=-1)
        return replace(
            self,
            gaze=here,
            last=torch.where(moved[:, None], move, self.last),
            before=torch.where(moved[:, None], self.last, self.before),
            visits=self.visits + hit,
            lag=torch.where(hit > 0, 1.0, self.lag + (self.lag > 0)),
            near=self.near + nearness * new[:, None],
            fixations=self.fixations + 1,
            run=torch.where(stay, self.run + 1, 1.0),
            target_runs=self.target_runs + (on & ~stay),
            since=torch.where(on, 1.0, self.since + (self.since > 0)),
            jumps=self.jumps + torch.where(begun, torch.log1p(jump), 0.0),
            stays=self.stays + stay,
            approach=torch.where(begun & self.map.known, nearer, 0.0),
            likeness_here=None if self.map.likeness is None else self.map.likeness[rows, objects],
        )

    @classmethod
    def at_steps(cls, histories: Sequence["GazeHistory"], live: Tensor) -> "GazeHistory":
        """A row for every True of `live` (B, steps): the history of that path at that step, one of `histories` each."""
        names = [f.name for f in fields(cls) if isinstance(getattr(histories[0], f.name), Tensor)]
        values = {name: torch.stack([getattr(h, name) for h in histories], 1)[live] for name in names}
        return cls(histories[0].map.rows(live.nonzero()[:, 0]), **values)

    def features(self) -> tuple[Tensor, Tensor]:
        """What is known before the next fixation: (B, OF_PATH) of the path, and (B, P, OF_OBJECT) of every object.

        `OF_LIKENESS_HERE` more of the path and `OF_LIKENESS` more of every object where likeness is known.
        """
        objects = self.map
        known, at = objects.known.to(objects.places), objects.target_place
        move, off = objects.places - self.gaze[:, None], objects.places - objects.middle[:, None]
        from_target = (objects.places - at[:, None]) * known[:, None, None]
        to_target = (at - self.gaze) * known[:, None]
        jump, far, distance = move.norm(dim=-1), from_target.norm(dim=-1), to_target.norm(dim=-1)
        size, seen = torch.log1p(jump), (self.lag > 0).to(jump)
        heading, turn = _cosine(move, to_target), _cosine(move, self.last)
        of_object = [
            *(move / 4).unbind(-1), *(move.abs() / 4).unbind(-1), size, (jump == 0).to(jump),
            *(from_target / 4).unbind(-1), torch.log1p(far), objects.target.to(jump), far / 4,
            (distance[:, None] - far) / 3, heading, heading * size,
            turn, turn * size, turn**2, _cosine(move, self.before), *(move * self.last[:, None] / 6).unbind(-1),
            *[seen * torch.exp((1 - self.lag) / fading) for fading in FADING], seen,
            self.visits.clamp(max=4) / 2, self.near / 2,
            *(off / 4).unbind(-1), *(off.abs() / 4).unbind(-1), *(off**2 / 16).unbind(-1),
        ]  # fmt: skip
        of_path = self._of_path(known, distance, to_target)
        if objects.likeness is not None and self.likeness_here is not None:
            (like, same), (like_here, same_here) = objects.likeness.unbind(-1), self.likeness_here.unbind(-1)
            of_object += [like, like * torch.exp(-jump / 4), like * seen, *_sharply(same)]
            of_path = torch.cat([of_path, torch.stack([like_here, *_sharply(same_here)], -1)], -1)
        return of_path, torch.stack(of_object, -1)

    def _of_path(self, known: Tensor, distance: Tensor, to_target: Tensor) -> Tensor:
        begun = self.fixations > 0
        on = known * (distance == 0) * begun
        moves = (self.fixations - 1).clamp(min=0) + PRIOR
        plain = [
            known, (~begun).to(known), (self.jumps + PRIOR * JUMP) / moves, (self.stays + PRIOR * STAYS) / moves,
            torch.log1p(self.last.norm(dim=-1)), torch.log1p(self.before.norm(dim=-1)),
            self.approach / 3, torch.log1p(distance),
            *(to_target / 4).unbind(-1), *((self.gaze - self.map.middle) / 4).unbind(-1),
        ]  # fmt: skip
        run = hats(self.run, RUNS)
        classes = [
            hats(self.fixations, STEPS), run * on[:, None], run * (1 - on)[:, None],
            hats(self.target_runs, RUNS) * known[:, None], hats(self.since, SINCE) * (self.since > 0)[:, None],
            hats(distance, DISTANCES) * known[:, None],
        ]  # fmt: skip
        return torch.cat([torch.stack(plain, -1), *classes], -1)


class HistoryScores(nn.Module):
    """Log-linear tables as the move model's, and a layer of hidden units that lets everything act on everything.

    Parameters
    ----------
    hidden : int
        Units of the networks of the next object and of the end.
    dropout : float
        Of these units, in training only.
    pictures : int
        Numbers per picture of an object, for likeness to the target; 0 for a network that sees none.
    """

    def __init__(self, hidden: int, dropout: float, pictures: int = 0) -> None:
        super().__init__()
        signed, sizes = (2 * ROWS - 1) * (2 * COLUMNS - 1), ROWS * COLUMNS
        entries = {"move": signed, "move_size": sizes, "from_target": sizes, "cell": sizes, "first": sizes}
        entries["recency"] = 2 * (LAGS + 1)
        self.tables = nn.ModuleDict({name: nn.Embedding(count, 1) for name, count in entries.items()})
        of_path, of_object = OF_PATH + OF_LIKENESS_HERE * (pictures > 0), OF_OBJECT + OF_LIKENESS * (pictures > 0)
        self.likeness = nn.Linear(pictures, 2 * TRAITS) if pictures else None
        self.of_path, self.of_object = nn.Linear(of_path, hidden), nn.Linear(of_object, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.of_end, self.end, self.plain_end = nn.Linear(of_path, hidden), nn.Linear(hidden, 1), nn.Linear(of_path, 1)
        self.drop = nn.Dropout(dropout)

    def alike(self, seen: Tensor, target: Tensor) -> Tensor | None:
        """(S, P, pictures) and (S, pictures) to (S, P, 2): correlations of learned traits; None without pictures.

        Two sets of traits: one to say what is like the target, one to say what is the target.
        """
        if self.likeness is None:
            return None
        traits = (self.likeness(x).unflatten(-1, (2, TRAITS)) for x in (seen, target[:, None]))
        one, other = (functional.layer_norm(x, (TRAITS,)) for x in traits)
        return (one * other).mean(-1)

    def forward(self, history: GazeHistory) -> Tensor:
        """(B, 1 + P): log-odds of the end, then log-probabilities of every object if it does not end."""
        path, objects = history.features()
        hidden = self.drop(functional.gelu(self.of_path(path)[:, None] + self.of_object(objects)))
        scores = self.score(hidden)[..., 0] + self._tables(history)
        scores = scores.masked_fill(~history.map.there, float("-inf"))
        end = self.end(self.drop(functional.gelu(self.of_end(path)))) + self.plain_end(path)
        return torch.cat([end, functional.log_softmax(scores, -1)], -1)

    def along(self, history: GazeHistory, paths: Tensor) -> Tensor:
        """(B, T) paths of objects, 1 to P and then 0, to (B, T + 1, 1 + P): scores at every step; 0 after the end."""
        histories = [history]
        for fixated in paths.T:
            histories.append(histories[-1].fixate((fixated - 1).clamp(min=0)))
        live = functional.pad(paths > 0, (1, 0), value=True)
        scores = self(GazeHistory.at_steps(histories, live))
        return scores.new_zeros(*live.shape, scores.shape[1]).masked_scatter(live[..., None], scores)

    def _tables(self, history: GazeHistory) -> Tensor:
        """(B, P): sum of the tables' entries."""
        objects, begun = history.map, (history.fixations > 0)[:, None]
        move, from_target = (objects.places - at[:, None] for at in (history.gaze, objects.target_place))
        row, column = _whole(move)
        cell, lag = _size(objects.places), history.lag.long().clamp(max=LAGS)
        entries = {  # which entry, and where it counts
            "move": ((row + ROWS - 1) * (2 * COLUMNS - 1) + column + COLUMNS - 1, begun),
            "move_size": (_size(move), begun),
            "from_target": (_size(from_target), objects.known[:, None]),
            "cell": (cell, torch.ones_like(begun)),
            "first": (cell, ~begun),
            "recency": (lag + (LAGS + 1) * objects.target, torch.ones_like(begun)),
        }
        total = torch.zeros_like(history.lag)
        for name, (entry, counts) in entries.items():
            total = total + self.tables[name](entry)[..., 0] * counts
        return total

    def zero(self) -> None:
        """Set the tables to 0: they hold only what was learned."""
        for table in self.tables.parameters():
            nn.init.zeros_(table)


def _sharply(same: Tensor) -> list[Tensor]:
    """Numbers that fall off ever more sharply below 1."""
    return [torch.exp((same - 1) / width) for width in SHARP]


def _cosine(moves: Tensor, direction: Tensor) -> Tensor:
    """(B, P): cosine of the angle between (B, P, 2) moves and a (B, 2) direction; 0 where either is none."""
    lengths = moves.norm(dim=-1) * direction.norm(dim=-1)[:, None]
    return (moves * direction[:, None]).sum(-1) / lengths.clamp(min=1e-6)


def _whole(steps: Tensor) -> tuple[Tensor, Tensor]:
    """(..., 2) cells to whole rows and columns, no more than the tables have."""
    row, column = steps.round().long().unbind(-1)
    return row.clamp(1 - ROWS, ROWS - 1), column.clamp(1 - COLUMNS, COLUMNS - 1)


def _size(steps: Tensor) -> Tensor:
    row, column = _whole(steps.abs())
    return row * COLUMNS + column
