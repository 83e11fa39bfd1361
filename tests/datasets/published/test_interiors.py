import numpy as np
import pytest
from scipy.io import loadmat

from gazekit.datasets import load_dataset
from gazekit.datasets.published.interiors import START_RADIUS
from gazekit.foundations.errors import DataError, GazekitError


@pytest.fixture(scope="module")
def interiors(data_root):
    return load_dataset("interiors", data_root / "interiors", first="keep")


@pytest.fixture(scope="module")
def published(data_root):
    return load_dataset("interiors", data_root / "interiors", coordinates="published", first="keep")


def points(paths, which):
    return np.column_stack([paths.x[which], paths.y[which]])


def in_target(data):
    paths = data.scanpaths
    boxes = np.array([data.trial(t).target_box for t in data.stimuli])
    row = {name: k for k, name in enumerate(data.stimuli)}
    box = boxes[[row[t] for t in paths.table["trial"]]]
    last = points(paths, paths.offsets[1:] - 1)
    return ((last >= box[:, :2]) & (last <= box[:, 2:])).all(axis=1)


@pytest.mark.data
def test_counts_of_the_published_set(interiors):
    assert len(interiors.trials) == 134
    assert len(interiors.subjects) == 57
    assert len(interiors.scanpaths.x) == 47383
    empty = interiors.dropped["trials without a fixation (left out)"]
    assert (len(interiors.scanpaths), empty) == (7450, 5)
    found = int(interiors.scanpaths.table["target_found"].sum())
    assert found == 4054
    assert found / (len(interiors.scanpaths) + empty) == pytest.approx(0.544, abs=5e-4)
    assert set(interiors.scanpaths.table["saccades_allowed"]) == {2, 3, 4, 8, 12, 16, 64}
    assert {t.max_fixations for t in interiors.trials} == {12}
    assert interiors.dropped["fixations longer than 5000 ms (kept)"] == 41


@pytest.mark.data
def test_empty_trials_can_be_kept(data_root):
    data = load_dataset("interiors", data_root / "interiors", keep_empty=True, first="keep")
    assert len(data.scanpaths) == 7455
    assert (data.scanpaths.lengths == 0).sum() == 5


@pytest.mark.data
def test_long_fixations_can_be_left_out(data_root):
    data = load_dataset("interiors", data_root / "interiors", max_duration=5000, first="keep")
    assert data.dropped["fixations longer than 5000 ms (dropped)"] == 41
    assert len(data.scanpaths.x) == 47383 - 41
    assert data.scanpaths.duration.max() <= 5000


@pytest.mark.data
def test_published_positions_are_those_of_the_files(published, data_root):
    folder = data_root / "interiors/MatlabCode/data_new/new_matrix/sinfo_subj"
    raw = loadmat(folder / "info_per_subj_4.mat")["info_per_subj"].ravel()
    for record in raw[:20]:
        path = published.scanpaths.filter(subject="04", stimulus=str(record["image_name"][0]))[0]
        np.testing.assert_allclose(path.x, record["x"].ravel())
        np.testing.assert_allclose(path.y, record["y"].ravel())
        np.testing.assert_allclose(path.duration, record["dur"].ravel())


@pytest.mark.data
@pytest.mark.slow
def test_every_template_is_found_at_its_box_as_x_then_y(interiors):
    """The notes beside the data say rows first: template matching on the images says columns first."""
    for trial in interiors.trials:
        image, target = trial.image[..., 0].astype(int), trial.target[..., 0].astype(int)
        x, y = int(trial.target_box.x0), int(trial.target_box.y0)
        here = np.abs(image[y : y + 72, x : x + 72] - target).mean()
        swapped = image[x : x + 72, y : y + 72]
        assert swapped.shape != target.shape or here < np.abs(swapped - target).mean(), trial.id
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            beside = image[y + dy : y + dy + 72, x + dx : x + dx + 72]
            assert beside.shape != target.shape or here < np.abs(beside - target).mean(), (trial.id, dx, dy)


@pytest.mark.data
def test_successful_searches_end_in_the_box(interiors, published):
    found = interiors.scanpaths.table["target_found"].to_numpy()
    assert in_target(interiors)[found].sum() == 3090
    assert in_target(published)[found].sum() < 3090
    assert in_target(interiors)[~found].mean() < 0.04


@pytest.mark.data
def test_published_positions_of_failed_searches_are_displaced(interiors, published):
    """All of them, by the screen's margins; successful ones on the smaller screen, by their difference."""
    table = interiors.scanpaths.table
    a, b = interiors.scanpaths, published.scanpaths
    free = (b.x > 0) & (b.x < 1024) & (b.y > 0) & (b.y < 768)  # not clipped by the authors
    found, small = (table[c].to_numpy()[a.path_of()] for c in ("target_found", "screen_height"))
    shift = np.column_stack([b.x - a.x, b.y - a.y])
    for is_found, height, expected in (
        (True, 1024, (0, 0)),
        (True, 960, (32, -32)),
        (False, 1024, (128, 128)),
        (False, 960, (128, 96)),
    ):
        rows = free & (found == is_found) & (small == height)
        assert np.abs(shift[rows] - expected).max() < 1e-6, (is_found, height)


