"""COCO-FreeView: free viewing of the photographs of COCO-Search18, 10 people (Chen et al. 2022)."""

from pathlib import Path

from gazekit.core.trials import Dataset
from gazekit.datasets.published.coco_search18 import (
    ABSENT_IMAGES,
    IMAGES,
    below,
    fixation_files,
    is_free_viewing,
    read_family,
)
from gazekit.datasets.published.folder import PublishedFolder


def load(folder: PublishedFolder, *, images: str | Path | None = None) -> Dataset:
    """Read COCO-FreeView.

    Parameters
    ----------
    folder : PublishedFolder
        With `COCOFreeView_fixations_trainval.json`, subfolders included.
    images : path, optional
        Folder with the images, in subfolders or not; default `images` and `coco_search18_images_TA` in the data set's
        folder, which the archives of COCO-Search18's images unpack to. An image that is in several subfolders is the
        same in each of them.

    Returns
    -------
    Dataset
        A trial per image, without a task. Scanpaths (x, y) px of 1680 x 1050, durations in ms. The table adds `split`.

    Raises
    ------
    DataError
        No such file, or one that is truncated or of another structure; two different paths of one person and image.
    """
    files = [p for p in fixation_files(folder) if is_free_viewing(p)]
    if not files:
        raise folder.absent("there is no *FreeView_fixations*.json")
    bases = [folder.root / IMAGES, folder.root / ABSENT_IMAGES] if images is None else [Path(images)]
    there = {file.name: file for base in bases for file in sorted(base.rglob("*.jpg"), reverse=True)}
    return read_family(
        folder,
        files,
        lambda row: there.get(row["name"]) or below(bases[0], row["name"]),
        lambda row: f"records of a search for {row['task']} (left out)" if row["task"] else None,
    )
