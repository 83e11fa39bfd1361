"""Every export, as its documentation describes it: positions, durations, people and images come out as they went in."""

import gzip
import json
import re

import numpy as np
import pandas as pd
import pytest

from gazekit import DataError, Dataset, Facts
from gazekit.foundations.randomness import keyed_rng
from gazekit.interchange import Space
from gazekit.interchange.csv_files import read_needed_rows
from gazekit.interchange.formats import read_rows
from gazekit.interchange.recordings import FORMATS, read_files
from gazekit.interchange.recordings.recording import Notes

NAMES = ["eyelink-asc", "tobii", "pupil", "neon", "gazepoint", "smi", "bids", "pymovements"]


def read(files, images, told, **more):
    told = {**told, **more}
    space = {name: told.pop(name) for name in Space.names() if name in told}
    if "placed" in space:
        space = {"screen_width": 1280, "screen_height": 1024, **space}
    return Dataset.from_table(files, images=images, space=Space(**space) if space else None, **told)


@pytest.mark.parametrize("name", NAMES)
def test_what_people_saw_comes_back(tmp_path, seen, images, exports, same, name):
    files, told = exports.writers[name](seen, tmp_path)
    data = read(files, images, told)
    same(data.scanpaths, atol=0.06 if name in ("eyelink-asc", "bids") else 1e-6)
    assert data.scanpaths.facts.points == "fixations"
    zero = {"eyelink-asc": 90, "bids": 0}.get(name)  # ms from the beginning of the trial's clock to the image
    lost = data.dropped.get("onset of a fixation on a clock that does not begin with the image (not kept)", 0)
    assert lost == (0 if zero is not None or (name == "tobii") else len(seen))
    if zero is not None:  # the fixture's BIDS clock has steps of 10 ms
        anna = data.scanpaths.filter(subject="anna", stimulus="kitchen.png")[0]
        truth = seen[(seen["subject"] == "anna") & (seen["stimulus"] == "kitchen.png")]["start"]
        np.testing.assert_allclose(anna.onset, truth - zero, atol=0 if name == "eyelink-asc" else 10)
    assert read_files(files, stimulus=told.get("stimulus")).kind.name == name  # known by its content
    again = read(files, images, told, recording=name)
    assert again.scanpaths.x.tolist() == data.scanpaths.x.tolist()


def test_neon_is_told_the_image_of_each_file(tmp_path, seen, images, exports):
    files = exports.neon(seen, tmp_path)[0]
    with pytest.raises(DataError, match="does not say which image was shown: .*--stimulus NAME"):
        Dataset.from_table(files, images=images)
    with pytest.raises(DataError, match="stimulus= names 3 images for 2 files; name one, or one for each file"):
        Dataset.from_table(files, images=images, stimulus=["a", "b", "c"])
    files[0].with_name("sections.csv").unlink()
    assert sorted(read(files[:1], images, {"stimulus": "kitchen"}).scanpaths.table["subject"]) == [
        "r-anna",
        "r-ben",
        "r-cleo",
    ]


def test_units_of_neon(tmp_path, seen, images, exports):
    """Seconds that were called `[sec]` were taken as ms, and shares as px, in silence."""
    file = exports.neon(seen, tmp_path)[0][0]
    table = pd.read_csv(file)
    told = {"stimulus": "kitchen.png"}
    expected = read(file, images, told).scanpaths.duration
    seconds = table.assign(**{"duration [sec]": table["duration [ms]"] / 1000}).drop(columns="duration [ms]")
    seconds.to_csv(file, index=False)
    np.testing.assert_allclose(read(file, images, told).scanpaths.duration, expected)
    table.rename(columns=lambda name: name.replace("[px]", "[normalized]")).to_csv(file, index=False)
    with pytest.raises(DataError, match=r"has no column 'fixation x \[px\]'"):
        read(file, images, told, recording="neon")


