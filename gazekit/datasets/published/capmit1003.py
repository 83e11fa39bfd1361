"""CapMIT1003: clicks on blurred photographs of MIT1003 and the captions that people then wrote (Zanca et al. 2023).

The database is read without changing it, and every row that cannot be used is counted. Tables and columns as
documented: captions (obs_uid, usr_uid, img_uid, start_time, caption), images (img_uid, img_path), clicks (click_id,
obs_uid, x, y, click_time).
"""

import math
import sqlite3
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.completeness import Expectation, FolderReport
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.stimuli import find_images, image_sizes, natural_order, stimulus_name
from gazekit.files.untrusted import check_room
from gazekit.foundations.errors import DataError

FILE = "capmit1003.db"
COLUMNS = {
    "captions": ("obs_uid", "usr_uid", "img_uid", "start_time", "caption"),
    "images": ("img_uid", "img_path"),
    "clicks": ("click_id", "obs_uid", "x", "y", "click_time"),
}
LONGEST = 10**6  # bytes of one value
ROW = 100  # bytes that a row takes here beside its texts
WAIT = 1.0  # seconds to wait for another program that holds the database
OBSERVATIONS = 3848  # examples of the published set
SHORTEST = 3  # characters of a caption
TASK = "captioning"


def read_database(folder: PublishedFolder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read observations and clicks.

    Parameters
    ----------
    folder : PublishedFolder
        With the database; its `counts` are told what cannot be used.

    Returns
    -------
    observations : DataFrame
        obs_uid, usr_uid, start_time, caption, img_path (str, "" where the database has none), each obs_uid once, in the
        order of the table.
    clicks : DataFrame
        obs_uid (str), click_id (int), x, y (float, px), click_time (str), in the order of `click_id`.

    Raises
    ------
    DataError
        Not a database, in use by another program, empty, of another schema, or with views in the place of tables.
    """
    tables = _tables(folder, folder.file(FILE))
    observations = _observations(tables["captions"], tables["images"], folder.counts)
    return observations, _clicks(tables["clicks"], set(observations["obs_uid"]), folder.counts)


def _tables(folder: PublishedFolder, file: Path) -> dict[str, list[tuple[Any, ...]]]:
    if file.stat().st_size == 0:
        raise folder.unexpected(file, "it is empty")
    try:
        with closing(sqlite3.connect(_address(file), uri=True, timeout=WAIT)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            # Nothing that the file defines may write or run: triggers only fire on writing, and views are refused.
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            return {name: _rows(connection, name, folder, file) for name in COLUMNS}
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the names of columns are decoded in any case
        if isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error)):
            raise DataError(
                f"{file} is locked: another program is writing to it; close that program, or read a copy of the file"
            ) from error
        raise folder.unreadable(file, error) from error
    except MemoryError:  # what SQLite says of some damaged files, without having asked for much
        raise folder.unreadable(file, ValueError("SQLite asks for more memory than there can be")) from None


def _address(file: Path) -> str:
    # A database in WAL mode makes two files beside it even when it is only read. If it was closed properly there is no
    # -wal file, nobody has it open, and it may be declared immutable, which makes none.
    with file.open("rb") as stream:
        wal = stream.read(20)[18:20] == b"\x02\x02"
    quiet = wal and not file.with_name(file.name + "-wal").exists()
    return f"{file.resolve().as_uri()}?mode=ro{'&immutable=1' if quiet else ''}"


def _rows(connection: sqlite3.Connection, name: str, folder: PublishedFolder, file: Path) -> list[tuple[Any, ...]]:
    present = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
    wanted = COLUMNS[name]
    if not present:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
        found = ", ".join(row[0] for row in names) or "none"
        raise folder.unexpected(file, f"it has no table {name!r}; its tables: {found}")
    missing = [column for column in wanted if column not in present]
    if missing:
        raise folder.unexpected(
            file, f"its table {name!r} has no column {missing[0]!r}; it has {', '.join(map(str, present))}"
        )
    kinds = [row[2] for row in connection.execute(f"PRAGMA table_list({name})") if row[0] == "main"]
    if kinds != ["table"]:
        raise folder.unexpected(file, f"its {name!r} is no plain table but a {kinds[0]}, which could run anything")
    size, used, rows = file.stat().st_size, 0, []
    for row in connection.execute(f"SELECT {', '.join(wanted)} FROM {name}"):  # noqa: S608 - names of ours
        # Pages of a damaged file may be listed many times over: its tables would then have no end.
        used += ROW + sum(len(value) for value in row if isinstance(value, str | bytes))
        check_room(file, used, size)
        rows.append(row)
    return rows


def _observations(captions: list[tuple[Any, ...]], images: list[tuple[Any, ...]], counts: Counter[str]) -> pd.DataFrame:
    paths = {_text(img): Path(_text(path)).name for img, path in images if img is not None}
    found: dict[str, tuple[str, ...]] = {}
    for obs, user, img, start, caption in captions:
        if obs is None:
            counts["observations without obs_uid (left out)"] += 1
            continue
        if _text(obs) in found:
            counts["observations listed twice (the first taken)"] += 1
            continue
        if user is None:
            counts["observations without usr_uid (subject '')"] += 1
        path = "" if img is None else paths.get(_text(img), "")
        found[_text(obs)] = (_text(user), _text(start), _text(caption), path)
    columns = ["obs_uid", "usr_uid", "start_time", "caption", "img_path"]
    return pd.DataFrame([(obs, *row) for obs, row in found.items()], columns=columns, dtype="str")


def _clicks(rows: list[tuple[Any, ...]], known: set[str], counts: Counter[str]) -> pd.DataFrame:
    found: list[tuple[Any, ...]] = []
    for click, obs, x, y, time in rows:
        if obs is None or _text(obs) not in known:
            counts["clicks of no known observation (left out)"] += 1
            continue
        place = (_number(click), _number(x), _number(y))
        if None in place:
            what = "click_id" if place[0] is None else "x or y"
            counts[f"clicks whose {what} is not a number (left out)"] += 1
            continue
        found.append((_text(obs), *place, _text(time)))
    found.sort(key=lambda row: row[1])
    return pd.DataFrame(found, columns=["obs_uid", "click_id", "x", "y", "click_time"])


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, int):  # not through float: identifiers beyond 2 ** 53 keep their order
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def load(
    folder: PublishedFolder,
    *,
    mit1003_root: str | Path | None = None,
    min_caption: int = SHORTEST,
) -> Dataset:
    """Read CapMIT1003.

    Parameters
    ----------
    folder : PublishedFolder
        With `capmit1003.db`, which is opened read-only; nothing is written beside it.
    mit1003_root : path, optional
        Folder with MIT1003's `ALLSTIMULI/`, or `image_sizes.csv` for images that are not there: the database does not
        have the sizes of the images. Default the database's folder.
    min_caption : int
        Observations whose caption has fewer characters, blanks at both ends left off, are left out.

    Returns
    -------
    Dataset
        A trial per observation (one person's caption of one image): id `obs_uid`, stimulus the image's published name,
        `caption` as it was written. One scanpath each: the clicks in the order of `click_id`, (x, y) px of the image,
        without durations; subject is `usr_uid`. They declare `points="clicks"`: metrics refuse to compare them with
        fixations. The table adds `start_time`, when the image was shown, as text.

        Another caption of the same image is another trial of the same stimulus; a caption of another image is a trial
        of another stimulus.

    Raises
    ------
    DataError
        The database is missing, in use, empty, or of another schema, no image's size is known, or nothing is left;
        the message says what to do.

    See Also
    --------
    read_database : the tables, with the time of every click.
    """
    observations, clicks = read_database(folder)
    photographs = folder.root if mit1003_root is None else Path(mit1003_root)
    if not photographs.is_dir():
        raise DataError(f"there is no folder {photographs} of MIT1003's images; check mit1003_root")
    images = find_images(photographs)
    sizes = image_sizes(folder, images, photographs)
    if not sizes:
        raise DataError(
            f"{photographs} has neither MIT1003's ALLSTIMULI/*.jpeg nor image_sizes.csv, and {FILE} does not have the "
            f"sizes of the images; give the folder of MIT1003 as mit1003_root"
        )
    clicked = dict(iter(clicks.groupby("obs_uid", sort=False)))
    for observation in _usable(observations, clicked, sizes, min_caption, folder.counts):
        stem = Path(observation.img_path).stem
        name, frame = stimulus_name(stem), folder.frame(*sizes[stem])
        folder.trials.append(
            Trial(
                observation.obs_uid,
                name,
                frame,
                image_source=images.get(stem),
                caption=observation.caption,
                task=TASK,
            )
        )
        row = {"stimulus": name, "trial": observation.obs_uid, "subject": observation.usr_uid, "task": TASK}
        points = clicked[observation.obs_uid]
        folder.add_path(points["x"], points["y"], None, frame, **row, start_time=observation.start_time)
    if not folder.trials:
        left = "; ".join(f"{count:,} {reason}" for reason, count in folder.counts.items())
        raise DataError(f"{folder.file(FILE)} has no observation that can be used: {left or 'its tables are empty'}")
    rank = {name: k for k, name in enumerate(natural_order({t.stimulus for t in folder.trials}))}
    folder.trials.sort(key=lambda trial: rank[trial.stimulus])
    absent = len({t.stimulus for t in folder.trials if t.image_source is None})
    folder.counts["images that are not in the folder (their trials have none)"] = absent
    return folder.dataset()


def check(folder: PublishedFolder, *, progress: bool = True) -> FolderReport:
    """Compare a database with what is known of the published one: observations with a caption and clicks.

    Parameters
    ----------
    folder : PublishedFolder
        With `capmit1003.db`.
    progress : bool
        Not used: it is over in a moment.

    Raises
    ------
    DataError
        See `load`.
    """
    observations, clicks = read_database(folder)
    captions = observations["caption"].str.strip().str.len() >= SHORTEST
    known = observations["img_path"] != ""
    clicked = observations["obs_uid"].isin(clicks["obs_uid"])
    found = Expectation("observations with a caption and clicks", OBSERVATIONS, int((captions & known & clicked).sum()))
    return FolderReport.of_counts("capmit1003", FILE, (found,))


def _usable(
    observations: pd.DataFrame, clicked: Container[str], sized: Container[str], min_caption: int, counts: Counter[str]
) -> Iterator[Any]:
    """Rows of `observations` with an image of known size, a caption and clicks; the others are counted, once each."""
    for row in observations.itertuples(index=False):
        caption = row.caption.strip()
        if not row.img_path:
            counts["observations of no known image (left out)"] += 1
        elif Path(row.img_path).stem not in sized:
            counts["observations of an image whose size is not known (left out)"] += 1
        elif not caption:
            counts["observations without a caption (left out)"] += 1
        elif len(caption) < min_caption:
            counts[f"observations whose caption has fewer than {min_caption} characters (left out)"] += 1
        elif row.obs_uid not in clicked:
            counts["observations without clicks (left out)"] += 1
        else:
            yield row
