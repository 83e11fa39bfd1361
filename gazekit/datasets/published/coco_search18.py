"""COCO-Search18 and COCO-FreeView: search for one of 18 objects in photographs, and free viewing of them, 10 people.

Chen et al. 2021, 2022.
"""

from pathlib import Path
from typing import Any

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError
from gazekit.interchange.coco_search18 import SIZE, read_records, records_to_scanpaths

NEEDED = ("name", "subject", "X", "Y", "T")
NO_TASK = ("", "none", "freeview", "free-viewing")
# Two repositories hand out a copy of the fixations in px of this size, which they say in the file's name.
SMALL, SMALL_NAME = (512, 320), "512x320"
SCALED = f"trials of a {SMALL[0]} x {SMALL[1]} copy (scaled to {SIZE[0]} x {SIZE[1]})"
COPIES = f"trials of a {SMALL[0]} x {SMALL[1]} copy that are there in full size (left out)"


def load(folder: PublishedFolder, *, correct_only: bool = False, images: str | Path | None = None) -> Dataset:
    """Read any of the official fixation files.

    Parameters
    ----------
    folder : PublishedFolder
        With official files named `*fixations*.json` (target present or absent, free viewing, any split), subfolders
        included. Files with `512x320` in their name hold positions of that size and are scaled; trials that are there
        in full size as well are left out and counted.
    correct_only : bool
        Leave out the trials that people answered wrongly.
    images : path, optional
        Folder with `<task>/<name>`, for free viewing `<name>`; default `images` in the data set's folder.

    Returns
    -------
    Dataset
        A trial per object and image (id `task/name`), `task` the object; target boxes where the target is present. Free
        viewing has a trial per image and no task. Scanpaths (x, y) px of 1680 x 1050, durations in ms, the forced
        central first fixation included. The table adds `condition`, `correct`, `split` and `reaction_time_ms` (NaN
        where the file has none).

    Raises
    ------
    DataError
        No such file, or one that is truncated or of another structure; two different paths of one person and trial.
    """
    files = sorted(p for p in folder.root.rglob("*.json") if "fixations" in p.name.lower())
    if not files:
        raise folder.absent("there is no *fixations*.json")
    pictures = folder.root / "images" if images is None else Path(images)
    trials: dict[str, Trial] = {}
    seen: dict[tuple[str, ...], tuple[Path, dict[str, Any]]] = {}
    kept = []
    for file in sorted(files, key=lambda p: (SMALL_NAME in p.name, p)):  # those in full size first
        for k, record in enumerate(read_records(file, NEEDED)):
            with folder.structure(file, f"record {k} (from 0): "):
                if SMALL_NAME in file.name:
                    record = _full_size(record)
                row = _row(record)
                trial = "/".join(filter(None, (row["task"], row["name"])))
                key = (trial, row["subject"])  # an image of an object's search has the object, or not
                if key in seen:
                    _refuse_another(seen[key], file, row, key, k)
                    copy = SMALL_NAME in file.name
                    folder.counts[COPIES if copy else "trials that are in several files (read once)"] += 1
                    continue
                seen[key] = (file, row)
                if correct_only and not row["correct"]:
                    folder.counts["trials answered wrongly (left out)"] += 1
                    continue
                folder.counts[SCALED] += SMALL_NAME in file.name
                kept.append(row)
                if trial not in trials or trials[trial].target_box is None:
                    trials[trial] = _trial(folder, record, row, trial, pictures)
    if not kept:
        raise DataError(f"{folder.root} has no trial to read: the files {', '.join(f.name for f in files)} are empty")
    options = {"facts": folder.card.facts, "px_per_degree": folder.px_per_degree, "missing": "keep"}
    paths = records_to_scanpaths(kept, SIZE, str(folder.root), **options)
    folder.trials += trials.values()
    return folder.dataset(paths)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    task, subject = str(record.get("task") or ""), record["subject"]
    number = isinstance(subject, int | float) or str(subject).isdecimal()
    return {
        "name": str(record["name"]),
        "subject": f"{int(subject):02d}" if number else str(subject),
        "task": "" if task.lower() in NO_TASK else task,
        "condition": str(record.get("condition", "")),
        "correct": bool(record.get("correct", True)),
        "split": str(record.get("split", "")),
        "reaction_time_ms": float(record.get("RT", "nan")),
        **{column: record[column] for column in ("X", "Y", "T")},
    }


def _full_size(record: dict[str, Any]) -> dict[str, Any]:
    across, down = (full / small for full, small in zip(SIZE, SMALL, strict=True))
    sides = zip(record.get("bbox") or (), (across, down, across, down), strict=False)
    return {
        **record,
        "X": [x * across for x in record["X"]],
        "Y": [y * down for y in record["Y"]],
        "bbox": [side * by for side, by in sides],
    }


def _refuse_another(
    first: tuple[Path, dict[str, Any]], file: Path, row: dict[str, Any], key: tuple[str, ...], k: int
) -> None:
    """Refuse a second path of one person and trial, unless it is the first again or a small copy of it."""
    before, known = first
    if SMALL_NAME in file.name and SMALL_NAME not in before.name:
        return
    if (row["X"], row["Y"]) != (known["X"], known["Y"]):
        raise DataError(
            f"{file}, record {k} (from 0): subject {key[1]} has another path in trial {key[0]!r} than in {before} "
            f"({len(row['X'])} and {len(known['X'])} fixations): one person sees a trial once, so the folder holds "
            f"two copies of the data in two forms; keep one of them there"
        )


def _trial(folder: PublishedFolder, record: dict[str, Any], row: dict[str, Any], trial_id: str, images: Path) -> Trial:
    name, task, bbox = row["name"], row["task"], record.get("bbox")
    box = None
    if bbox and record.get("condition", "present") == "present":
        x, y, width, height = (float(v) for v in bbox)
        box = Box(x, y, x + width, y + height)
    frame = folder.frame(*SIZE)
    below = [check_name(part, "the data set") for part in (task, name) if part]  # one by one: `/etc` joined is below
    return Trial(
        trial_id,
        name,
        frame,
        image_source=images.joinpath(*below),
        task=task or None,
        target_box=box,
        start=frame.centre,
    )
