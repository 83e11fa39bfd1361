"""CapMIT1003: clicks on blurred photographs of MIT1003 and the captions that people then wrote (Zanca et al. 2023)."""

from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.capmit1003_database import FILE, read_database
from gazekit.datasets.published.expected_counts import CountReport, Expectation
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.stimuli import find_images, image_sizes, natural_order, stimulus_name
from gazekit.foundations.errors import DataError

OBSERVATIONS = 3848  # examples of the published set
SHORTEST = 3  # characters of a caption
TASK = "captioning"


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
    gazekit.datasets.published.capmit1003_database.read_database : the tables, with the time of every click.
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


def check(folder: PublishedFolder, *, progress: bool = True) -> CountReport:
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
    return CountReport("capmit1003", folder.root, FILE, (found,))


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
