"""Files that others made: how much they may unpack to and hold, how deep they may nest, which names they may give.

A file may unpack to `RATIO` times what it takes on the disk, and always to `FLOOR` bytes; one that asks for more is
refused before it is unpacked. All limits of what a file may hold stand here. See docs/security.md.
"""

import codecs
import gzip
import io
import json
import tomllib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Any

from gazekit.files.atomic import read_whole
from gazekit.foundations.errors import DataError, refusing

FLOOR = 1 << 28  # bytes (256 MiB)
RATIO = 200  # tables of gaze shrink to a third or less, flat drawings in an .npz to a 300th, and those are small
BLOCK = 1 << 20  # bytes
TEXT_FLOOR, TEXT_RATIO = 1 << 24, 50  # of compressed text: a table takes many times its text in memory
_END = 10  # byte of a newline
MAX_LINE = 1_000_000  # bytes of a line of a table
MAX_COLUMNS = 1_000  # of a table, and different keys of records; exports of trackers have some hundred
MAX_FIELDS = 10_000  # of a line of a table: a quoted cell may hold a list
MAX_TOML, MAX_TOML_LINE = 1_000_000, 4_000  # bytes
MAX_HEADER = 1 << 23  # bytes of the names and shapes before the tensors of a safetensors file
MAX_OBJECTS = 2_000  # of a picture
MAX_TRIALS, MAX_AGENTS = 100_000, 1_000  # of a data set that is drawn here
DEEPEST = 32  # groups within groups
# What is raised where a file that could be read holds other things than it should.
MISFITS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def room_for(size: int) -> int:
    """How many bytes a file of `size` bytes may unpack to.

    Examples
    --------
    >>> room_for(10) == FLOOR, room_for(10**7)
    (True, 2000000000)
    """
    return max(FLOOR, RATIO * size)


def check_room(path: str | Path, unpacked: int, size: int, *, room: int | None = None) -> None:
    """Refuse a file that unpacks to more than it may.

    Raises
    ------
    DataError
        More than `room`, by default `room_for(size)`.
    """
    room = room_for(size) if room is None else room
    if unpacked > room:
        raise DataError(
            f"{path} has {size:,} bytes and asks for more than {room:,} when unpacked, which no file of gaze "
            f"data needs: it is damaged, or made to fill the memory; fetch it again from its source"
        )


def check_count(what: str, count: float, most: int, then: str) -> None:
    """Refuse what there is too much of.

    Parameters
    ----------
    what : str
        What is counted, beginning with the file.
    count, most : int
        How many there are, and may be.
    then : str
        What to do.

    Raises
    ------
    DataError
        More than there may be.

    Examples
    --------
    >>> check_count("boxes.csv has boxes", 50_000, MAX_OBJECTS, "leave some out")
    Traceback (most recent call last):
    gazekit.DataError: boxes.csv has boxes: 50,000, and at most 2,000 are read; leave some out
    """
    if count > most:
        raise DataError(f"{what}: {count:,}, and at most {most:,} are read; {then}")


class BoundedFile(io.BufferedReader):
    """A file, read as bytes, that asks for no more memory than it has bytes, however much a header says is to be read.

    Examples
    --------
    >>> with BoundedFile(__file__) as file:
    ...     len(file.read(10**15)) < 10**6
    True
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(io.FileIO(path))
        self._size = Path(path).stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes; all that are left for None or a negative number."""
        return super().read(-1 if size is None or size < 0 else min(size, self._size))


def check_each_once(files: Sequence[str | Path]) -> None:
    """Check that no file is named twice: all that it holds would count twice.

    Parameters
    ----------
    files : sequence of path
        Files that are read as one; links are followed.

    Raises
    ------
    DataError
        One of them is the same as one before.

    Examples
    --------
    >>> check_each_once(["a.csv", "b.csv"])
    """
    seen: dict[Path, str | Path] = {}
    for file in files:
        real = Path(file).resolve()
        if real in seen:
            also = "" if str(seen[real]) == str(file) else f", also as {seen[real]}"
            raise DataError(f"{file} is given twice{also}: what it holds would count twice; name it once")
        seen[real] = file


