"""Raw samples of an export, read in pieces: of each trial the fixations are kept, so memory is that of one trial."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.files.delimited import EMPTY, Delimited, header_of, read_pieces
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import MS, PLACED, numbers
from gazekit.interchange.formats import read_rows
from gazekit.interchange.recordings.detection import CHANGES, FEWEST, Detection, detect, sampling_interval
from gazekit.interchange.recordings.recording import (
    DETAILS,
    OTHER_EYE,
    Column,
    Format,
    Notes,
    Samples,
    their_name,
    unit_of,
    whose,
    yes,
)
from gazekit.interchange.rows import where_rows
from gazekit.interchange.space import Space

TEXT = (".csv", ".tsv", ".txt", ".gz")
BRIEF = f"trial of fewer than {FEWEST} samples (left out)"
NO_IMAGE = "sample of no image (left out)"
OTHER_ROWS = "row that is no sample of the eye tracker (left out)"
_RATES = (15.0, 2200.0)  # samples per second of eye trackers: they say the unit of a clock that has none
_KEYS = ("subject", "trial", "stimulus")
_MISSING = (*EMPTY, "-", "n/a")
_FRAME = ("width", "height")  # of the shown image
_ONE_VALUE = {"distance_mm": "--distance-mm", "px_per_degree": "--data-set px_per_degree="}  # for all of a file
# What is read of samples, under our names; x and y of both eyes where a row has both.
_POINT = ("time", "x", "y", "x_left", "y_left", "x_right", "y_right", "valid", "eye", "of")
DETECTED = (
    *(Column(name, (name,)) for name in (*_KEYS, *PLACED, *_FRAME, "distance_mm", "x", "y")),
    Column("duration_ms", ("duration",)),
    Column("onset_ms", ("start",)),
)


TABLE_SAMPLES = Samples(
    columns=(
        Column("time", ("time", "timestamp", "t", "time_ms", "timestamp_ms", "time_s", "time_us"), "by rate"),
        Column("x", ("x", "gaze_x", "x_coordinate", "pixel_x", "x_px")),
        Column("y", ("y", "gaze_y", "y_coordinate", "pixel_y", "y_px")),
        Column("x_left", ("x_left", "left_x", "gaze_left_x")),
        Column("y_left", ("y_left", "left_y", "gaze_left_y")),
        Column("x_right", ("x_right", "right_x", "gaze_right_x")),
        Column("y_right", ("y_right", "right_y", "gaze_right_y")),
        Column("eye", ("eye",)),
        Column("valid", ("valid", "validity")),
        Column("subject", ("subject", "subject_id", "participant", "participant_id")),
        Column("trial", ("trial", "trial_id")),
        Column("stimulus", ("stimulus", "image", "stim_file", "picture", "filename")),
        *(Column(name, (name,)) for name in (*PLACED, *_FRAME)),
    )
)


def detected(
    path: Path,
    kind: Format,
    samples: Samples,
    how: Detection,
    notes: Notes,
    *,
    columns: Mapping[str, str | None] | None = None,
    where: str | None = None,
    sep: str | None = None,
    decimal: str | None = None,
    eye: str | None = None,
    space: Space | None = None,
    px_per_degree: float | None = None,
) -> Delimited:
    """Find the fixations of every trial of a file of samples.

    Parameters
    ----------
    path, kind, samples, how, notes
        The file, what it is, what its samples are called, the rule, and where is noted what was left out.
    columns, where, sep, decimal, eye
        As in `read_files`.
    space, px_per_degree
        Of the positions, by which they become degrees; `kind` and the file may say a part of the space.

    Returns
    -------
    Delimited
        A row per fixation under the names of `DETECTED`: the mean position of its samples in the unit of the file, ms.

    Raises
    ------
    DataError
        No degrees can be made; a column is not there; both eyes, and nobody said which; a clock that stands or goes
        back, rates that differ; no fixation at all.
    """
    if samples.rows:
        read = _chosen(samples.rows(path, notes), where, path, notes)
    else:
        read = _table(path, samples, columns, where, sep, decimal, notes)
    rows: list[pd.DataFrame] = []
    rates: dict[str, float] = {}
    seen: Counter[str] = Counter()
    number, n = count(1), 0
    for piece in _pieces(_one_eye(read, eye, notes), notes):
        n += len(piece)
        first = piece.iloc[0]
        called = ", ".join(f"{name} {str(first[name])!r}" for name in _KEYS if name in piece) or "its samples"
        if len(piece) < FEWEST:
            seen[BRIEF] += 1
            continue
        with naming(f"{path}, {called}"):
            time, x, y = (piece[name].to_numpy(float) for name in ("time", "x", "y"))
            rates[called] = 1000 / sampling_interval(time)
            if max(rates.values()) > CHANGES * min(rates.values()):
                one, other = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
                raise DataError(
                    f"rates differ, {rates[one]:.4g} samples per second ({one}) and {rates[other]:.4g} ({other}); read "
                    f"the trials of each rate alone, by a condition on their rows (where=, --where)"
                )
            rates = {one: rates[one] for one in (min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__))}
            found = detect(time, *_degrees(x, y, kind, notes, space, px_per_degree), how)
        seen.update(found.counts)
        constants = {name: first[name] for name in piece if name not in _POINT}
        if pd.isna(constants.get("trial")):
            constants["trial"] = f"unnumbered {next(number)}"
        centres = [_means(values, found.first, found.last) for values in (x, y)]
        rows.append(
            pd.DataFrame({"x": centres[0], "y": centres[1], "start": found.onset, "duration": found.duration}).assign(
                **constants
            )
        )
    table = pd.concat([part for part in rows if len(part)] or [pd.DataFrame()], ignore_index=True)
    notes.dropped.update(seen)
    if not len(table):
        said = ", ".join(f"{k} x {reason}" for reason, k in seen.items()) or "nothing was left out"
        raise DataError(
            f"{path}: no fixation in {n:,} samples by {how.rule} ({said}); look at its columns of x and y, at the size "
            f"and distance of the screen, and at the thresholds (detect=, --detect {how.rule}:OPTION=VALUE)"
        )
    rate = float(np.median(list(rates.values())))
    notes.dropped[f"sample at {rate:.4g} per second (no point itself; fixations were made of them)"] = n
    return Delimited(table, {})


def as_detected(kind: Format) -> Format:
    """The same export once its fixations were detected here: its facts about columns no longer hold."""
    return replace(kind, columns=DETECTED, prepare=None, missing=(), samples=None, title=f"{kind.title}, samples")


# ---------------------------------------------------------------- inside


def _means(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    total, known = (np.concatenate([[0.0], np.cumsum(v)]) for v in (np.nan_to_num(values), np.isfinite(values)))
    return (total[last + 1] - total[first]) / (known[last + 1] - known[first])


def _degrees(
    x: np.ndarray, y: np.ndarray, kind: Format, notes: Notes, said: Space | None, px_per_degree: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Positions in degrees: from the middle of a screen of known size and distance, or by px per degree."""
    known = {**kind.space, **notes.space, **({} if said is None else said.told())}
    space = Space(**{name: value for name, value in known.items() if name not in ("placed", "offset_x", "offset_y")})
    lacks = "size and distance of the screen (--screen 1920x1080 --screen-mm 531x299 --distance-mm 600)"
    if space.screen_width and space.screen_height:
        whole = (space.screen_width, space.screen_height)
        x, y = space.to_image(x, y, *whole)
        if space.screen_width_mm and space.distance_mm:
            mm = space.screen_width_mm / space.screen_width
            around = ((x - whole[0] / 2) * mm, (y - whole[1] / 2) * mm)
            return tuple(np.degrees(np.arctan2(v, space.distance_mm)) for v in around)  # type: ignore[return-value]
    elif space.position_unit != "px" or notes.positions == "screen":
        raise DataError(f"speeds of gaze need degrees: say {lacks}")
    placed = known.get("placed")
    if px_per_degree is None or placed == "fit" or (isinstance(placed, tuple) and len(placed) == len(PLACED)):
        raise DataError(
            f"speeds of gaze need degrees: say {lacks}, or px per degree, where the image was shown in its own size "
            f"(px_per_degree=, --data-set px_per_degree=35)"
        )
    return x / px_per_degree, y / px_per_degree


