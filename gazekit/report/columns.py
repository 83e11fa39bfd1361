"""Columns of numbers inside the page: the narrowest type that keeps every value, then gzip, then base64."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

KINDS = ("u1", "u2", "u4", "f4", "f8")
ALIGNED = 8  # bytes: typed arrays of a browser must begin at a multiple of their item's size


def narrow(values: Any) -> np.ndarray:
    """The same numbers in the narrowest type that a page can read and that loses nothing.

    Examples
    --------
    >>> [narrow(column).dtype.str[1:] for column in ([0, 255], [0, 256], [0.5, np.nan], [0.1], [-1])]
    ['u1', 'u2', 'f4', 'f8', 'f4']
    """
    column = np.asarray(values)
    for kind in KINDS:
        with np.errstate(invalid="ignore", over="ignore"):
            cast = column.astype(f"<{kind}")
        if np.array_equal(cast, column, equal_nan=column.dtype.kind == "f"):
            return cast
    return column.astype("<f8")


def pack(columns: Mapping[str, Any]) -> tuple[dict[str, list[Any]], str]:
    """Describe and encode columns for `assets/columns.js`.

    Parameters
    ----------
    columns : mapping of str to (n,) numbers
        float32 columns stay float32; all others become as narrow as they can without loss.

    Returns
    -------
    described : dict of str to [kind, first byte, how many]
    packed : str
        Base64 of gzip of all columns, one after another. Equal columns give equal text.

    Examples
    --------
    >>> pack({"a": [1, 2], "b": [0.5]})[0]
    {'a': ['u1', 0, 2], 'b': ['f4', 8, 1]}
    """
    described: dict[str, list[Any]] = {}
    content = bytearray()
    for name, values in columns.items():
        column = np.asarray(values)
        column = column if column.dtype == np.float32 else narrow(column)
        content += bytes(-len(content) % ALIGNED)
        described[name] = [column.dtype.str.lstrip("<|"), len(content), len(column)]
        content += column.tobytes()
    return described, base64.b64encode(gzip.compress(bytes(content), 6, mtime=0)).decode()


def json_block(value: Any) -> str:
    r"""JSON that can stand in a `script` element: no character in it ends the element or begins a comment.

    Examples
    --------
    >>> print(json_block("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
