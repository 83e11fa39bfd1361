"""Exports come back through our own readers, to 1e-3 px and 1 ms; what a format has no place for is counted."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from gazekit import DataError, Dataset, Facts, Frame, Scanpaths, UnknownNameError
from gazekit.interchange import Space
from gazekit.interchange.export import LOST, TARGETS, export_scanpaths

FRAMES = {"kitchen.png": Frame(640, 480), "street.png": Frame(500, 400)}
SCREENS = [
    None,
    Space(screen_width=1280, screen_height=1024, placed="centre"),
    Space(screen_width=1920, screen_height=1080, placed="fit"),
    Space(screen_width=1280, screen_height=1024, placed=(100, 50, 320, 240)),
]
ON_SCREEN = [name for name, target in TARGETS.items() if target.on_screen]


@pytest.fixture(scope="module")
def paths(scanpaths_of):
    """Two people and a model with two samples on two images, names that are hard to write, one duration unknown."""
    rows = [(s, p, "human", 0) for s in FRAMES for p in ("anna b.", "=cy")]
    rows += [(s, "", "neva", sample) for s in FRAMES for sample in range(2)]
    table = pd.DataFrame(rows, columns=["stimulus", "subject", "source", "sample"])
    more = {c: table[c].tolist() for c in table}
    made = scanpaths_of([3, 5, 2, 4, 1, 3, 2, 2], **more)
    size = np.array([FRAMES[s].size for s in table["stimulus"]])
    made = made.replace(table=made.table.assign(width=800, height=600, trial=made.table["stimulus"]))
    made = Scanpaths.concat([made[[k]].rescale(Frame(*size[k])) for k in range(len(size))])
    duration = np.round(made.durations())
    duration[-1] = np.nan
    return made.replace(duration=duration, facts=Facts(points="fixations"))


def read_again(file, to, images_space, frames=FRAMES):
    files = sorted(map(str, file.glob("sub-*/beh/*_events.tsv"))) if to == "bids" else str(file)
    size = {"frames": frames} if frames else {"width": 100, "height": 100}
    return Dataset.from_table(files, space=images_space, **size).scanpaths


@pytest.mark.parametrize(
    ("to", "space"), [(to, space) for to in TARGETS for space in SCREENS if space is None or to in ON_SCREEN]
)
def test_an_export_comes_back(paths, tmp_path, to, space):
    file = tmp_path / f"out{(*TARGETS[to].suffixes, '')[0]}"
    done = export_scanpaths(paths, file, to, space=space)
    assert (done.paths, done.fixations) == (len(paths), len(paths.x))
    assert done.lost == ({LOST["nobody"]: 4} if to in ON_SCREEN else {})
    back = read_again(file, to, done.space)
    assert len(back) == len(paths)
    for path in paths:
        ids = dict(path.ids)
        if to in ON_SCREEN and not ids["subject"]:
            ids["subject"] = f"{ids['source']}-{ids['sample']}"
        (same,) = back.filter(**{k: ids[k] for k in ("stimulus", "subject", "trial", "source", "sample")})
        np.testing.assert_allclose(same.xy, path.xy, atol=1e-3)
        np.testing.assert_allclose(same.durations(), path.durations(), atol=1e-3)
        assert same.frame.size == path.frame.size


@pytest.mark.parametrize("to", list(TARGETS))
def test_what_has_no_place_is_counted(paths, tmp_path, to):
    some = Scanpaths.concat([paths[:2], paths[:1].keep_fixations(np.zeros(len(paths[0]), bool))])
    table = some.table.assign(trial=["one", "two", "three"], px_per_degree=[30.0, np.nan, np.nan])
    x = some.x.copy()
    x[1] = np.nan
    facts = Facts(forced_first=True, cut_at_target=False, points="clicks")
    some = some.replace(x=x, table=table, object_id=np.arange(len(x)) - 1, facts=facts, dropped={"row (left out)": 7})
    done = export_scanpaths(some, tmp_path / f"out{(*TARGETS[to].suffixes, '')[0]}", to)
    expected = {"empty": 1, "positions": 1, "objects": 7, "degrees": 1, "trials": 3, "facts": 3, "dropped": 7}
    assert done.lost == {LOST[what]: count for what, count in expected.items() if what in TARGETS[to].lacks}
    assert done.paths == (2 if "empty" in TARGETS[to].lacks else 3)


def test_a_report_has_the_columns_of_data_viewer(paths, tmp_path):
    export_scanpaths(paths, tmp_path / "a.txt", "eyelink-report")
    table = pd.read_csv(tmp_path / "a.txt", sep="\t")
    assert list(table)[:9] == [
        "RECORDING_SESSION_LABEL", "TRIAL_INDEX", "image", "CURRENT_FIX_INDEX", "CURRENT_FIX_X", "CURRENT_FIX_Y",
        "CURRENT_FIX_DURATION", "CURRENT_FIX_START", "source",
    ]  # fmt: skip
    anna = table[table["RECORDING_SESSION_LABEL"] == "anna b."]
    assert anna["TRIAL_INDEX"].unique().tolist() == [1, 2]
    assert (anna["CURRENT_FIX_END"].astype(float) - anna["CURRENT_FIX_START"].astype(float)).tolist() == [
        float(d) for d in anna["CURRENT_FIX_DURATION"]
    ]
    assert (tmp_path / "a.txt").read_text().splitlines()[-1].split("\t")[6] == "."  # a duration that is not known


def test_bids_has_labels_a_clock_and_a_description(paths, tmp_path):
    export_scanpaths(paths, tmp_path / "out", "bids")
    files = sorted((tmp_path / "out").glob("sub-*/beh/*.tsv"))
    assert [re.search(r"sub-([0-9A-Za-z]+)_task", f.name)[1] for f in files] == ["annab", "cy", "neva0", "neva1"]
    about = json.loads((tmp_path / "out" / "task-gaze_events.json").read_text())
    assert about["StimulusPresentation"]["ScreenResolution"] == [640, 480]
    for file in files:
        table = pd.read_csv(file, sep="\t")
        assert list(table)[:3] == ["onset", "duration", "trial_type"]
        assert set(table) - set(about) == {"duration"}
        lasting = table["duration"].fillna(1.0)
        assert (table["onset"].diff()[1:] >= lasting[:-1].to_numpy() - 1e-6).all()
    assert json.loads((tmp_path / "out" / "dataset_description.json").read_text())["BIDSVersion"]
    assert len(pd.read_csv(tmp_path / "out" / "participants.tsv", sep="\t")) == 4


@pytest.mark.parametrize("to", ON_SCREEN)
def test_onsets_that_are_known_are_written(scanpaths_of, tmp_path, to):
    two = scanpaths_of([2, 2], subject="anna").replace(
        duration=[100, 100, 100, 100], onset=[40.0, 500.0, np.nan, 300.0]
    )
    file = tmp_path / f"out{(*TARGETS[to].suffixes, '')[0]}"
    export_scanpaths(two, file, to)
    table = pd.read_csv(
        next(file.glob("sub-*/beh/*.tsv")) if to == "bids" else file, sep="," if to == "pymovements" else "\t"
    )
    name = {"bids": "onset", "pymovements": "onset", "eyelink-report": "CURRENT_FIX_START"}[to]
    # of the second path one is not known: sums of durations; in BIDS after the first one's 600 ms and a pause
    expected = [0.04, 0.5, 1.6, 1.7] if to == "bids" else [40, 500, 0, 100]
    assert table[name].tolist() == pytest.approx(expected)
    back = read_again(file, to, Space(screen_width=100, screen_height=100, placed=(0, 0)), None)
    assert back.onset is None
    assert back.dropped["onset of a fixation on a clock that does not begin with the image (not kept)"] == 4


def test_labels_of_people_are_told_apart(scanpaths_of, tmp_path):
    export_scanpaths(scanpaths_of([1] * 4, subject=["a b", "ab", "a-B", "!"]), tmp_path / "out", "bids")
    assert sorted(f.name for f in (tmp_path / "out").glob("sub-*")) == ["sub-aBx3", "sub-ab", "sub-abx2", "sub-x"]


@pytest.mark.parametrize("to", [name for name, target in TARGETS.items() if "positions" in target.lacks])
def test_an_imposed_first_fixation_without_a_position(tmp_path, scanpaths_of, to):
    """It was left out, so that the next one passed for imposed when the file was read with --facts forced_first."""
    lost = scanpaths_of([3, 2], facts=Facts(forced_first=True))
    lost = lost.replace(x=np.where(np.arange(5) == 3, np.nan, lost.x))
    with pytest.raises(DataError, match=f"1 imposed first fixation has no position, and {to} has no place for such"):
        export_scanpaths(lost, tmp_path / f"a{''.join(TARGETS[to].suffixes[:1])}", to)
    free = lost.drop_first()
    assert export_scanpaths(free, tmp_path / f"b{''.join(TARGETS[to].suffixes[:1])}", to).fixations == 3


def test_mistakes(paths, tmp_path, scanpaths_of):
    with pytest.raises(UnknownNameError, match="no format called 'eyelink'; did you mean 'eyelink-report'"):
        export_scanpaths(paths, tmp_path / "a", "eyelink")
    with pytest.raises(DataError, match=r"a.csv must end in .txt or .tsv or .xls, as files of eyelink-report do"):
        export_scanpaths(paths, tmp_path / "a.csv", "eyelink-report")
    with pytest.raises(DataError, match="positions of pysaliency are px of the image; leave the screen out"):
        export_scanpaths(paths, tmp_path / "a.h5", "pysaliency", space=SCREENS[1])
    with pytest.raises(DataError, match="the image of 'kitchen.png' would be 640 x 480 px .* and the screen has 600"):
        export_scanpaths(paths, tmp_path / "a.txt", "eyelink-report", space=Space(screen_width=600, screen_height=600))
    with pytest.raises(DataError, match="csv has px, and these scanpaths are in degrees"):
        export_scanpaths(scanpaths_of([2], facts=Facts(unit="degrees")), tmp_path / "a.csv", "csv")
    with pytest.raises(DataError, match="there is no path with a fixation, and bids has no place for others"):
        export_scanpaths(scanpaths_of([0, 0]), tmp_path / "a", "bids")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(DataError, match="has something in it, and nothing is overwritten"):
        export_scanpaths(paths, tmp_path / "full", "bids")
    assert not list(tmp_path.glob(".*")), "nothing is left of what was not written"