def test_sections_of_neon_that_do_not_name_everybody(tmp_path, seen, images, exports):
    """A person without a name is still one person: the recording tells."""
    files = exports.neon(seen, tmp_path)[0]
    for rows, people in (("s-anna,anna\ns-ben,\n", ["anna", "r-ben", "r-cleo"]), ("", ["r-anna", "r-ben", "r-cleo"])):
        for file in files:
            file.with_name("sections.csv").write_text(f"section id,wearer name\n{rows}")
        data = read(files, images, {"stimulus": sorted(["kitchen", "street"])})
        assert sorted(data.scanpaths.table["subject"].unique()) == people
        assert len(data.trials) == 2


@pytest.mark.parametrize("changed", [{"new": True}, {"media": "norm"}, {"media": "screen"}])
def test_versions_of_tobii(tmp_path, seen, images, exports, same, changed):
    """Units in brackets and us; shares of the media; px of the display, without the place of the media."""
    same(
        read(
            *exports.tobii(seen, tmp_path, **changed)[:1], images, exports.tobii(seen, tmp_path, **changed)[1]
        ).scanpaths
    )


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_tobii_that_repeat_are_not_needed(tmp_path, monkeypatch, seed):
    """Any order of people, images, kinds and devices: the whole table says the same as the rows that are kept."""
    rng = keyed_rng(seed)
    runs = [
        {
            "Participant name": rng.choice(["anna", "ben"]), "Recording name": "R1", "Sensor": sensor,
            "Presented Media name": rng.choice(["a.png", "b.png", ""]), "Eye movement type": kind,
            "Eye movement type index": "" if kind in ("", "-") else int(rng.integers(1, 9)),
            "Fixation point X": float(rng.integers(900)), "Fixation point Y": 5.25, "Gaze event duration": 200,
        }
        for sensor, kind in rng.choice([("Eye Tracker", k) for k in ("Fixation", "Saccade", "", "-")]
                                       + [("Mouse", k) for k in ("", "-")], 60)
    ]  # fmt: skip
    rows = [{**run, "Recording timestamp": 10 * k + i} for k, run in enumerate(runs) for i in range(rng.integers(1, 4))]
    file = tmp_path / "a.tsv"
    pd.DataFrame(rows).to_csv(file, sep="\t", index=False)
    monkeypatch.setattr("gazekit.files.delimited.PIECE", 1000)
    part = read_needed_rows(file, FORMATS["tobii"].needed)
    whole = read_rows(file)
    assert len(part.table) < len(whole.table)
    made = []
    for found in (part, whole):
        table = found.table.replace("-", np.nan)
        notes = Notes(file)
        made.append((FORMATS["tobii"].prepare(table, notes), notes.dropped))
    pd.testing.assert_frame_equal(made[0][0], made[1][0], check_exact=True)
    assert made[0][1] == made[1][1]


def test_durations_of_tobii_without_a_unit(tmp_path, seen, images, exports, same):
    """`Eye movement event duration` without a unit is us in some versions; no fixation lasts for minutes."""
    files, told = exports.tobii(seen, tmp_path)
    table = pd.read_csv(files[0], sep="\t").rename(columns={"Gaze event duration": "Eye movement event duration"})
    table["Eye movement event duration"] *= 1000
    table.to_csv(files[0], sep="\t", index=False)
    same(read(files, images, told).scanpaths)
    table["Eye movement event duration"] *= 1e6
    table.to_csv(files[0], sep="\t", index=False)
    with pytest.raises(DataError, match="has a median of .*, which is no fixation's duration in s, ms or us"):
        read(files, images, told)


