"""Pictures that nobody has looked at, and what models need to know of them beside: captions, targets, objects."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.stimulus_names import IMAGE_SUFFIXES, match_names, nearest
from gazekit.core.trials import Dataset, Trial
from gazekit.files.delimited import read_delimited
from gazekit.files.formulas import unmark_formulas
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import ABOUT_TRIALS, names, numbers
from gazekit.interchange.own_data import image_files, image_frame, with_details
from gazekit.interchange.shelf_photograph import own_shelf

TEXT = ("stimulus", "trial", "caption", "task", "target")
COLUMNS = (*TEXT, *(name for name in ABOUT_TRIALS if name not in TEXT))
WITHOUT = "picture that the table of trials does not name (left out)"


def own_pictures(
    place: str | Path,
    *,
    about: str | Path | pd.DataFrame | None = None,
    boxes: str | Path | pd.DataFrame | None = None,
    caption: str | None = None,
    target: str | None = None,
) -> Dataset:
    """Make a data set of pictures that nobody has looked at: a trial each, or one per row of a table.

    Parameters
    ----------
    place : path
        A picture; or a folder, with all pictures below it. A trial is called by the path below that folder, or by the
        file's name. Pictures are read when they are used.
    about : CSV file or table, optional
        A row per trial, for models that need more than the picture. `stimulus` names the picture; the others are as
        needed: `caption`, `task`, `target` (a picture of what is sought, by its path from the table's folder; or the id
        of one of its `boxes`), `target_x0, target_y0, target_x1, target_y1` (where it is, px), `start_x, start_y` (px),
        `max_fixations`, `trial` (a name). Rows of one picture are trials `STIMULUS/1`, `STIMULUS/2`, ... Pictures
        without a row are left out and counted.
    boxes : CSV file or table, optional
        The objects of the pictures: a row each, as for `own_shelf`, with the column `stimulus`, which one picture does
        not need.
    caption, target : str, optional
        Those of every trial, where the table does not say them.

    Returns
    -------
    Dataset
        No scanpaths.

    Raises
    ------
    DataError
        It is not there, holds no picture, or one cannot be read; a table with another column, or with a picture or a
        target that is not there; whatever `own_shelf` refuses.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as here:
    ...     Image.new("RGB", (40, 30)).save(f"{here}/a.png")
    ...     data = own_pictures(here, about=pd.DataFrame({"stimulus": ["a"], "caption": ["a dog"]}))
    >>> data.trials[0].id, data.trials[0].frame.size, data.trials[0].caption
    ('a.png', (40, 30), 'a dog')
    """
    place = Path(place)
    if not place.exists():
        raise DataError(f"{place} is not there; give a picture, or a folder of pictures")
    files = image_files(place) if place.is_dir() else [place]
    if not files:
        raise DataError(f"the folder {place} holds no picture ({', '.join(IMAGE_SUFFIXES)})")
    known = {f.relative_to(place).as_posix() if place.is_dir() else f.name: f for f in files}
    dropped: Counter[str] = Counter()
    rows: list[dict[str, Any]] = [{"stimulus": name} for name in known]
    folder = Path()
    if about is not None:
        rows = _rows_about(about, known, place)
        folder = Path() if isinstance(about, pd.DataFrame) else Path(about).parent
        if without := len(known) - len({row["stimulus"] for row in rows}):
            dropped[WITHOUT] = without
    objects = {} if boxes is None else _boxes_of(boxes, known)
    seen: Counter[str] = Counter()
    several = Counter(row["stimulus"] for row in rows)
    trials = []
    for row in rows:
        name = row["stimulus"]
        seen[name] += 1
        row = {"caption": caption, "target": target, **row}
        called = row.get("trial") or (f"{name}/{seen[name]}" if several[name] > 1 else name)
        trial = Trial(called, name, image_frame(known[name]), image_source=known[name])
        if boxes is not None:
            if name not in objects:
                raise DataError(f"the table of boxes has no box of {nearest([name], objects)}; leave the picture out")
            shelf = own_shelf(known[name], objects[name], _beside(folder, row.get("target")), name=name)
            trial = replace(shelf.trials[0], id=called)
            dropped.update(shelf.dropped)
        elif row.get("target"):
            trial = replace(trial, target_source=_picture(folder, row["target"]))
        trials.append(with_details(trial, row))
    data = Dataset(place.stem, tuple(trials), Scanpaths.from_paths([], Facts(forced_first=False, points="fixations")))
    return replace(data, dropped=dict(dropped))


def with_objects(dataset: Dataset, boxes: str | Path | pd.DataFrame) -> Dataset:
    """Give the trials of a table of one's own the objects of their pictures, and what was sought among them.

    Parameters
    ----------
    dataset : Dataset
        Trials with pictures in files. Where the table of fixations has a column `target`, it says what a trial sought:
        the id of an object, or a picture's path.
    boxes : CSV file or table
        The objects of all pictures: a row each, as for `own_shelf`, with the column `stimulus`.

    Returns
    -------
    Dataset
        With `objects`, and `target`, `target_box` and `target_object` of the trials that sought one of them.

    Raises
    ------
    DataError
        A trial without a picture, or whose picture has no boxes or was shown at another size; rows of one trial that
        disagree on the target; fixations that have numbers of objects already; whatever `own_shelf` refuses.
    """
    if dataset.scanpaths.object_id is not None:
        raise DataError("the fixations have a column 'object_id', and objects are found by their boxes: leave it out")
    table = dataset.scanpaths.table
    sought: dict[str, set[str]] = {}
    if "target" in table:
        sought = {str(t): set(part) for t, part in names(table["target"], "").groupby(table["trial"], sort=False)}
    objects = _boxes_of(boxes, {name: Path(name) for name in dataset.stimuli})
    trials, dropped = [], Counter(dataset.dropped)
    for trial in dataset.trials:
        if not isinstance(trial.image_source, Path):
            raise DataError(f"trial {trial.id!r} has no picture to cut its objects from; give the folder of images")
        if trial.stimulus not in objects:
            raise DataError(f"the table of boxes has no box of {nearest([trial.stimulus], objects)}")
        targets = sought.get(trial.id, {""})
        if len(targets) > 1:
            raise DataError(f"trial {trial.id!r} has {len(targets)} values of 'target' ({', '.join(sorted(targets))})")
        shelf = own_shelf(trial.image_source, objects[trial.stimulus], next(iter(targets)) or None, name=trial.stimulus)
        one = shelf.trials[0]
        if one.frame.size != trial.frame.size:
            raise DataError(
                f"boxes are px of the picture {trial.stimulus!r} ({one.frame.width:g} x {one.frame.height:g}), which "
                f"is said to be shown at {trial.frame.width:g} x {trial.frame.height:g}: give both in px of one size"
            )
        trials.append(
            replace(
                trial,
                objects=one.objects,
                target_object=one.target_object,
                target_source=one.target_source,
                target_box=trial.target_box if one.target_box is None else one.target_box,
                task=trial.task or one.task,
            )
        )
        dropped.update(shelf.dropped)
    return replace(dataset, trials=tuple(trials), dropped=dict(dropped))


# ---------------------------------------------------------------- inside


def _table(given: str | Path | pd.DataFrame, text: tuple[str, ...]) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame):
        table = given
    else:
        table = unmark_formulas(read_delimited(given, is_text=lambda name: name.strip().lower() in text).table)
    return table.rename(columns={c: str(c).strip().lower() for c in table.columns})


def _rows_about(about: str | Path | pd.DataFrame, known: Mapping[str, Path], place: Path) -> list[dict[str, Any]]:
    """What the table says of each trial, under the names of the pictures."""
    where = "the table of trials" if isinstance(about, pd.DataFrame) else str(about)
    table = _table(about, TEXT)
    strange = [c for c in table if c not in COLUMNS]
    if strange:
        raise DataError(f"{where} has the column {strange[0]!r}; a table of trials has {', '.join(COLUMNS)}")
    if "stimulus" not in table:
        if len(known) > 1:
            raise DataError(f"{where} needs a column 'stimulus', which names the picture of each trial")
        table = table.assign(stimulus=next(iter(known)))
    if not len(table):
        raise DataError(f"{where} has no row; it needs one per trial")
    said = names(table["stimulus"])
    with naming(where):
        match = {given: found for given in said.unique() for found in match_names([given], known).values()}
        if absent := [name for name in said.unique() if name not in match]:
            raise DataError(f"there is no picture {nearest(absent, known)} in {place}")
        columns = {c: names(table[c], "") if c in TEXT else numbers(table[c]) for c in table}
    columns["stimulus"] = said.map(match)
    rows = pd.DataFrame(columns).to_dict("records")
    return [{k: v for k, v in row.items() if v != "" and v == v} for row in rows]


def _boxes_of(boxes: str | Path | pd.DataFrame, known: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """The rows of each picture."""
    table = _table(boxes, ("id", "stimulus"))
    if "stimulus" not in table:
        if len(known) > 1:
            raise DataError("boxes of several pictures need a column 'stimulus', which names the picture of each")
        return {next(iter(known)): table}
    found: dict[str, pd.DataFrame] = {}
    for said, rows in table.drop(columns="stimulus").groupby(names(table["stimulus"]), sort=False):
        of = match_names([said], known).get(said)
        if of is None:
            raise DataError(f"there are boxes of a picture that is not there, {nearest([said], known)}")
        found[of] = pd.concat([found[of], rows]) if of in found else rows
    return {name: rows.reset_index(drop=True) for name, rows in found.items()}


def _beside(folder: Path, target: str | None) -> str | None:
    """A target's picture by its path from the table's folder, where it is there; else the text."""
    return str(folder / target) if target and (folder / target).is_file() else target


def _picture(folder: Path, target: str) -> Path:
    for file in (folder / target, Path(target)):
        if file.is_file():
            image_frame(file)  # a sentence now, if it is no picture
            return file
    raise DataError(
        f"the target {target!r} is not a picture that is there; give the path of one, from the folder of the table, or "
        f"boxes of objects, whose ids are targets"
    )
