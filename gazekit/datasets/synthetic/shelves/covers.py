"""The cover library: what each cover is like, which covers are kept for testing, and how a cover looks.

A cover has six traits and a salience. Its picture is a background, a band, a blob and lines of text in closed form, so
that its traits can be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args, overload

import numpy as np

from gazekit.datasets.synthetic.draws import Draws
from gazekit.foundations.errors import GazekitError, check_known

CLUSTERS, TRAITS = 12, 6  # traits: red-green, blue-yellow, brightness, layout, texture, text density
SPREAD = 0.22  # standard deviation of a cover's traits around its cluster's, before the length is made 1
TEST_ROUND, ROUNDS = 3, 4  # of every four rounds of the clusters one is for testing
CANDIDATES = 512

Covers = Literal["train", "test", "all"]
HEIGHT, WIDTH = 48, 30  # px
BLOCK = 6  # px; side of the blocks whose level is a little off, as after strong compression
GAIN = 1.5  # traits of unit vectors in six dimensions rarely pass 0.7
RED_GREEN, BLUE_YELLOW = np.array([0.26, -0.20, 0.02]), np.array([0.16, 0.14, -0.30])


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
        check_known("part of the cover library", covers, get_args(Covers))
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


def draw_covers(books: Library) -> np.ndarray:
    """Draw all covers of a library.

    Parameters
    ----------
    books : Library
        Its traits and saliences.

    Returns
    -------
    (K, 48, 30, 3) uint8
        The same bytes on every machine: only sums, products, quotients and roundings are used.

    Notes
    -----
    Traits in order: the background's colour on a red-green and a blue-yellow axis, which drifts from top to bottom;
    its brightness; the height of the light band (the blob lies at the mirrored height); how fine the diagonal texture
    is; how many lines of text there are. Salience is the contrast and size of the blob.
    Where the blob stands across, how long the lines are, and the noise are a cover's own.

    Examples
    --------
    >>> draw_covers(cover_library(12)).shape
    (12, 48, 30, 3)
    """
    return np.stack([_cover(books, k) for k in range(books.size)])


def _cover(books: Library, number: int) -> np.ndarray:
    draws = Draws(books.seed, "shelves", "drawing", number)
    own, lengths = draws.uniform(4), draws.uniform(12)
    red, blue, bright, layout, texture, text = np.clip(GAIN * books.traits[number], -1.0, 1.0)
    strength = min(max((books.salience[number] + 2.5) / 5.0, 0.0), 1.0)
    v, u = ((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, None], ((np.arange(WIDTH) + 0.5) / WIDTH)[None, :]
    # Background: brightness, and a colour that drifts from top to bottom.
    drift = v - 0.5
    level = 0.52 + 0.22 * bright - 0.10 * drift
    colour = (red + 0.35 * drift)[..., None] * RED_GREEN + (blue - 0.35 * drift)[..., None] * BLUE_YELLOW
    picture = np.broadcast_to(level[..., None] + colour, (HEIGHT, WIDTH, 3)).copy()
    # Texture: a triangular wave along the diagonal; fine texture is also stronger.
    wave = (u * 0.625 + v) * (5.5 + 4.0 * texture) + own[0]
    picture += ((0.34 + 0.22 * texture) * (np.abs(wave - np.floor(wave) - 0.5) - 0.25))[..., None]
    # Light band of the opposite colour; its height on the cover is the layout.
    middle = 0.5 + 0.34 * layout
    band = np.abs(v - middle) < 0.09
    opposite = 0.86 - 0.6 * (red * RED_GREEN + blue * BLUE_YELLOW)
    picture[np.broadcast_to(band, (HEIGHT, WIDTH))] = opposite
    # Blob at the mirrored height: the more salient, the larger and the yellower.
    du, dv = (u - 0.3 - 0.4 * own[1]) * 0.625, v - (1.0 - middle)
    radius = 0.08 + 0.08 * strength
    blob = du * du + dv * dv < radius * radius
    share = 0.15 + 0.85 * strength
    picture[blob] = (1.0 - share) * picture[blob] + share * np.array([1.0, 0.92, 0.25])
    # Lines of dark text, 1 to 9.
    for line in range(round(5.0 + 4.4 * text)):
        top = 3 + 5 * line
        left, right = 3, 3 + int(10.0 + 15.0 * lengths[line])
        picture[top : top + 2, left:right] = 0.25 * picture[top : top + 2, left:right] + 0.02
    # Noise in whole grey levels: each block a little off, and each pixel.
    blocks = draws.below(9, (HEIGHT // BLOCK) * (WIDTH // BLOCK)).reshape(HEIGHT // BLOCK, WIDTH // BLOCK) - 4
    noise = draws.below(11, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) - 5
    noise = noise + np.repeat(np.repeat(blocks, BLOCK, axis=0), BLOCK, axis=1)
    return np.clip(np.floor(255.0 * picture + 0.5) + noise[..., None], 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def pictures(size: int, seed: int) -> np.ndarray:
    """(K, 48, 30, 3) uint8: the covers of a library, drawn once; cannot be written to."""
    drawn = draw_covers(cover_library(size, seed))
    drawn.setflags(write=False)
    return drawn


@dataclass(frozen=True)
class CoverPicture:
    """Picture of one cover, drawn when it is called; small, and can be sent to other processes.

    Parameters
    ----------
    size, seed : int
        Of the library.
    number : int
        Which cover.
    height, width : int
        What it is brought to, px, by taking the nearest pixel.

    Examples
    --------
    >>> CoverPicture(24, 0, 17)().shape, CoverPicture(24, 0, 17, 60, 25)().shape
    ((48, 30, 3), (60, 25, 3))
    """

    size: int
    seed: int
    number: int
    height: int = HEIGHT
    width: int = WIDTH

    def __call__(self) -> np.ndarray:
        """(height, width, 3) uint8."""
        picture = pictures(self.size, self.seed)[self.number]
        if (self.height, self.width) == (HEIGHT, WIDTH):
            return picture
        rows, columns = np.arange(self.height) * HEIGHT // self.height, np.arange(self.width) * WIDTH // self.width
        return picture[rows[:, None], columns[None, :]]


class CoverPictures(Sequence[np.ndarray]):
    """Pictures of several covers, each drawn when it is asked for: what `Objects.crops` of a shelf is.

    Parameters
    ----------
    covers : sequence of CoverPicture
        Which, and how large.
    """

    def __init__(self, covers: Sequence[CoverPicture]) -> None:
        self.covers = tuple(covers)

    def __len__(self) -> int:
        return len(self.covers)

    @overload
    def __getitem__(self, key: int) -> np.ndarray: ...
    @overload
    def __getitem__(self, key: slice) -> "CoverPictures": ...
    def __getitem__(self, key: int | slice) -> "np.ndarray | CoverPictures":
        """(h, w, 3) uint8, or the pictures of a slice."""
        return CoverPictures(self.covers[key]) if isinstance(key, slice) else self.covers[key]()