def parse_json(content: bytes | str) -> Any:
    """Parse JSON; whatever is wrong with it (bytes, nesting, numbers without end) is a `json.JSONDecodeError`.

    Examples
    --------
    >>> parse_json("[" * 100_000)
    Traceback (most recent call last):
    json.decoder.JSONDecodeError: nested too deeply: line 1 column 1 (char 0)
    """
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", "", 0) from None
    except ValueError as error:  # not UTF-8, or a number of thousands of digits
        raise json.JSONDecodeError(str(error).partition(";")[0], "", 0) from None


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    DataError
        It is not there, or is no JSON.
    """
    try:
        return parse_json(read_whole(path))
    except json.JSONDecodeError as error:
        raise DataError(f"{path} is not JSON ({error}); it may be cut short: copy it again") from None


def parse_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is no TOML: whatever is wrong (bytes, nesting, numbers without end), or it is longer than it may be.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (file := Path(folder, "a.toml")).write_text(".".join("a" * 40_000) + " = 1")
    ...     parse_toml(file)
    Traceback (most recent call last):
    ValueError: a line of more than 4,000 bytes
    """
    content = Path(path).read_bytes()
    if len(content) > MAX_TOML:
        raise ValueError(f"it has more than {MAX_TOML:,} bytes")
    if max(map(len, content.splitlines()), default=0) > MAX_TOML_LINE:  # a key of many parts takes their square
        raise ValueError(f"a line of more than {MAX_TOML_LINE:,} bytes")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def check_safetensors(path: str | Path) -> None:
    """Refuse a safetensors file whose names and shapes take more than they may: each takes many times that in memory.

    Raises
    ------
    DataError
        It begins with a longer list than `MAX_HEADER`. What else is wrong with it is its reader's to say.
    """
    with Path(path).open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length <= Path(path).stat().st_size:
        check_count(f"{path} has bytes before its tensors", length, MAX_HEADER, "fetch it again from its source")


def unpack_gzip(path: str | Path) -> bytes:
    """Read the text in a gzip file, one member or several.

    Raises
    ------
    DataError
        Not there, not gzip, cut short, or it unpacks to more than it may.
    """
    packed = read_whole(path)
    pieces, unpacked = [], 0
    with (
        decoding(f"{path} cannot be decompressed", "it may be cut short: copy it again"),
        gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream,
    ):
        while piece := stream.read(BLOCK):
            pieces.append(piece)
            unpacked += len(piece)
            check_room(path, unpacked, len(packed), room=max(TEXT_FLOOR, TEXT_RATIO * len(packed)))
    return b"".join(pieces)


def read_csv_text(path: str | Path) -> str:
    r"""Read the text of a CSV file, `.gz` decompressed, before anything makes a table of it.

    Raises
    ------
    DataError
        Not there; neither UTF-8 text nor UTF-16 with a byte order mark; empty; a line or a number of columns that no
        table of gaze has.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (file := Path(folder, "a.csv")).write_bytes(b"\xef\xbb\xbfx,y\n")
    ...     read_csv_text(file)
    7
    'x,y\n'
    """
    content = unpack_gzip(path) if str(path).lower().endswith(".gz") else read_whole(path)
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # what Excel calls Unicode text
    with refusing(UnicodeDecodeError, lambda _: no_utf8(path)):
        text = content.decode("utf-16" if wide else "utf-8-sig")
    if "\0" in text:
        raise no_utf8(path, ": it holds zero bytes")
    _check_lines(path, text.encode() if wide else content)
    if "\n" not in text:  # line ends of old Macs
        text = text.replace("\r", "\n")
    start = len(text) - len(text.lstrip())
    header = text[start : text.find("\n", start) % (len(text) + 1)]
    if not header:
        raise DataError(f"{path} is empty: there is no table in it")
    check_count(f"{path} has columns", 1 + max(map(header.count, ",;\t")), MAX_COLUMNS, "check its separators")
    return text


def no_utf8(path: str | Path, why: str = "") -> DataError:
    """The error of a file that is not UTF-8 text; why may say what it holds."""
    return DataError(f"{path} is not UTF-8 text{why}; save it as CSV with the encoding UTF-8")


