"""The way so far, seen from every object: what moves depend on, as numbers that a small network weighs.

A pointer that compares codes of places has to learn from few paths that people go to neighbours, keep their direction,
come back rarely, and stay on the target before they stop. Here these are given as numbers: for every object its place
relative to gaze, to the target and to the last moves, and when it was last fixated; for the path as a whole how long it
is, how far its moves were, and how often it was on the target. They are computed from places and the path alone, so
that order and number of objects do not matter, and a step depends on the steps before it only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn import functional

STEPS = (0.0, 1.0, 2.0, 4.0, 7.0, 11.0, 17.0, 27.0, 45.0)  # fixations so far
RUNS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)  # fixations of the present run; visits of the target
SINCE = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 15.0, 30.0)  # fixations since the target
DISTANCES = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0)  # cells to the target
FADING = (1.5, 5.0, 20.0)  # fixations in which memory of a visit fades
NEAR = 1.0  # cells; how far a visit is felt
JUMP, STAYS, PRIOR = 0.9, 0.15, 2.0  # log(1 + cells) of a move and share of stays before any; moves they count as
OF_OBJECT = 32
SHARP = (0.2, 0.05, 0.01)  # below 1, at which likeness stops being the same thing
OF_LIKENESS = 3 + len(SHARP)  # more of an object where likeness to the target can be seen
OF_LIKENESS_HERE = 1 + len(SHARP)  # more of the path
OF_PATH = 12 + len(STEPS) + 3 * len(RUNS) + len(SINCE) + len(DISTANCES)


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
class Way:
    """Paths of a batch up to some step.

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
    felt : (B, P, P) float32
        How much a visit of one object is felt at another.
    gaze, last, before : (B, 2) float32
        Place of gaze; the last two moves that led elsewhere, 0 where there are none.
    visits, lag : (B, P) float32
        How often every object was fixated, and how many fixations ago (0: never).
    near : (B, P) float32
        Different objects that were fixated near every object.
    fixations, run, target_runs, since, jumps, stays, approach : (B,) float32
        Fixations so far; those of the present run; visits of the target; fixations since it (0: never); sum of
        log(1 + cells) of all moves; number of stays; cells by which the last move came nearer to the target.
    alike : (B, P, 2) float32, optional
        How alike every object and the target look, and how surely they are the same, for a network that sees them. Two
        numbers: what is like the target pulls gaze from afar, and only the target itself ends a search.
    here_alike : (B, 2) float32, optional
        The same of the object at gaze; 0 before the first fixation.
    """

    places: Tensor
    there: Tensor
    middle: Tensor
    target: Tensor
    felt: Tensor
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
    alike: Tensor | None = None
    here_alike: Tensor | None = None

    @classmethod
    def begin(cls, places: Tensor, there: Tensor, start: Tensor, target: Tensor, alike: Tensor | None = None) -> "Way":
        """No fixation yet."""
        rows, objects = places.shape[:2]
        none, nowhere, each = places.new_zeros(rows), places.new_zeros(rows, 2), places.new_zeros(rows, objects)
        middle = torch.where(there[..., None], places, 0.0).amax(1) / 2
        felt = torch.exp(-((places[:, :, None] - places[:, None]) ** 2).sum(-1) / (2 * NEAR**2))
        here = None if alike is None else none[:, None].expand(-1, 2)
        return cls(
            places, there, middle, target, felt, start, nowhere, nowhere, each, each, each, *[none] * 7, alike, here
        )  # type: ignore[call-arg]

    def rows(self, index: Tensor) -> "Way":
        """Keep some rows, in this order."""
        return replace(self, **{name: value[index] for name, value in vars(self).items() if value is not None})

    def fixate(self, objects: Tensor) -> "Way":
        """The next fixation: (B,) int64 objects from 0."""
        rows = torch.arange(len(objects), device=objects.device)
        here, on = self.places[rows, objects], self.target[rows, objects]
        move, begun = here - self.gaze, self.fixations > 0
        jump = move.norm(dim=-1)
        moved, stay = begun & (jump > 0), begun & (jump == 0)
        hit = functional.one_hot(objects, self.places.shape[1]).to(self.places)
        new = (self.visits[rows, objects] == 0).to(hit)
        at = self.target_place()
        nearer = (self.gaze - at).norm(dim=-1) - (here - at).norm(dim=-1)
        return replace(
            self,
            gaze=here,
            last=torch.where(moved[:, None], move, self.last),
            before=torch.where(moved[:, None], self.last, self.before),
            visits=self.visits + hit,
            lag=torch.where(hit > 0, 1.0, self.lag + (self.lag > 0)),
            near=self.near + self.felt[rows, objects] * new[:, None],
            fixations=self.fixations + 1,
            run=torch.where(stay, self.run + 1, 1.0),
            target_runs=self.target_runs + (on & ~stay),
            since=torch.where(on, 1.0, self.since + (self.since > 0)),
            jumps=self.jumps + torch.where(begun, torch.log1p(jump), 0.0),
            stays=self.stays + stay,
            approach=torch.where(begun & self.target.any(1), nearer, 0.0),
            here_alike=None if self.alike is None else self.alike[rows, objects],
        )

    def target_place(self) -> Tensor:
        """(B, 2): row and column of the target; 0 where it is not known."""
        return (self.places * self.target[..., None]).sum(1)

    @classmethod
    def along(cls, ways: Sequence["Way"], live: Tensor) -> "Way":
        """A row for every True of `live` (B, steps): the way of that path at that step, one of `ways` per step."""
        paths = live.nonzero()[:, 0]
        known: list[str] = [f.name for f in fields(cls) if getattr(ways[0], f.name) is not None]
        fixed: list[str] = [name for name in ("places", "there", "middle", "target", "alike") if name in known]
        values = {name: getattr(ways[0], name)[paths] for name in fixed}
        moving = [name for name in known if name not in (*fixed, "felt")]
        values |= {name: torch.stack([getattr(w, name) for w in ways], 1)[live] for name in moving}
        return cls(felt=ways[0].felt[:0], **values)  # not needed to look

    def look(self) -> tuple[Tensor, Tensor]:
        """What is known before the next fixation: (B, OF_PATH) of the path, and (B, P, OF_OBJECT) of every object.

        `OF_LIKENESS_HERE` more of the path and `OF_LIKENESS` more of every object where likeness is known.
        """
        known = self.target.any(1).to(self.places)
        at = self.target_place()
        move, off = self.places - self.gaze[:, None], self.places - self.middle[:, None]
        from_target = (self.places - at[:, None]) * known[:, None, None]
        to_target = (at - self.gaze) * known[:, None]
        jump, far, distance = move.norm(dim=-1), from_target.norm(dim=-1), to_target.norm(dim=-1)
        size, seen = torch.log1p(jump), (self.lag > 0).to(jump)
        heading, turn = _cosine(move, to_target), _cosine(move, self.last)
        objects = torch.stack(
            [
                *(move / 4).unbind(-1), *(move.abs() / 4).unbind(-1), size, (jump == 0).to(jump),
                *(from_target / 4).unbind(-1), torch.log1p(far), self.target.to(jump), far / 4,
                (distance[:, None] - far) / 3, heading, heading * size,
                turn, turn * size, turn**2, _cosine(move, self.before), *(move * self.last[:, None] / 6).unbind(-1),
                *[seen * torch.exp((1 - self.lag) / fading) for fading in FADING], seen,
                self.visits.clamp(max=4) / 2, self.near / 2,
                *(off / 4).unbind(-1), *(off.abs() / 4).unbind(-1), *(off**2 / 16).unbind(-1),
            ],
            -1,
        )  # fmt: skip
        path = self._of_path(known, distance, to_target)
        if self.alike is None or self.here_alike is None:
            return path, objects
        (like, same), (like_here, same_here) = self.alike.unbind(-1), self.here_alike.unbind(-1)
        near = [like, like * torch.exp(-jump / 4), like * seen, *_sharply(same)]
        of_here = torch.stack([like_here, *_sharply(same_here)], -1)
        return torch.cat([path, of_here], -1), torch.cat([objects, torch.stack(near, -1)], -1)

    def _of_path(self, known: Tensor, distance: Tensor, to_target: Tensor) -> Tensor:
        begun = self.fixations > 0
        on = known * (distance == 0) * begun
        moves = (self.fixations - 1).clamp(min=0) + PRIOR
        plain = [
            known, (~begun).to(known), (self.jumps + PRIOR * JUMP) / moves, (self.stays + PRIOR * STAYS) / moves,
            torch.log1p(self.last.norm(dim=-1)), torch.log1p(self.before.norm(dim=-1)),
            self.approach / 3, torch.log1p(distance),
            *(to_target / 4).unbind(-1), *((self.gaze - self.middle) / 4).unbind(-1),
        ]  # fmt: skip
        run = hats(self.run, RUNS)
        classes = [
            hats(self.fixations, STEPS), run * on[:, None], run * (1 - on)[:, None],
            hats(self.target_runs, RUNS) * known[:, None], hats(self.since, SINCE) * (self.since > 0)[:, None],
            hats(distance, DISTANCES) * known[:, None],
        ]  # fmt: skip
        return torch.cat([torch.stack(plain, -1), *classes], -1)


def _sharply(same: Tensor) -> list[Tensor]:
    """Numbers that fall off ever more sharply below 1."""
    return [torch.exp((same - 1) / width) for width in SHARP]


def _cosine(moves: Tensor, direction: Tensor) -> Tensor:
    """(B, P): cosine of the angle between (B, P, 2) moves and a (B, 2) direction; 0 where either is none."""
    lengths = moves.norm(dim=-1) * direction.norm(dim=-1)[:, None]
    return (moves * direction[:, None]).sum(-1) / lengths.clamp(min=1e-6)
