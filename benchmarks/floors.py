"""What the arithmetic of a cell costs on this machine if no cell waits for another: a floor for kernels over tables.

Compiled as the kernels are. The inner loops work on several cells in one instruction.
"""

from collections.abc import Callable

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def squares(x, y, out):
    """Squared distance, the least kept."""
    for i in range(len(x)):
        px, py = x[i], y[i]
        for j in range(len(x)):
            dx, dy = x[j] - px, y[j] - py
            square = dx * dx + dy * dy
            out[j] = square if square < out[j] else out[j]


@compiled
def warped(x, y, first, second, out):
    """Distance, the least of three, an addition."""
    for i in range(len(x)):
        px, py = x[i], y[i]
        for j in range(len(x)):
            dx, dy = x[j] - px, y[j] - py
            least = first[j] if first[j] < second[j] else second[j]
            least = least if least < out[j] else out[j]
            out[j] = np.sqrt(dx * dx + dy * dy) + least


@compiled
def leashed(x, y, first, second, out):
    """Squared distance, the least of three, the greater of two."""
    for i in range(len(x)):
        px, py = x[i], y[i]
        for j in range(len(x)):
            dx, dy = x[j] - px, y[j] - py
            square = dx * dx + dy * dy
            least = first[j] if first[j] < second[j] else second[j]
            least = least if least < out[j] else out[j]
            out[j] = square if square > least else least


@compiled
def looked_up(symbols, substitution, first, second, out):
    """A score out of a table, an addition, the greatest of three; two rows at a time, as few reads as there can be."""
    for i in range(0, len(symbols), 2):
        row, below = substitution[symbols[i]], substitution[symbols[i + 1]]
        for j in range(len(symbols)):
            symbol = symbols[j]
            cell = first[j] + row[symbol]
            cell = cell if cell > second[j] else second[j]
            cell = cell if cell > out[j] else out[j]
            lower = second[j] + below[symbol]
            lower = lower if lower > first[j] else first[j]
            out[j] = lower if lower > cell else cell


def calls(cells: int = 200) -> dict[str, Callable[[], None]]:
    """Floors by name: a function that does the work of cells x cells cells, 100 times."""
    rng = np.random.default_rng(0)
    x, y, first, second, out = (rng.random(cells) for _ in range(5))
    symbols = rng.integers(0, 96, cells).astype(np.uint64)
    substitution = rng.random((96, 96))
    kernels = {
        "squared distance, least kept": lambda: squares(x, y, out),
        "distance, least of three, sum": lambda: warped(x, y, first, second, out),
        "squared distance, least of three, greater of two": lambda: leashed(x, y, first, second, out),
        "look-up, sum, greatest of three": lambda: looked_up(symbols, substitution, first, second, out),
    }

    def many(kernel: Callable[[], None]) -> Callable[[], None]:
        def call() -> None:
            for _ in range(100):
                kernel()

        return call

    return {what: many(kernel) for what, kernel in kernels.items()}


CELLS = 100 * 200**2  # that one call works on

# metric: (floor, how many times a cell needs it)
OF_METRIC = {
    "dtw": ("distance, least of three, sum", 1),
    "dtw_per_step": ("distance, least of three, sum", 1),
    "frechet": ("squared distance, least of three, greater of two", 1),
    "scanmatch": ("look-up, sum, greatest of three", 1),
    "hausdorff": ("squared distance, least kept", 2),
    "mannan": ("squared distance, least kept", 2),
    "eyenalysis": ("squared distance, least kept", 2),
    "tde": ("squared distance, least kept", 3),
}
