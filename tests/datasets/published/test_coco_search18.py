import json
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gazekit.datasets import load_dataset
from gazekit.datasets.published.coco_search18 import COPIES, SCALED
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.interchange.coco_search18 import LONGER
from gazekit.metrics.behaviour.search import steps_to_target, target_fixation_probability


@pytest.fixture(scope="module")
def coco(data_root):
    return load_dataset("coco-search18", data_root / "coco_search18")


def write(folder, *records, name="coco_search18_fixations_TP_train_split1.json"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(list(records)))
    return folder


@pytest.mark.data
def test_counts_of_the_published_split(coco):
    paths = coco.scanpaths
    assert (len(coco.stimuli), len(coco.subjects), len(paths), len(paths.x)) == (315, 10, 3258, 12111)
    assert len(coco.trials) == 326
    assert len({t.task for t in coco.trials}) == 18
    assert paths.table["correct"].sum() == 3028
    assert coco.dropped == {"points outside the image (kept)": 5}


@pytest.mark.data
def test_facts_are_those_of_the_data(coco):
    paths = coco.scanpaths
    first = paths.offsets[:-1]
    assert np.median(np.hypot(paths.x[first] - 840, paths.y[first] - 525)) == pytest.approx(62, abs=1)
    second = first[paths.lengths > 1] + 1
    assert np.median(np.hypot(paths.x[second] - 840, paths.y[second] - 525)) == pytest.approx(338, abs=1)
    assert paths.facts.forced_first is True
    assert (paths.truncate(at_target=coco.target_boxes()).lengths < paths.lengths).sum() == 1605
    assert paths.facts.cut_at_target is False


@pytest.mark.data
def test_positions_are_those_of_the_file(coco, data_root):
    file = data_root / "coco_search18" / "coco_search18_fixations_TP_validation_split1.json"
    record = json.loads(file.read_text())[0]
    path = coco.scanpaths[0]
    assert (path.x.tolist(), path.y.tolist(), path.duration.tolist()) == (
        record["X"],
        record["Y"],
        record["T"],
    )
    x, y, w, h = record["bbox"]
    assert coco.trial(path.ids["trial"]).target_box == (x, y, x + w, y + h)


@pytest.mark.data
def test_wrong_answers_can_be_left_out(data_root):
    data = load_dataset("coco-search18", data_root / "coco_search18", correct_only=True)
    assert len(data.scanpaths) == 3028
    assert data.dropped["trials answered wrongly (left out)"] == 230


def test_one_image_with_two_objects_is_two_trials(tmp_path, coco_trial):
    root = write(tmp_path, coco_trial(task="fork"), coco_trial(task="cup", bbox=[1, 2, 3, 4]))
    data = load_dataset("coco-search18", root)
    assert [t.id for t in data.trials] == ["fork/1.jpg", "cup/1.jpg"]
    assert data.stimuli == ["1.jpg"]
    assert data.trials[1].target_box == (1, 2, 4, 6)
    assert data.trials[1].image_source == tmp_path / "images" / "cup" / "1.jpg"
    assert data.trials[0].start == (840, 525)


def test_several_files_are_joined_and_doubles_read_once(tmp_path, coco_trial):
    write(tmp_path, coco_trial(), coco_trial(subject=2))
    write(
        tmp_path / "TA",
        coco_trial(name="2.jpg", condition="absent"),
        name="coco_search18_fixations_TA_train.json",
    )
    write(tmp_path, coco_trial(), name="coco_search18_fixations_TP_train_split2.json")
    data = load_dataset("coco-search18", tmp_path)
    assert len(data.scanpaths) == 3
    assert data.dropped == {"trials that are in several files (read once)": 1}
    assert data.scanpaths.table["condition"].tolist().count("absent") == 1
    assert data.trial("fork/2.jpg").target_box is None


def test_fields_that_only_some_files_have_are_optional(tmp_path, coco_trial):
    record = coco_trial()
    for field in ("RT", "correct", "split", "bbox"):
        del record[field]
    data = load_dataset("coco-search18", write(tmp_path, record))
    assert np.isnan(data.scanpaths.table["reaction_time_ms"][0])
    assert data.trials[0].target_box is None


