"""`verify_asymmetry`: the published numbers from the stored counts, and folders that are not as published."""

import shutil

import numpy as np
import pytest

from gazekit.experiments.asymmetry.published import DESIGNS
from gazekit.foundations.errors import DataError
from gazekit.verify.asymmetry import model_folders, read_counts, read_model, verify_asymmetry

COUNTS = "curvature_line_in_curves.csv"


@pytest.fixture
def stored(data_root, tmp_path):
    """A copy that may be changed, of eccNET alone."""
    shutil.copytree(
        data_root / "visual_search" / "asymmetry" / "eccNET", tmp_path / "eccNET", copy_function=shutil.copyfile
    )
    for path in [tmp_path / "eccNET", *(tmp_path / "eccNET").rglob("*")]:
        path.chmod(0o755)
    return tmp_path


@pytest.mark.data
def test_published_values_are_reproduced(data_root):
    outcome = verify_asymmetry(data_root / "visual_search" / "asymmetry")
    assert outcome.passed
    assert 1e-6 < outcome.figure < 5.1e-4  # what rounding to three digits leaves
    assert {row[0] for row in outcome.rows} == {"eccNET", "IVSN", "chance", "pixelMatch"}
    means = {row[0]: (row[7], row[8]) for row in outcome.rows if row[1] == "mean of 6"}
    assert means["eccNET"] == ("+0.5126", "+0.5126")
    assert means["pixelMatch"] == ("-0.1775", "-0.1775")
    crosses = next(row for row in outcome.rows if row[0] == "eccNET" and row[2] == "cross")
    assert crosses[3:6] == ("2.000 3.250 4.306", "881 1196 1463", "96.971")


@pytest.mark.data
def test_one_changed_search_fails(stored):
    file = stored / "eccNET" / "out_data" / COUNTS
    rows = file.read_text().splitlines()
    rows[0] = ",".join("1" if k == 9 else "0" for k in range(37))
    file.write_text("\n".join(rows))
    outcome = verify_asymmetry(stored)
    assert not outcome.passed
    assert outcome.figure > 0.1
    assert str(outcome).splitlines()[-1].endswith("FAILED")


@pytest.mark.data
def test_a_missing_file_is_said_and_fails_a_published_model(stored):
    (stored / "eccNET" / "out_data" / COUNTS).unlink()
    outcome = verify_asymmetry(stored)
    assert not outcome.passed
    assert outcome.figure < 1e-3
    assert f"eccNET: {COUNTS} is missing, so curvature was left out" in outcome.notes
    assert [row[1] for row in outcome.rows][-1] == "mean of 5"


@pytest.mark.data
def test_an_unknown_model_is_recomputed_and_not_compared(stored):
    (stored / "eccNET").rename(stored / "mine")
    outcome = verify_asymmetry(stored / "mine")
    assert outcome.passed
    assert outcome.figure == 0.0
    assert any(note.startswith("mine: no values are published") for note in outcome.notes)
    assert any(note.startswith("nothing was compared") for note in outcome.notes)
    assert outcome.rows[-1][7:] == ("+0.5126", "", "")
    assert all(row[9] == "" for row in outcome.rows)


def test_made_up_counts_of_another_number_of_displays(tmp_path):
    """Two displays per set size: 1 saccade in the easy condition, as many as the size's rank in the hard one."""
    (tmp_path / "mine" / "out_data").mkdir(parents=True)
    for design in DESIGNS.values():
        n = len(design.set_sizes)
        for condition, made in ((design.easy, np.ones(n, int)), (design.hard, np.arange(1, n + 1))):
            rows = np.eye(9, dtype=int)[np.repeat(made, 2)]
            np.savetxt(tmp_path / "mine" / "out_data" / f"{condition.file}.csv", rows, fmt="%d", delimiter=",")
    outcome = verify_asymmetry(tmp_path)
    assert [row[7] for row in outcome.rows if row[7]] == ["+1.0000"] * 7
    assert outcome.rows[4][3] == "1.000 1.000 1.000"
    assert outcome.rows[5][5] == f"{252.359 / 3:.3f}"


def test_folders_and_files_that_hold_no_counts(tmp_path):
    with pytest.raises(DataError, match="no <model>/out_data folder"):
        verify_asymmetry(tmp_path)
    (tmp_path / "mine" / "out_data").mkdir(parents=True)
    outcome = verify_asymmetry(tmp_path)
    assert outcome.rows == ()
    assert len([n for n in outcome.notes if "missing" in n]) == 6
    for condition in DESIGNS["lighting"].conditions:
        (tmp_path / "mine" / "out_data" / f"{condition.file}.csv").write_text("0,1\n0,1\n")
    with pytest.raises(DataError, match=r"lightning_dir_top_down.csv has 2 rows"):
        verify_asymmetry(tmp_path)


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
