"""Any photograph as a trial: grey, CMYK, 16 bits, transparent, or turned by its camera."""

from pathlib import Path

import numpy as np

from gazekit.errors import DataError
from gazekit.frames import Frame
from gazekit.trials import Trial


def read_photograph(path: str | Path) -> np.ndarray:
    """Read an image file as it is meant to be looked at: (H, W, 3) uint8.

    Turned upright as its EXIF data say; 16 bits per channel are divided by 257; transparency is laid on white; grey is
    repeated, CMYK converted.

    Raises
    ------
    DataError
        The file is not there, or is not an image that can be read.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    if not path.is_file():
        raise DataError(f"the image {path} is not there; check its name")
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I") or image.mode == "F":
                deep = np.asarray(image, dtype=np.float64)
                grey = np.clip(np.round(deep / 257), 0, 255).astype(np.uint8)
                return np.repeat(grey[:, :, None], 3, axis=2)
            if "A" in image.mode or "transparency" in image.info:
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, UnidentifiedImageError) as error:
        raise DataError(f"{path} cannot be read as an image ({error}); save it again, or fetch it again") from error


def photograph_trial(
    path: str | Path, *, caption: str | None = None, name: str | None = None, px_per_degree: float | None = None
) -> Trial:
    """Make a trial of a photograph, for a model to look at.

    Parameters
    ----------
    path : path
        The image file.
    caption : str, optional
        What is said about it.
    name : str, optional
        Id of the trial; default the file's name, with the caption where there is one.
    px_per_degree : float, optional
        Where it is known how large the image is shown.
    """
    path = Path(path)
    image = read_photograph(path)
    height, width = image.shape[:2]
    trial = name or (path.stem if caption is None else f"{path.stem}: {caption}")
    return Trial(trial, path.stem, Frame(width, height, px_per_degree), image_source=image, caption=caption)
