"""How wide the fovea is: on the paper's grid, in px of the shown image, or in degrees of visual angle."""

from dataclasses import dataclass
from typing import Literal

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.view import View

SIGMA = 0.2  # the authors' value at 224 cells, and NevaClip's


@dataclass(frozen=True)
class Fovea:
    """Width of the fovea.

    Parameters
    ----------
    size : float or (float, float)
        One number, or one along x and one along y.
    unit : {"grid", "px", "degrees"}
        "grid": the paper's sigma, g = exp(-d^2 / sigma), d in units in which the longer side of the network's input is
        2 long: a circle of cells, as published. "px" and "degrees": the standard deviation s of
        g = exp(-d^2 / (2 s^2)), d in px of the shown image or degrees of visual angle: a circle on the shown image,
        whatever its shape and however the network's input is stretched.

    Raises
    ------
    GazekitError
        A size that is not positive, or another unit.

    Examples
    --------
    >>> from gazekit import Frame
    >>> from gazekit.models.neva.view import View
    >>> view = View.of(Frame(1024, 768, px_per_degree=35), 224, "crop")
    >>> Fovea(0.2).on(view)
    (0.2, 0.2)
    >>> [round(s, 3) for s in Fovea(3.457, "degrees").on(view)]  # the paper's fovea on MIT1003
    [0.2, 0.199]
    """

    size: float | tuple[float, float] = SIGMA
    unit: Literal["grid", "px", "degrees"] = "grid"

    def __post_init__(self) -> None:
        if self.unit not in ("grid", "px", "degrees"):
            raise GazekitError(f"the unit of the fovea must be 'grid', 'px' or 'degrees', not {self.unit!r}")
        sizes = self.size if isinstance(self.size, tuple | list) else (self.size, self.size)
        if len(sizes) != 2 or not all(isinstance(s, int | float) and 0 < s < float("inf") for s in sizes):
            raise GazekitError(
                f"the size of the fovea must be a positive number, or a pair of them (x, y), not {self.size!r}"
            )

    def on(self, view: View) -> tuple[float, float]:
        """Sigma along (rows, columns) of a view's grid.

        Raises
        ------
        GazekitError
            The unit is degrees and the frame has no px per degree.
        """
        x, y = self.size if isinstance(self.size, tuple | list) else (self.size, self.size)
        longest = max(view.height, view.width) - 1
        if self.unit == "grid":
            down = y * (longest / max(view.height - 1, 1)) ** 2
            across = x * (longest / max(view.width - 1, 1)) ** 2
            return down, across
        if self.unit == "degrees":
            scale = view.frame.px_per_degree
            if scale is None:
                raise GazekitError(
                    f"the fovea is {self.size} degrees, but the frame {view.frame.width:g} x {view.frame.height:g} px "
                    f"does not say how many px a degree is; give the data's px_per_degree, or the fovea as sigma_px"
                )
            x, y = x * scale, y * scale
        grid_x = x / view.cell[0] * 2 / max(view.width - 1, 1)
        grid_y = y / view.cell[1] * 2 / max(view.height - 1, 1)
        return 2 * grid_y**2, 2 * grid_x**2