def test_a_truncated_file_is_named(tmp_path, coco_trial):
    file = write(tmp_path, coco_trial()) / "coco_search18_fixations_TP_train_split1.json"
    file.write_text(file.read_text()[:-10])
    with pytest.raises(DataError, match=r"TP_train_split1\.json is not JSON .*cut short"):
        load_dataset("coco-search18", tmp_path)


@pytest.mark.parametrize("field", ["X", "T", "name", "subject"])
def test_a_missing_field_is_named_with_its_trial(tmp_path, coco_trial, field):
    record = coco_trial(subject=2)
    del record[field]
    with pytest.raises(DataError, match=rf"split1\.json, record 1 \(from 0\) has no key '{field}'; its keys are"):
        load_dataset("coco-search18", write(tmp_path, coco_trial(), record))


def test_columns_of_different_length_are_named(tmp_path, coco_trial):
    with pytest.raises(
        DataError, match=r"record 0 \(from 0\) does not agree on the number of fixations \(X 3, Y 3, T 1, length 3\)"
    ):
        load_dataset("coco-search18", write(tmp_path, coco_trial(T=[1])))


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "my_fixations.json").write_text("{}")
    with pytest.raises(DataError, match="is not a list of records"):
        load_dataset("coco-search18", tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="has no trial to read"):
        load_dataset("coco-search18", write(tmp_path))


def test_points_without_coordinates_stay_as_in_all_published_sets(tmp_path, coco_trial):
    data = load_dataset("coco-search18", write(tmp_path, coco_trial(X=[840.0, None, 120.0])))
    assert np.isnan(data.scanpaths.x).tolist() == [False, True, False]


def test_points_outside_are_counted_once(tmp_path, coco_trial):
    root = write(tmp_path, coco_trial(X=[840.0, 300.0, 1681.0]))
    assert load_dataset("coco-search18", root).dropped == {"points outside the image (kept)": 1}
    dropped = load_dataset("coco-search18", root, outside="drop")
    assert dropped.dropped == {"points outside the image (dropped)": 1}
    assert dropped.scanpaths.lengths.tolist() == [2]


def test_durations_beyond_the_positions_are_cut_and_counted(tmp_path, coco_trial):
    """As in the official target-present test file: X and Y end at the target, T does not."""
    data = load_dataset("coco-search18", write(tmp_path, coco_trial(T=[200, 150, 90, 300, 220])))
    assert data.scanpaths.duration.tolist() == [200, 150, 90]
    assert data.dropped == {LONGER: 2}


def test_a_small_copy_is_scaled_alone_and_left_out_beside_the_full_size(tmp_path, coco_trial):
    full = coco_trial(X=[840.0, 420.0, 1680.0], Y=[525.0, 105.0, 1050.0], bbox=[210, 105, 420, 210])
    small = full | {"X": [256.0, 128.0, 512.0], "Y": [160.0, 32.0, 320.0], "bbox": [64, 32, 128, 64]}
    write(tmp_path / "alone", small, small | {"subject": 2}, name="coco_search_fixations_512x320_allvalid.json")
    alone = load_dataset("coco-search18", tmp_path / "alone")
    assert alone.scanpaths[0].x.tolist() == full["X"]
    assert alone.scanpaths[1].y.tolist() == full["Y"]
    assert alone.trials[0].target_box == (210, 105, 630, 315)
    assert alone.dropped == {SCALED: 2}
    write(tmp_path / "alone", full)
    both = load_dataset("coco-search18", tmp_path / "alone")
    assert (len(both.scanpaths), both.dropped) == (2, {COPIES: 1, SCALED: 1})
    assert both.scanpaths[0].x.tolist() == full["X"]


def test_another_path_of_the_same_person_and_trial_is_refused(tmp_path, coco_trial):
    write(tmp_path, coco_trial())
    write(tmp_path, coco_trial(X=[256.0, 128.0, 512.0]), name="my_fixations_resized.json")
    with pytest.raises(DataError, match=r"my_fixations_resized.json, record 0 .*two copies of the data in two forms"):
        load_dataset("coco-search18", tmp_path)