def test_a_fixation_that_was_there_before_the_image(tmp_path, seen, images, exports, same):
    files, told = exports.tobii(seen, tmp_path)
    table = pd.read_csv(files[0], sep="\t")
    last = table[(table["Participant name"] == "ben") & (table["Eye movement type"] == "Fixation")]
    last = last[last["Presented Media name"] == "kitchen.png"].iloc[-1:]
    at = table.index[(table["Participant name"] == "ben") & (table["Presented Media name"] == "street.png")][0]
    late = last.assign(**{"Presented Media name": "street.png"})
    pd.concat([table.loc[: at - 1], late, table.loc[at:]]).to_csv(files[0], sep="\t", index=False)
    data = read(files, images, told)
    same(data.scanpaths)
    assert data.dropped["fixation that began before the image (left out)"] == 1


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        (["Eye movement type index"], "has no columns 'Eye movement type' and 'Eye movement type index': export them"),
        (
            ["Fixation point X", "Fixation point Y"],
            "has no column 'Fixation point X': export the positions of fixations",
        ),
        (["Presented Media name"], "does not say which image was shown"),
    ],
)
def test_a_tobii_export_without_a_column(tmp_path, seen, images, exports, drop, said):
    files, told = exports.tobii(seen, tmp_path)
    pd.read_csv(files[0], sep="\t").drop(columns=drop).to_csv(files[0], sep="\t", index=False)
    with pytest.raises(DataError) as caught:
        read(files, images, told)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "name", ["Fixation point {} (MCSnorm)", "Fixation point {} [MCS norm]", "FixationPoint{} (MCSpx)"]
)
def test_positions_of_the_media_beside_its_place(tmp_path, seen, images, exports, same, name):
    """They were taken as px of the display in silence, since `(MCSnorm)` was taken for a unit."""
    files, _ = exports.tobii(seen, tmp_path)
    table = pd.read_csv(files[0], sep="\t")
    for axis, side in zip("XY", ("width", "height"), strict=True):
        place, size = (f"Presented Media {what}" for what in (f"position {axis} (DACSpx)", side))
        x = table.pop(f"Fixation point {axis}") - table[place]
        table[name.format(axis)] = x if "px" in name else x / table[size]
    table.to_csv(files[0], sep="\t", index=False)
    same(read(files, images, {}).scanpaths, atol=1e-6)
    table.drop(columns=name.format("Y")).to_csv(files[0], sep="\t", index=False)  # which ended in "KeyError: None"
    with pytest.raises(DataError, match="has no column 'Fixation point X': export the positions of fixations"):
        read(files, images, {})


def test_positions_of_the_image_take_no_screen(tmp_path, seen, images, exports):
    files, _ = exports.tobii(seen, tmp_path, media="norm")
    with pytest.raises(DataError, match="has positions of the image itself here, not of a screen; leave placed out"):
        read(files, images, {"placed": "centre"})


# ---------------------------------------------------------------- EyeLink .asc


def test_what_an_asc_says_beside_fixations(tmp_path, seen, images, exports):
    """The screen, the place of the image, variables of trials; what began before the image is left out."""
    data = read(exports.asc(seen, tmp_path)[0], images, {})
    assert data.scanpaths.table["condition"].unique().tolist() == ["free view"]
    assert data.dropped["fixation that began before the image (left out)"] == 6
    with pytest.raises(DataError, match=r"^forced_first is declared, and 6 fixations that began before the image was"):
        read(exports.asc(seen, tmp_path)[0], images, {}, facts=Facts(forced_first=True))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("EVENTS\tGAZE", "EVENTS\tHREF", "anna.asc, line 8: events are not in px of the display (HREF RIGHT); convert"),
        ("EFIX R   100020\t100060\t41", "EFIX R   100020\t41", "line 10: 'EFIX R 100020 41 640.0 512.0 900' is not '"),
        ("EFIX R   100020\t", "EFIX R   early\t", "line 10: 'EFIX R early 100060 41 640.0 512.0 900': could not"),
        ("MSG\t100090 !V", "MSG\tsoon !V", "line 11: 'soon' is no time; convert the .edf again"),
        ("DISPLAY_COORDS 0 0", "DISPLAY_COORDS 100 0", "the display begins at (100, 0), not at (0, 0)"),
        (
            "MSG\t100090 !V IMGLOAD",
            "MSG\t100080 !V IMGLOAD CENTER other.png\nMSG\t100090 !V IMGLOAD",
            "trial 1 loads 2 images (other.png, kitchen.png); a scanpath is of one image",
        ),
        (
            "!V IMGLOAD TOP_LEFT",
            "image_onset",
            "say which message names the image, columns={'stimulus': 'MSG image_onset *'} (--columns 'stimulus=MSG "
            "image_onset *', with * for the name); messages of trial 2: 'TRIALID 2', 'image_onset street",
        ),
        ("TRIALID", "BEGIN", "trial 0 loads 2 images (kitchen.png, street.png); a scanpath is of one image: convert"),
        ("EFIX", "ESACC", "is an EyeLink recording (.asc) without a fixation"),
    ],
)  # fmt: skip
def test_an_asc_that_cannot_be_read(tmp_path, seen, images, exports, old, new, said):
    file = exports.asc(seen, tmp_path)[0][0]
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(DataError) as caught:
        read([file], images, {})
    assert said in str(caught.value)


