"""COCO-Search18: search for one of 18 objects in photographs, 10 people (Chen et al. 2021); and its family of files.

COCO-FreeView (`coco_freeview.py`) is published in the same form.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError
from gazekit.interchange.coco_search18 import SIZE, read_records, records_to_scanpaths

NEEDED = ("name", "subject", "X", "Y", "T")
NO_TASK = ("", "none", "freeview", "free-viewing")
IMAGES, ABSENT_IMAGES = "images", "coco_search18_images_TA"  # what the archives of images unpack to
# Two repositories hand out a copy of the fixations in px of this size, which they say in the file's name.
SMALL, SMALL_NAME = (512, 320), "512x320"
SCALED = f"trials of a {SMALL[0]} x {SMALL[1]} copy (scaled to {SIZE[0]} x {SIZE[1]})"
COPIES = f"trials of a {SMALL[0]} x {SMALL[1]} copy that are there in full size (left out)"
Image = Callable[[dict[str, Any]], Path]


def load(
    folder: PublishedFolder,
    *,
    condition: Literal["present", "absent"] | None = None,
    correct_only: bool = False,
    images: str | Path | None = None,
) -> Dataset:
    """Read any of the official fixation files.

    Parameters
    ----------
    folder : PublishedFolder
        With official files named `*fixations*.json` (target present or absent, any split), subfolders included; those
        of COCO-FreeView are another data set and are not read. Files with `512x320` in their name hold positions of
        that size and are scaled; trials that are there in full size as well are left out and counted.
    condition : {"present", "absent"}, optional
        Only the trials whose target is there, or is not; default both.
    correct_only : bool
        Leave out the trials that people answered wrongly.
    images : path, optional
        Folder with `<task>/<name>`; default `images` in the data set's folder, and `coco_search18_images_TA` for images
        without the target that are not in it.

    Returns
    -------
    Dataset
        A trial per object and image (id `task/name`), `task` the object; target boxes where the target is present:
        measures of finding leave trials without one out. Scanpaths (x, y) px of 1680 x 1050, durations in ms, the
        forced central first fixation included. The table adds `condition`, `correct`, `split` and `reaction_time_ms`
        (NaN where the file has none).

    Raises
    ------
    DataError
        No such file, or one that is truncated or of another structure; two different paths of one person and trial.
    """
    files = [p for p in fixation_files(folder) if not is_free_viewing(p)]
    if not files:
        raise folder.absent("there is no *fixations*.json of a search")
    bases = [folder.root / IMAGES, folder.root / ABSENT_IMAGES] if images is None else [Path(images)]

    def image(row: dict[str, Any]) -> Path:
        tasks = dict.fromkeys((row["task"], row["task"].replace(" ", "_")))
        return first_there([below(base, task, row["name"]) for base in bases for task in tasks])

    def wanted(row: dict[str, Any]) -> str | None:
        if condition is not None and row["condition"] != condition:
            return f"trials whose target is not {condition} (left out)"
        return "trials answered wrongly (left out)" if correct_only and not row["correct"] else None

    return read_family(folder, files, image, wanted)


def fixation_files(folder: PublishedFolder) -> list[Path]:
    """The JSON files of the family in a folder, those in full size first."""
    files = (p for p in folder.root.rglob("*.json") if "fixations" in p.name.lower())
    return sorted(files, key=lambda p: (SMALL_NAME in p.name, p))


def is_free_viewing(file: Path) -> bool:
    """Whether a file is COCO-FreeView's, by its name."""
    return "freeview" in file.name.lower()


def first_there(places: list[Path]) -> Path:
    """The first of these files that is there; the first one where none is."""
    return next((place for place in places if place.is_file()), places[0])


def below(base: Path, *parts: str) -> Path:
    """A file that records name, below a folder; names that leave it are refused."""
    return base.joinpath(
        *(check_name(part, "the data set") for part in parts if part)
    )  # one by one: `/etc` joined is below


def read_family(
    folder: PublishedFolder, files: list[Path], image: Image, wanted: Callable[[dict[str, Any]], str | None]
) -> Dataset:
    """Read files in the form of COCO-Search18.

    Parameters
    ----------
    folder : PublishedFolder
        That the files are in.
    files : list of Path
        Those in full size first.
    image : callable
        The file of the image of a row.
    wanted : callable
        Why a row is left out, for `dropped`; None where it is kept.
    """
    trials: dict[str, Trial] = {}
    kept = []
    for record, row in _rows(folder, files):
        if (reason := wanted(row)) is not None:
            folder.counts[reason] += 1
            continue
        kept.append(row)
        trial = _trial_id(row)
        if trial not in trials or trials[trial].target_box is None:
            trials[trial] = _trial(folder, record, row, trial, image)
    if not kept:
        raise DataError(
            f"{folder.root} has no trial to read: the files {', '.join(f.name for f in files)} are empty, or all of "
            f"their trials are left out ({', '.join(reason for reason, n in folder.counts.items() if n) or 'none was'})"
        )
    options = {"facts": folder.card.facts, "px_per_degree": folder.px_per_degree, "missing": "keep"}
    paths = records_to_scanpaths(kept, SIZE, str(folder.root), **options)
    folder.trials += trials.values()
    return folder.dataset(paths)


def _rows(folder: PublishedFolder, files: list[Path]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Records with what is read of them, each path once."""
    seen: dict[tuple[str, ...], tuple[Path, dict[str, Any]]] = {}
    for file in files:
        for k, record in enumerate(read_records(file, NEEDED)):
            with folder.structure(file, f"record {k} (from 0): "):
                small = SMALL_NAME in file.name
                record = _full_size(record) if small else record
                row = _row(record)
                key = (_trial_id(row), row["subject"])  # an image of an object's search has the object, or not
                if key in seen:
                    _refuse_another(seen[key], file, row, key, k)
                    folder.counts[COPIES if small else "trials that are in several files (read once)"] += 1
                    continue
                seen[key] = (file, row)
                folder.counts[SCALED] += small
                yield record, row


def _trial_id(row: dict[str, Any]) -> str:
    return "/".join(filter(None, (row["task"], row["name"])))


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


def _trial(folder: PublishedFolder, record: dict[str, Any], row: dict[str, Any], trial_id: str, image: Image) -> Trial:
    name, task, bbox = row["name"], row["task"], record.get("bbox")
    box = None
    if bbox and record.get("condition", "present") == "present":
        x, y, width, height = (float(v) for v in bbox)
        box = Box(x, y, x + width, y + height)
    frame = folder.frame(*SIZE)
    return Trial(
        trial_id,
        name,
        frame,
        image_source=image(row),
        task=task or None,
        target_box=box,
        start=frame.centre,
    )