@pytest.mark.parametrize("more", [{}, {"task": "none"}, {"task": "freeview"}])
def test_free_viewing_has_no_task(tmp_path, coco_trial, more):
    record = coco_trial(condition="freeview") | more
    for field in {"task", "bbox"} - set(more):
        record.pop(field, None)
    data = load_dataset("coco-freeview", write(tmp_path, record, name="COCOFreeView_fixations_trainval.json"))
    assert (data.trials[0].id, data.trials[0].task) == ("1.jpg", None)
    assert data.trials[0].image_source == tmp_path / "images" / "1.jpg"
    assert data.scanpaths.facts.forced_first is None
    with pytest.raises(DataError, match=r"there is no \*fixations\*\.json of a search"):
        load_dataset("coco-search18", tmp_path)


def test_searches_and_free_viewing_in_one_folder_are_two_data_sets(tmp_path, coco_trial):
    write(tmp_path, coco_trial(subject=1))
    write(
        tmp_path, coco_trial(subject=2, task="none"), coco_trial(subject=3), name="COCOFreeView_fixations_trainval.json"
    )
    search, viewing = (load_dataset(name, tmp_path) for name in ("coco-search18", "coco-freeview"))
    assert (search.subjects, viewing.subjects) == (["01"], ["02"])
    assert viewing.dropped == {"records of a search for fork (left out)": 1}


