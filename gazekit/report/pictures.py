"""Images inside the page: as small as their number asks for, one text element each, decoded when they are looked at."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, UnknownNameError

Images = Literal["none", "thumbs", "full"]
CHOICES = ("none", "thumbs", "full")
SIDES = (720, 560, 400, 320, 240)  # px of the longer side
BUDGET = 8e6  # bytes of all thumbnails together; a page of twice this size still travels by mail
BYTES_PER_PX = 0.1  # of a photograph at QUALITY: 0.09 measured on OSIE
QUALITY = 50


@dataclass(frozen=True)
class Pictures:
    """Encoded images of trials.

    Parameters
    ----------
    encoded : tuple of str
        Base64 of a WebP image per trial, "" where there is none. Trials of one stimulus share their image.
    note : str
        What they are, in a sentence.
    """

    encoded: tuple[str, ...]
    note: str

    @property
    def bytes(self) -> int:
        """Bytes of all of them in the page; each different one is there once."""
        return sum(len(text) for text in set(self.encoded))


def pictures(trials: Sequence[Trial], images: str = "thumbs") -> Pictures:
    """Encode the images of trials.

    Parameters
    ----------
    trials : sequence of Trial
        Those without an image get none; a file that cannot be read is left out and counted.
    images : {"none", "thumbs", "full"}
        None; reduced so that all of them stay near 8 MB; or as they were shown.

    Raises
    ------
    UnknownNameError
        Another choice.
    """
    if images not in CHOICES:
        raise UnknownNameError("choice of images", images, CHOICES)
    shown = {t.stimulus: t for t in trials if t.has("image")} if images != "none" else {}
    side = None if images == "full" else side_for(len(shown))
    encoded, broken = {}, 0
    for stimulus, trial in shown.items():
        try:
            encoded[stimulus] = encode(trial, side)
        except DataError:
            broken += 1
    size = "as they were shown" if side is None else f"reduced to {side} px on the longer side"
    if images == "none":
        note = "Images were left out."
    elif not encoded:
        note = "The data have no images at hand."
    else:
        note = f"{len(encoded)} images, {size}; positions are in px of the image as it was shown."
    if broken:
        note += f" {broken} images could not be read."
    return Pictures(tuple(encoded.get(t.stimulus, "") for t in trials), note)


def side_for(number: int) -> int:
    """Longer side of a thumbnail, px, so that this many 4:3 photographs stay within the budget.

    Examples
    --------
    >>> [side_for(n) for n in (20, 400, 700, 100_000)]
    [720, 400, 320, 240]
    """
    fits = (side for side in SIDES if number * side * side * 0.75 * BYTES_PER_PX <= BUDGET)
    return next(fits, SIDES[-1])


def encode(trial: Trial, side: int | None) -> str:
    """Base64 of a trial's image as WebP, its longer side at most `side` px."""
    from PIL import Image

    picture = Image.fromarray(trial.image)
    if side is not None:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY if side else 80, method=2)
    return base64.b64encode(buffer.getvalue()).decode()
