"""Clusters of fixations: scikit-learn's own, the JSON file, and what is refused."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import MeanShift, estimate_bandwidth

from gazekit import Frame, load_dataset
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.metrics.labels.clusters import Clusters, mean_shift, mean_shift_clusters
from gazekit.metrics.strings.sequence_score import sequence_score

FRAME = Frame(800, 600)


@pytest.fixture
def paths(scanpaths_of):
    """Four people on three images, fixations around three places of each."""
    stimuli, subjects = np.repeat(["a", "b", "c"], 4), np.tile(["p", "q", "r", "t"], 3)
    made = scanpaths_of([9] * 12, frame=FRAME, stimulus=stimuli, subject=subjects)
    rng = np.random.default_rng(5)
    places = rng.uniform(100, 500, (3, 3, 2))
    xy = places[np.repeat(np.arange(3), 36), rng.integers(0, 3, 108)] + rng.normal(0, 8, (108, 2))
    return made.replace(x=xy[:, 0], y=xy[:, 1])


@pytest.mark.parametrize("bandwidth", [pytest.param(None, id="estimated"), pytest.param(60.0, id="given")])
def test_centres_and_labels_are_scikit_learns(paths, bandwidth):
    clusters = mean_shift_clusters(paths, bandwidth_px=bandwidth)
    labelled = clusters.label(paths)
    for stimulus, part in labelled.groupby("stimulus"):
        xy = np.column_stack([part.x, part.y])
        wanted = bandwidth or estimate_bandwidth(xy, quantile=0.3)
        fitted = MeanShift(bandwidth=wanted).fit(xy)
        assert clusters.centres[stimulus,] == pytest.approx(fitted.cluster_centers_, abs=1e-9)
        assert part.object_id.tolist() == fitted.predict(xy).tolist()
        assert clusters.bandwidths[stimulus,] == pytest.approx(wanted, rel=1e-12)
        assert clusters.frames[stimulus,] == (800, 600)


def test_three_places_are_three_clusters(paths):
    clusters = mean_shift_clusters(paths, bandwidth_px=40)
    assert [len(centres) for centres in clusters.centres.values()] == [3, 3, 3]
    labelled = clusters.label(paths)
    assert 0 < sequence_score(labelled[0], labelled[1], symbols="objects") <= 1


def test_groups_by_stimulus_and_task(paths):
    tasks = np.tile(["cup", "fork"], 6)
    searched = paths.replace(table=paths.table.assign(task=tasks))
    clusters = mean_shift_clusters(searched, by=("stimulus", "task"), bandwidth_px=40)
    assert sorted(clusters.centres) == list(itertools.product("abc", ["cup", "fork"]))
    only = searched.filter(stimulus="b", task="fork")
    again = mean_shift_clusters(only, bandwidth_px=40)
    assert clusters.centres["b", "fork"].tolist() == again.centres["b",].tolist()


def test_the_first_fixation_can_be_left_out(paths):
    whole, later = (mean_shift_clusters(paths, bandwidth_px=40, skip_first=flag) for flag in (False, True))
    assert (whole.parameters["n_fixations"], later.parameters["n_fixations"]) == (108, 96)
    rest = paths.replace(
        x=paths.x[paths.rank_of() > 0],
        y=paths.y[paths.rank_of() > 0],
        duration=paths.duration[paths.rank_of() > 0],
        offsets=np.arange(13) * 8,
    )
    assert later.centres["a",].tolist() == mean_shift_clusters(rest, bandwidth_px=40).centres["a",].tolist()


def test_predictions_go_to_the_nearest_centre(paths):
    clusters = Clusters(("stimulus",), {("a",): np.array([[0, 0], [100, 0.0]])}, {("a",): (800, 600)}, {("a",): 1}, {})
    path = paths[[0]].replace(x=[10, 60, 50, np.nan, 900], y=[0, 5, 0, 1, 0], offsets=[0, 5], duration=None)
    assert clusters.label(path).object_id.tolist() == [0, 1, 0, -1, 1]  # the first of two equally near


def test_one_place_is_one_cluster(paths):
    same = paths.replace(x=np.full(108, 4.0), y=np.full(108, 3.0))
    clusters = mean_shift_clusters(same)
    assert clusters.centres["a",].tolist() == [[4, 3]]
    assert clusters.bandwidths["a",] == 0
    assert mean_shift_clusters(paths[[0]].replace(x=[4], y=[3], offsets=[0, 1], duration=None)).centres["a",].shape == (
        1,
        2,
    )


def test_saved_and_loaded(paths, tmp_path):
    clusters = mean_shift_clusters(paths)
    clusters.save(tmp_path / "clusters.json")
    again = Clusters.load(tmp_path / "clusters.json")
    assert again.by == clusters.by
    assert again.parameters == clusters.parameters
    assert again.bandwidths == clusters.bandwidths
    assert again.frames == clusters.frames
    for key in clusters.centres:
        assert again.centres[key].tolist() == clusters.centres[key].tolist()  # not a bit lost
    assert again.label(paths).object_id.tolist() == clusters.label(paths).object_id.tolist()
    content = json.loads((tmp_path / "clusters.json").read_text())
    assert (content["format"], content["version"], len(content["groups"])) == ("gazekit-clusters", 1, 3)
    assert content["parameters"]["quantile"] == 0.3


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_of_paths_does_not_change_labels_of_people(scanpaths_of, seed):
    made = scanpaths_of([6] * 5, frame=FRAME, seed=seed, stimulus=["s"] * 5)
    order = np.random.default_rng(seed).permutation(5)
    here = mean_shift_clusters(made, bandwidth_px=150)
    there = mean_shift_clusters(made[order], bandwidth_px=150)
    assert len(here.centres["s",]) == len(there.centres["s",])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("{", "is not JSON", id="not-json"),
        pytest.param("[1]", "holds no clusters", id="a-list"),
        pytest.param('{"format": "other"}', "holds no clusters", id="another-format"),
        pytest.param('{"format": "gazekit-clusters", "version": 9}', "is version 9", id="another-version"),
        pytest.param(
            '{"format": "gazekit-clusters", "version": 1, "by": []}', "does not hold what it should", id="damaged"
        ),
    ],
)
def test_files_that_are_refused(tmp_path, content, message):
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(DataError, match=message):
        Clusters.load(tmp_path / "c.json")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        Clusters.load(tmp_path / "c.json")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: mean_shift_clusters(p, bandwidth_px=0), GazekitError, "bandwidth_px must", id="width"),
        pytest.param(lambda p: mean_shift_clusters(p, quantile=0), GazekitError, "quantile must", id="quantile"),
        pytest.param(lambda p: mean_shift_clusters(p, factors=[]), GazekitError, "factors must", id="no-factors"),
        pytest.param(lambda p: mean_shift_clusters(p, factors=[1, 0]), GazekitError, "factors must", id="factors"),
        pytest.param(lambda p: mean_shift_clusters(p, by=["image"]), GazekitError, "no column 'image'", id="by"),
        pytest.param(
            lambda p: mean_shift_clusters(p[[0]].replace(x=[], y=[], offsets=[0, 0], duration=None)),
            GazekitError,
            "stimulus 'a' has no fixation",
            id="empty",
        ),
        pytest.param(
            lambda p: mean_shift_clusters(p.replace(table=p.table.assign(width=np.arange(12.0) + 700))),
            MismatchError,
            "frames of stimulus 'a' differ",
            id="frames",
        ),
        pytest.param(
            lambda p: mean_shift_clusters(p.filter(stimulus="a")).label(p), GazekitError, "no clusters for", id="group"
        ),
        pytest.param(
            lambda p: mean_shift_clusters(p).label(p.rescale(Frame(80, 60))),
            MismatchError,
            "a path on 80 x 60; use rescale",
            id="another-frame",
        ),
    ],
)
def test_errors_say_what_to_do(paths, call, error, message):
    with pytest.raises(error, match=message):
        call(paths)


def test_degrees_are_refused(scanpaths_of):
    paths = scanpaths_of([3], frame=Frame(800, 600, px_per_degree=30)).to_degrees()
    with pytest.raises(MismatchError, match="before to_degrees"):
        mean_shift_clusters(paths)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bandwidth", [15.0, 60.0, 200.0])
def test_mean_shift_of_scattered_points_is_scikit_learns(seed, bandwidth):
    xy = np.random.default_rng(seed).normal((400, 300), (150, 100), (90, 2)).round(seed % 2 + 1)
    ours, theirs = mean_shift(xy, bandwidth), MeanShift(bandwidth=bandwidth).fit(xy)
    assert len(ours) == len(theirs.cluster_centers_)
    nearest = ((xy[:, None] - ours) ** 2).sum(axis=2).argmin(axis=1)
    both = set(zip(nearest.tolist(), theirs.predict(xy).tolist(), strict=True))
    assert len(both) == len({a for a, _ in both}) == len({b for _, b in both})  # the same parts, whatever their numbers


def test_the_factor_with_most_saccades_between_clusters_is_kept(paths):
    factors = (0.2, 1.0, 1.8)
    chosen = mean_shift_clusters(paths, factors=factors)
    for stimulus, part in paths.groupby("stimulus"):
        estimate = estimate_bandwidth(np.column_stack([part.x, part.y]), quantile=0.3)
        rates = []
        for factor in factors:
            labelled = mean_shift_clusters(part, bandwidth_px=estimate * factor)
            labels = [path.object_id for path in labelled.label(part)]
            stays = sum(int((np.diff(one) == 0).sum()) for one in labels)
            moves = sum(len(one) - 1 for one in labels) - stays
            rates.append((moves - stays) / len(labelled.centres[stimulus,]))
        best = factors[int(np.argmax(rates))]
        assert chosen.bandwidths[stimulus,] == pytest.approx(estimate * best)
    assert chosen.parameters["factors"] == [0.2, 1.0, 1.8]


@pytest.mark.data
def test_clusters_of_people(data_root):
    """On OSIE people agree with each other on an image's clusters far more than with another image's people."""
    humans = load_dataset("osie", root=data_root / "osie").scanpaths
    humans = humans.filter(stimulus=list(dict.fromkeys(humans.table["stimulus"]))[:3])
    labelled = mean_shift_clusters(humans, bandwidth_px=60).label(humans)
    assert (labelled.object_id >= 0).all()
    scores = []
    for _, part in labelled.groupby("stimulus"):
        scores += [sequence_score(part[i], part[j], symbols="objects") for i, j in itertools.combinations(range(15), 2)]
    assert 0.3 < np.mean(scores) < 0.7
