"""GazeSearch: radiologists' search for a finding in chest X-rays (Pham et al. 2025)."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.images import read_image_file
from gazekit.interchange.coco_search18 import read_records, records_to_scanpaths

SIZE = (224, 224)  # px: the frame that X and Y are in, whatever the size of the X-ray
NEEDED = ("name", "subject", "task", "X", "Y", "T", "split")
LONGEST = 60.0  # s: no fixation lasts a minute, so that longer ones are in ms
AGAIN = "second scanpaths of one person and trial (kept, numbered as samples)"


def load(folder: PublishedFolder, *, images: str | Path | None = None) -> Dataset:
    """Read GazeSearch.

    Parameters
    ----------
    folder : PublishedFolder
        With `finding_visual_search_coco_format*.json`, in the folder or in `data`.
    images : path, optional
        Folder with the X-rays of MIMIC-CXR (`<name>`, in subfolders or not), which only people with an agreement get.
        They are scaled to 224 x 224, without regard to their shape, as the authors' own code does it.

    Returns
    -------
    Dataset
        A trial per finding and image (id `task/name`), `task` the finding; there are no target boxes (the file has
        zeros). Scanpaths (x, y) px of 224 x 224, durations in ms; at most 6 fixations, without the centre that the
        authors put before them. The table adds `split` and `correct`.

    Raises
    ------
    DataError
        No such file, one that is truncated or of another structure, or one whose T is not in seconds.
    """
    files = sorted(folder.root.glob("*.json")) + sorted(folder.root.glob("data/*.json"))
    file = next((f for f in files if f.name.startswith("finding_visual_search_coco_format")), None)
    if file is None:
        raise folder.absent("there is no finding_visual_search_coco_format*.json")
    there = {} if images is None else {p.name: p for p in sorted(Path(images).rglob("*.jpg"), reverse=True)}
    frame, rows = folder.frame(*SIZE), []
    trials: dict[str, Trial] = {}
    for k, record in enumerate(read_records(file, NEEDED)):
        with folder.structure(file, f"record {k} (from 0): "):
            row = _row(record)
            if max(row["T"], default=0) > LONGEST * 1000:
                raise folder.unexpected(
                    file, f"record {k} (from 0) has a fixation of {max(record['T'])} s: T is in seconds"
                )
            rows.append(row)
            name, picture = row["name"], there.get(row["name"])
            trial = Trial(
                f"{row['task']}/{name}",
                name,
                frame,
                image_source=None if picture is None else partial(_scaled, picture),
                task=row["task"],
            )
            trials.setdefault(trial.id, trial)
    folder.trials += trials.values()
    options = {"facts": folder.card.facts, "px_per_degree": folder.px_per_degree, "missing": "keep"}
    paths = records_to_scanpaths(rows, SIZE, str(file), **options)
    folder.counts[AGAIN] = int((paths.table["sample"] > 0).sum())
    return folder.dataset(paths)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {
        **{key: record[key] for key in ("X", "Y")},
        **{key: str(record[key]) for key in ("name", "subject", "task", "split")},
        "T": [1000.0 * seconds for seconds in record["T"]],
        "correct": bool(record.get("correct", True)),
    }


def _scaled(file: Path) -> np.ndarray:
    """An X-ray in the frame of the positions."""
    from PIL import Image

    return np.asarray(Image.fromarray(read_image_file(file)).resize(SIZE, Image.Resampling.BILINEAR))
