"""What a reader may do with an input: read it, or refuse it in one sentence, soon and without filling the memory."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gazekit.foundations.errors import GazekitError

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "hostile" / "found"  # TARGET/FILE: what once went wrong
SLOWEST = 10  # seconds of the processor that an input may take
HANGING = 60  # seconds after which it is ended
MEMORY = 2 << 30  # bytes beyond what the process has before its first input
LONGEST_SENTENCE = 2000  # characters


class Finding(Exception):  # noqa: N818 - its name is what it is
    """A refusal that is none: of several lines, too long, or because the memory ran out."""


def check(read: Callable[[bytes], Any], content: bytes) -> bool:
    """Have an input read; whether it was. Raises what is no refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries may warn of what they mend
            read(content)
        return True
    except GazekitError as error:
        if any(isinstance(e, MemoryError) for e in _chain(error)):
            raise Finding(f"the memory ran out: {error}") from error
        text = str(error)
        if not text.strip() or "\n" in text or len(text) >= LONGEST_SENTENCE:
            raise Finding(f"not one sentence: {text[:300]!r}") from error
        return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
