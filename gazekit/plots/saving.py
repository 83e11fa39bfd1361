"""Figures as files: whole or not at all, like every other file of a run."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gazekit.files.atomic import write_atomically
from gazekit.foundations.errors import GazekitError

PICTURES = (".png", ".jpg", ".pdf", ".svg")
# Journals refuse Type 3 fonts; letters of an SVG are outlines, so that it looks alike where the font is absent.
EMBEDDED: dict[Any, Any] = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "gazekit"}


def check_picture(file: Path, option: str) -> None:
    """Refuse, before anything is computed, a picture whose name does not say which kind it is.

    Raises
    ------
    GazekitError
        Another suffix than those of `PICTURES`; no such folder.
    """
    if file.suffix.lower() not in PICTURES:
        raise GazekitError(f"{option} {file} must end in {', '.join(PICTURES[:-1])} or {PICTURES[-1]}")
    if not file.parent.is_dir():
        raise GazekitError(f"{file} cannot be written: the folder {file.parent} does not exist; make it first")


@contextmanager
def drawing() -> Iterator[None]:
    """Draw names as they are, dollar signs too, whatever the user's settings of matplotlib."""
    import matplotlib as mpl

    with mpl.rc_context({"text.parse_math": False, "text.usetex": False}):
        yield


def save_figure(figure: Any, path: str | Path, *, text: str | None = None, **options: Any) -> None:
    """Write a figure, in the format of the file's suffix, with its fonts, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : path
        The file.
    text : str, optional
        What is seen, for readers who do not see it; kept in the file (not in .jpg). Equal figures are then equal files.
    **options
        As for `matplotlib.figure.Figure.savefig`.

    Raises
    ------
    DataError
        The file cannot be written; the old one is untouched.

    Examples
    --------
    >>> import tempfile
    >>> import matplotlib.pyplot as plt
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(plt.figure(), f"{folder}/empty.png")
    ...     Path(folder, "empty.png").read_bytes()[1:4]
    b'PNG'
    """
    import matplotlib.pyplot as plt

    buffer, kind = io.BytesIO(), Path(path).suffix[1:].lower()
    if text is not None and kind != "jpg":
        options["metadata"] = _about(kind, text)
    with plt.rc_context(EMBEDDED):
        figure.savefig(buffer, format=kind, **options)
    plt.close(figure)
    write_atomically(path, buffer.getvalue())


def save_figures(figures: Mapping[str, Any], folder: Path, **options: Any) -> list[str]:
    """Write figures into a folder under their names, as `save_figure` does, and return the names.

    PNG files say nothing of the library that made them, so that equal pictures are equal files.
    """
    for name, figure in figures.items():
        save_figure(figure, folder / name, metadata={"Software": None}, **options)
    return list(figures)


def _about(kind: str, text: str) -> dict[str, Any]:
    """The metadata of a file that hold its alt text, and no time of day."""
    if kind == "pdf":
        return {"Subject": text, "CreationDate": None}
    return {"Description": text, **({"Date": None} if kind == "svg" else {"Software": None})}
