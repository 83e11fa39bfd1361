"""ScanMatch against the means and standard errors that were published with the visual-search data.

The published numbers are not ScanMatch of whole paths but a mean over prefix lengths (procedure below). The
authors' own scoring function is compiled and cannot be read; this procedure was found by comparison with
their 18 numbers, which it reproduces to about 1e-16 without a free continuous parameter.
"""

from itertools import combinations
from pathlib import Path

import numpy as np

from gazekit.files.arrays import parse_npy
from gazekit.files.untrusted import decoding
from gazekit.foundations.errors import DataError
from gazekit.metrics.columns import Columns
from gazekit.metrics.strings.scanmatch import THRESHOLD, SymbolTable, symbol_table
from gazekit.verify.outcome import Outcome

SCREEN = (1280.0, 1024.0)  # px; columns 0 and 1 of the files are divided by these
RESOLUTION = (1024.0, 768.0)  # px; the toolbox's Xres and Yres, to which they are then multiplied
HUMAN = "human"
TOLERANCE = 1e-12


def verify_scanmatch(folder: str | Path, *, stimuli: int | None = None, tolerance: float = TOLERANCE) -> Outcome:
    """Reproduce published ScanMatch scores from the fixation files that were published with them.

    Column 0 is mapped from 1280 to 1024 and column 1 from 1024 to 768, without looking at which of them is
    x: two of the three published sets store (row, column), and their published scores were computed as if
    that were (x, y). Reproducing them means to repeat that. The first fixation (the forced one at the
    centre) is dropped from paths of more than one. For s = 1, 2, ... the paths are cut after s fixations
    and scored (12 x 8 bins, threshold 3.5, no gap penalty), averaged over the trials in which both paths
    have s fixations; the score of two subjects is the plain mean over s. People are compared subject with
    subject, a model with every subject. Published are the mean over these and the population standard
    deviation over the root of their number.

    Parameters
    ----------
    folder : path
        A folder that holds sets of the layout `<set>/{fix,ifix,ss_score}`, at any depth, or one such set. A
        set has `fix/human_all.npy` (subjects x stimuli rows, padded, 2), `ifix/I_human_all.npy` (fixations
        of each row), the same for each model under its name, and `ss_score/<source>.npy` (mean, standard
        error).
    stimuli : int, optional
        Trials per subject, for sets without a model's file to tell it.
    tolerance : float
        Largest difference that passes.

    Returns
    -------
    Outcome
        A row per set, source and number.

    Raises
    ------
    DataError
        No such set, or files that do not fit together; the message names the file.

    References
    ----------
    Gupta, Zhang, Wu, Wolfe, Kreiman (2021), Visual search asymmetry: deep nets and humans share similar
    inherent biases, NeurIPS (the data and scores). Cristino et al. (2010), Behavior Research Methods 42
    (ScanMatch).
    """
    root = Path(folder)
    sets = _sets(root)
    rows: list[tuple[str, str, str, float, float, float]] = []
    notes: list[str] = []
    for place in sets:
        name = place.name if place != root else root.resolve().name
        set_rows, set_notes = _verify_set(place, name, stimuli)
        rows += set_rows
        notes += set_notes
    if not rows:
        raise DataError(f"{root} has scores in ss_score, but none with its fixations in fix and ifix")
    columns = {"set": "", "source": "", "number": "", "ours": ".17g", "published": ".17g", "difference": ".1e"}
    return Outcome.of(columns, rows, [row[-1] for row in rows], tolerance, notes=notes)


def _sets(root: Path) -> list[Path]:
    if not root.is_dir():
        raise DataError(f"{root} is not a folder; give the one that holds <set>/fix, <set>/ifix and <set>/ss_score")
    found = sorted(place.parent for place in root.rglob("ss_score") if (place.parent / "fix").is_dir())
    if not found:
        raise DataError(f"{root} holds no set of the layout <set>/fix, <set>/ifix, <set>/ss_score")
    return found


