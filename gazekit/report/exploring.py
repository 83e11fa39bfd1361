"""The explorer's data inside the page: trials and their images, scanpaths and scores, as small as they can be.

Columns of numbers have the narrowest type that keeps every value, then gzip, then base64. Images are as small as their
number asks for, one text element each, and are decoded when they are looked at.
"""

import base64
import gzip
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, check_known
from gazekit.metrics.outputs import higher_is_better, title_of
from gazekit.report.content import Exploration
from gazekit.report.tables import cautions

SAMPLES = 5  # of each model and trial; more are left out and the page says so
KINDS = ("u1", "u2", "u4", "f4", "f8")
ALIGNED = 8  # bytes: typed arrays of a browser must begin at a multiple of their item's size
CHOICES = ("none", "thumbs", "full")
SIDES = (720, 560, 400, 320, 240)  # px of the longer side
BUDGET = 8e6  # bytes of all thumbnails together; a page of twice this size still travels by mail
BYTES_PER_PX = 0.1  # of a photograph at QUALITY: 0.09 measured on OSIE
QUALITY = 50


def explorer_blocks(exploration: Exploration, images: str = "thumbs", samples: int = SAMPLES) -> tuple[str, str]:
    """The explorer's data as `script` elements that are data, not code, and a sentence about what is in them.

    Parameters
    ----------
    exploration : Exploration
        What to show.
    images : {"none", "thumbs", "full"}
        See `pictures`.
    samples : int
        Most samples of each model and trial.

    Returns
    -------
    html, note : str
    """
    paths = exploration.paths
    keep = (paths.table["source"] == HUMAN) | (paths.table["sample"] < samples)
    left_out = int((~keep).sum())
    paths = paths.filter(keep.to_numpy() & paths.table["trial"].isin([t.id for t in exploration.trials]).to_numpy())
    present = set(paths.table["trial"])
    trials = [t for t in exploration.trials if t.id in present]
    encoded, note = pictures(trials, images)
    distinct = list(dict.fromkeys(text for text in encoded if text))
    number = {text: k for k, text in enumerate(distinct)}
    columns, names = _path_columns(paths, trials)
    data: dict[str, Any] = {
        "trials": [_about(trial, number.get(text)) for trial, text in zip(trials, encoded, strict=True)],
        **names,
        "point": {"clicks": "click", "mouse": "mouse point"}.get(paths.facts.points or "", "fixation"),
        "favourite": exploration.favourite,
        "options": {name: _plain(given) for name, given in exploration.options.items()},
    }
    if exploration.scores is not None and len(exploration.scores):
        table, columns["scores"] = _score_grid(exploration.scores, trials)
        data["scores"] = table | {"cautions": cautions(table["metrics"])}
        data["titles"] = {name: title_of(name) for name in table["metrics"]}
        data["better"] = {name: higher_is_better(name) for name in table["metrics"]}
        if exploration.headline and exploration.headline[1] in table["metrics"]:
            data["headline"] = list(exploration.headline)
    data["columns"], packed = pack(columns)
    blocks = [
        f'<script type="application/json" id="explorer-data">{json_block(data)}</script>',
        f'<script type="text/plain" id="explorer-columns">{packed}</script>',
        *(f'<script type="text/plain" id="image-{k}">{text}</script>' for k, text in enumerate(distinct)),
    ]
    if left_out:
        note += f" Samples beyond the first {samples} of each model are not on this page ({left_out} paths)."
    return "\n".join(blocks), note


