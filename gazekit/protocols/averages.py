"""From values of pairs to one number: the averages of the field, and how they move with the images."""

from typing import NamedTuple

import numpy as np

from gazekit.evaluation.bootstrap import resample
from gazekit.protocols.protocol import Score


class Values(NamedTuple):
    """What a score is made of: a row per pair of paths, or per fixation of a person under a density.

    Attributes
    ----------
    values : (n, k) float64
        In the columns of the score; NaN where not defined.
    image : (n,) int64
        Number of the image.
    path : (n,) int64
        Row of the path that is judged.
    judge : (n,) int64
        Row of the person who judges it; of a density the path itself.
    own : (n,) bool
        Whether the path was made for this person.
    """

    values: np.ndarray
    image: np.ndarray
    path: np.ndarray
    judge: np.ndarray
    own: np.ndarray


class Number(NamedTuple):
    """One number, and what it is on every resampling of images.

    Attributes
    ----------
    value : float
        NaN where nothing is defined.
    resampled : (resamples,) float64
        The same resamplings for all numbers, so that differences have intervals.
    images, behind : int
        Images with a value; values behind the number.
    """

    value: float
    resampled: np.ndarray
    images: int
    behind: int


def ratio(total: np.ndarray, count: np.ndarray, behind: int) -> Number:
    """A sum over a count by image: every mean of the field is one, so that one resampling of images does for all."""
    draws = resample(len(total))
    sums, counts = total[draws].sum(axis=1), count[draws].sum(axis=1)
    means = np.divide(sums, counts, out=np.full(len(draws), np.nan), where=counts > 0)
    value = float(total.sum() / count.sum()) if count.sum() else float("nan")
    return Number(value, means, int((count > 0).sum()), behind)


def averaged(score: Score, found: Values, images: int, threshold: float = np.nan, *, by_judge: bool = False) -> Number:
    """A number that needs nothing but the values of its own pairs; see `image_sums`."""
    return ratio(*image_sums(score, found, images, threshold, by_judge=by_judge))


def image_sums(
    score: Score, found: Values, images: int, threshold: float = np.nan, *, by_judge: bool = False
) -> tuple[np.ndarray, np.ndarray, int]:
    """What a number is the ratio of, by image: the sum of its values, their count; and how many are behind it.

    Parameters
    ----------
    score : Score
        Of which the average is "pairs", "images", "paths", "best", "covered" or "recall".
    found : Values
        Pairs of one source.
    images : int
        How many images there are.
    threshold : float
        Of "covered".
    by_judge : bool
        "best" is the best for each judge, not for each path: so it is with people, of whom all judge.
    """
    values = found.values.mean(axis=1)
    better = np.maximum if score.with_options.higher_is_better else np.minimum
    worst = -np.inf if better is np.maximum else np.inf
    if score.averaged == "recall":
        own = np.full(int(found.path.max(initial=-1)) + 1, np.nan)
        own[found.path[found.own]] = values[found.own]
        nearer = (values > own[found.path]) if better is np.maximum else (values < own[found.path])
        which, first, place = np.unique(found.path, return_index=True, return_inverse=True)
        ahead = np.bincount(place, weights=nearer, minlength=len(which))
        known = np.isfinite(own[which])
        return _sums((ahead < score.nearest)[known].astype(float), found.image[first][known], images)
    if score.averaged == "covered":
        which, first, place = np.unique(found.judge, return_index=True, return_inverse=True)
        reached = np.zeros(len(which))
        np.maximum.at(reached, place, (values > threshold).astype(float))
        return _sums(reached, found.image[first], images)
    fine = ~np.isnan(values)  # a density that gives a fixation probability 0 is at minus infinity, not left out
    values, image = values[fine], found.image[fine]
    if score.averaged in ("best", "paths"):
        group = (found.judge if by_judge and score.averaged == "best" else found.path)[fine]
        which, first, place = np.unique(group, return_index=True, return_inverse=True)
        if score.averaged == "best":
            each = np.full(len(which), worst)
            better.at(each, place, values)
        else:
            each = np.bincount(place, weights=values, minlength=len(which)) / np.bincount(place, minlength=len(which))
        values, image = each, image[first]
    total, count, behind = _sums(values, image, images)
    if score.averaged == "images":
        total = np.divide(total, count, out=np.zeros(images), where=count > 0)
        count = (count > 0).astype(float)
    return total, count, behind


