"""Any photograph as a trial: grey, CMYK, 16 bits, transparent, or turned by its camera."""

from pathlib import Path

from gazekit.core.frames import Frame
from gazekit.core.trials import Trial
from gazekit.files.images import read_image_file


def photograph_trial(
    path: str | Path, *, caption: str | None = None, name: str | None = None, px_per_degree: float | None = None
) -> Trial:
    """Make a trial of a photograph, for a model to look at.

    Parameters
    ----------
    path : path
        The image file; see `gazekit.files.images.read_image_file` for what is done to it.
    caption : str, optional
        What is said about it.
    name : str, optional
        Id of the trial; default the file's name, with the caption where there is one.
    px_per_degree : float, optional
        Where it is known how large the image is shown.
    """
    path = Path(path)
    image = read_image_file(path)
    height, width = image.shape[:2]
    trial = name or (path.stem if caption is None else f"{path.stem}: {caption}")
    return Trial(trial, path.stem, Frame(width, height, px_per_degree), image_source=image, caption=caption)
