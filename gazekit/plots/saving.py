"""Figures as files: whole or not at all, like every other file of a run."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gazekit.files.atomic import write_atomically


def save_figure(figure: Any, path: str | Path, **options: Any) -> None:
    """Write a figure, in the format of the file's suffix, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : path
        The file.
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

    buffer = io.BytesIO()
    figure.savefig(buffer, format=Path(path).suffix[1:].lower(), **options)
    plt.close(figure)
    write_atomically(path, buffer.getvalue())


def save_figures(figures: Mapping[str, Any], folder: Path, **options: Any) -> list[str]:
    """Write figures into a folder under their names, as `save_figure` does, and return the names.

    PNG files say nothing of the library that made them, so that equal pictures are equal files.
    """
    for name, figure in figures.items():
        save_figure(figure, folder / name, metadata={"Software": None}, **options)
    return list(figures)
