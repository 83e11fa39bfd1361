"""The cover library: what each cover is like (six numbers and a salience), and which are kept for testing."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from gazekit.datasets.synthetic.draws import Draws
from gazekit.foundations.errors import GazekitError, UnknownNameError

CLUSTERS, TRAITS = 12, 6  # traits: red-green, blue-yellow, brightness, layout, texture, text density
SPREAD = 0.22  # standard deviation of a cover's traits around its cluster's, before the length is made 1
TEST_ROUND, ROUNDS = 3, 4  # of every four rounds of the clusters one is for testing
CANDIDATES = 512

Covers = Literal["train", "test", "all"]


@dataclass(frozen=True, eq=False)
class Library:
    """Covers as numbers.

    Parameters
    ----------
    size, seed : int
        What it was made from.
    traits : (K, 6) float64
        Unit vectors; the similarity of two covers is their inner product, -1 to 1.
    salience : (K,) float64
        Mean about 0, standard deviation about 1.
    cluster : (K,) int64
        0 to 11; cover k is of cluster k modulo 12.
    """

    size: int
    seed: int
    traits: np.ndarray
    salience: np.ndarray
    cluster: np.ndarray

    def part(self, covers: str) -> np.ndarray:
        """(n,) int64: numbers of the covers for training, for testing, or all.

        Raises
        ------
        UnknownNameError
            Another part.

        Examples
        --------
        >>> books = cover_library(400)
        >>> len(books.part("train")), len(books.part("test")), set(books.part("train")) & set(books.part("test"))
        (304, 96, set())
        """
        if covers not in get_args(Covers):
            raise UnknownNameError("part of the cover library", str(covers), get_args(Covers))
        numbers = np.arange(self.size)
        kept_for_testing = (numbers // CLUSTERS) % ROUNDS == TEST_ROUND
        return numbers if covers == "all" else numbers[kept_for_testing == (covers == "test")]


def cover_name(number: int) -> str:
    """Name of a cover: "cover 017"."""
    return f"cover {number:03d}"


@lru_cache(maxsize=8)
def cover_library(size: int = 400, seed: int = 0) -> Library:
    """Make the cover library of a seed.

    A cover's numbers depend on the seed and its own number only, so a larger library begins with the smaller one.

    Parameters
    ----------
    size : int
        Covers, at least 12.
    seed : int
        Seed of clusters and covers.

    Returns
    -------
    Library
        Its arrays cannot be written to.

    Raises
    ------
    GazekitError
        Fewer covers than clusters.

    Examples
    --------
    >>> small, large = cover_library(24), cover_library(48)
    >>> bool((small.traits == large.traits[:24]).all())
    True
    """
    if size < CLUSTERS:
        raise GazekitError(f"the cover library needs at least one cover of each of its {CLUSTERS} clusters, not {size}")
    centres, cluster = cluster_centres(seed), np.arange(size) % CLUSTERS
    drawn = np.stack([Draws(seed, "shelves", "cover", k).bell(TRAITS + 1) for k in range(size)])
    made = Library(size, seed, _units(centres[cluster] + SPREAD * drawn[:, :TRAITS]), drawn[:, TRAITS].copy(), cluster)
    for array in (made.traits, made.salience, made.cluster):
        array.setflags(write=False)
    return made


def cluster_centres(seed: int) -> np.ndarray:
    """(12, 6) float64: unit vectors far from each other; each is the farthest of 512 random ones from those before."""
    candidates = _units(Draws(seed, "shelves", "clusters").bell(CANDIDATES * TRAITS).reshape(-1, TRAITS))
    chosen, nearest = [0], np.full(CANDIDATES, -np.inf)
    for _ in range(CLUSTERS - 1):
        nearest = np.maximum(nearest, _inner(candidates, candidates[chosen[-1]]))
        chosen.append(int(nearest.argmin()))
    return candidates[chosen]


def similarities(books: Library, covers: np.ndarray, target: int) -> np.ndarray:
    """(P,) float64: how alike the covers of these numbers and the target cover are, -1 to 1."""
    return _inner(books.traits[covers], books.traits[target])


def _inner(vectors: np.ndarray, one: np.ndarray) -> np.ndarray:
    # Added up trait by trait: the order of the terms, and so the last bit, is the same on every machine.
    total = vectors[:, 0] * one[0]
    for k in range(1, TRAITS):
        total = total + vectors[:, k] * one[k]
    return total


def _units(vectors: np.ndarray) -> np.ndarray:
    squares = vectors[:, 0] * vectors[:, 0]
    for k in range(1, TRAITS):
        squares = squares + vectors[:, k] * vectors[:, k]
    return vectors / np.sqrt(squares)[:, None]
