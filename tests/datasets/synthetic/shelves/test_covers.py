"""Pictures of covers: the bytes that every machine must draw, and whether they show what they are drawn from."""

import hashlib
import pickle

import numpy as np
import pytest

from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves.covers import (
    CLUSTERS,
    CoverPicture,
    CoverPictures,
    cluster_centres,
    cover_library,
    cover_name,
    draw_covers,
    pictures,
    similarities,
)
from gazekit.foundations.errors import GazekitError, UnknownNameError


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_far_apart_and_their_covers_near(seed):
    centres, books = cluster_centres(seed), cover_library(400, seed)
    np.testing.assert_allclose(np.linalg.norm(books.traits, axis=1), 1, rtol=1e-12)
    between = (centres @ centres.T)[~np.eye(CLUSTERS, dtype=bool)]
    assert between.max() < 0.5
    alike = books.traits @ books.traits.T
    same = books.cluster[:, None] == books.cluster
    assert alike[same].mean() > 0.7
    assert abs(alike[~same].mean()) < 0.15


def test_similarity_is_the_inner_product():
    books = cover_library(60)
    np.testing.assert_allclose(similarities(books, np.arange(60), 7), books.traits @ books.traits[7], rtol=1e-12)


@pytest.mark.parametrize("size", [48, 100, 400, 1000])
def test_train_and_test_are_a_partition_with_every_cluster_in_both(size):
    books = cover_library(size)
    train, test = books.part("train"), books.part("test")
    assert sorted([*train, *test]) == books.part("all").tolist() == list(range(size))
    assert set(books.cluster[train]) == set(books.cluster[test]) == set(range(CLUSTERS))


def test_a_cover_is_in_the_same_part_of_a_larger_library():
    small, large = (set(cover_library(n).part("test")) for n in (100, 400))
    assert small == {k for k in large if k < 100}


def test_names():
    assert [cover_name(17), cover_name(1234)] == ["cover 017", "cover 1234"]


def test_what_cannot_be():
    with pytest.raises(UnknownNameError, match="no part of the cover library called 'tests'; did you mean 'test'?"):
        cover_library(60).part("tests")
    with pytest.raises(GazekitError, match="at least one cover of each of its 12 clusters, not 11"):
        cover_library(11)
    with pytest.raises(ValueError, match="read-only"):
        cover_library(60).traits[0, 0] = 1


def digest(array):
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(("seed", "expected"), [(0, "452324df9344793b"), (1, "cc794149a18c2d52")])
def test_pixels_are_pinned(seed, expected):
    assert digest(pictures(60, seed)) == expected


def test_traits_and_saliences_are_pinned():
    books = cover_library(60, 0)
    assert digest(np.column_stack([books.traits, books.salience]).astype("<f8")) == "04eecba2df798cc3"


def test_covers_of_a_larger_library_begin_with_those_of_a_smaller_one():
    assert (pictures(60, 0)[:24] == draw_covers(cover_library(24, 0))).all()


def test_covers_are_alike_within_clusters_and_differ_between():
    """The nearest other cover, by the mean colours of 16 x 3 patches, is mostly of the same cluster (chance 1/12)."""
    books = cover_library(240, 0)
    patches = pictures(240, 0).reshape(240, 16, 3, 3, 10, 3).mean(axis=(2, 4)).reshape(240, -1)
    distance = np.linalg.norm(patches[:, None] - patches[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (books.cluster[distance.argmin(axis=1)] == books.cluster).mean() > 0.6
    same = (books.cluster[:, None] == books.cluster) & np.isfinite(distance)
    assert distance[same].mean() < 0.75 * distance[(books.cluster[:, None] != books.cluster)].mean()


def test_a_linear_reader_finds_traits_on_covers_that_it_has_not_seen():
    """Colours, brightness, layout, text and salience can be read from patches; texture from their contrast."""
    books, drawn = cover_library(1500, 0), pictures(1500, 0).astype(float) / 255
    patches = drawn.reshape(1500, 16, 3, 6, 5, 3)
    seen = np.hstack([patches.mean(axis=(2, 4)).reshape(1500, -1), patches.std(axis=(2, 4)).reshape(1500, -1)])
    seen = np.hstack([seen, np.ones((1500, 1))])
    told = np.column_stack([books.traits, books.salience])
    gram = seen[:1200].T @ seen[:1200] + 0.1 * np.eye(seen.shape[1])
    guess = seen[1200:] @ np.linalg.solve(gram, seen[:1200].T @ told[:1200])
    explained = 1 - ((guess - told[1200:]) ** 2).mean(axis=0) / told[1200:].var(axis=0)
    assert (explained[:3] > 0.95).all()
    assert (explained[3:] > 0.6).all()


def test_another_size_takes_the_nearest_pixel():
    small, double = CoverPicture(24, 0, 5)(), CoverPicture(24, 0, 5, 96, 60)()
    assert (double == np.repeat(np.repeat(small, 2, axis=0), 2, axis=1)).all()


def test_pictures_are_sent_small_and_cannot_be_written_to():
    sent = pickle.dumps(CoverPictures([CoverPicture(400, 0, k) for k in range(32)]))
    assert len(sent) < 4000
    crops = pickle.loads(sent)  # noqa: S301
    assert (crops[3] == pictures(400, 0)[3]).all()
    assert len(crops[1:4]) == 3
    with pytest.raises(ValueError, match="read-only"):
        crops[0][:] = 0


def test_bell_is_nearly_normal_and_uniform_is_uniform():
    bell, uniform = Draws(0, "t").bell(200_000), Draws(1, "t").uniform(200_000)
    assert abs(bell.mean()) < 0.01
    assert abs(bell.std() - 1) < 0.01
    assert abs((bell > 1.96).mean() - 0.025) < 0.002
    assert abs(uniform.mean() - 0.5) < 0.003
    assert abs(uniform.std() - 12**-0.5) < 0.002
