import pytest

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError


@pytest.fixture
def root(published):
    return published("polycat")


def test_one_eye_is_read(root):
    """The files hold both, one after the other; the documentation does not say so."""
    data = load_dataset("polycat", root)
    assert data.scanpaths[0].xyt.tolist() == [[1910, 1010, 198], [1010, 510, 248]]
    left = load_dataset("polycat", root, eye="left")
    assert left.scanpaths[0].xyt.tolist() == [[1900, 1000, 200], [1000, 500, 250]]
    assert left.dropped["scanpaths without the left eye (left out)"] == 1


def test_a_trial_is_an_image_and_a_polygon_and_the_stimulus_the_image(root):
    data = load_dataset("polycat", root)
    assert [(t.id, t.stimulus) for t in data.trials] == [
        ("Fractal_001/polygon_01", "Fractal_001"),
        ("Fractal_001/polygon_02", "Fractal_001"),
        ("Sketch_007/polygon_03", "Sketch_007"),
    ]
    assert data.stimuli == ["Fractal_001", "Sketch_007"]
    table = data.scanpaths.table
    assert table["polygon"].tolist() == ["polygon_01", "polygon_02", "polygon_01", "polygon_03"]
    assert table["part"].tolist() == ["A", "B", "A", "A"]
    assert (table["px_per_degree"] == 78.5).all()


def test_what_is_left_out_is_counted(root):
    assert load_dataset("polycat", root).dropped == {
        "scanpaths on a polygon without an image (left out)": 1,
        "second scanpath of a person on an image and polygon (left out)": 1,
        "scanpaths of a trial that trials.csv does not have (left out)": 1,
    }


def test_columns_of_other_names_are_listed_and_can_be_said(root):
    file = root / "data" / "metadata" / "trials.csv"
    file.write_text(file.read_text().replace("image_id", "image_file"))
    with pytest.raises(
        DataError, match=r"no column 'image_id'; its columns are trial_uid, .*image_file.* image_column="
    ):
        load_dataset("polycat", root)
    assert len(load_dataset("polycat", root, image_column="image_file").scanpaths) == 4


def test_a_trial_twice_is_refused(root):
    file = root / "data" / "metadata" / "trials.csv"
    file.write_text(file.read_text() + "P01_A_b01_t01,P01,A,x,y\n")
    with pytest.raises(DataError, match="has the trial 'P01_A_b01_t01' twice"):
        load_dataset("polycat", root)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("fixation_index,eye,start_time_ms,x_px\n1,R,1,2\n", "has no column 'y_px'"),
        ("start_time_ms,duration_ms,x_px,y_px\n300,1,2,3\n200,1,2,3\n", "its clock goes back"),
    ],
)
def test_a_path_of_another_structure_is_named(root, lines, message):
    file = root / "data" / "scanpaths" / "P01" / "P01_A_b01_t01.csv"
    file.write_text(lines)
    with pytest.raises(DataError, match=message):
        load_dataset("polycat", root)


def test_an_empty_folder(tmp_path):
    with pytest.raises(DataError, match=r"data/metadata/trials\.csv is missing"):
        load_dataset("polycat", tmp_path)
