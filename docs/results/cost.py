"""What an evaluation costs before it is run: pieces x seconds, bytes moved, and hours on a number of workers.

The model is a sum of counts. Of N stimuli, P people on each, M models (chance is one) and S samples, in pieces of 10:

    pieces  = (M + 1) ceil(N / 10)            people are scored too
    paths   = N P
    pairs   = N (M S P + P (P - 1))           every sample and every person against people
    work    = a N + b pairs                   s, at the workers, together
    serial  = c + d paths                     s, in the process that was started: reading, fitting, cutting, tables
    once    = e pieces + f (M + 1) paths      bytes: every piece goes to one worker
    shared  = g + h paths                     bytes that every worker gets, from the first or from another worker
    seconds = serial + max(work ceil(pieces / W) / pieces, k pieces + (once + shared) / bandwidth)

While workers work, the process that was started hands out further pieces, k seconds each: the slower of the two
decides. All bytes moved are once + W shared.

The coefficients a to h are those, not below zero, that lie nearest to runs of a small part of the data; k is measured
with pieces that do nothing. It holds for measures that have a value per stimulus, for paths as long as those that were
measured, and for machines like the one that was measured. It says nothing of memory: the process that was started
holds all human paths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

import numpy as np

from gazekit.evaluation.evaluate import PIECE_STIMULI
from gazekit.foundations.errors import GazekitError

BANDWIDTH = 1.25e8  # bytes/s: one gigabit per second, a plain network
HANDING_OUT = 0.005  # s per piece, see docs/results/scaling.md


@dataclass(frozen=True)
class Size:
    """How large an evaluation is.

    Parameters
    ----------
    stimuli : int
        Images.
    people : float
        Human paths per image.
    models : int
        Rows besides people, chance included.
    samples : int
        Paths per image and model.

    Examples
    --------
    >>> osie = Size(stimuli=700, people=15, models=3, samples=5)
    >>> osie.pieces, osie.paths, osie.pairs
    (280, 10500, 304500)
    """

    stimuli: int
    people: float
    models: int
    samples: int

    def __post_init__(self) -> None:
        if self.stimuli < 1 or self.people < 1 or self.models < 1 or self.samples < 1:
            raise GazekitError(f"every number of a size must be at least 1, not {self}")

    @property
    def pieces(self) -> int:
        """Pieces of work."""
        return (self.models + 1) * ceil(self.stimuli / PIECE_STIMULI)

    @property
    def paths(self) -> float:
        """Human paths."""
        return self.stimuli * self.people

    @property
    def pairs(self) -> float:
        """Pairs of paths that a metric compares."""
        return self.stimuli * (self.models * self.samples * self.people + self.people * (self.people - 1))


@dataclass(frozen=True)
class Measured:
    """What a run took.

    Parameters
    ----------
    size : Size
        Of the run.
    work, serial : float
        s, as in the description of this module.
    piece_bytes, shared_bytes : int
        Serialised: of all pieces, and of what each worker got once.
    """

    size: Size
    work: float
    serial: float
    piece_bytes: int
    shared_bytes: int

    @classmethod
    def of(cls, size: Size, manifest: dict[str, Any], seconds: float, *, processor: float | None = None) -> Self:
        """Read a finished run that one worker did.

        Parameters
        ----------
        size : Size
            Of the run.
        manifest : dict
            `Results.manifest`.
        seconds : float
            From its start to its end.
        processor : float, optional
            Processor seconds of the process that was started. Work and serial are then processor time: what they would
            take on a machine with nothing else to do, if no GPU is used and files are near.

        Raises
        ------
        GazekitError
            The run was resumed, or has pieces that this module does not count.
        """
        work = manifest["work"]
        if work["pieces"] != size.pieces:
            raise GazekitError(
                f"the run did {work['pieces']} pieces, and its size makes {size.pieces}; measure a run that was not "
                f"stopped, with measures that have a value per stimulus"
            )
        moved = work["piece_bytes"], work["shared_bytes"]
        if processor is not None:
            return cls(size, work["processor_seconds"], processor, *moved)
        return cls(size, work["seconds"], seconds - work["seconds"], *moved)


@dataclass(frozen=True)
class Estimate:
    """What a run is expected to take.

    Parameters
    ----------
    pieces : int
        Of work.
    work : float
        s at the workers, together.
    moved : float
        Bytes between processes.
    seconds : float
        From start to end.
    useful_workers : int
        With more, the process that hands out the pieces decides.
    """

    pieces: int
    work: float
    moved: float
    seconds: float
    useful_workers: int


@dataclass(frozen=True)
class Cost:
    """Coefficients, by the letters of this module's description.

    Parameters
    ----------
    a, b, c, d, e, f, g, h : float
        s per stimulus, s per pair; s, s per path; bytes per piece, bytes per path and source; bytes, bytes per path.
    k : float
        s to hand out a piece.

    Examples
    --------
    >>> cost = Cost(a=0.5, b=1e-5, c=10, d=1e-3, e=5000, f=500, g=0, h=400)
    >>> for workers in (1, 100):
    ...     found = cost.estimate(Size(6000, people=10, models=4, samples=5), workers)
    ...     print(f"{found.seconds / 60:.0f} min, {found.moved / 1e6:.0f} MB")
    51 min, 189 MB
    2 min, 2565 MB
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    g: float
    h: float
    k: float = HANDING_OUT

    @classmethod
    def fit(cls, runs: Sequence[Measured], *, handing_out: float = HANDING_OUT) -> Self:
        """Coefficients of measured runs; relative errors count, so that small runs say something too.

        Parameters
        ----------
        runs : sequence of Measured
            At least three, which differ in stimuli and in people.
        handing_out : float
            s per piece.

        Raises
        ------
        GazekitError
            Runs that cannot tell the coefficients apart.
        """
        sizes = [run.size for run in runs]
        per_source = [(s.models + 1) * s.paths for s in sizes]
        ones = [1.0] * len(runs)
        pieces, paths = [float(s.pieces) for s in sizes], [s.paths for s in sizes]
        a, b = _fit([float(s.stimuli) for s in sizes], [s.pairs for s in sizes], [r.work for r in runs])
        c, d = _fit(ones, paths, [r.serial for r in runs])
        e, f = _fit(pieces, per_source, [float(r.piece_bytes) for r in runs])
        g, h = _fit(ones, paths, [float(r.shared_bytes) for r in runs])
        return cls(a, b, c, d, e, f, g, h, handing_out)

    def estimate(self, size: Size, workers: int = 1, *, bandwidth: float = BANDWIDTH) -> Estimate:
        """What a run of a size is expected to take on a number of workers.

        Parameters
        ----------
        size : Size
            Of the run.
        workers : int
            That do one piece at a time each.
        bandwidth : float
            Bytes per second out of the process that hands out the pieces.
        """
        if workers < 1 or bandwidth <= 0:
            raise GazekitError(f"workers and bandwidth must be above 0, not {workers} and {bandwidth:g}")
        pieces = size.pieces
        work = self.a * size.stimuli + self.b * size.pairs
        once = self.e * pieces + self.f * (size.models + 1) * size.paths
        shared = self.g + self.h * size.paths
        working = work / pieces * ceil(pieces / workers)
        handing = self.k * pieces + (once + shared) / bandwidth
        serial = self.c + self.d * size.paths
        useful = min(pieces, max(1, ceil(work / handing)))
        return Estimate(pieces, work, once + workers * shared, serial + max(working, handing), useful)


def _fit(left: Sequence[float], right: Sequence[float], found: Sequence[float]) -> tuple[float, float]:
    """The two coefficients of a sum, not below 0, of least squared relative error."""
    from scipy.optimize import nnls

    columns = np.column_stack([left, right])
    if np.linalg.matrix_rank(columns / columns.max(axis=0, initial=1.0)) < 2:
        raise GazekitError("the measured runs cannot tell the costs apart: measure others, of other stimuli and people")
    weight = 1 / np.maximum(np.abs(found), 1e-9)
    scale = columns.max(axis=0)
    solution, _ = nnls(columns / scale * weight[:, None], np.asarray(found) * weight)
    first, second = solution / scale
    return float(first), float(second)