@pytest.mark.parametrize("message", ["image_onset {}", "shown {} now", "-4 image_onset {}"])
def test_messages_of_ones_own(tmp_path, seen, images, exports, same, message):
    """Those that begin a trial, name the image and hold another value, with the words of the experiment."""
    files = exports.asc(seen, tmp_path)[0]
    for file in files:
        text = re.sub(r"!V IMGLOAD TOP_LEFT (\S+) .*", lambda found: message.format(found[1]), file.read_text())
        text = text.replace("TRIALID", "start_trial").replace("!V TRIAL_VAR condition", "cond:")
        file.write_text(text.replace("TRIAL_RESULT 0", "!V IMGLOAD FILL mask.png"))
    columns = {"trial": "MSG start_trial *", "stimulus": f"MSG {message.format('*')}", "kind": "MSG cond: *"}
    data = read(files, images, {"placed": "centre"}, columns=columns)
    same(data.scanpaths, atol=0.06)
    assert data.scanpaths.table["kind"].unique().tolist() == ["free view"]
    with pytest.raises(DataError, match="has no row for which where=.* holds"):
        read(files, images, {"placed": "centre"}, columns=columns, where="`MSG cond: *` == 'search'")
    assert data.dropped["fixation that began before the image (left out)"] == 6
    same(
        read(files, images, {"placed": "centre"}, columns={**columns, "trial": "MSG start_trial"}).scanpaths, atol=0.06
    )


def test_a_message_that_no_trial_has(tmp_path, seen, images, exports):
    """One that a script sends once, before the first trial, was said to be no column."""
    (file, *_) = exports.asc(seen, tmp_path)[0]
    file.write_text(file.read_text().replace("MSG", "MSG\t1 person anna\nMSG", 1))
    said = "no trial that has fixations has a message as 'MSG person .'; messages of trial 2: 'TRIALID 2', '!V IMGLOAD"
    with pytest.raises(DataError, match=said):
        read([file], images, {}, columns={"subject": "MSG person *"})


@pytest.mark.parametrize("words", ["MSG image_onset", "MSG *", "MSG a * b *"])
def test_words_that_name_no_message(tmp_path, seen, images, exports, words):
    with pytest.raises(DataError, match="must be the words of a message with one . for the value, 'MSG image_onset"):
        read(exports.asc(seen, tmp_path)[0], images, {}, columns={"stimulus": words})


@pytest.mark.parametrize("own", ["caption", "start_x"])
def test_a_column_of_an_export_is_left_out_when_that_is_said(tmp_path, seen, images, exports, own):
    """Where it changes within a path it is refused, and what the message asks for did not help."""
    (file,), told = exports.writers["eyelink-report"](seen, tmp_path)
    table = read_rows(file).table
    table.assign(**{own: np.arange(len(table))}).to_csv(file, sep="\t", index=False)
    with pytest.raises(DataError, match=f"column '{own}' .* changes within one path .*columns={{'{own}': None}}"):
        read([file], images, told)
    assert own not in read([file], images, told, columns={own: None}).scanpaths.table


