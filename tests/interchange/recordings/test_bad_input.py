"""What no export should hold, in every export that can hold it: each is a sentence, or is counted."""

import gzip
import json
import re

import numpy as np
import pandas as pd
import pytest

from gazekit import DataError, Dataset
from gazekit.interchange import Space

ALL = [
    "eyelink-report",
    "eyelink-asc",
    "tobii",
    "pupil",
    "neon",
    "gazepoint",
    "smi",
    "smi-events",
    "bids",
    "pymovements",
]
NUMBERED = ("eyelink-report", "tobii", "smi", "smi-events")
EFIX = "EFIX|Fixation [LRB]|fixation"  # what begins or names a fixation in texts of events


@pytest.fixture
def read(tmp_path, seen, images, exports):
    """Read an export of what people saw, changed by `truth` before it is written or by `text` after; `beside` files."""

    def of(name, truth=None, text=None, beside=None, **more):
        how = {"new": True} if name == "tobii" else {}  # its times have units
        write = exports.smi_events if name == "smi-events" else exports.writers[name]
        files, told = write(seen if truth is None else truth(seen.copy()), tmp_path, **how)
        for file in files if text else ():
            packed = file.suffix == ".gz"
            changed = text(gzip.decompress(file.read_bytes()).decode() if packed else file.read_text())
            file.write_bytes(gzip.compress(changed.encode(), mtime=0) if packed else changed.encode())
        for file in files if beside else ():
            other = file.with_name(file.name.replace(*beside[0]))
            other.write_text(beside[1](other.read_text()))
        told = {**told, **more}
        space = {n: told.pop(n) for n in Space.names() if n in told}
        if "placed" in space:
            space = {"screen_width": 1280, "screen_height": 1024, **space}
        return Dataset.from_table(files, images=images, space=Space(**space) if space else None, **told)

    return of


@pytest.mark.parametrize("name", ALL)
def test_no_fixation(read, name):
    def empty(text):
        return re.sub(EFIX, "OTHER", text) if name in ("eyelink-asc", "smi-events", "bids") else text.split("\n")[0]

    with pytest.raises(DataError, match=r"without a fixation; if it holds samples or saccades, export its fixations"):
        read(name, text=empty)


@pytest.mark.parametrize("name", ALL)
def test_fixations_that_overlap(read, name):
    """The second of each trial begins long before the first has ended."""
    with pytest.raises(DataError, match=r"cannot be one eye's path\. That of .*(overlap|goes back).*columns="):
        read(
            name,
            truth=lambda t: t.assign(start=np.where(t["index"] == 2, 150, t["start"]), duration=t["duration"] + 20),
        )


@pytest.mark.parametrize("name", ALL)
def test_a_clock_that_goes_back(read, same, name):
    """Where fixations have numbers, it is refused; elsewhere the clock is the order, and it is counted."""

    def back(seen):
        last = seen["index"] == 6
        return seen.assign(index=np.where(last, 0, seen["index"])).sort_values(
            ["subject", "trial", "index"], kind="stable"
        )

    if name in NUMBERED:
        with pytest.raises(DataError, match="begins before the one that it is numbered after: its clock goes back"):
            read(name, truth=back)
    else:
        data = read(name, truth=back)
        same(data.scanpaths, atol=0.06)
        assert data.dropped["fixation that stood after a later one of its trial (put in the order of time)"] == 6


def test_a_clock_that_goes_back_in_events_of_bids(tmp_path, seen, images, same):
    """The clock is the order; with onsets on the clock of the recording no two fixations may overlap."""
    rows = seen.assign(onset=(seen["start"] + 20_000 * seen["trial"]) / 1000, duration=seen["duration"] / 1000)
    rows = rows.rename(columns={"sx": "x_coordinate", "sy": "y_coordinate", "stimulus": "stim_file"})
    rows = rows.assign(trial_type="fixation").sort_values("onset", ascending=False)
    names = ["onset", "duration", "trial_type", "x_coordinate", "y_coordinate", "subject", "trial", "stim_file"]
    rows[names].to_csv(tmp_path / "task-view_events.tsv", sep="\t", index=False)
    space = Space(screen_width=1280, screen_height=1024, placed="centre")
    data = Dataset.from_table(tmp_path / "task-view_events.tsv", images=images, space=space)
    same(data.scanpaths)
    assert data.dropped["fixation that stood after a later one of its trial (put in the order of time)"] == 30


