"""Which of the known names a given name means: the one rule for predictions, people's tables and folders of images.

A name that is there to the letter is that name. Otherwise names are compared without what differs between systems:
the separator of folders, case, the form of Unicode, the suffix of an image. A name may have more folders before it than
the other (`stimuli/1001.jpg`, `1001`), but folders that both have must agree: `Art/001` is never `Action/001`. A name
that could be two is refused; one that is none is left to the caller, who says so with `nearest`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from gazekit.foundations.errors import DataError, listed

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".jp2")
SUFFIXES = (*IMAGE_SUFFIXES, ".mat", ".npy")
SHOWN = 3  # names in a message


def parts_of(name: str) -> tuple[str, ...]:
    r"""Folders and the name itself, as they are compared.

    Examples
    --------
    >>> parts_of(r"C:\\stimuli\\Kitchen.JPG"), parts_of("./scene_1.7")
    (('c:', 'stimuli', 'kitchen'), ('scene_1.7',))
    """
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    parts = [part.strip() for part in plain.replace("\\", "/").split("/")]
    last = parts[-1]
    suffix = next((s for s in SUFFIXES if last.endswith(s) and len(last) > len(s)), "")
    parts[-1] = last[: len(last) - len(suffix)]
    return tuple(part for part in parts if part not in ("", "."))


def match_names(given: Iterable[str], known: Iterable[str], *, what: str = "stimulus") -> dict[str, str]:
    """Find the known name that each given name means; names that mean none are not in the result.

    Parameters
    ----------
    given, known : iterable of str
        Each name once or more often.
    what : str
        What the names are of, for messages.

    Raises
    ------
    DataError
        A given name that could be two known ones, or two given names that mean one.

    Examples
    --------
    >>> match_names(["stimuli/1001.JPG", "1002", "9"], ["1001.jpg", "1002.jpg", "1003.jpg"])
    {'stimuli/1001.JPG': '1001.jpg', '1002': '1002.jpg'}
    >>> match_names(["Art/001.png", "scene_1.7"], ["Action/001.png", "scene_1.5"])
    {}
    >>> match_names(["001.png"], ["Action/001.png", "Art/001.png"])
    Traceback (most recent call last):
    gazekit.DataError: stimulus '001.png' could be 'Action/001.png' or 'Art/001.png'; write its name as it is there
    """
    exact = dict.fromkeys(known)
    by_last: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for name in exact:
        parts = parts_of(name)
        by_last[parts[-1] if parts else ""].append((parts, name))
    found: dict[str, str] = {}
    for name in dict.fromkeys(given):
        if name in exact:
            found[name] = name
            continue
        parts = parts_of(name)
        alike = [(k, of) for k, of in by_last.get(parts[-1] if parts else "", ()) if _agree(parts, k)]
        same = [of for k, of in alike if k == parts] or [of for _, of in alike]
        if len(same) > 1:
            raise DataError(f"{what} {name!r} could be {same[0]!r} or {same[1]!r}; write its name as it is there")
        if same:
            found[name] = same[0]
    _refuse_twice(found, what)
    return found


def nearest(names: Iterable[str], known: Iterable[str]) -> str:
    """Say which names are not there and which ones that are there come nearest, for messages.

    Examples
    --------
    >>> nearest(["kitchn.jpg", "dog"], ["kitchen.jpg", "street.jpg"])
    "'kitchn.jpg' (nearest: 'kitchen.jpg'), 'dog'; there are 'kitchen.jpg', 'street.jpg'"
    """
    names, known = list(dict.fromkeys(names)), list(dict.fromkeys(known))
    said = []
    for name in names[:SHOWN]:
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        said.append(f"{name!r}" + (f" (nearest: {close[0]!r})" if close else ""))
    there = f"are {listed(list(map(repr, known)), SHOWN)}" if known else "is none"
    return f"{listed([*said, *names[SHOWN:]], SHOWN)}; there {there}"


# ---------------------------------------------------------------- inside


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the shorter of two paths is the end of the longer."""
    n = min(len(one), len(other))
    return n > 0 and one[-n:] == other[-n:]


def _refuse_twice(found: dict[str, str], what: str) -> None:
    first: dict[str, str] = {}
    for name, of in found.items():
        if of in first:
            raise DataError(
                f"{what} {first[of]!r} and {name!r} would both be {of!r}: two names of one, or one of them is not "
                f"there; write the name as it is there, and take out what is not"
            )
        first[of] = name