def _check_lines(path: str | Path, content: bytes) -> None:
    if _longest(content) < MAX_FIELDS:  # a shorter line has no more fields
        return
    lines = content.splitlines()
    longest = max(map(len, lines), default=0)
    if longest > MAX_LINE:
        raise DataError(
            f"{path}, line {[len(line) for line in lines].index(longest) + 1}, has more than {MAX_LINE:,} bytes, so it "
            f"is no table of gaze; check its line ends"
        )
    fields = [1 + sum(map(line.count, (b",", b";", b"\t"))) for line in lines]
    check_count(
        f"{path}, line {fields.index(max(fields)) + 1}, has fields", max(fields), MAX_FIELDS, "check its separators"
    )


def _longest(content: bytes) -> int:
    """Bytes of the longest line as newlines end them; other line ends make lines shorter."""
    import numpy as np  # here, as commands that only tell something need this file

    before, longest = -1, 0  # where the line before ended
    for start in range(0, len(content), BLOCK):
        block = np.frombuffer(content, np.uint8, min(BLOCK, len(content) - start), start)
        ends = start + np.flatnonzero(block == _END)
        if len(ends):
            longest = max(longest, int(np.diff(ends, prepend=before).max()) - 1)
            before = int(ends[-1])
    return max(longest, len(content) - before - 1)


def decoding(what: str, then: str) -> AbstractContextManager[None]:
    """Say in one sentence that a library cannot read some bytes; libraries raise many kinds of errors for one fact.

    Parameters
    ----------
    what : str
        That it cannot be read, beginning with the file.
    then : str
        What to do.

    Raises
    ------
    DataError
        Whatever is raised inside, but for errors that are a `GazekitError` already.

    Examples
    --------
    >>> with decoding("a.csv cannot be read as a table", "check its separators"):
    ...     raise ValueError("no columns")
    Traceback (most recent call last):
    gazekit.DataError: a.csv cannot be read as a table (no columns); check its separators
    """
    return refusing(Exception, lambda error: DataError(f"{what} ({first_line(error)}); {then}"))


def reading(what: str | Path, then: str) -> AbstractContextManager[None]:
    """Say in one sentence that a file that could be read does not hold what it should.

    Parameters
    ----------
    what : str or path
        The file, or the folder.
    then : str
        What to do.

    Raises
    ------
    DataError
        Whatever goes wrong inside: a key that is not there, a value of another kind. Errors that are a `GazekitError`
        already pass as they are.

    Examples
    --------
    >>> with reading("a.json", "take it from its source again"):
    ...     {}["paths"]
    Traceback (most recent call last):
    gazekit.DataError: a.json does not hold what it should (KeyError: 'paths'); take it from its source again
    """

    def say(error: Exception) -> DataError:
        return DataError(f"{what} does not hold what it should ({type(error).__name__}: {first_line(error)}); {then}")

    return refusing(MISFITS, say)


def check_name(name: str, where: str) -> str:
    """Return the relative name of a file, if it stays in the folder that it is relative to.

    Raises
    ------
    DataError
        An absolute name, one with "..", a backslash, a colon or a control character, or a part that begins with a dot.

    Examples
    --------
    >>> check_name("images/one two.jpg", "the list")
    'images/one two.jpg'
    >>> check_name("../a.jpg", "the list")
    Traceback (most recent call last):
    gazekit.DataError: the list names the file '../a.jpg', which is not a plain name within a folder; ...
    """
    parts = PurePosixPath(name).parts
    plain = bool(parts) and not any(part.startswith((".", "/")) for part in parts) and name.isprintable()
    if not plain or "\\" in name or ":" in name:
        raise DataError(
            f"{where} names the file {name[:80]!r}, which is not a plain name within a folder; nothing was read or "
            f"written: take the list from its source again"
        )
    return name


def printable(text: str) -> str:
    r"""A text without what a terminal obeys: control characters are written as escapes, line ends stay.

    Examples
    --------
    >>> printable("a\x1b[2Jb\nc")
    'a\\x1b[2Jb\nc'
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def first_line(error: BaseException) -> str:
    """The first line of an error's text, shortened; what kind of error it is where it has no text."""
    lines = str(error).splitlines()
    return lines[0][:200].rstrip(".") if lines and lines[0] else type(error).__name__