def _path_columns(paths: Scanpaths, trials: Sequence[Trial]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of paths ordered by source, then trial, and the names that their numbers stand for."""
    table = paths.table
    sources = sorted(
        dict.fromkeys(table["source"]), key=lambda name: name != HUMAN
    )  # people first, the rest as they come
    subjects = sorted(set(table.loc[table["source"] == HUMAN, "subject"]), key=_natural)
    of_trial = {t.id: k for k, t in enumerate(trials)}
    source = table["source"].map({name: k for k, name in enumerate(sources)}).to_numpy(np.int64)
    trial = table["trial"].map(of_trial).to_numpy(np.int64)
    who = table["subject"].map({name: k for k, name in enumerate(subjects)}).fillna(0).to_numpy(np.int64)
    sample = table["sample"].to_numpy(np.int64)
    order = np.lexsort((sample, who, trial, source))
    paths = paths[order]
    columns: dict[str, Any] = {
        "trial": trial[order],
        "source": source[order],
        "who": who[order],
        "sample": sample[order],
        "length": paths.lengths,
        "x": paths.x,
        "y": paths.y,
    }
    texts = list(dict.fromkeys(table["caption"].fillna(""))) if "caption" in table else []
    if any(texts):  # what a path followed, where that is not the same for all paths of a trial
        columns["text"] = paths.table["caption"].fillna("").map({text: k for k, text in enumerate(texts)}).to_numpy()
    if paths.duration is not None and np.isfinite(paths.duration).any():
        columns["duration"] = paths.duration
    return columns, {"sources": sources, "subjects": subjects, "people": HUMAN, "texts": texts}


def _natural(name: str) -> tuple[int, str]:
    """Order of subjects: 2 before 10."""
    return (int(name), "") if name.isdecimal() else (1 << 62, name)


def _about(trial: Trial, image: int | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "id": trial.id,
        "stimulus": trial.stimulus,
        "width": trial.frame.width,
        "height": trial.frame.height,
    }
    extra = {
        "image": image,
        "degree": trial.frame.px_per_degree,
        "task": trial.task,
        "caption": trial.caption,
        "target": None if trial.target_box is None else [float(v) for v in trial.target_box],
    }
    if trial.objects is not None and image is None:  # where the picture cannot be seen, its objects can
        extra["objects"] = trial.objects.boxes.round(1).tolist()
    return about | {key: value for key, value in extra.items() if value not in (None, "")}


def _score_grid(scores: pd.DataFrame, trials: Sequence[Trial]) -> tuple[dict[str, list[str]], np.ndarray]:
    """Scores as a column: trial by trial, model by model, metric by metric; NaN where there is none."""
    models, metrics = (list(dict.fromkeys(scores[name])) for name in ("model", "metric"))
    wide = scores.pivot_table(index="stimulus", columns=["model", "metric"], values="value", dropna=False)
    wide = wide.reindex(columns=pd.MultiIndex.from_product([models, metrics]))
    grid = wide.reindex([t.stimulus for t in trials]).to_numpy(np.float32)
    return {"models": models, "metrics": metrics}, grid.ravel()


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}


def pictures(trials: Sequence[Trial], images: str = "thumbs") -> tuple[tuple[str, ...], str]:
    """Encode the images of trials.

    Parameters
    ----------
    trials : sequence of Trial
        Those without an image get none; a file that cannot be read is left out and counted.
    images : {"none", "thumbs", "full"}
        None; reduced so that all of them stay near 8 MB; or as they were shown.

    Returns
    -------
    encoded : tuple of str
        Base64 of a WebP image per trial, "" where there is none. Trials of one stimulus share their image.
    note : str
        What they are, in a sentence.

    Raises
    ------
    UnknownNameError
        Another choice.
    """
    check_known("choice of images", images, CHOICES)
    shown = {t.stimulus: t for t in trials if t.has("image")} if images != "none" else {}
    side = None if images == "full" else side_for(len(shown))
    encoded, broken = {}, 0
    room = math.inf if side is None else 1.5 * BUDGET  # one data set's photographs are not another's
    for stimulus, trial in shown.items():
        if room < 0:
            break
        try:
            encoded[stimulus] = encode(trial, side)
            room -= len(encoded[stimulus])
        except DataError:
            broken += 1
    size = "as they were shown" if side is None else f"reduced to {side} px on the longer side"
    if images == "none":
        note = "Images were left out."
    elif not encoded:
        note = "The data have no images at hand."
    else:
        first = f"The first {len(encoded)} of {len(shown)}" if room < 0 else str(len(encoded))
        note = f"{first} images, {size}; positions are in px of the image as it was shown."
    if broken:
        note += f" {broken} images could not be read."
    return tuple(encoded.get(t.stimulus, "") for t in trials), note


def side_for(number: int) -> int:
    """Longer side of a thumbnail, px, so that this many 4:3 photographs stay within the budget.

    Examples
    --------
    >>> [side_for(n) for n in (20, 400, 700, 100_000)]
    [720, 400, 320, 240]
    """
    fits = (side for side in SIDES if number * side * side * 0.75 * BYTES_PER_PX <= BUDGET)
    return next(fits, SIDES[-1])


def encode(trial: Trial, side: int | None) -> str:
    """Base64 of a trial's image as WebP, its longer side at most `side` px."""
    from PIL import Image

    picture = Image.fromarray(trial.image)
    if side is not None:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY if side else 80, method=2)
    return base64.b64encode(buffer.getvalue()).decode()


def narrow(values: Any) -> np.ndarray:
    """The same numbers in the narrowest type that a page can read and that loses nothing.

    Examples
    --------
    >>> [narrow(column).dtype.str[1:] for column in ([0, 255], [0, 256], [0.5, np.nan], [0.1], [-1])]
    ['u1', 'u2', 'f4', 'f8', 'f4']
    """
    column = np.asarray(values)
    for kind in KINDS:
        with np.errstate(invalid="ignore", over="ignore"):
            cast = column.astype(f"<{kind}")
        if np.array_equal(cast, column, equal_nan=column.dtype.kind == "f"):
            return cast
    return column.astype("<f8")


def pack(columns: Mapping[str, Any]) -> tuple[dict[str, list[Any]], str]:
    """Describe and encode columns for `assets/columns.js`.

    Parameters
    ----------
    columns : mapping of str to (n,) numbers
        float32 columns stay float32; all others become as narrow as they can without loss.

    Returns
    -------
    described : dict of str to [kind, first byte, how many]
    packed : str
        Base64 of gzip of all columns, one after another. Equal columns give equal text.

    Examples
    --------
    >>> pack({"a": [1, 2], "b": [0.5]})[0]
    {'a': ['u1', 0, 2], 'b': ['f4', 8, 1]}
    """
    described: dict[str, list[Any]] = {}
    content = bytearray()
    for name, values in columns.items():
        column = np.asarray(values)
        column = column if column.dtype == np.float32 else narrow(column)
        content += bytes(-len(content) % ALIGNED)
        described[name] = [column.dtype.str.lstrip("<|"), len(content), len(column)]
        content += column.tobytes()
    return described, base64.b64encode(gzip.compress(bytes(content), 6, mtime=0)).decode()


def json_block(value: Any) -> str:
    r"""JSON that can stand in a `script` element: no character in it ends the element or begins a comment.

    Examples
    --------
    >>> print(json_block("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
