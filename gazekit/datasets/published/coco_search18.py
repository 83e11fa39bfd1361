"""COCO-Search18: search for one of 18 objects in photographs, 10 people (Chen et al. 2021)."""

from pathlib import Path
from typing import Any

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError
from gazekit.interchange.coco_search18 import SIZE, read_records, records_to_scanpaths

NEEDED = ("name", "subject", "task", "X", "Y", "T")


def load(folder: PublishedFolder, *, correct_only: bool = False, images: str | Path | None = None) -> Dataset:
    """Read any of the official fixation files.

    Parameters
    ----------
    folder : PublishedFolder
        With official files named `*fixations*.json` (target present or absent, any split), subfolders included.
    correct_only : bool
        Leave out the trials that people answered wrongly.
    images : path, optional
        Folder with `<task>/<name>`; default `images` in the data set's folder.

    Returns
    -------
    Dataset
        A trial per object and image (id `task/name`), `task` the object; target boxes where the target is present.
        Scanpaths (x, y) px of 1680 x 1050, durations in ms, the forced central first fixation included. The table adds
        `condition`, `correct`, `split` and `reaction_time_ms` (NaN where the file has none).

    Raises
    ------
    DataError
        No such file, or one that is truncated or of another structure.
    """
    files = sorted(p for p in folder.root.rglob("*.json") if "fixations" in p.name.lower())
    if not files:
        raise folder.absent("there is no *fixations*.json")
    pictures = folder.root / "images" if images is None else Path(images)
    trials: dict[str, Trial] = {}
    seen: set[tuple[Any, ...]] = set()
    kept = []
    for file in files:
        for k, record in enumerate(read_records(file, NEEDED)):
            with folder.structure(file, f"record {k} (from 0): "):
                row, trial = _row(record), f"{record['task']}/{record['name']}"
                key = (trial, row["subject"], row["condition"], tuple(row["X"]), tuple(row["Y"]))
                if key in seen:
                    folder.counts["trials that are in several files (read once)"] += 1
                    continue
                seen.add(key)
                if correct_only and not row["correct"]:
                    folder.counts["trials answered wrongly (left out)"] += 1
                    continue
                kept.append(row)
                if trial not in trials or trials[trial].target_box is None:
                    trials[trial] = _trial(folder, record, trial, pictures)
    if not kept:
        raise DataError(f"{folder.root} has no trial to read: the files {', '.join(f.name for f in files)} are empty")
    options = {"facts": folder.card.facts, "px_per_degree": folder.px_per_degree, "missing": "keep"}
    paths = records_to_scanpaths(kept, SIZE, str(folder.root), **options)
    folder.trials += trials.values()
    return folder.dataset(paths)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": str(record["name"]),
        "subject": f"{int(record['subject']):02d}",
        "task": str(record["task"]),
        "condition": str(record.get("condition", "")),
        "correct": bool(record.get("correct", True)),
        "split": str(record.get("split", "")),
        "reaction_time_ms": float(record.get("RT", "nan")),
        **{column: record[column] for column in ("X", "Y", "T")},
    }


def _trial(folder: PublishedFolder, record: dict[str, Any], trial_id: str, images: Path) -> Trial:
    name, task, bbox = str(record["name"]), str(record["task"]), record.get("bbox")
    box = None
    if bbox and record.get("condition", "present") == "present":
        x, y, width, height = (float(v) for v in bbox)
        box = Box(x, y, x + width, y + height)
    frame = folder.frame(*SIZE)
    return Trial(
        trial_id,
        name,
        frame,
        image_source=images / check_name(task, "the data set") / check_name(name, "the data set"),
        task=task,
        target_box=box,
        start=frame.centre,
    )
