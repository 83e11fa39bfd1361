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
OWN = "the package's conformance.json"


def vectors() -> dict[str, Any]:
    """Compute the vectors with this version: every registered metric, default options.

    Frame, paths and pairs are those of the package's own file, each a case that implementations get wrong.
    """
    content = _read(None, OWN)
    paths, pairs = _given(content)
    values = {}
    for metric in all_measures(PAIRS):
        scores = pairwise(metric, paths, paths, pairs)
        values[metric.name] = {
            "outputs": list(metric.outputs),
            "options": dict(metric.options),
            "higher_is_better": metric.higher_is_better,
            "source": metric.source,
            "values": [[v if math.isfinite(v) else None for v in row] for row in scores.tolist()],
        }
    return {**content, "metrics": values}


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
    where = OWN if reference is None else str(reference)
    content = _read(reference, where)
    with reading(where, "take the file from the package again"):
        return _compare(content)


def _compare(content: Mapping[str, Any]) -> Outcome:
    paths, pairs = _given(content)
    rows, whole = [], True
    for name, given in content["metrics"].items():
        options: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given["options"].items()}
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


def _given(content: Mapping[str, Any]) -> tuple[Scanpaths, np.ndarray]:
    """The file's scanpaths, and its pairs as rows of them."""
    frame, parts = Frame(content["frame"]["width"], content["frame"]["height"]), []
    for name, points in content["paths"].items():
        x, y, duration = np.array(points, dtype=float).reshape(-1, 3).T
        parts.append(Scanpath(x, y, duration, frame, {"stimulus": "conformance", "subject": name}))
    names = list(content["paths"])
    pairs = np.array([[names.index(a), names.index(b)] for a, b in content["pairs"]])
    return Scanpaths.from_paths(parts, Facts(points="fixations")), pairs