def _one_eye(read: Iterator[pd.DataFrame], eye: str | None, notes: Notes) -> Iterator[pd.DataFrame]:
    """X and y of one eye, in tables of rows of both, or with columns of both."""
    if eye not in (None, "left", "right"):
        raise DataError(f"eye must be 'left' or 'right', not {eye!r}")
    for rows in read:
        eyes = [side for side in ("left", "right") if f"x_{side}" in rows]
        if eyes and ("x" not in rows or len(eyes) > 1):
            if eye is None and "x" not in rows and len(eyes) > 1:
                apart = np.hypot(rows["x_left"] - rows["x_right"], rows["y_left"] - rows["y_right"]).median()
                raise DataError(
                    f"{notes.path} has samples of both eyes, {apart:.3g} apart in the unit of the file (median); say "
                    f"which eye is read, eye='left' or eye='right' (--eye right)"
                )
            side = eye or eyes[0]
            if side not in eyes:  # a part of the recording is of one eye only
                notes.leave_out(len(rows), OTHER_EYE.replace("fixation", "sample"))
                continue
            if eye is not None or "x" not in rows:
                rows = rows.assign(x=rows[f"x_{side}"], y=rows[f"y_{side}"])
        elif "eye" in rows:
            of = rows["eye"].astype("str").str.strip().str.lower().str[:1]
            if eye is None and len(set(of)) > 1:
                raise DataError(
                    f"{notes.path} has samples of both eyes, a row each; say which is read, eye='left' or eye='right' "
                    f"(--eye right)"
                )
            rows = rows[of == eye[:1]] if eye else rows
        elif eye is not None:
            raise DataError(f"{notes.path} does not say which eye a sample is of, so eye={eye!r} cannot be read")
        yield rows