@pytest.mark.parametrize(
    "name", ["eyelink-report", "gazepoint", "smi", "smi-events", "pymovements", "eyelink-asc", "bids"]
)
def test_two_images_on_one_trial(read, name):
    truth = text = beside = None
    if name == "eyelink-asc":
        text = lambda t: t.replace("TRIALID 2", "OTHER 2")  # noqa: E731
    elif name == "smi-events":
        text = lambda t: t.replace("Fixation R\t2", "Fixation R\t1").replace("UserEvent\t2", "UserEvent\t1")  # noqa: E731
    elif name == "bids":
        beside = ("_recording-eye1_physioevents.tsv.gz", "_events.tsv"), lambda t: t.replace("20.0\t9.0", "20.0\t29.0")
    else:
        truth = lambda t: t.assign(stimulus=np.where(t["index"] > 3, "street.png", t["stimulus"]))  # noqa: E731
    with pytest.raises(
        DataError, match=r"(shows|loads) (2|two) images.*kitchen.png.*street.png.*a scanpath is of one ima"
    ):
        read(name, truth, text, beside)


@pytest.mark.parametrize(
    "name", ["eyelink-report", "eyelink-asc", "tobii", "gazepoint", "smi", "smi-events", "pymovements", "bids"]
)
def test_trials_without_an_image(read, name):
    """They are counted; where none has one, that is said."""
    if name == "bids":
        data = read(
            name,
            beside=(("_recording-eye1_physioevents.tsv.gz", "_events.tsv"), lambda t: t.replace("street.png", "n/a")),
        )
    else:
        data = read(name, text=lambda t: re.sub(r".*IMGLOAD.*street.png.*\n|street.png", "", t))
    assert data.dropped["fixation of a trial without an image (left out)"] >= 18
    assert [trial.id for trial in data.trials] == ["kitchen.png"]


@pytest.mark.parametrize(
    ("name", "of"),
    [("eyelink-asc", "1279 1023"), ("tobii", "\t1280\t1024"), ("smi-events", "1280\t1024"), ("bids", "1280, 1024")],
)
def test_screens_of_two_sizes(read, name, of):
    """In a file, or from file to file."""
    wide = iter(range(9))

    def change(text):
        return (
            text.replace(of, re.sub("12(79|80)", r"19\1", of), 9 if name == "tobii" else 1)
            if next(wide) in (0, 4)
            else text
        )

    beside = (("_recording-eye1_physioevents.tsv.gz", "_events.json"), change) if name == "bids" else None
    with pytest.raises(
        DataError, match=r"screens of two sizes, 19\d\d x 1024 and 1280 x|has a screen, or a kind of positions, other"
    ):
        read(name, text=None if beside else change, beside=beside)


@pytest.mark.parametrize(
    ("name", "right"), [("eyelink-report", "RIGHT"), ("eyelink-asc", "R"), ("smi", "Right"), ("smi-events", "R")]
)
def test_eyes_that_disagree(read, same, name, right):
    """Each fixation of the left eye is 9 px to the right of the other eye's."""
    left = right.replace("RIGHT", "LEFT").replace("Right", "Left").replace("R", "L")

    def both(text):
        return re.sub(rf"^(EFIX |Fixation |.*\t)?{right}\b.*\n", lambda m: m[0] + moved(m[0]), text, flags=re.MULTILINE)

    def moved(line):
        pairs = list(re.finditer(r"\d+\.\d+(?=\s+\d+\.\d+\s)", line))  # x has y behind it; in smi times stand before
        for x in pairs[2:3] if name == "smi" else pairs[:1]:
            line = f"{line[: x.start()]}{float(x[0]) + 9:.2f}{line[x.end() :]}"
        return re.sub(rf"\b{right}\b", left, line)

    with pytest.raises(
        DataError, match=r"fixations of both eyes in [26] of [26] trials, on average 9 apart in the .*--eye right"
    ):
        read(name, text=both)
    data = read(name, text=both, eye="left")
    same(data.scanpaths, shift=(9, 0), atol=0.06)
    assert data.dropped["fixation of the other eye (left out)"] >= 36


def test_an_asc_that_changes_between_one_eye_and_two(read):
    """Trials of the right eye alone have nothing of the left one, and are counted."""

    def change(text):
        first, second = text.split("MSG\t200000")
        return first + "MSG\t200000" + re.sub(r"^EFIX R(.*)\n", r"EFIX R\1\nEFIX L\1\n", second, flags=re.MULTILINE)

    with pytest.raises(DataError, match="both eyes in 1 of 2 trials, on average 0 apart"):
        read("eyelink-asc", text=change)
    data = read("eyelink-asc", text=change, eye="left")
    assert [trial.id for trial in data.trials] == ["street.png"]
    assert data.dropped["trial without a fixation of the eye that is read (left out)"] == 3
    assert len(read("eyelink-asc", text=change, eye="right").scanpaths) == 6


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            lambda about: about | {"SamplingFrequency": 1000, "timestamp": {"Units": "ms"}},
            "1000 samples per second by its sidecar, and 500 by its column 'timestamp' in ms",
        ),
        (
            lambda about: about | {"Columns": ["pupil_size", "x_coordinate", "y_coordinate", "timestamp"]},
            "the clock stands",
        ),
    ],
)
def test_rates_of_bids_that_disagree(read, what, said):
    with pytest.raises(DataError, match=said):
        read("bids", beside=(("events.tsv.gz", ".json"), lambda text: json.dumps(what(json.loads(text)))))