@pytest.mark.data
def test_repaired_failed_searches_look_where_successful_ones_do(interiors, published):
    """An outside check of the repair: fixations of failed searches on the smoothed fixation map of the
    successful searches of the other group of people (whose positions need no repair), in standard deviations
    (NSS)."""
    from scipy.ndimage import gaussian_filter

    table = interiors.scanpaths.table
    reference = interiors.scanpaths.filter((table["target_found"] & (table["screen_height"] == 1024)).to_numpy())
    scores = {"repaired": [], "published": []}
    for name in interiors.stimuli[:40]:
        on = reference.filter(stimulus=name)
        later = on.rank_of() > 0
        if not later.any():
            continue
        density = np.zeros((97, 129))
        x, y = np.clip(on.x[later], 0, 1024), np.clip(on.y[later], 0, 768)
        np.add.at(density, ((y / 8).astype(int), (x / 8).astype(int)), 1)
        density = gaussian_filter(density, 3)
        density = (density - density.mean()) / density.std()
        for label, data in (("repaired", interiors), ("published", published)):
            lost = data.scanpaths.filter(stimulus=name, target_found=False, screen_height=960)
            keep = (lost.rank_of() > 0) & (lost.x >= 0) & (lost.x <= 1024) & (lost.y >= 0) & (lost.y <= 768)
            scores[label] += density[(lost.y[keep] / 8).astype(int), (lost.x[keep] / 8).astype(int)].tolist()
    assert np.mean(scores["repaired"]) > 1
    assert np.mean(scores["published"]) < 0.4


@pytest.mark.data
def test_repaired_searches_on_the_small_screen_end_nearer_to_the_target(interiors, published):
    """The last fixation of a successful search tells the systematic error: a median of 22 px each way as published."""
    centre = {t.id: t.target_box.centre for t in interiors.trials}
    error = {}
    for label, data in (("repaired", interiors), ("published", published)):
        paths = data.scanpaths.filter(target_found=True, screen_height=960)
        last = points(paths, paths.offsets[1:] - 1) - np.array([centre[t] for t in paths.table["trial"]])
        error[label] = np.median(last, axis=0)
    np.testing.assert_allclose(error["published"], (22, -22), atol=2)
    assert np.abs(error["repaired"]).max() < 12


@pytest.mark.data
def test_the_forced_first_fixation_is_stored_for_some_paths_only(interiors, data_root):
    assert interiors.scanpaths.facts.forced_first is None
    on_dot = interiors.scanpaths.table["at_start"]
    assert on_dot.sum() == 4822
    share = on_dot.groupby(interiors.scanpaths.table["subject"]).mean()
    assert share.min() < 0.15
    assert share.max() > 0.8
    dropped = load_dataset("interiors", data_root / "interiors")
    assert dropped.scanpaths.facts.forced_first is False
    assert dropped.dropped["forced first fixations (dropped)"] == 4822
    lost = dropped.dropped["trials left without a fixation (left out)"]
    assert len(dropped.scanpaths) == 7450 - lost
    assert len(dropped.scanpaths.x) == 47383 - 4822


TRUE = [(500, 300), (100, 700), (230, 130)]


@pytest.mark.parametrize("found", [True, False])
@pytest.mark.parametrize("small", [True, False])
def test_repair_gives_back_the_true_positions(tmp_path, interiors_in, interiors_record, found, small):
    root = interiors_in(tmp_path / "i", {1: [interiors_record(TRUE, found=found, small_screen=small)]})
    data = load_dataset("interiors", root, subjects=[1], first="keep")
    assert data.scanpaths[0].xy.tolist() == [list(p) for p in TRUE]
    assert data.trials[0].start == (500, 300)
    assert data.scanpaths.table["at_start"].tolist() == [True]
    raw = load_dataset("interiors", root, subjects=[1], coordinates="published", first="keep")
    assert (raw.scanpaths[0].xy.tolist() == [list(p) for p in TRUE]) == (found and not small)


def test_fixations_that_the_authors_left_out_stay_out(tmp_path, interiors_in, interiors_record):
    trial = interiors_record(TRUE, found=True, small_screen=True, seen=[1, 2])
    data = load_dataset("interiors", interiors_in(tmp_path / "i", {1: [trial]}), subjects=[1])
    assert data.scanpaths[0].xy.tolist() == [[100, 700], [230, 130]]
    assert data.scanpaths.table["at_start"].tolist() == [False]