# ---------------------------------------------------------------- the others


def test_surfaces_and_the_scene_camera(tmp_path, seen, images, exports):
    files, told = exports.pupil(seen, tmp_path)
    assert read(files, images, told).dropped["fixation that is not on the surface (left out)"] == 6
    file = tmp_path / "fixations.csv"
    pd.read_csv(files[0]).drop(columns="on_surf").rename(columns={"fixation_id": "id"}).to_csv(file, index=False)
    with pytest.raises(DataError, match="has positions in the picture of the scene camera, which moves with the head"):
        Dataset.from_table(file, images=images)
    file, _ = exports.neon(seen, tmp_path)
    pd.read_csv(file[0]).drop(columns="fixation detected in reference image").to_csv(file[0], index=False)
    with pytest.raises(DataError, match="picture of the scene camera.*Reference Image Mapper"):
        Dataset.from_table(file, images=images, stimulus="kitchen")


def test_gazepoint_repeats_fixations_in_its_file_of_samples(tmp_path, seen, images, exports, same):
    files, told = exports.gazepoint(seen, tmp_path)
    for file in files:
        table = pd.read_csv(file)
        early = table.assign(FPOGD=0.05, FPOGX=0.5)
        invalid = table.iloc[:1].assign(FPOGV=0, FPOGID=99)
        pd.concat([early, table, invalid]).sort_values("FPOGID", kind="stable").to_csv(file, index=False)
    data = read(files, images, told)
    same(data.scanpaths)
    assert data.dropped["fixation that the tracker calls invalid (left out)"] == 3


def test_decimal_commas_and_texts_of_events_of_smi(tmp_path, seen, images, exports, same):
    files, told = exports.smi(seen, tmp_path, decimal=",")
    data = read(files, images, told)
    same(data.scanpaths)
    assert data.dropped["event that is no fixation (left out)"] == 36
    files, told = exports.smi_events(seen, tmp_path)
    data = read(files, images, told)
    same(data.scanpaths, atol=0.006)
    per_degree = 1280 / 376 * 600 * np.tan(np.pi / 180)
    np.testing.assert_allclose(data.scanpaths.table["px_per_degree"], per_degree)
    files[0].write_text(files[0].read_text().replace("\t9\t9", ""))
    with pytest.raises(DataError, match="line 19, has 8 fields, but the header has 10 .Event Type, Trial"):
        read(files, images, told)


def test_what_bids_says_of_the_screen(tmp_path, seen, images, exports):
    files, told = exports.bids(seen, tmp_path)
    per_degree = 1280 / 376 * 600 * np.tan(np.pi / 180)
    np.testing.assert_allclose(read(files, images, told).scanpaths.table["px_per_degree"], per_degree)
    for file in files:
        about = file.with_name(file.name.replace("_recording-eye1_physioevents.tsv.gz", "_events.json"))
        shown = json.loads(about.read_text())
        shown["StimulusPresentation"]["ScreenDistance"] = 60  # cm, as in the specification's own example
        about.write_text(json.dumps(shown))
    data = read(files, images, told)
    assert data.scanpaths.table["px_per_degree"].isna().all()
    assert data.dropped["ScreenDistance that cannot be metres (left out)"] == 3
    shown["StimulusPresentation"] |= {"ScreenDistance": "n/a", "ScreenOrigin": ["center", "center"]}
    about.write_text(json.dumps(shown))
    with pytest.raises(DataError, match="positions from .'center', 'center'. .*which does not say which way y goes"):
        read(files, images, told)


