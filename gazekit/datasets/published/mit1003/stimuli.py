"""The images of MIT1003: where they are, how large they are, and their order."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.images import image_file_size
from gazekit.foundations.errors import DataError

FOLDER = "ALLSTIMULI"
SIZES = "image_sizes.csv"
PUBLISHED_SUFFIX = ".jpeg"
SUFFIXES = (".jpeg", ".jpg")


def stimulus_name(stem: str) -> str:
    """Name of a stimulus: the published file name, whatever the suffix of the copy at hand.

    Examples
    --------
    >>> stimulus_name("i1000274881")
    'i1000274881.jpeg'
    """
    return stem + PUBLISHED_SUFFIX


def natural_order(names: Iterable[str]) -> list[str]:
    """Sort names with the numbers in them compared as numbers.

    Examples
    --------
    >>> natural_order(["i10", "i9", "a2"])
    ['a2', 'i9', 'i10']
    """

    def key(name: str) -> list[tuple[bool, int, str]]:
        parts = re.split(r"(\d+)", name.lower())
        return [(p.isdigit(), int(p) if p.isdigit() else 0, p) for p in parts if p]

    return sorted(names, key=lambda name: (key(name), name))


def find_images(root: Path) -> dict[str, Path]:
    """Image files of `ALLSTIMULI` by their name without suffix; files that begin with a dot are not images."""
    folder = root / FOLDER
    if not folder.is_dir():
        return {}
    files = (p for p in sorted(folder.iterdir()) if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))
    return {p.stem: p for p in files}


def image_sizes(
    folder: PublishedFolder, images: Mapping[str, Path], root: Path | None = None
) -> dict[str, tuple[int, int]]:
    """(width, height) px of every image that is there or in `image_sizes.csv`.

    Parameters
    ----------
    folder : PublishedFolder
        Of the data set.
    images : mapping of str to Path
        Files by name without suffix, from `find_images`. Only their headers are read.
    root : Path, optional
        Folder that may hold `image_sizes.csv` (columns stimulus, width, height); default the data set's.

    Raises
    ------
    DataError
        A file that is not an image, a table of another form, or an image whose size is not that of the table.
    """
    listed = (root or folder.root) / SIZES
    sizes = _listed_sizes(folder, listed)
    for stem, file in images.items():
        with folder.decoding(file):
            size = image_file_size(file)
        if sizes.setdefault(stem, size) != size:
            width, height = sizes[stem]
            raise DataError(
                f"{file} is {size[0]} x {size[1]} px, but {listed} says {width} x {height}: fixations are in px "
                f"of the published image, so put the published file there"
            )
    return sizes


def _listed_sizes(folder: PublishedFolder, file: Path) -> dict[str, tuple[int, int]]:
    if not file.is_file():
        return {}
    table = folder.table(file, ("stimulus", "width", "height"), sep=",", is_text=lambda name: name == "stimulus")
    try:
        stems, widths, heights = table["stimulus"].astype(str), table["width"], table["height"]
        sizes = {s: (int(w), int(h)) for s, w, h in zip(stems, widths, heights, strict=True)}
    except (ValueError, TypeError, OverflowError) as error:  # pandas' parser errors are ValueErrors
        raise folder.unreadable(file, error) from error
    if not all(w > 0 and h > 0 for w, h in sizes.values()):
        raise folder.unexpected(file, "a width or height is not positive")
    return sizes