def test_a_path_of_the_first_fixation_only_is_counted_when_it_goes(tmp_path, interiors_in, interiors_record):
    trials = [
        interiors_record(TRUE[:1], found=False, small_screen=False, name="a.jpg"),
        interiors_record(TRUE, found=True, small_screen=False, name="b.jpg"),
        interiors_record([], found=False, small_screen=False, name="c.jpg"),
    ]
    root = interiors_in(tmp_path / "i", {1: trials})
    data = load_dataset("interiors", root, subjects=[1], first="drop")
    assert data.scanpaths.table["trial"].tolist() == ["b.jpg"]
    assert data.dropped == {
        "forced first fixations (dropped)": 2,
        "trials left without a fixation (left out)": 1,
        "trials without a fixation (left out)": 1,
    }
    kept = load_dataset("interiors", root, subjects=[1], first="drop", keep_empty=True)
    assert kept.scanpaths.lengths.tolist() == [0, 2, 0]


def test_the_box_is_counted_from_zero(tmp_path, interiors_in, interiors_record):
    root = interiors_in(tmp_path / "i", {1: [interiors_record(TRUE, found=True, small_screen=False)]})
    assert load_dataset("interiors", root, subjects=[1]).trials[0].target_box == (200, 100, 272, 172)


def test_half_a_folder_is_refused(tmp_path, interiors_in, interiors_record):
    trial = interiors_record(TRUE, found=True, small_screen=False)
    root = interiors_in(tmp_path / "i", {1: [trial], 2: [trial]})
    with pytest.raises(DataError, match=r"info_per_subj_3\.mat is missing"):
        load_dataset("interiors", root)
    assert load_dataset("interiors", root, subjects=[1, 2]).subjects == ["01", "02"]


def test_a_truncated_file_is_named(tmp_path, interiors_in, interiors_record):
    root = interiors_in(tmp_path / "i", {1: [interiors_record(TRUE, found=True, small_screen=False)]})
    file = next(root.rglob("*.mat"))
    file.write_bytes(file.read_bytes()[:400])
    with pytest.raises(DataError, match=r"info_per_subj_1\.mat cannot be read"):
        load_dataset("interiors", root, subjects=[1])


@pytest.mark.parametrize("field", ["old", "screen_rect", "initial_position"])
def test_a_missing_field_is_another_structure(tmp_path, interiors_in, interiors_record, field):
    trial = interiors_record(TRUE, found=True, small_screen=False)
    del trial[field]
    root = interiors_in(tmp_path / "i", {1: [trial]})
    with pytest.raises(DataError, match=f"does not have the published structure: .*{field}"):
        load_dataset("interiors", root, subjects=[1])


def test_onsets_that_do_not_match_are_another_structure(tmp_path, interiors_in, interiors_record):
    trial = interiors_record(TRUE, found=True, small_screen=False)
    trial["t"] = trial["t"] + 1
    root = interiors_in(tmp_path / "i", {1: [trial]})
    with pytest.raises(DataError, match="does not have the published structure"):
        load_dataset("interiors", root, subjects=[1])


@pytest.mark.parametrize(("option", "value"), [("coordinates", "raw"), ("first", "shift")])
def test_wrong_options_are_refused(tmp_path, option, value):
    with pytest.raises(GazekitError, match=f"option {option} of .* must be"):
        load_dataset("interiors", tmp_path, **{option: value})


def test_the_radius_is_stated():
    assert START_RADIUS == 100


def test_trials_of_one_limit_can_be_read_alone(data_root):
    """People who were allowed 12 saccades fixate 55.9 % of the targets; all trials pooled have 46 %."""
    from gazekit.metrics.behaviour.search import steps_to_target
    from gazekit.report.evaluation import search_curve

    root = data_root / "interiors"
    twelve, pooled = load_dataset("interiors", root, saccades_allowed=12), load_dataset("interiors", root)
    assert {t.max_fixations for t in twelve.trials} == {12}
    assert set(twelve.scanpaths.table["saccades_allowed"]) == {12}
    left_out = twelve.dropped["trials that allowed another number of saccades (left out)"]
    assert left_out + len(twelve.scanpaths) >= 7_400
    steps = steps_to_target(twelve.scanpaths, twelve.target_boxes())
    assert np.isfinite(steps).mean() == pytest.approx(0.559, abs=0.02)
    everybody = steps_to_target(pooled.scanpaths, pooled.target_boxes())
    assert np.isfinite(everybody).mean() < 0.48
    curve = search_curve(twelve.scanpaths, twelve, 20)
    assert curve["fixation"].tolist() == list(range(13))  # no further than the trials allow


def test_a_limit_that_no_trial_has_is_refused(tmp_path, interiors_in, interiors_record):
    root = interiors_in(tmp_path / "i", {1: [interiors_record(TRUE, found=True, small_screen=False)]})
    with pytest.raises(DataError, match="no trial of interiors allowed 5 saccades; the numbers are 4"):
        load_dataset("interiors", root, subjects=[1], saccades_allowed=5)
