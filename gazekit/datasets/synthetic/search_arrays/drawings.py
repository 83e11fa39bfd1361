"""A drawing: the square of pixels that stands for one search item."""

from dataclasses import dataclass

import numpy as np

from gazekit.foundations.errors import GazekitError

Grey = int
Colour = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Drawing:
    """One way an item can look: a patch that is laid over the display, its own background included.

    Parameters
    ----------
    name : str
        What it is, for messages.
    pixels : (h, w) or (h, w, 3) uint8
        The patch. Its background should be that of the display.

    Raises
    ------
    GazekitError
        Pixels of another shape or type, or none.

    Examples
    --------
    >>> Drawing("dot", np.zeros((3, 3), np.uint8))().shape
    (3, 3)
    """

    name: str
    pixels: np.ndarray

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels)
        grey_or_colour = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
        if not grey_or_colour or pixels.dtype != np.uint8 or pixels.size == 0:
            raise GazekitError(
                f"drawing {self.name!r} must be an array (h, w) or (h, w, 3) of uint8 with at least one pixel, not "
                f"{pixels.dtype} {pixels.shape}"
            )
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)

    def __call__(self) -> np.ndarray:
        """The pixels; a drawing can stand where a trial wants the source of a picture."""
        return self.pixels

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), px."""
        return (self.pixels.shape[1], self.pixels.shape[0])


def paint(name: str, coverage: np.ndarray, *, ink: Grey | Colour, paper: Grey | Colour) -> Drawing:
    """Make a drawing of a coverage, a colour for the ink and one for the paper.

    Parameters
    ----------
    name : str
        What it is.
    coverage : (h, w) uint8
        0 is paper, 255 is ink, and between them a mixture (see `gazekit.datasets.synthetic.search_arrays.shapes`).
    ink, paper : int or (r, g, b)
        0 to 255. The drawing is grey if both are.

    Returns
    -------
    Drawing

    Raises
    ------
    GazekitError
        A colour that is not one number or three, each 0 to 255.

    Examples
    --------
    >>> paint("grey dot", np.array([[0, 255], [255, 51]], np.uint8), ink=0, paper=255).pixels.tolist()
    [[255, 0], [0, 204]]
    """
    inked, plain = colour(ink, f"ink of {name!r}"), colour(paper, f"paper of {name!r}")
    inked, plain = np.broadcast_arrays(inked, plain)
    covered = coverage.astype(np.int64) if inked.ndim == 0 else coverage.astype(np.int64)[:, :, None]
    return Drawing(name, ((covered * inked + (255 - covered) * plain + 127) // 255).astype(np.uint8))


def colour(value: Grey | Colour, what: str) -> np.ndarray:
    """Check a grey level or an RGB colour; return it as an int64 array, () or (3,).

    Raises
    ------
    GazekitError
        It is neither; `what` names it in the message.
    """
    found = np.asarray(value)
    if found.shape not in ((), (3,)) or found.dtype.kind not in "iu" or found.min() < 0 or found.max() > 255:
        raise GazekitError(f"the {what} must be a grey level 0..255 or three of them (r, g, b), not {value!r}")
    return found.astype(np.int64)