def _sums(values: np.ndarray, image: np.ndarray, images: int) -> tuple[np.ndarray, np.ndarray, int]:
    total, count = np.zeros((2, images))
    np.add.at(total, image, values)  # one by one, in the order of the pairs
    np.add.at(count, image, 1.0)
    return total, count, len(values)


def image_means(values: np.ndarray, image: np.ndarray, images: int) -> np.ndarray:
    """(images,): mean of the defined values of each image, NaN where there is none."""
    fine = np.isfinite(values)
    total, count, _ = _sums(values[fine], image[fine], images)
    return np.divide(total, count, out=np.full(images, np.nan), where=count > 0)


def diversity(model: Values, itself: Values, people: Values, images: int) -> Number:
    """Each image's value over 1 + how much more or less the model agrees with itself than people do."""
    across, own, human = (image_means(each.values[:, 0], each.image, images) for each in (model, itself, people))
    found = across / (1 + np.abs(own - human))
    fine = np.isfinite(found)
    return ratio(np.where(fine, found, 0.0), fine.astype(float), int(fine.sum()))


def divergence(people: Values, model: Values, images: int) -> Number:
    """Mean over columns of the divergence of people's histogram from the model's.

    On a resampling of images the edges of the bins stay those of all images.
    """
    draws, means, moved = resample(images), [], []
    for a, b in zip(people.values.T, model.values.T, strict=True):
        means.append(histogram_divergence(a, b))
        both = np.concatenate([a, b])
        both = both[np.isfinite(both)]
        edges = np.linspace(both.min(), both.max(), 100) if len(both) else np.linspace(0, 1, 100)
        h, m = (
            np.histogram2d(image[np.isfinite(v)], v[np.isfinite(v)], [np.arange(images + 1) - 0.5, edges])[0][
                draws
            ].sum(axis=1)
            for image, v in ((people.image, a), (model.image, b))
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            h, m = h / h.sum(axis=1, keepdims=True), m / m.sum(axis=1, keepdims=True) + 1e-10
            each = np.where(h > 0, h * np.log(h / (m / m.sum(axis=1, keepdims=True))), 0.0)
        moved.append(each.sum(axis=1))
    behind = int(np.isfinite(model.values).all(axis=1).sum())
    return Number(float(np.mean(means)), np.mean(moved, axis=0), len(np.unique(model.image)), behind)


def histogram_divergence(people: np.ndarray, model: np.ndarray, edges: int = 100) -> float:
    """Kullback-Leibler divergence, nat, of the histogram of people's scores from that of a model's.

    Histograms have the same edges from the least to the greatest of all scores; 1e-10 is added to the model's shares,
    which then are made to add up to 1 again. It falls with the number of scores, whoever is compared: equal numbers
    only can be compared.

    Parameters
    ----------
    people, model : (n,) float64
        Scores of pairs; NaN is left out.
    edges : int
        Edges of the bins, one more than bins.

    Returns
    -------
    float
        0 for equal histograms, about 23 at most; NaN without a score on one side.

    References
    ----------
    Cartella et al. (2025), ScanDiff, ICCV (src/gazetools/metrics/kld.py).

    Examples
    --------
    >>> histogram_divergence(np.array([0, 0.5, 1]), np.array([0, 0.5, 1])).__round__(6)
    0.0
    """
    people, model = people[np.isfinite(people)], model[np.isfinite(model)]
    if not len(people) or not len(model):
        return float("nan")
    low, high = min(people.min(), model.min()), max(people.max(), model.max())
    h, m = (np.histogram(scores, np.linspace(low, high, edges))[0] / len(scores) for scores in (people, model))
    m = (m + 1e-10) / (m + 1e-10).sum()
    some = h > 0
    return float((h[some] * np.log(h[some] / m[some])).sum())