def test_files_of_both_eyes(tmp_path, seen, images, exports):
    """BIDS has a file for each eye: they are no two viewings."""
    files, _ = exports.bids(seen[seen["subject"] == "anna"], tmp_path)
    for file in files[0].parent.glob("*eye1*"):
        content = file.read_bytes()
        other = file.with_name(file.name.replace("eye1", "eye2"))
        other.write_bytes(content.replace(b'"right"', b'"left"'))
    both = [files[0], files[0].with_name(files[0].name.replace("eye1", "eye2"))]
    with pytest.raises(DataError, match="has the right eye of subject 'anna' on 'kitchen.png', and .* the other one"):
        Dataset.from_table(both, images=images, space=Space(placed="centre"))


POSITION = {
    "eyelink-report": "CURRENT_FIX_X",
    "tobii": "Fixation point X [DACS px]",
    "pupil": "norm_pos_x",
    "neon": "fixation x [px]",
    "gazepoint": "FPOGX",
    "smi": "Fixation Position X [px]",
    "pymovements": "location_x",
}


@pytest.mark.parametrize("name", POSITION)
def test_a_cell_that_is_no_number_is_named_with_its_file(read, name):
    """Of several files, too, a person knows which one to open."""

    def words(text):
        head, first, rest = text.split("\n", 2)
        sep = "\t" if "\t" in head else ","
        cells = first.split(sep)
        cells[head.split(sep).index(POSITION[name])] = "abc"
        return "\n".join((head, sep.join(cells), rest))

    with pytest.raises(DataError, match=r"\.(txt|tsv|csv): column '.*', row 0 \(from 0\), holds 'abc', which is not"):
        read(name, text=words)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("pupil", ("fixation_id", "number"), "no column 'fixation_id', which says which rows are one fixation"),
        ("tobii", ("Fixation point Y", "Height"), "no column 'Fixation point Y': export the positions"),
        ("tobii", ("\t1280\t", "\twide\t"), r"does not hold what it should \(ValueError.*'wide'.*export it again"),
        ("pymovements", (",name,", ",kind,"), "no column 'name', which says which events are fixations"),
        ("eyelink-asc", (" 1279 1023", " wide 1023"), r"anna\.asc does not hold what it should .*'wide'.*export it"),
        ("smi-events", ("Area:\t1280", "Area:\twide"), r"Events\.txt does not hold what it should .*'wide'"),
    ],
)
def test_what_a_format_cannot_be_without(read, name, change, message):
    with pytest.raises(DataError, match=message):
        read(name, text=lambda t: t.replace(*change), recording=name.removesuffix("-events"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"SamplingFrequency": 500', '"SamplingFrequency": 0'), "ZeroDivisionError"),
        (('"StartTime": 10.0', '"StartTime": "noon"'), "'noon'"),
        (('"Columns": [', '"Columns": 5, "Other": ['), "TypeError"),
    ],
)
def test_a_sidecar_that_says_something_else(read, change, message):
    with pytest.raises(DataError, match=rf"physioevents.* does not hold what it should .*{message}.*beside it"):
        read("bids", beside=(("physioevents.tsv.gz", "physio.json"), lambda t: t.replace(*change)))


@pytest.mark.parametrize("value", ["", "abc", "[1]", "[1, 2, 3]", "[a, b]"])
def test_a_location_of_pymovements(tmp_path, images, value):
    """An empty one is a fixation without a position; others are two numbers."""
    rows = {"subject_id": "a", "image": "kitchen.png", "name": "fixation", "onset": [0, 500], "offset": [300, 800]}
    table = pd.DataFrame({**rows, "duration": 300, "location": ["[500, 400]", value]})
    table.to_csv(tmp_path / "events.csv", index=False)
    on = Space(screen_width=1280, screen_height=1024, placed="centre")
    if value:
        with pytest.raises(DataError, match=r"events\.csv: column 'location.*(not two numbers|not a number)"):
            Dataset.from_table(tmp_path / "events.csv", images=images, space=on)
        return
    data = Dataset.from_table(tmp_path / "events.csv", images=images, space=on)
    assert data.dropped["fixation without a position (left out)"] == 1