def _pieces(read: Iterator[pd.DataFrame], notes: Notes) -> Iterator[pd.DataFrame]:
    """One trial at a time: rows that follow each other with the same person, trial and image.

    Rows of no image end it, but for one or two, as a message may be.
    """
    kept: list[pd.DataFrame] = []
    without = 0
    for rows in read:
        keys = [name for name in _KEYS if name in rows]
        if not len(rows):
            continue
        shown = rows["stimulus"].fillna("").astype("str").ne("").to_numpy() if "stimulus" in rows else None
        codes = [pd.factorize(rows[name])[0] for name in keys]
        edge = np.any([np.diff(code) != 0 for code in codes], axis=0) if codes else np.zeros(0, bool)
        bounds = [0, *map(int, np.flatnonzero(edge) + 1), len(rows)]
        for a, b in pairwise(bounds):
            part = rows.iloc[a:b]
            if shown is not None and not shown[a]:
                notes.leave_out(b - a, NO_IMAGE)
                without += b - a
                continue
            if kept and (without >= FEWEST or not kept[-1][keys].iloc[0].equals(part[keys].iloc[0])):
                yield pd.concat(kept, ignore_index=True)
                kept = []
            kept.append(part)
            without = 0
    if kept:
        yield pd.concat(kept, ignore_index=True)


