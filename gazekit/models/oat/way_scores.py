"""Scores of the next object and of the end from the way so far: tables, and one small network for all objects."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.models.oat.way import OF_LIKENESS, OF_LIKENESS_HERE, OF_OBJECT, OF_PATH, Way

ROWS, COLUMNS = 8, 16  # cells of the tables; moves that are longer count as the longest
LAGS = 12
TRAITS = 16  # numbers by which pictures are compared, twice


class WayScores(nn.Module):
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
        self.tables = nn.ModuleDict(
            {
                "move": nn.Embedding(signed, 1),
                "move_size": nn.Embedding(sizes, 1),
                "from_target": nn.Embedding(sizes, 1),
                "cell": nn.Embedding(sizes, 1),
                "first": nn.Embedding(sizes, 1),
                "recency": nn.Embedding(2 * (LAGS + 1), 1),
            }
        )
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

    def forward(self, way: Way) -> Tensor:
        """(B, 1 + P): log-odds of the end, then log-probabilities of every object if it does not end."""
        path, objects = way.look()
        hidden = self.drop(functional.gelu(self.of_path(path)[:, None] + self.of_object(objects)))
        scores = (self.score(hidden)[..., 0] + self._tables(way)).masked_fill(~way.there, float("-inf"))
        end = self.end(self.drop(functional.gelu(self.of_end(path)))) + self.plain_end(path)
        return torch.cat([end, functional.log_softmax(scores, -1)], -1)

    def _tables(self, way: Way) -> Tensor:
        """(B, P): sum of the tables' entries."""
        move, known = way.places - way.gaze[:, None], way.target.any(1)
        from_target = way.places - way.target_place()[:, None]
        row, column = _whole(move)
        begun, lag = (way.fixations > 0)[:, None], way.lag.long().clamp(max=LAGS)
        cell = _size(way.places)
        found = {
            "move": ((row + ROWS - 1) * (2 * COLUMNS - 1) + column + COLUMNS - 1, begun),
            "move_size": (_size(move), begun),
            "from_target": (_size(from_target), known[:, None]),
            "cell": (cell, None),
            "first": (cell, ~begun),
            "recency": (lag + (LAGS + 1) * way.target, None),
        }
        total = torch.zeros_like(way.lag)
        for name, (index, counts) in found.items():
            value = self.tables[name](index)[..., 0]
            total = total + (value if counts is None else value * counts)
        return total

    def zero(self) -> None:
        """Set the tables to 0: they hold only what was learned."""
        for table in self.tables.values():
            nn.init.zeros_(table.weight)  # type: ignore[arg-type]


def _whole(steps: Tensor) -> tuple[Tensor, Tensor]:
    """(..., 2) cells to whole rows and columns, no more than the tables have."""
    row, column = steps.round().long().unbind(-1)
    return row.clamp(1 - ROWS, ROWS - 1), column.clamp(1 - COLUMNS, COLUMNS - 1)


def _size(steps: Tensor) -> Tensor:
    row, column = _whole(steps.abs())
    return row * COLUMNS + column
