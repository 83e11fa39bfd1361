"""Figures as files: whole or not at all, like every other file of a run."""

import io
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
