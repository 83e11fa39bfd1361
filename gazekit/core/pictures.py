"""One picture under two names: files of the same bytes, and photographs that were coded, scaled or cut anew."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from gazekit.core.trials import Trial
from gazekit.files.atomic import sha256_of
from gazekit.files.images import read_image_file
from gazekit.foundations.errors import GazekitError

SIDE = 64  # of the small grey pictures that are compared
SIGNS = 16  # rows and columns of parts, of which each is darker than its right neighbour or not
MARGIN = 6  # by which a copy may be shifted, of SIDE
# OSIE, MIT1003 and Interiors (435,711 pairs): copies, looked at, have 0 to 48 other signs and a correlation of 0.86 or
# more; the next pair within 64 signs has 0.47.
MAY_BE = 64  # most signs of 256 in which a copy differs; about half differ of two pictures
COPY = 0.8  # least correlation of a copy, where it fits best
# Share of px that differ by rounding only from what their neighbours go on to: the same photographs have 0.81 at most,
# gradients with up to 30 items 0.85 or more.
GRADIENT = 0.83
SEEN = 32  # most signs in which a picture differs from one that was learned, of which nothing but the signs is kept


def small_grey(image: np.ndarray) -> np.ndarray:
    """The picture in grey, (64, 64) float32 of 0 to 255, whatever its shape.

    Parameters
    ----------
    image : (H, W, 3) uint8

    Examples
    --------
    >>> half = np.zeros((90, 120, 3), np.uint8)
    >>> half[:, 60:] = 255
    >>> small_grey(half).shape, small_grey(half)[0, [31, 32]].tolist()
    ((64, 64), [0.0, 255.0])
    """
    from PIL import Image

    grey = Image.fromarray(np.ascontiguousarray(image)).convert("L")
    return np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)


def copies(pictures: np.ndarray, others: np.ndarray | None = None) -> Iterator[tuple[int, int, float]]:
    """Pairs of pictures that are one photograph, coded, scaled or made brighter, or with 3 % cut off at two sides.

    Where more was cut off it is not always found: of 200 photographs of OSIE half with 5 %, one in twenty with 8 %.

    Drawn displays, of items on a plain background or on a gradient, are left out: two of them differ in
    few places, and are two displays all the same. Pictures that are mirrored or turned are others.

    Parameters
    ----------
    pictures : (n, 64, 64) float32
        See `small_grey`.
    others : (m, 64, 64) float32, optional
        Compared with these; without, each two of `pictures` once.

    Yields
    ------
    (int, int, float)
        Rows of the two, and the largest correlation of the middle of one with a part of the other, 0.8 to 1.

    Examples
    --------
    >>> from skimage.data import astronaut, coffee
    >>> found = copies(np.stack([small_grey(p) for p in (astronaut(), coffee(), astronaut()[15:, :-15])]))
    >>> [(one, two) for one, two, _ in found]
    [(0, 2)]
    """
    from skimage.feature import match_template

    alone = others is None
    others = pictures if others is None else others
    ours, theirs = _signs(pictures), _signs(others)
    drawn, drawn_too = _drawn(pictures), _drawn(others)
    inside = slice(MARGIN, -MARGIN)
    for i in np.flatnonzero(~drawn):
        may_be = (_differ(theirs, ours[i]) <= MAY_BE) & ~drawn_too
        for j in np.flatnonzero(may_be[i + 1 :]) + i + 1 if alone else np.flatnonzero(may_be):
            one, two = pictures[i], others[j]
            fit = max(match_template(b, a[inside, inside]).max() for a, b in ((one, two), (two, one)))
            if fit >= COPY:
                yield int(i), int(j), float(fit)


def look_of(image: np.ndarray) -> str:
    """What is kept of a picture to know it again: 256 signs, 64 hexadecimal digits; nothing of a drawn display.

    Parameters
    ----------
    image : (H, W, 3) uint8

    Examples
    --------
    >>> from skimage.data import astronaut
    >>> len(look_of(astronaut())), look_of(np.full((90, 120, 3), 128, np.uint8))
    (64, '')
    """
    small = small_grey(image)[None]
    return "" if _drawn(small)[0] else _signs(small).tobytes().hex()


def looks_like(look: str, others: Iterable[str]) -> bool:
    """Whether a picture is one of others, perhaps coded, scaled or made brighter; see `look_of`.

    Of 934 photographs of OSIE, MIT1003 and Interiors, coded anew (JPEG of quality 20), scaled to 512 x 384 or
    320 x 240 px, or made brighter, 98.8 % are known again. Two that are no copies differ in 48 signs at least.

    Examples
    --------
    >>> from skimage.data import astronaut, coffee
    >>> looks_like(look_of(astronaut()[::2, ::2]), [look_of(coffee()), look_of(astronaut())])
    True
    """
    if not look:
        return False
    mine, known = (np.frombuffer(bytes.fromhex(each), np.uint64).reshape(-1, 4) for each in (look, "".join(others)))
    return bool((_differ(known, mine) <= SEEN).any())


def _signs(pictures: np.ndarray) -> np.ndarray:
    """(n, 4) uint64, 256 bits: whether each part of a picture is darker than the part right of it, around the edge."""
    parts = pictures.reshape(len(pictures), SIGNS, SIDE // SIGNS, SIGNS, SIDE // SIGNS).mean(axis=(2, 4))
    darker = (np.roll(parts, -1, axis=2) > parts).reshape(len(pictures), SIGNS**2)
    return np.packbits(darker, axis=1).view(np.uint64)


def _differ(signs: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) how many signs of each picture are other ones."""
    return np.asarray(np.bitwise_count(signs ^ others).sum(axis=1))


def _drawn(pictures: np.ndarray) -> np.ndarray:
    """(n,) bool: more than half of the pixels equal the next one, to one of 255, or nearly all go on as a gradient."""
    flat = [(np.abs(np.diff(each)) < 1).mean() > 0.5 for each in pictures]
    bent = [[(np.abs(np.diff(each, 2, axis=axis)) <= 2).mean() for axis in (0, 1)] for each in pictures]
    return np.array(flat, dtype=bool) | (np.reshape(bent, (-1, 2)).min(axis=1) > GRADIENT)


def same_pictures(trials: Iterable[Trial]) -> list[list[str]]:
    """Names of stimuli that show one picture, in groups of two or more; see `copies`.

    Of drawn displays those whose files hold the same bytes. Pictures that cannot be read are left to those who need
    them.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    shown = list({trial.stimulus: trial for trial in trials if trial.has("image")}.values())
    readable, pictures = [], []
    by_bytes: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    for k, trial in enumerate(shown):
        source = trial.image_source
        try:
            image = read_image_file(source, at_least=2 * SIDE) if isinstance(source, Path) else trial.image
        except GazekitError:
            continue
        readable.append(k)
        pictures.append(small_grey(image))
        if isinstance(source, Path):
            pairs.append((by_bytes.setdefault(sha256_of(source), k), k))
    if not readable:
        return []
    pairs += [(readable[i], readable[j]) for i, j, _ in copies(np.stack(pictures))]
    one, two = np.array(pairs, dtype=int).reshape(-1, 2).T
    number, group = connected_components(coo_array((np.ones(len(one)), (one, two)), shape=(len(shown),) * 2))
    groups: list[list[str]] = [[] for _ in range(number)]
    for trial, g in zip(shown, group, strict=True):
        groups[g].append(trial.stimulus)
    return [sorted(names) for names in groups if len(names) > 1]
