"""Conformance vectors: small scanpaths and the value of every pair metric, for any project to test itself against."""

import json
import math
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.files.atomic import read_whole, write_atomically
from gazekit.files.untrusted import parse_json, reading
from gazekit.foundations.errors import DataError
from gazekit.metrics import all_measures, pairwise
from gazekit.metrics.kinds.pairs import PAIRS
from gazekit.verify.outcome import Outcome

FORMAT, VERSION = "gazekit-conformance", 1
TOLERANCE = 1e-9
FRAME = Frame(1024, 768)
# x px, y px, duration ms. Each is a case that implementations get wrong.
PATHS: dict[str, list[tuple[float, float, float]]] = {
    "normal": [(512, 384, 250), (300, 200, 180), (820, 610, 320), (100, 700, 210), (640, 90, 275)],
    "other": [(500, 400, 230), (310, 260, 150), (700, 650, 410), (120, 500, 190), (620, 130, 260), (900, 300, 205)],
    "empty": [],
    "one": [(512, 384, 250)],
    "two": [(512, 384, 250), (300, 200, 180)],
    "centre repeated": [(512, 384, 200)] * 6,
    "repeated points": [(100, 100, 200), (100, 100, 300), (800, 500, 200), (800, 500, 250), (100, 100, 220)],
    "tied on a grid": [(256, 192, 200), (512, 192, 200), (512, 384, 200), (256, 384, 200), (256, 192, 200)],
    "tied, other way": [(256, 192, 200), (256, 384, 200), (512, 384, 200), (512, 192, 200), (256, 192, 200)],
    "collinear": [(100, 100, 150), (200, 200, 150), (300, 300, 150), (400, 400, 150)],
    "scan in rows": [(x, y, 180) for y in (128, 384, 640) for x in (128, 384, 640, 896)],
    "out of the screen": [(-50, 100, 220), (512, -20, 180), (1100, 400, 240), (512, 900, 200), (1024, 768, 210)],
    "half pixels": [(84.5, 95.5, 200), (85.5, 96.5, 200), (1023.5, 767.5, 200), (0.4, 0.5, 200)],
    "zero durations": [(512, 384, 0), (300, 200, 0), (820, 610, 120)],
}


def vectors() -> dict[str, Any]:
    """Compute the vectors with this version: every registered metric, default options, every ordered pair."""
    paths, pairs = _scanpaths(PATHS, FRAME), np.indices((len(PATHS),) * 2).reshape(2, -1).T
    values = {}
    for metric in all_measures(PAIRS):
        scores = pairwise(metric, paths, paths, pairs)
        values[metric.name] = {
            "outputs": list(metric.outputs),
            "options": dict(metric.options),
            "higher_is_better": metric.higher_is_better,
            "source": metric.source,
            "values": [[_number(v) for v in row] for row in scores.tolist()],
        }
    names = list(PATHS)
    return {
        "format": FORMAT,
        "version": VERSION,
        "frame": {"width": FRAME.width, "height": FRAME.height, "unit": "px, origin top left; durations in ms"},
        "paths": {name: [list(point) for point in path] for name, path in PATHS.items()},
        "pairs": [[names[i], names[j]] for i, j in pairs.tolist()],
        "tolerance": TOLERANCE,
        "metrics": values,
    }


def write_vectors(path: str | Path) -> Path:
    """Write this version's vectors to a new file, one pair per line of values.

    Raises
    ------
    DataError
        The file is there already, or cannot be written.
    """
    path = Path(path)
    if path.exists():
        raise DataError(f"{path} is there already; give the name of a new file")
    text = json.dumps(vectors(), indent=1)
    write_atomically(path, (text + "\n").encode())
    return path


def verify_conformance(reference: str | Path | None = None) -> Outcome:
    """Compare this installation with conformance vectors.

    Parameters
    ----------
    reference : path, optional
        A file of the same layout; default the one in the package.

    Returns
    -------
    Outcome
        A row per metric: pairs, undefined pairs, largest difference. Fails also where one side is undefined only, or
        a registered metric has no vectors.

    Raises
    ------
    DataError
        The file is not a conformance file of this version.

    Examples
    --------
    >>> verify_conformance().passed
    True
    """
    where = "the package's conformance.json" if reference is None else str(reference)
    content = _read(reference, where)
    with reading(where, "take the file from the package again"):
        return _compare(content)


def _compare(content: Mapping[str, Any]) -> Outcome:
    paths = _scanpaths(content["paths"], Frame(content["frame"]["width"], content["frame"]["height"]))
    names = list(content["paths"])
    pairs = np.array([[names.index(a), names.index(b)] for a, b in content["pairs"]])
    rows, whole = [], True
    for name, given in content["metrics"].items():
        options = {key: _tuple(value) for key, value in given["options"].items()}
        ours = pairwise(name, paths, paths, pairs, **options)
        theirs = np.array([[math.nan if v is None else v for v in row] for row in given["values"]], dtype=float)
        same = np.isnan(ours) == np.isnan(theirs)
        gap = np.abs(ours - theirs)
        largest = float(np.nanmax(gap)) if np.isfinite(gap).any() else 0.0
        rows.append((name, len(pairs), int(np.isnan(theirs).any(axis=1).sum()), int((~same).sum()), largest))
        whole = whole and bool(same.all())
    absent = sorted({metric.name for metric in all_measures(PAIRS)} - set(content["metrics"]))
    notes = (f"no vectors for: {', '.join(absent)}",) if absent else ()
    columns = {"metric": "", "pairs": "d", "undefined": "d", "NaN in one only": "d", "largest difference": ".1e"}
    gaps = [row[-1] for row in rows]
    return Outcome.of(columns, rows, gaps, float(content["tolerance"]), also=whole and not absent, notes=notes)


def _read(reference: str | Path | None, where: str) -> Mapping[str, Any]:
    own = files("gazekit.metrics").joinpath("conformance.json")
    try:
        content = parse_json(own.read_bytes() if reference is None else read_whole(reference))
    except ValueError as error:
        raise DataError(f"{where} is not readable JSON ({error}); take the file from the package again") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataError(f"{where} is not a file of conformance vectors; its format should be {FORMAT!r}")
    if content.get("version") != VERSION:
        raise DataError(f"{where} has version {content.get('version')}, and this gazekit reads version {VERSION}")
    return content


def _scanpaths(paths: Mapping[str, Any], frame: Frame) -> Scanpaths:
    parts = []
    for name, points in paths.items():
        x, y, duration = np.array(points, dtype=float).reshape(-1, 3).T
        parts.append(Scanpath(x, y, duration, frame, {"stimulus": "conformance", "subject": name}))
    return Scanpaths.from_paths(parts, Facts(points="fixations"))


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
