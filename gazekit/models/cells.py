"""The grid on which a model gives a density of fixations."""

from gazekit.core.frames import Frame
from gazekit.foundations.errors import GazekitError


def cells(frame: Frame, shape: tuple[int, int] | None) -> tuple[int, int]:
    """Rows and columns of a density: those asked for, else one cell per px of the shown image.

    Raises
    ------
    GazekitError
        A shape that is not two numbers of 1 or more.

    Examples
    --------
    >>> cells(Frame(800, 600), None), cells(Frame(800, 600), (3, 4))
    ((600, 800), (3, 4))
    """
    if shape is None:
        return max(1, round(frame.height)), max(1, round(frame.width))
    rows, columns = shape
    if not (rows >= 1 and columns >= 1 and int(rows) == rows and int(columns) == columns):
        raise GazekitError(f"the shape of a density is (rows, columns), 1 or more each, not {shape!r}")
    return int(rows), int(columns)