def test_images_are_found_where_the_archives_put_them(tmp_path, coco_trial):
    for place in ("images/stop sign/1.jpg", "coco_search18_images_TA/cup/2.jpg", "images/cup/1.jpg"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    absent = coco_trial(name="2.jpg", task="cup", condition="absent", bbox=[])
    write(tmp_path, coco_trial(task="stop sign"), absent)
    write(
        tmp_path,
        coco_trial(task="none"),
        coco_trial(name="2.jpg", task=""),
        name="COCOFreeView_fixations_trainval.json",
    )
    search, viewing = (load_dataset(name, tmp_path) for name in ("coco-search18", "coco-freeview"))
    for data, folders in ((search, ["stop sign", "cup"]), (viewing, ["cup", "cup"])):
        assert all(trial.has("image") for trial in data.trials)
        assert [trial.image_source.parent.name for trial in data.trials] == folders


def test_one_condition_can_be_read(tmp_path, coco_trial):
    root = write(tmp_path, coco_trial(), coco_trial(name="2.jpg", condition="absent", bbox=[]))
    assert load_dataset("coco-search18", root, condition="present").stimuli == ["1.jpg"]
    absent = load_dataset("coco-search18", root, condition="absent")
    assert (absent.stimuli, absent.target_boxes()) == (["2.jpg"], {})
    assert absent.dropped == {"trials whose target is not absent (left out)": 1}
    with pytest.raises(DataError, match=r"no trial to read: .* \(trials whose target is not absent \(left out\)\)"):
        load_dataset("coco-search18", write(tmp_path / "present", coco_trial()), condition="absent")


def test_measures_of_finding_leave_trials_without_the_target_out(tmp_path, coco_trial):
    """One person finds the fork at once, another never; on the image without a fork nobody can."""
    found, never = (
        coco_trial(X=[840.0, 120.0], Y=[525.0, 230.0], T=[9, 9], length=2),
        coco_trial(subject=2, X=[0.0, 1, 2]),
    )
    absent = coco_trial(name="2.jpg", condition="absent", bbox=[])
    data = load_dataset("coco-search18", write(tmp_path, found, never, absent))
    steps = steps_to_target(data.scanpaths, data.target_boxes())
    assert steps.tolist() == pytest.approx([1, np.inf, np.nan], nan_ok=True)
    assert target_fixation_probability(data.scanpaths, data.target_boxes(), max_fixations=1).tolist() == [0, 0.5]


def test_an_image_that_is_in_two_parts_for_two_objects_is_said(tmp_path, coco_trial):
    root = write(tmp_path, coco_trial(split="train"), coco_trial(task="cup"), coco_trial(name="2.jpg"))
    with pytest.raises(GazekitError, match=r"1 of 2 stimuli in several parts: '1\.jpg' \(train and valid\)"):
        load_dataset("coco-search18", root, split="valid")
    assert [t.id for t in load_dataset("coco-search18", root, split="valid", shared="keep").trials] == [
        "cup/1.jpg", "fork/2.jpg",
    ]  # fmt: skip


def test_people_may_have_names_and_boxes_may_be_empty(tmp_path, coco_trial):
    data = load_dataset("coco-search18", write(tmp_path, coco_trial(subject="s1", bbox=[], condition="absent")))
    assert data.subjects == ["s1"]
    assert data.trials[0].target_box is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.lists(
        st.sampled_from([
            "T-longer", "two-files", "order", "twice-a-file", "copy", "copy-alone", "copy-unnamed", "text-subject",
            "float-subject", "no-condition", "no-split", "one-moved", "X-shorter", "one-without-T",
        ]),
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 20),
)  # fmt: skip
def test_changed_files_give_the_same_numbers_or_a_count_or_an_error(tmp_path_factory, coco_trial, change, seed):
    has, draw, root = set(change).__contains__, random.Random(seed), tmp_path_factory.mktemp("coco")
    records = [
        coco_trial(
            name=f"{n}.jpg", subject=s, X=[840.0, 300.5 + n, 900.0 + s], Y=[525.0, 200.0, 310.5], T=[200, 150, 180]
        )
        for n in (1, 2)
        for s in (1, 2)
    ]
    good = content_of(load_dataset("coco-search18", write(tmp_path_factory.mktemp("good"), *records)))
    small = [r | {"X": [x * 512 / 1680 for x in r["X"]], "Y": [y * 320 / 1050 for y in r["Y"]]} for r in records]
    one = draw.randrange(4)
    if has("T-longer"):
        records[one] = records[one] | {"T": [*records[one]["T"], 90]}
    if has("X-shorter"):
        records[one] = records[one] | {"X": records[one]["X"][:2]}
    if has("one-without-T"):
        records[one] = {k: v for k, v in records[one].items() if k != "T"}
    for key, name in (("no-condition", "condition"), ("no-split", "split")):
        records = [{k: v for k, v in r.items() if not (has(key) and k == name)} for r in records]
    if has("text-subject") or has("float-subject"):
        kind = str if has("text-subject") else float
        records = [r | {"subject": kind(r["subject"])} for r in records]
    if has("order"):
        draw.shuffle(records)
    if not has("copy-alone"):
        write(root, *records[: 2 if has("two-files") else 4], name="a_fixations_train.json")
    if has("two-files"):
        write(root, *records[2:], name="a_fixations_valid.json")
    if has("twice-a-file"):
        again = [r | {"X": [x + 1 for x in r["X"]]} for r in records] if has("one-moved") else records
        write(root / "again", *again, name="b_fixations_train.json")
    if has("copy") or has("copy-alone"):
        write(root, *small, name="a_fixations_512x320.json")
    if has("copy-unnamed") and not has("copy-alone"):  # alone it is for `gazekit check` to tell
        write(root, *small, name="c_fixations_train.json")
    try:
        data = load_dataset("coco-search18", root)
    except DataError:
        assert set(change) & {"X-shorter", "one-without-T", "twice-a-file", "copy-unnamed", "T-longer"}, change
        return
    found = content_of(data)
    assert [path[:2] for path in found] == [path[:2] for path in good] or data.dropped, change
    for (*_, x, y, duration), (*_, of_x, of_y, of_duration) in zip(found, good, strict=False):
        np.testing.assert_allclose((x, y), (of_x, of_y), rtol=1e-9)
        assert duration == of_duration


def content_of(data):
    """Who saw what, where, for how long, whatever the order of the files."""
    return sorted(
        (p.ids["trial"], p.ids["subject"], p.x.tolist(), p.y.tolist(), p.durations().tolist()) for p in data.scanpaths
    )