def test_sidecars_of_bids_above_and_a_screen_whose_y_goes_up(tmp_path, seen, images, exports, same):
    """What folders above say holds for what is below; drafts called the column of the clock otherwise."""
    up = seen.assign(sy=1024 - seen["sy"])
    files, told = exports.bids(up, tmp_path)
    for file in files:
        (stem := file.parent / file.name.split("_")[0]).with_name(f"{stem.name}_task-view_events.json").unlink()
        about = file.with_name(file.name.replace(".tsv.gz", ".json"))
        about.write_text(about.read_text().replace("OnsetSource", "ForeignIndexColumn"))
    screen = {"ScreenResolution": [1280, 1024], "ScreenOrigin": ["bottom", "left"], "ScreenSize": [0.376, 0.301]}
    screen["ScreenDistance"] = [0.0, 0.0, 0.6]
    (tmp_path / "task-view_events.json").write_text(json.dumps({"StimulusPresentation": screen}))
    with pytest.raises(DataError, match="say where the image was on it|its size, and where the image was"):
        read(files, images, {"placed": "centre", "screen_width": None, "screen_height": None})
    (tmp_path / "dataset_description.json").write_text("{}")
    data = read(files, images, told)
    same(data.scanpaths, atol=0.06)
    assert data.scanpaths.table["px_per_degree"].notna().all()


@pytest.mark.parametrize(
    ("what", "change", "said"),
    [
        ("physio", {"SampleCoordinateSystem": "gaze-in-world"}, "the kind 'gaze-in-world'; only gaze-on-screen"),
        ("physio", {"Columns": ["x_coordinate", "y_coordinate"]}, "sidecar differ: .*, line 1, has 4 fields, .* 2"),
        ("physio", {"SamplingFrequency": None}, "and its sidecars lack 'SamplingFrequency'; its columns: .'timestamp'"),
        ("physio", {"x_coordinate": {"Units": "deg"}}, "has x_coordinate in 'deg', by its sidecar; only px of the"),
        ("physioevents", {"Columns": None}, "have no 'Columns'"),
        ("physioevents", {"OnsetSource": "clock"}, "has no column 'clock', on whose clock the events are; it has"),
    ],
)  # fmt: skip
def test_bids_that_cannot_be_read(tmp_path, seen, images, exports, what, change, said):
    files, told = exports.bids(seen, tmp_path)
    about = files[0].with_name(files[0].name.replace("_physioevents.tsv.gz", f"_{what}.json"))
    found = {**json.loads(about.read_text()), **change}
    about.write_text(json.dumps({name: value for name, value in found.items() if value is not None}))
    with pytest.raises(DataError, match=said):
        read(files, images, told)


def test_a_recording_that_is_cut_short(tmp_path, seen, images, exports):
    """The last number of a file may have lost its end: 51 of 512 px."""
    files, told = exports.bids(seen, tmp_path)
    samples = files[0].with_name(files[0].name.replace("physioevents", "physio"))
    samples.write_bytes(gzip.compress(gzip.decompress(samples.read_bytes()) + b"60000\t51"))
    with pytest.raises(DataError, match=r"physio.tsv.gz, line 25001, has 2 fields, .*'60000.t51'"):
        read(files, images, told)


def test_events_of_pymovements_in_parquet_and_in_degrees(tmp_path, seen, images, exports, same):
    files, told = exports.pymovements(seen, tmp_path, "parquet")
    same(read(files, images, told).scanpaths)
    table = pd.read_parquet(files[0])
    table["location"] = table["location"].map(lambda pair: [value / 40 for value in pair])
    table.to_parquet(files[0], index=False)
    with pytest.raises(DataError, match="has locations within 90 of 0, which are degrees, not px of a screen"):
        read(files, images, told)
    table.drop(columns="location").assign(location_x=None).drop(columns="location_x").to_parquet(files[0], index=False)
    with pytest.raises(DataError, match="has no positions of fixations: compute them"):
        read(files, images, told, recording="pymovements")


