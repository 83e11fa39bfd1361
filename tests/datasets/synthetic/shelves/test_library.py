"""The cover library and its split."""

import numpy as np
import pytest

from gazekit.datasets.synthetic.shelves.library import (
    CLUSTERS,
    cluster_centres,
    cover_library,
    cover_name,
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