def _table(
    path: Path,
    samples: Samples,
    said: Mapping[str, str | None] | None,
    where: str | None,
    sep: str | None,
    decimal: str | None,
    notes: Notes,
) -> Iterator[pd.DataFrame]:
    """Pieces of a table under our names, numbers in ms and in the unit of positions."""
    told = {ours: theirs for ours, theirs in (said or {}).items() if theirs}
    factor, first = None, True
    for rows in _chosen(_blocks(path, samples, told, sep, decimal, notes), where, path, notes):
        if own := next((name for name in _ONE_VALUE if name in rows), None):
            raise DataError(
                f"{path} has a column {own!r}, and thresholds in degrees are made with one value for all samples of "
                f"a file; take the column out and give the value ({_ONE_VALUE[own]}), for each part alone where it "
                f"differs"
            )
        found, used = pd.DataFrame(index=rows.index), set()
        for column in samples.columns:
            theirs = told.get(column.ours) or their_name(rows, column.theirs)
            if theirs is None or theirs in used:
                continue
            if theirs not in rows:
                raise DataError(
                    f"{path} has no column {theirs!r}; its columns are: {', '.join(map(str, rows.columns))}"
                )
            used.add(theirs)
            text = column.ours in (*_KEYS, "eye", "valid", "of")
            with naming(path):
                found[column.ours] = rows[theirs] if text else numbers(rows[theirs])
            if column.ours == "time":
                factor = factor or _to_ms(found["time"].to_numpy(), unit_of(theirs, column.unit), theirs, path)
                found["time"] *= factor or 1.0
        lacks = next((n for n in ("time", "x", "y") if n not in found and f"{n}_left" not in found), None)
        if lacks is not None:
            raise DataError(
                f"{path} has no column that can be {lacks!r} of samples; name it, columns={{{lacks!r}: ...}} "
                f"(--columns {lacks}=COLUMN); its columns are: {', '.join(map(str, rows.columns))}"
            )
        if first:
            notes.leave_out(len([name for name in rows if name not in used]), DETAILS)
        first = False
        yield _usable(found, samples, notes)


def _chosen(read: Iterator[pd.DataFrame], where: str | None, path: Path, notes: Notes) -> Iterator[pd.DataFrame]:
    """The rows that `where` asks for; those left out are counted."""
    if where is None:
        yield from read
        return
    dropped, any_row = 0, False
    for rows in read:
        kept = where_rows(Delimited(rows, {}), where, path, may_be_empty=True)
        dropped += sum(kept.dropped.values())
        any_row = any_row or bool(len(kept.table))
        yield kept.table
    if not any_row:
        raise DataError(f"{path} has no row for which where={where!r} holds")
    notes.leave_out(dropped, f'row for which "{where}" does not hold (left out)')


def _usable(rows: pd.DataFrame, samples: Samples, notes: Notes) -> pd.DataFrame:
    """Rows of the eye tracker, lost where they are not valid; the size of the screen goes to the notes."""
    if "of" in rows:
        rows = notes.only(rows, rows["of"] == samples.of, OTHER_ROWS)
    if "screen_width" in rows:
        for width, height in rows[["screen_width", "screen_height"]].dropna().drop_duplicates().itertuples(index=False):
            notes.screen(width, height)
        rows = rows.drop(columns=["screen_width", "screen_height"])
    if "valid" in rows:
        good = yes(rows["valid"])
        rows = rows.assign(x=rows["x"].where(good), y=rows["y"].where(good))
    return rows


def _to_ms(time: np.ndarray, unit: str, name: str, path: Path) -> float | None:
    """By what a clock is multiplied; one without a unit is in the unit in which its rate is that of an eye tracker.

    None: too few rows to say.
    """
    if unit in MS:
        return MS[unit]
    if len(time) < FEWEST:
        return None
    step = abs(float(np.nanmedian(np.diff(time))))
    for factor in MS.values():
        if step and _RATES[0] <= 1000 / (step * factor) <= _RATES[1]:
            return factor
    raise DataError(
        f"{path}: column {name!r} rises by {step:g} from sample to sample, which is no rate of an eye tracker in s, "
        f"ms, us or ns; name the column of times, columns={{'time': ...}} (--columns time=COLUMN)"
    )


def _blocks(
    path: Path, samples: Samples, told: Mapping[str, str], sep: str | None, decimal: str | None, notes: Notes
) -> Iterator[pd.DataFrame]:
    """A table, a piece of a text at a time."""
    if not path.name.lower().endswith(TEXT):
        yield read_rows(path, sep=sep, decimal=decimal).table
        return
    header = [name for name in header_of(path, sep) if name]
    empty = pd.DataFrame(columns=header)
    texts = {told.get(c.ours) or their_name(empty, c.theirs) for c in samples.columns if c.ours in (*_KEYS, "eye")}
    people = whose(empty, samples.columns, told)
    for piece in read_pieces(
        path,
        sep=sep,
        decimal=decimal or ".",
        is_text=lambda name: name in texts,
        missing=lambda name: [text for text in _MISSING if name != people or not text.isalpha()],
    ):
        notes.dropped.update(piece.dropped)
        yield piece.table[header]
