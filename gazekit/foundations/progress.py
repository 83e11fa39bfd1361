"""Progress bars, and the one place that decides how they look: moving on a terminal, a line now and then in a log."""

import sys
from typing import Any, TextIO

EVERY = 30.0  # seconds between two lines of a log
LINE = "{desc}: {n_fmt}/{total_fmt} {unit} [{elapsed}<{remaining}]"


def tqdm(*args: Any, **kwargs: Any) -> Any:
    """Make a progress bar of the library tqdm, with its arguments.

    On a terminal and in a notebook it is tqdm's own. Where standard error is a file or a pipe (a batch system, a CI
    job), nothing can be overwritten: the bar is then a line at the start, one every 30 s at most, and one at the end.
    A bar of `total` 0 is not shown.

    Examples
    --------
    >>> list(tqdm(range(3), disable=True))
    [0, 1, 2]
    """
    from tqdm.auto import tqdm as bar

    if not (sys.stderr.isatty() or in_notebook()):
        whole = {"file": Lines(sys.stderr), "mininterval": EVERY, "bar_format": LINE}
        kwargs = {**whole, **kwargs}
    if kwargs.get("total") == 0:  # a stage of a run that has nothing to do
        kwargs["disable"] = True
    return bar(*args, **kwargs)


def in_notebook() -> bool:
    """Whether this process is a notebook's kernel; that one of its libraries was imported says nothing."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


class Lines:
    r"""A stream that writes each state of a bar as a line of its own, and no state twice.

    Examples
    --------
    >>> import sys
    >>> lines = Lines(sys.stdout)
    >>> for text in ("\r 1/3", "\r 1/3", "\r     ", "\r 3/3", "\n"):
    ...     _ = lines.write(text)
    1/3
    3/3
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._last = stream, ""

    def write(self, text: str) -> int:
        """Write a state; what only moves the cursor or blanks the line is left out."""
        state = text.replace("\x1b[A", "").strip()
        if state and state != self._last:
            self._stream.write(f"{state}\n")
            self._last = state
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()
