"""The check of ScanMatch: right on the published numbers and on any folder of the layout, and it can fail."""

import itertools
import shutil

import numpy as np
import pytest

from gazekit.foundations.errors import DataError
from gazekit.verify import verify_scanmatch


def by_hand(people, models, trials):
    """The procedure in plain Python: {source: (mean, standard error)} from lists of paths."""

    def symbols(path):
        path = path[1:] if len(path) > 1 else path
        found = []
        for p, q in path:
            x = min(max(int(np.floor(p / 1280 * 1024 + 0.5)), 1), 1024)
            y = min(max(int(np.floor(q / 1024 * 768 + 0.5)), 1), 768)
            found.append(((x - 1) * 12 // 1024, (y - 1) * 8 // 768))
        return found

    def align(first, second):
        table = np.zeros((len(first) + 1, len(second) + 1))
        for i, p in enumerate(first, 1):
            for j, q in enumerate(second, 1):
                match = table[i - 1, j - 1] + 3.5 - ((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2) ** 0.5
                table[i, j] = max(match, table[i - 1, j], table[i, j - 1])
        return table[-1, -1] / (3.5 * max(len(first), len(second)))

    def score(these, those):
        means = []
        for s in range(1, 30):
            both = [(p[:s], q[:s]) for p, q in zip(these, those, strict=True) if len(p) >= s and len(q) >= s]
            if both:
                means.append(np.mean([align(p, q) for p, q in both]))
        return np.mean(means)

    strings = [symbols(path) for path in people]
    subjects = [strings[k : k + trials] for k in range(0, len(strings), trials)]
    values = {"human": [score(p, q) for p, q in itertools.combinations(subjects, 2)]}
    for source, paths in models.items():
        values[source] = [score([symbols(path) for path in paths], subject) for subject in subjects]
    return {source: (np.mean(v), np.std(v) / np.sqrt(len(v))) for source, v in values.items()}


def write_set(folder, *, subjects=3, trials=4, padding=0, seed=0, models=("A", "B")):
    """A made-up set of the layout, with right scores."""
    rng = np.random.default_rng(seed)
    paths = {
        source: [rng.integers(-50, 1400, (rng.integers(1, 8), 2)) for _ in range(rows)]
        for source, rows in (("human_all", subjects * trials), *((model, trials) for model in models))
    }
    for name in ("fix", "ifix", "ss_score"):
        (folder / name).mkdir(parents=True)
    for number, (source, rows) in enumerate(paths.items()):
        fixations = np.zeros((len(rows), 8 + padding + number, 2), dtype=(np.int64, np.float64, np.int32)[number % 3])
        for k, row in enumerate(rows):
            fixations[k, : len(row)] = row
        np.save(folder / "fix" / f"{source}.npy", fixations)
        np.save(folder / "ifix" / f"I_{source}.npy", np.array([[len(row)] for row in rows]))
    people = paths.pop("human_all")
    for source, scores in by_hand(people, paths, trials).items():
        np.save(folder / "ss_score" / f"{source}.npy", np.array(scores))
    return folder


@pytest.mark.data
def test_reproduces_the_published_numbers(data_root):
    outcome = verify_scanmatch(data_root / "visual_search" / "saccade")
    assert outcome.passed
    assert outcome.figure <= 1e-12
    assert len(outcome.rows) == 12
    assert {row[:2] for row in outcome.rows} == set(itertools.product(("ObjArr", "Waldo"), ("human", "eccNET", "IVSN")))
    assert outcome.lines()[-1].startswith("largest difference ")
    assert outcome.lines()[-1].endswith("tolerance 1e-12: passed")


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({}, id="three-subjects"),
        pytest.param({"subjects": 2, "trials": 7}, id="two-subjects"),
        pytest.param({"subjects": 5, "trials": 3, "padding": 30}, id="long-padding"),
    ],
)
def test_equals_the_procedure_by_hand_on_any_set(tmp_path, made):
    write_set(tmp_path / "one", **made)
    write_set(tmp_path / "deep" / "two", seed=1)
    outcome = verify_scanmatch(tmp_path)
    assert outcome.passed
    assert [row[0] for row in outcome.rows] == ["two"] * 6 + ["one"] * 6
    assert [row[1] for row in outcome.rows[:6:2]] == ["human", "A", "B"]
    assert verify_scanmatch(tmp_path / "one").rows == outcome.rows[6:]


def change(file, by):
    array = np.load(file)
    by(array)
    np.save(file, array)


@pytest.mark.parametrize(
    ("file", "by"),
    [
        pytest.param("ss_score/human.npy", lambda a: a.__setitem__(0, a[0] + 1e-9), id="a-score"),
        pytest.param("ss_score/A.npy", lambda a: a.__setitem__(1, a[1] - 1e-9), id="a-standard-error"),
        pytest.param("ss_score/A.npy", lambda a: a.__setitem__(0, np.nan), id="not-a-number"),
        pytest.param("fix/A.npy", lambda a: a.__setitem__((slice(None), slice(1, 3)), 1), id="fixations"),
        pytest.param("ifix/I_human_all.npy", lambda a: a.__setitem__(slice(0, 3), 2), id="lengths"),
    ],
)
def test_altered_files_fail(tmp_path, file, by):
    write_set(tmp_path / "set")
    change(tmp_path / "set" / file, by)
    outcome = verify_scanmatch(tmp_path)
    assert not outcome.passed
    assert outcome.lines()[-1].endswith("FAILED")


def test_only_people_needs_the_number_of_stimuli(tmp_path):
    folder = write_set(tmp_path / "set", models=())
    with pytest.raises(DataError, match=r"no model's file .* of human_all's 12 rows .*--stimuli"):
        verify_scanmatch(tmp_path)
    outcome = verify_scanmatch(tmp_path, stimuli=4)
    assert outcome.passed
    assert len(outcome.rows) == 2
    with pytest.raises(DataError, match="12 rows, which is no multiple of 5 trials"):
        verify_scanmatch(folder, stimuli=5)


def test_what_is_left_out_is_said(tmp_path):
    folder = write_set(tmp_path / "set")
    (folder / "fix" / "A.npy").unlink()
    (folder / "ss_score" / "B.npy").rename(folder / "ss_score" / "C.npy")
    outcome = verify_scanmatch(tmp_path, stimuli=4)
    assert outcome.passed
    assert [row[1] for row in outcome.rows] == ["human", "human"]
    text = str(outcome)
    assert "left out: set A, which has a score but no fix/A.npy" in text
    assert "left out: set C, which has a score but no fix/C.npy" in text
    assert "left out: set B, which has fixations but no published score" in text


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda f: shutil.rmtree(f / "ss_score"), "holds no set of the layout", id="no-scores"),
        pytest.param(lambda f: (f / "fix/human_all.npy").unlink(), r"human_all.npy is not there", id="no-people"),
        pytest.param(lambda f: (f / "ifix/I_A.npy").unlink(), r"I_A.npy is not there", id="no-lengths"),
        pytest.param(lambda f: (f / "fix/A.npy").write_bytes(b"x"), "cannot be read as a NumPy array", id="broken"),
        pytest.param(lambda f: np.save(f / "fix/A.npy", np.zeros((4, 8))), "must hold an array", id="shape"),
        pytest.param(lambda f: np.save(f / "fix/A.npy", np.zeros((4, 8, 2), dtype=bool)), "hold numbers", id="kind"),
        pytest.param(lambda f: np.save(f / "fix/A.npy", np.full((4, 8, 2), np.nan)), "not numbers", id="nan"),
        pytest.param(lambda f: np.save(f / "ifix/I_A.npy", np.ones((3, 1))), "they must agree", id="rows"),
        pytest.param(lambda f: np.save(f / "ifix/I_A.npy", np.full((4, 1), 99)), "whole numbers from 0 to", id="long"),
        pytest.param(
            lambda f: np.save(f / "ss_score/A.npy", np.zeros(3)), "two numbers, mean and standard", id="score"
        ),
        pytest.param(
            lambda f: [
                np.save(f / "fix/A.npy", np.ones((5, 8, 2))),
                np.save(f / "ifix/I_A.npy", np.ones((5, 1))),
            ],
            "A says 5 trials and B has 4 rows",
            id="models-disagree",
        ),
        pytest.param(lambda f: np.save(f / "ifix/I_A.npy", np.zeros((4, 1))), "no two paths to compare", id="empty"),
    ],
)
def test_errors_name_the_file(tmp_path, spoil, message):
    spoil(write_set(tmp_path / "set"))
    with pytest.raises(DataError, match=message):
        verify_scanmatch(tmp_path)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="is not a folder"):
        verify_scanmatch(tmp_path / "nothing")
