"""Write a data set as files that any program reads: a PNG per image and per target, and tables as CSV."""

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.files.formulas import mark_formulas
from gazekit.files.links import make_folder
from gazekit.files.new_folder import new_folder
from gazekit.foundations.errors import DataError
from gazekit.foundations.progress import tqdm
from gazekit.interchange.csv_files import write_csv


class Written(NamedTuple):
    """How many of each were written."""

    trials: int
    images: int
    targets: int


def write_image_folder(dataset: Dataset, folder: str | Path, *, progress: bool = True) -> Written:
    """Write the pictures and the trials of a data set into a new folder.

    | file | holds |
    | --- | --- |
    | `images/STIMULUS.png` | what was shown, once per stimulus; grey where it has no colour |
    | `targets/TRIAL.png` | picture of the thing to be found, where there is one |
    | `trials.csv` | a row per trial: file names, condition, set size, target, start, most fixations |
    | `objects.csv` | a row per object: trial, number, `x0, y0, x1, y1` (px), whether it is the target |
    | `cells.csv` | a row per cell: `layout` (a column of `trials.csv`), number, `x0, y0, x1, y1` (px) |
    | `fixations.csv` | the scanpaths, a row per fixation, where there are any |

    Tables that would be empty are left out, and so are fields that no trial has. Names become file names as they are;
    what file systems do not take is written as %XX. The folder appears whole or not at all.

    Parameters
    ----------
    dataset : Dataset
        Trials with images.
    folder : path
        Must not be there, or be empty: nothing is ever overwritten.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Written
        Counts.

    Raises
    ------
    DataError
        The folder has something in it, is a link or a file, or cannot be written; a name that cannot be a file name;
        two stimuli, or two trials, whose names give one file name.

    Examples
    --------
    >>> from gazekit import load_dataset
    >>> import tempfile
    >>> data = load_dataset("search-arrays", experiments="curvature", per_size=1)
    >>> with tempfile.TemporaryDirectory() as here:
    ...     write_image_folder(data, f"{here}/displays", progress=False)
    ...     pd.read_csv(f"{here}/displays/trials.csv")["image"][0]
    Written(trials=6, images=6, targets=6)
    'images/curvature/curve_in_lines/08/000.png'
    """
    out = Path(folder)
    images = file_names(dataset.stimuli, "images/")
    targets = file_names([trial.id for trial in dataset.trials if trial.has("target")], "targets/")
    with new_folder(out) as part:
        _write_pictures(dataset, images, targets, part, progress)
        _write_tables(dataset, images, targets, part)
    return Written(len(dataset.trials), len(images), len(targets))


def _write_pictures(
    dataset: Dataset, images: dict[str, str], targets: dict[str, str], folder: Path, progress: bool
) -> None:
    seen: set[str] = set()
    for trial in tqdm(dataset.trials, desc=f"write {dataset.name}", unit="trial", disable=not progress, leave=False):
        if trial.stimulus not in seen:
            _write_png(trial.image, folder / images[trial.stimulus])
            seen.add(trial.stimulus)
        if trial.id in targets:
            _write_png(trial.target, folder / targets[trial.id])


def _write_tables(dataset: Dataset, images: dict[str, str], targets: dict[str, str], folder: Path) -> None:
    layouts: dict[bytes, int] = {}
    rows, objects, cells = [], [], []
    for trial in dataset.trials:
        layout = None
        if trial.cells is not None:
            known = len(layouts)
            layout = layouts.setdefault(np.asarray(trial.cells, dtype=float).tobytes(), known)
            if layout == known:
                cells += [{"layout": layout, "cell": k, **_box(box)} for k, box in enumerate(trial.cells)]
        if trial.objects is not None:
            objects += [
                {"trial": trial.id, "object": k, **_box(box), "is_target": k == trial.target_object}
                for k, box in enumerate(trial.objects.boxes)
            ]
        rows.append({**_row(trial), "image": images[trial.stimulus], "target": targets.get(trial.id), "layout": layout})
    for name, content in (("trials", rows), ("objects", objects), ("cells", cells)):
        if content:
            table = pd.DataFrame(content).dropna(axis="columns", how="all")
            mark_formulas(table.convert_dtypes()).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    if len(dataset.scanpaths):
        write_csv(dataset.scanpaths, folder / "fixations.csv")


def _row(trial: Trial) -> dict[str, Any]:
    start = trial.start or (None, None)
    return {
        "trial": trial.id,
        "stimulus": trial.stimulus,
        "image": None,  # here for the order of the columns
        "target": None,
        "condition": trial.condition,
        "task": trial.task,
        "caption": trial.caption,
        "word_onsets_ms": None if trial.word_onsets is None else " ".join(f"{onset:g}" for onset in trial.word_onsets),
        "set_size": None if trial.objects is None else len(trial.objects),
        "width": trial.frame.width,
        "height": trial.frame.height,
        "px_per_degree": trial.frame.px_per_degree,
        "target_object": trial.target_object,
        **({} if trial.target_box is None else _box(trial.target_box, "target_")),
        "start_x": start[0],
        "start_y": start[1],
        "max_fixations": trial.max_fixations,
    }


def _box(box: Any, before: str = "") -> dict[str, float]:
    return {f"{before}{name}": float(value) for name, value in zip(("x0", "y0", "x1", "y1"), box, strict=True)}


def _write_png(image: np.ndarray, path: Path) -> None:
    from PIL import Image

    grey = bool((image == image[:, :, :1]).all())
    make_folder(path.parent)
    Image.fromarray(np.ascontiguousarray(image[:, :, 0]) if grey else image).save(path, format="PNG")


def file_names(names: list[str], below: str = "") -> dict[str, str]:
    """Name a PNG for each name; "/" in a name makes folders.

    Raises
    ------
    DataError
        A name that cannot be a file's; two names of one file.

    Examples
    --------
    >>> file_names(["a.jpg", "more/b?"], "images/")
    {'a.jpg': 'images/a.jpg.png', 'more/b?': 'images/more/b%3F.png'}
    """
    found: dict[str, str] = {}
    for name in names:
        if any(part in ("", ".", "..") for part in name.split("/")):
            raise DataError(f"{name!r} cannot be the name of a file; every part between '/' must be a word")
        found[name] = f"{below}{quote(name, safe='/ ,()')}.png"
    lower = pd.Series(found, dtype="str").str.lower()  # some file systems do not tell A from a
    if lower.duplicated().any():
        twice = lower[lower.duplicated(keep=False)].index[:2]
        raise DataError(f"{twice[0]!r} and {twice[1]!r} would be one file; rename one of them")
    return found