def _verify_set(
    place: Path, name: str, stimuli: int | None
) -> tuple[list[tuple[str, str, str, float, float, float]], list[str]]:
    people = _read_fixations(place, "human_all")
    scored = sorted((place / "ss_score").glob("*.npy"), key=lambda file: (file.stem != HUMAN, file.stem))
    scores = {file.stem: _read_scores(file) for file in scored}
    models, notes = {}, []
    for source in scores:
        if source == HUMAN:
            continue
        if (place / "fix" / f"{source}.npy").is_file():
            models[source] = _read_fixations(place, source)
        else:
            notes.append(f"left out: {name} {source}, which has a score but no fix/{source}.npy")
    others = {file.stem for file in (place / "fix").glob("*.npy")} - {"human_all", *scores}
    notes += [f"left out: {name} {source}, which has fixations but no published score" for source in sorted(others)]
    trials = _trials(place, people, models, stimuli)
    blocks = np.arange(_rows(people)).reshape(-1, trials)  # rows are subject-major
    rows = []
    for source, published in scores.items():
        if source == HUMAN:
            values = [_score(people, blocks[i], people, blocks[j]) for i, j in combinations(range(len(blocks)), 2)]
        elif source in models:
            values = [_score(models[source], blocks[0], people, block) for block in blocks]
        else:
            continue
        known = np.array([value for value in values if not np.isnan(value)])
        if not len(known):
            raise DataError(f"{place}: no two paths to compare for {source}; it has {len(blocks)} subject(s)")
        ours = (float(known.mean()), float(known.std() / np.sqrt(len(known))))
        for what, here, there in zip(("mean", "standard error"), ours, published, strict=True):
            rows.append((name, source, what, here, there, here - there))
    return rows, notes


def _trials(place: Path, people: SymbolTable, models: dict[str, SymbolTable], stimuli: int | None) -> int:
    """Trials per subject: rows of a model's file, else what the caller says."""
    sizes = {source: _rows(model) for source, model in models.items()}
    if stimuli is not None:
        sizes = {"the number of stimuli given": stimuli, **sizes}
    if not sizes:
        raise DataError(
            f"{place} has no model's file that would tell how many of human_all's {_rows(people)} "
            f"rows are one subject's; give the number of stimuli (--stimuli)"
        )
    (first, trials), *rest = sizes.items()
    for source, rows in rest:
        if rows != trials:
            raise DataError(f"{place}: {first} says {trials} trials and {source} has {rows} rows; they must agree")
    if trials < 1 or _rows(people) % trials:
        raise DataError(f"{place}: human_all has {_rows(people)} rows, which is no multiple of {trials} trials")
    return trials


def _score(a: SymbolTable, rows_a: np.ndarray, b: SymbolTable, rows_b: np.ndarray) -> float:
    """Mean over prefix lengths of the mean over trials; NaN if no trial has a fixation on both sides."""
    from gazekit.metrics.kernels.alignment import prefix_sums

    sums, counts = np.zeros((2, a.longest + 1))
    pairs = np.column_stack([rows_a, rows_b])
    prefix_sums(a.symbols, a.offsets, b.symbols, b.offsets, pairs, a.substitution, THRESHOLD, sums, counts)
    some = counts > 0
    return float((sums[some] / counts[some]).mean()) if some.any() else float("nan")


def _read_fixations(place: Path, source: str) -> SymbolTable:
    file, count_file = place / "fix" / f"{source}.npy", place / "ifix" / f"I_{source}.npy"
    fixations, counts = _read(file), _read(count_file).ravel()
    if fixations.ndim != 3 or fixations.shape[2] != 2:
        raise DataError(f"{file} must hold an array (trials, longest, 2), not {fixations.shape}")
    if len(counts) != len(fixations):
        raise DataError(f"{count_file} has {len(counts)} rows and {file} {len(fixations)}; they must agree")
    lengths = counts.astype(np.int64)
    if (lengths != counts).any() or (lengths < 0).any() or (lengths > fixations.shape[1]).any():
        raise DataError(f"{count_file} must hold whole numbers from 0 to {fixations.shape[1]}, the width of {file}")
    real = np.arange(fixations.shape[1]) < lengths[:, None]
    real[lengths > 1, 0] = False  # the forced first fixation, unless it is the only one
    points = fixations[real]
    if not np.isfinite(points).all():
        raise DataError(f"{file} has fixations that are not numbers")
    points = np.trunc(points.astype(np.float64))  # as the authors' cast to whole px
    x, y = (points[:, k] / SCREEN[k] * RESOLUTION[k] for k in range(2))
    offsets = np.concatenate([[0], np.cumsum(real.sum(axis=1))])
    width, height = (np.full(len(fixations), side) for side in RESOLUTION)
    return symbol_table(Columns(x, y, None, offsets, width, height, "px"))


def _rows(table: SymbolTable) -> int:
    return len(table.offsets) - 1


def _read_scores(file: Path) -> np.ndarray:
    scores = _read(file)
    if scores.shape != (2,):
        raise DataError(f"{file} must hold two numbers, mean and standard error, not an array {scores.shape}")
    return scores.astype(np.float64)


def _read(file: Path) -> np.ndarray:
    if not file.is_file():
        raise DataError(f"{file} is not there; the layout is <set>/fix, <set>/ifix and <set>/ss_score")
    with decoding(f"{file} cannot be read as a NumPy array", "fetch it again"):
        array = parse_npy(file.read_bytes())
    if array.dtype.kind not in "iuf":
        raise DataError(f"{file} must hold numbers, not {array.dtype}")
    return array