def test_files_of_one_kind(tmp_path, seen, images, exports):
    gazepoint, told = exports.gazepoint(seen, tmp_path)
    smi, _ = exports.smi(seen, tmp_path)
    with pytest.raises(DataError, match="is fixations of Gazepoint Analysis, and .* an export of SMI BeGaze"):
        read([gazepoint[0], smi[0]], images, told)
    assert set(FORMATS) == {"eyelink-report", *NAMES}


def test_times_of_pymovements_with_a_unit_of_their_own(tmp_path, seen, images, exports, same):
    """Durations, as polars keeps them: in parquet a type, in CSV text of ISO 8601."""
    files, told = exports.pymovements(seen, tmp_path)
    table = pd.read_csv(files[0])
    for name in ("onset", "duration"):
        table[name] = [f"PT{value / 1000:.6f}S" for value in table[name]]
    table.to_csv(files[0], index=False)
    same(read(files, images, told).scanpaths)
    for name in ("onset", "duration"):
        table[name] = pd.to_timedelta(table[name])
    table.to_parquet(tmp_path / "events.parquet", index=False)
    same(read([tmp_path / "events.parquet"], images, told).scanpaths)


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("CENTER kitchen.png 640 512 320 240", (480, 392, 320, 240)),
        ("FILL kitchen.png", (0, 0, 1280, 1024)),
        ("TOP_LEFT kitchen.png 100 50", (100, 50, 640, 480)),
    ],
)
def test_places_that_an_asc_says(tmp_path, seen, images, exports, message, place):
    file = exports.asc(seen, tmp_path)[0][0]
    file.write_text(file.read_text().replace("TOP_LEFT kitchen.png 320 272", message))
    path = read([file], images, {"placed": "centre"}).scanpaths.filter(stimulus="kitchen.png")[0]
    truth = seen[(seen["subject"] == "anna") & (seen["stimulus"] == "kitchen.png")]
    np.testing.assert_allclose(path.x, (truth["sx"] - place[0]) * 640 / place[2], atol=0.2)
    np.testing.assert_allclose(path.y, (truth["sy"] - place[1]) * 480 / place[3], atol=0.2)


def test_bids_whose_events_name_no_image(tmp_path, seen, images, exports):
    files, told = exports.bids(seen, tmp_path)
    task = files[1].with_name(files[1].name.replace("_recording-eye1_physioevents.tsv.gz", "_events.tsv"))
    task.write_text("onset\tduration\n1\t2\n")
    with pytest.raises(DataError, match="has no column 'stim_file', which names the image"):
        read(files[1:2], images, told)


def test_a_text_of_samples_of_smi(tmp_path, seen, images, exports):
    files, told = exports.smi_events(seen, tmp_path)
    files[0].write_text("## [BeGaze]\nTime\tType\n1\tSMP\n")
    with pytest.raises(DataError, match="has no line 'Table Header for Fixations:': it holds samples; export events"):
        read(files, images, told)


def test_what_is_not_there_is_not_asked_for(tmp_path, seen, images, exports):
    files, told = exports.gazepoint(seen, tmp_path)
    with pytest.raises(DataError, match="does not say which eye a fixation is of, so eye='left' cannot be read"):
        read(files, images, told, eye="left")
    tables = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for table in tables:
        table.write_text("stimulus,x,y\nkitchen,1,2\n")
    with pytest.raises(DataError, match="stimulus= is for exports of eye trackers, and .*one.csv is a table"):
        Dataset.from_table(tables[0], images=images, stimulus="kitchen")
    with pytest.raises(DataError, match="is a table, and .* a table; several files are read of one export only"):
        Dataset.from_table(tables, images=images)
    with pytest.raises(DataError, match="is a folder; name the files in it .*sub-\\*"):
        Dataset.from_table(tmp_path, images=images, recording="bids")
    with pytest.raises(DataError, match="there is no file to read|not a list"):
        Dataset.from_table([], images=images)
    with pytest.raises(DataError, match="recording= is for files; this table is in memory"):
        Dataset.from_table(pd.read_csv(tables[0]), images=images, recording="table")
