"""The size of the image that each path was made on: columns, one size for all, or a frame per stimulus."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import FRAME_COLUMNS
from gazekit.foundations.errors import DataError
from gazekit.interchange.columns import numbers


def frame_sizes(
    paths: pd.DataFrame,
    *,
    width: float | None = None,
    height: float | None = None,
    px_per_degree: float | None = None,
    frames: Mapping[str, Frame] | None = None,
    unknown: Literal["error", "drop"] = "error",
) -> dict[str, np.ndarray]:
    """Return the frame of each path, as columns.

    Parameters
    ----------
    paths : pandas.DataFrame
        One row per path; `stimulus`, and `width`, `height`, `px_per_degree` where they are known there.
    width, height : float, optional
        Size of the shown image, px, the same for all.
    px_per_degree : float, optional
        Pixels per degree, the same for all.
    frames : mapping of stimulus to Frame, optional
        Size of each shown image, for those whose size `paths` does not say.
    unknown : {"error", "drop"}
        Whether a size that is not known is refused or left NaN, for the caller to drop.

    Returns
    -------
    dict of str to (n_paths,) float64
        `width`, `height` in px; `px_per_degree`, NaN where not known.

    Raises
    ------
    DataError
        A size is not known, or was given twice and differently.
    GazekitError
        A size that is not a positive number.

    Examples
    --------
    >>> paths = pd.DataFrame({"stimulus": ["a", "b"]})
    >>> frame_sizes(paths, frames={"a": Frame(9, 8), "b": Frame(7, 6)})["width"].tolist()
    [9.0, 7.0]
    """
    if frames is not None and (width is not None or height is not None):
        raise DataError("give the image sizes either as frames= or as width= and height=, not both")
    size: dict[str, np.ndarray] = {}
    same = np.ones(len(paths), dtype=bool)
    for name, value in zip(FRAME_COLUMNS, (width, height, px_per_degree), strict=True):
        column = numbers(paths[name]) if name in paths else np.full(len(paths), np.nan)
        if value is not None and ((column != value) & ~np.isnan(column)).any():
            raise DataError(
                f"{name}={value:g} was given, but the table's own column {name!r} differs; keep one of them"
            )
        if value is None and frames is not None:
            own = np.array([getattr(frames[s], name) if s in frames else None for s in paths["stimulus"]], dtype=float)
            column = np.where(np.isnan(column) & same, own, column)
            if name != "px_per_degree":  # a scale belongs to its size: another size of the same image has another
                same &= column == own
        elif value is not None:
            column = np.full(len(paths), float(value))
        size[name] = column
    for name in ("width", "height"):
        if unknown == "error" and np.isnan(size[name]).any():
            raise DataError(_unknown_message(paths, name, size[name], frames))
    known = pd.DataFrame(size).dropna(subset=["width", "height"]).drop_duplicates()
    for kind in known.itertuples(index=False):
        Frame(kind.width, kind.height, kind.px_per_degree)
    return size


def _unknown_message(paths: pd.DataFrame, name: str, column: np.ndarray, frames: Mapping[str, Frame] | None) -> str:
    stimuli = paths["stimulus"][np.isnan(column)].unique()
    if frames is not None:
        return (
            f"frames= has no entry for {len(stimuli)} of {paths['stimulus'].nunique()} stimuli (first: "
            f"{stimuli[0]!r}); add them, or give unknown_stimuli='drop' to leave their rows out and count them"
        )
    if name in paths:
        return f"column {name!r} is empty for stimulus {stimuli[0]!r}; fill it in, or give frames="
    return (
        f"the size of the shown image is not known: the table has no column {name!r}; give width= and height= in "
        f"px, or frames="
    )
