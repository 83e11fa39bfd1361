"""COCO-Search18: search for one of 18 objects in photographs, 10 people (Chen et al. 2021)."""

from collections import Counter
from pathlib import Path
from typing import Any

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.cards import read_card
from gazekit.datasets.published.assembly import Outside, PathList
from gazekit.datasets.published.published_files import need_root, read_json, unexpected
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError

SIZE = (1680, 1050)  # px of the screen; images were padded to fill it, and positions and boxes refer to it


def load(
    root: str | Path,
    *,
    correct_only: bool = False,
    images: str | Path | None = None,
    px_per_degree: float | None = None,
    outside: Outside = "keep",
) -> Dataset:
    """Read any of the official fixation files.

    Parameters
    ----------
    root : path
        Folder with official files named `*fixations*.json` (target present or absent, any split), subfolders
        included.
    correct_only : bool
        Leave out the trials that people answered wrongly.
    images : path, optional
        Folder with `<task>/<name>`; default `root/images`.
    px_per_degree : float, optional
        Pixels per degree of visual angle; the files do not say.
    outside : {"keep", "clip", "drop"}
        What to do with points outside the screen.

    Returns
    -------
    Dataset
        A trial per object and image (id `task/name`), `task` the object; target boxes where the target is
        present. Scanpaths (x, y) px of 1680 x 1050, durations in ms, the forced central first fixation
        included. The table adds `condition`, `correct`, `split` and `reaction_time_ms` (NaN where the file
        has none).

    Raises
    ------
    DataError
        No such file, or one that is truncated or of another structure.
    """
    card = read_card("coco-search18")
    root = need_root(root, card)
    files = sorted(p for p in root.rglob("*.json") if "fixations" in p.name.lower())
    if not files:
        raise DataError(
            f"{root} does not hold the data set {card.name!r}: there is no *fixations*.json; the folder "
            f"should hold "
            f"{card.layout}; {card.where}"
        )
    folder = root / "images" if images is None else Path(images)
    frame = Frame(*SIZE, px_per_degree=px_per_degree)
    trials: dict[str, Trial] = {}
    seen: set[tuple[Any, ...]] = set()
    counts: Counter[str] = Counter()
    paths = PathList()
    for file in files:
        records = read_json(file, card)
        if not isinstance(records, list):
            raise unexpected(file, card, "it is not a list of trials")
        for k, record in enumerate(records):
            try:
                row = _row(record)
                key = (row["trial"], row["subject"], row["condition"], tuple(record["X"]), tuple(record["Y"]))
                if key in seen:
                    counts["trials that are in several files (read once)"] += 1
                    continue
                seen.add(key)
                if correct_only and not row["correct"]:
                    counts["trials answered wrongly (left out)"] += 1
                    continue
                paths.add(record["X"], record["Y"], record["T"], **row)
                if row["trial"] not in trials or trials[row["trial"]].target_box is None:
                    trials[row["trial"]] = _trial(record, row["trial"], frame, folder)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise unexpected(file, card, f"trial {k}: {type(error).__name__} {error}") from error
    if not len(paths):
        raise DataError(f"{root} has no trial to read: the files {', '.join(f.name for f in files)} are empty")
    scanpaths, beyond = paths.finish(card.facts, outside=outside, px_per_degree=px_per_degree)
    return Dataset("coco-search18", tuple(trials.values()), scanpaths, card, {**counts, **beyond})


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "stimulus": str(record["name"]),
        "subject": f"{int(record['subject']):02d}",
        "trial": f"{record['task']}/{record['name']}",
        "task": str(record["task"]),
        "width": SIZE[0],
        "height": SIZE[1],
        "condition": str(record.get("condition", "")),
        "correct": bool(record.get("correct", True)),
        "split": str(record.get("split", "")),
        "reaction_time_ms": float(record.get("RT", "nan")),
    }


def _trial(record: dict[str, Any], trial_id: str, frame: Frame, images: Path) -> Trial:
    name, task, bbox = str(record["name"]), str(record["task"]), record.get("bbox")
    box = None
    if bbox and record.get("condition", "present") == "present":
        x, y, width, height = (float(v) for v in bbox)
        box = Box(x, y, x + width, y + height)
    return Trial(
        trial_id,
        name,
        frame,
        image_source=images / check_name(task, "the data set") / check_name(name, "the data set"),
        task=task,
        target_box=box,
        start=frame.centre,
    )
