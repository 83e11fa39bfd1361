"""One line on standard error before work that takes seconds and shows no progress of its own."""

import sys

_said: set[str] = set()


def notify_once(kind: str, text: str) -> None:
    """Write a line to standard error, the first time that a process has something of this kind to say.

    Parameters
    ----------
    kind : str
        What is said only once.
    text : str
        The line; the package's name is put before it.
    """
    if kind not in _said:
        _said.add(kind)
        sys.stderr.write(f"gazekit: {text}\n")
        sys.stderr.flush()
