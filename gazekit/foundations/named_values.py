"""Texts of the form `name=value`, on command lines and in the names of models: each name once, each value as meant."""

from ast import literal_eval
from collections.abc import Iterable, Sequence
from typing import Any

from gazekit.foundations.errors import GazekitError


def named(
    pairs: Iterable[str],
    option: str,
    refused: str,
    *,
    one: str = "value",
    may_be_empty: bool = False,
    last_sign: bool = False,
) -> dict[str, str]:
    """Read `name=text` texts, blanks around both left out.

    Parameters
    ----------
    pairs : iterable of str
        What was given.
    option : str
        What takes them, for messages: `--weights`.
    refused : str
        The message after it for a text of another form, with {!r} for the text.
    one : str
        What each name may have only one of.
    may_be_empty : bool
        Whether nothing may stand behind the sign.
    last_sign : bool
        Whether names may hold `=` and texts may not.

    Returns
    -------
    dict of name to text

    Raises
    ------
    GazekitError
        Not of that form, or a name twice.

    Examples
    --------
    >>> named(["lite0 = a.pth"], "--weights", "takes NAME=PATH, not {!r}")
    {'lite0': 'a.pth'}
    >>> named(["neva:sigma=2=350 images"], "--tuned-on", "takes MODEL=WHERE, not {!r}", last_sign=True)
    {'neva:sigma=2': '350 images'}
    """
    found: list[tuple[str, str]] = []
    for pair in pairs:
        name, equals, text = (part.strip() for part in (pair.rpartition("=") if last_sign else pair.partition("=")))
        if not (name and equals and (text or may_be_empty)):
            raise GazekitError(f"{option} {refused.format(pair)}")
        found.append((name, text))
    check_once([name for name, _ in found], option, f"give one {one}")
    return dict(found)


def check_once(values: Sequence[object], option: str, instead: str = "give it once") -> None:
    """Refuse a value that is given twice.

    Examples
    --------
    >>> check_once(["nss", "kl", "nss"], "--metrics")
    Traceback (most recent call last):
    gazekit.GazekitError: --metrics nss is given twice; give it once
    """
    twice = next((value for k, value in enumerate(values) if value in values[:k]), None)
    if twice is not None:
        raise GazekitError(f"{option} {twice} is given twice; {instead}")


def value_of(text: str) -> Any:
    """What a text means: true or false, numbers, several of them; any other text is itself.

    Examples
    --------
    >>> value_of("false"), value_of("0.5"), value_of("1,2"), value_of("half")
    (False, 0.5, (1, 2), 'half')
    """
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):  # {{}} is text, too, and - 10,000 times
        return text
