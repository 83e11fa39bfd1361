"""Reading stored saccade counts, and what is said of files that do not hold them."""

import numpy as np
import pytest

from gazekit.experiments.asymmetry.stored_counts import model_folders, read_counts, read_model
from gazekit.foundations.errors import DataError

SIZES = (1, 6, 12)


@pytest.fixture
def write(tmp_path):
    def write(rows, name="counts.csv"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(rows if isinstance(rows, str) else "\n".join(",".join(map(str, r)) for r in rows))
        return file

    return write


def test_columns_are_saccades_and_rows_rise_in_set_size(write):
    rows = np.zeros((6, 5), dtype=int)
    rows[[0, 1, 2, 4, 5], [1, 2, 3, 0, 4]] = 1
    table = read_counts(write(rows.tolist()), SIZES)
    assert table["set_size"].tolist() == [1, 1, 6, 6, 12, 12]
    assert table["display"].tolist() == [0, 1, 0, 1, 0, 1]
    assert table["saccades"].tolist() == [1, 2, 3, 0, 0, 4]
    assert table["found"].tolist() == [True, True, True, False, True, True]
    assert (table["limit"] == 5).all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[0, 1], [0, 1]], "has 2 rows, which are not the same number for each of the set sizes 1, 6, 12"),
        ([[0, 1], [1, 1], [0, 1]], "more than one 1 in row 2"),
        ([[0, 2], [0, 1], [0, 1]], "other values than 0 and 1"),
        ([[0, 1], [0, 1, 0], [0, 1]], "is not a table of 0 and 1"),
        ("a,b\nc,d\ne,f\n", "is not a table of 0 and 1"),
        ("", "is empty: there is no table in it"),
    ],
)
def test_other_files_are_refused(write, rows, message):
    file = write(rows)
    with pytest.raises(DataError, match=message) as error:
        read_counts(file, SIZES)
    assert str(file) in str(error.value)


def test_missing_values_are_no_counts(write):
    with pytest.raises(DataError, match="other values than 0 and 1"):
        read_counts(write([[0, 1], [0, ""], [0, 1]]), SIZES)


def test_missing_files(write, tmp_path):
    with pytest.raises(DataError, match="absent.csv is not there"):
        read_counts(tmp_path / "absent.csv", SIZES)
    write([[0, 1]] * 3, "mine/out_data/lightning_dir_top_down.csv")
    trials, notes = read_model(tmp_path / "mine")
    assert trials.empty
    assert "mine: lightning_dir_left_right.csv is missing, so lighting was left out" in notes
    assert "curvature_curve_in_lines.csv and curvature_line_in_curves.csv are missing" in notes[0]


def test_model_folders(write, tmp_path):
    with pytest.raises(DataError, match="holds no <model>/out_data folder"):
        model_folders(tmp_path)
    with pytest.raises(DataError, match="holds no <model>/out_data folder"):
        model_folders(tmp_path / "absent")
    write([[0, 1]] * 3, "mine/out_data/x.csv")
    assert model_folders(tmp_path) == [tmp_path / "mine"] == model_folders(tmp_path / "mine")
