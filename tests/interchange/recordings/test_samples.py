"""Raw samples of every kind of file become the fixations that were in them; what cannot be read is refused."""

import gzip
import json
import sys

import numpy as np
import pandas as pd
import pytest

from gazekit import DataError, Dataset
from gazekit.cli.app import main
from gazekit.files import delimited
from gazekit.interchange import Space

SCREEN = {"screen_width": 1280, "screen_height": 1024, "placed": "centre"}
MM = {"screen_width_mm": 376, "screen_height_mm": 301, "distance_mm": 600}
SPACE = Space(**SCREEN, **MM)
PLACES = np.array([(500, 400), (700, 450), (600, 600), (560, 480)])  # px of the screen, degrees apart
EACH = 50  # samples of a fixation, 250 Hz: 200 ms


@pytest.fixture(scope="module")
def taken():
    """A row per sample: two people, both images, four fixations of 200 ms each, jumps between them."""
    rows = []
    for person in ("anna", "ben"):
        for trial, name in enumerate(("kitchen.png", "street.png"), 1):
            x, y = np.repeat(PLACES + 10 * trial, EACH, axis=0).T
            time = 10_000 * trial + 4 * np.arange(len(x))
            rows.append(pd.DataFrame({"subject": person, "trial": trial, "image": name, "time": time, "x": x, "y": y}))
    return pd.concat(rows, ignore_index=True)


def expect(data, *, people=("anna", "ben"), lost=0):
    """Four fixations on each image, where they were, of about 200 ms."""
    assert sorted(set(data.scanpaths.table["subject"])) == list(people)
    assert len(data.scanpaths) == 2 * len(people)
    for path in data.scanpaths:
        trial = 1 + (path.ids["stimulus"] != "kitchen.png")
        corner = [(1280 - path.frame.width) / 2, (1024 - path.frame.height) / 2]
        np.testing.assert_allclose(np.column_stack([path.x, path.y]), PLACES + 10 * trial - corner, atol=8)
        np.testing.assert_allclose(path.duration, 200, atol=17)
    n = "sample at 250 per second (no point itself; fixations were made of them)"
    assert n in data.dropped
    assert data.dropped.get("sample without a position (left out)", 0) == lost


def test_a_table_in_small_pieces(tmp_path, monkeypatch, taken, images):
    taken.to_csv(tmp_path / "a.csv", index=False)
    whole = Dataset.from_table(tmp_path / "a.csv", images=images, detect="ivt", space=SPACE)
    expect(whole)
    monkeypatch.setattr(delimited, "PIECE", 1200)
    again = Dataset.from_table(tmp_path / "a.csv", images=images, detect="ivt", space=SPACE)
    assert again.scanpaths.x.tolist() == whole.scanpaths.x.tolist()
    assert again.dropped == whole.dropped
    taken.to_parquet(tmp_path / "a.parquet")
    assert Dataset.from_table(
        tmp_path / "a.parquet", images=images, detect="ivt", space=SPACE
    ).scanpaths.x.tolist() == pytest.approx(whole.scanpaths.x.tolist())


def test_somebody_is_called_na_and_trials_have_no_number(tmp_path, monkeypatch, taken, images):
    """Empty cells are equal, also where a piece ends; "NA" is a name."""
    monkeypatch.setattr(delimited, "PIECE", 1200)
    taken.assign(subject=taken["subject"].replace("anna", "NA"), trial="").to_csv(tmp_path / "a.csv", index=False)
    expect(Dataset.from_table(tmp_path / "a.csv", images=images, detect="ivt", space=SPACE), people=("NA", "ben"))


@pytest.mark.parametrize("factor", [1.0, 0.001, 1000.0, 1e6])
def test_the_unit_of_a_clock_is_that_of_its_rate(tmp_path, taken, images, factor):
    taken.assign(time=taken["time"] * factor).to_csv(tmp_path / "a.csv", index=False)
    expect(Dataset.from_table(tmp_path / "a.csv", images=images, detect="idt", space=SPACE))


def test_the_unit_of_a_clock_is_not_told_by_a_piece_that_is_left_out(tmp_path, monkeypatch, taken, images):
    """It counted as ms: of a clock in us every trial was one fixation of many minutes, in silence."""
    monkeypatch.setattr(delimited, "PIECE", 1200)
    taken.assign(time=taken["time"] * 1000).to_csv(tmp_path / "a.csv", index=False)
    few = Dataset.from_table(
        tmp_path / "a.csv", images=images, detect="ivt", space=SPACE, where=f"subject == {taken['subject'].iloc[-1]!r}"
    )
    assert 60 < few.scanpaths.durations().mean() < 1000


def test_the_size_of_the_image_may_be_in_the_table(tmp_path):
    still = [(2.0 * k, 100 + 200 * (k >= 150), 90) for k in range(300)]
    table = pd.DataFrame(still, columns=["time", "x", "y"]).assign(stimulus="a", subject="p", width=400, height=300)
    table.to_csv(tmp_path / "a.csv", index=False)
    data = Dataset.from_table(tmp_path / "a.csv", detect="ivt", px_per_degree=30.0)
    assert data.trials[0].frame.size == (400, 300)
    assert data.scanpaths.x.tolist() == pytest.approx([100, 300])


def test_two_viewings_of_an_image_with_nothing_between_are_two(tmp_path, monkeypatch):
    """They were joined to one path of twice the length, where neither a trial nor another image told them apart."""
    still = [(2.0 * k, 100 + 200 * (k % 300 >= 150), 90) for k in range(900)]
    table = pd.DataFrame(still, columns=["time", "x", "y"]).assign(stimulus="a", subject="p", width=400, height=300)
    table.loc[[*range(300, 600), 700, 701], "stimulus"] = ""  # the last two are no pause
    table.to_csv(tmp_path / "a.csv", index=False)
    for piece in (delimited.PIECE, 1200):
        monkeypatch.setattr(delimited, "PIECE", piece)
        data = Dataset.from_table(tmp_path / "a.csv", detect="ivt", px_per_degree=30.0)
        assert data.scanpaths.table["trial"].tolist() == ["a/1", "a/2"]
        assert data.scanpaths.x.tolist() == pytest.approx([100, 300, 100, 300])
        assert data.dropped["sample of no image (left out)"] == 302


def test_images_in_their_own_size_need_px_per_degree_only(tmp_path, taken, images):
    taken.to_csv(tmp_path / "a.csv", index=False)
    data = Dataset.from_table(
        tmp_path / "a.csv", images=images, detect="ivt", space=Space(**SCREEN), px_per_degree=35.0
    )
    expect(data)
    for space in (Space(**SCREEN), None):
        with pytest.raises(DataError, match=r"speeds of gaze need degrees: say size and distance.*px_per_degree=35"):
            Dataset.from_table(tmp_path / "a.csv", images=images, detect="ivt", space=space)


def test_an_eyelink_recording(tmp_path, taken, images):
    files = []
    for person, rows in taken.groupby("subject"):
        lines = ["** CONVERTED FROM a.edf", "** EYELINK II 1", "MSG\t1 DISPLAY_COORDS 0 0 1279 1023"]
        for trial, shown in rows.groupby("trial"):
            zero = int(shown["time"].iloc[0])
            lines += [f"MSG\t{zero - 90} TRIALID {trial}", "SAMPLES\tGAZE\tLEFT\tRIGHT\tRATE\t 250.00",
                      f"{zero - 8}\t 10.0\t 10.0\t 900\t 10.0\t 10.0\t 900\t.....",
                      f"MSG\t{zero} !V IMGLOAD CENTER {shown['image'].iloc[0]} 640 512"]  # fmt: skip
            for row in shown.itertuples():
                lines.append(f"{row.time}\t {row.x - 9}.0\t {row.y}.0\t 900.0\t {row.x}.0\t {row.y}.0\t 900.0\t.....")
            lines[-3] = f"{lines[-3].split()[0]}\t .\t .\t 0.0\t .\t .\t 0.0\t....."
            lines.append(f"END\t{zero + 9000}\tSAMPLES\tEVENTS")
        files.append(tmp_path / f"{person}.asc")
        files[-1].write_text("\n".join(lines) + "\n")
    told = Space(placed="centre", **MM)
    data = Dataset.from_table(files, images=images, detect="ivt", eye="right", space=told)
    expect(data, lost=4)
    assert data.dropped["sample before the image, or of a trial without one (left out)"] == 4
    with pytest.raises(DataError, match="samples of both eyes, 9 apart in the unit of the file .*--eye right"):
        Dataset.from_table(files, images=images, detect="ivt", space=told)


def test_samples_of_tobii_and_gazepoint(tmp_path, taken, images):
    tobii = pd.DataFrame({
        "Recording timestamp [μs]": taken["time"] * 1000, "Sensor": "Eye Tracker", "Participant name": taken["subject"],
        "Recording resolution width": 1280, "Recording resolution height": 1024, "Gaze point X [DACS px]": taken["x"],
        "Gaze point Y [DACS px]": taken["y"], "Presented Media name": taken["image"], "Pupil": 3.0,
    })  # fmt: skip
    mouse = tobii.iloc[::40].assign(Sensor="Mouse", **{"Gaze point X [DACS px]": None})
    tobii = pd.concat([tobii, mouse]).sort_index(kind="stable")
    tobii.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    data = Dataset.from_table(tmp_path / "a.tsv", images=images, detect="ivt", space=Space(placed="centre", **MM))
    expect(data)
    assert data.dropped["row that is no sample of the eye tracker (left out)"] == len(mouse)
    shares = tobii.rename(columns=lambda name: name.replace("DACS px", "MCS norm"))  # were taken for px of the display
    shares.to_csv(tmp_path / "b.tsv", sep="\t", index=False)
    with pytest.raises(DataError, match="name it, columns="):
        Dataset.from_table(tmp_path / "b.tsv", images=images, detect="ivt", space=Space(placed="centre", **MM))
    files = []
    for person, rows in taken.groupby("subject"):
        files.append(tmp_path / f"{person}.csv")
        pd.DataFrame({
            "MEDIA_ID": rows["trial"], "MEDIA_NAME": rows["image"], "TIME(2026/11/27 10:00)": rows["time"] / 1000,
            "BPOGX": rows["x"] / 1280, "BPOGY": rows["y"] / 1024, "BPOGV": (rows.index % 50 != 20).astype(int), "": "",
        }).to_csv(files[-1], index=False)  # fmt: skip
    expect(Dataset.from_table(files, images=images, detect="ivt", space=SPACE), lost=16)


def test_samples_of_bids(tmp_path, taken, images):
    files = []
    for person, rows in taken.groupby("subject"):
        stem = tmp_path / f"sub-{person}_task-view"
        clock = np.arange(5_000, 30_000, 4)
        found = pd.DataFrame({"timestamp": clock}).merge(
            rows.rename(columns={"time": "timestamp"})[["timestamp", "x", "y"]], how="left"
        )
        text = found.to_csv(sep="\t", index=False, header=False, na_rep="n/a")
        files.append(tmp_path / f"{stem.name}_physio.tsv.gz")
        files[-1].write_bytes(gzip.compress(text.encode(), mtime=0))
        about = {"SamplingFrequency": 250, "StartTime": 5.0, "Columns": ["timestamp", "x_coordinate", "y_coordinate"]}
        (tmp_path / f"{stem.name}_physio.json").write_text(json.dumps(about))
        events = pd.DataFrame(
            {"onset": [10.0, 20.0], "duration": [0.8, 0.8], "stim_file": ["kitchen.png", "street.png"]}
        )
        events.to_csv(tmp_path / f"{stem.name}_events.tsv", sep="\t", index=False)
        shown = {"ScreenResolution": [1280, 1024], "ScreenSize": [0.376, 0.301], "ScreenDistance": 0.6}
        (tmp_path / f"{stem.name}_events.json").write_text(json.dumps({"StimulusPresentation": shown}))
    data = Dataset.from_table(files, images=images, detect="ivt", space=Space(placed="centre"))
    expect(data)
    assert data.dropped["sample of no image (left out)"] == 2 * (6250 - 400)
    for file in tmp_path.glob("*_events.tsv"):
        events.assign(onset=[5.0, 20.0], duration="n/a").to_csv(file, sep="\t", index=False)
    data = Dataset.from_table(files, images=images, detect="ivt", space=Space(placed="centre"))
    assert 0 not in data.dropped.values()  # "0 x sample of no image"


def broken(taken, what):
    """The table with a fault."""
    rows, ben = taken.copy(), taken["subject"] == "ben"
    if what == "back":
        rows.loc[100, "time"] = 10_000
    elif what == "rates":
        rows.loc[ben, "time"] = 20_000 + (rows.loc[ben, "time"] % 10_000) // 4
    elif what == "eyes":
        rows = rows.assign(eye=np.where(rows.index % 2, "L", "R"))
    elif what == "wide":
        rows = rows.rename(columns={"x": "x_left", "y": "y_left"}).assign(x_right=rows["x"] + 30, y_right=rows["y"])
    elif what == "lost":
        rows["x"] = None
    elif what == "clock":
        rows["time"] *= 60_000
    elif what == "name":
        rows = rows.rename(columns={"x": "wrong"})
    elif what == "distances":
        rows = rows.assign(distance_mm=600)
    elif what == "one":
        rows = rows.assign(image=np.where(rows.index % 300 < 30, "street.png", rows["image"]))
    return rows


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("back", r"a.csv, subject 'anna', trial '1', stimulus 'kitchen.png': the clock goes back after 10396 ms"),
        ("rates", "rates differ, 250 samples per second .*'anna'.* and 1000 .*'ben'.*--where"),
        ("eyes", "has samples of both eyes, a row each; say which is read"),
        ("wide", "has samples of both eyes, 30 apart in the unit of the file"),
        ("lost", r"no fixation in 800 samples by ivt \(800 x sample without a position"),
        ("clock", "column 'time' rises by .* from sample to sample, which is no rate of an eye tracker"),
        ("name", r"no column that can be 'x' of samples; name it, columns=\{'x': ...\} \(--columns x=COLUMN\)"),
        ("distances", r"has a column 'distance_mm', and thresholds in degrees .*\(--distance-mm\), for each part"),
        ("one", "trial '1' of 'anna' shows 2 images"),
    ],
)
def test_what_is_refused(tmp_path, taken, images, what, said):
    broken(taken, what).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match=said):
        Dataset.from_table(tmp_path / "a.csv", images=images, detect="ivt", space=SPACE)


def test_lines_of_another_length_and_empty_files(tmp_path, taken, images, exports, seen):
    file = tmp_path / "a.csv"
    file.write_text("subject,image,time,x,y\nanna,kitchen.png,0,1,2\nanna,kitchen.png,4,1\n")
    with pytest.raises(DataError, match="a.csv, line 3, has 4 fields, but the header has 5"):
        Dataset.from_table(file, images=images, detect="ivt", space=SPACE)
    file.write_text("\n")
    with pytest.raises(DataError, match="is empty: there is no table in it"):
        Dataset.from_table(file, images=images, detect="ivt", space=SPACE)
    file.write_text("x,x\n1,2\n")
    with pytest.raises(DataError, match="has two columns called .x.; rename one"):
        Dataset.from_table(file, images=images, detect="ivt", space=SPACE)
    files, _ = exports.neon(seen, tmp_path)
    with pytest.raises(DataError, match="whose samples gazekit does not read; leave detect="):
        Dataset.from_table(files[0], images=images, detect="ivt", recording="neon")
    taken.to_csv(file, index=False)
    with pytest.raises(DataError, match="no row for which where='x > 9999' holds"):
        Dataset.from_table(file, images=images, detect="ivt", space=SPACE, where="x > 9999")
    with pytest.raises(DataError, match="does not say which eye a sample is of"):
        Dataset.from_table(file, images=images, detect="ivt", space=SPACE, eye="left")
    with pytest.raises(DataError, match="detect= is for files"):
        Dataset.from_table(taken, images=images, detect="ivt", space=SPACE)


def test_by_the_command_line(tmp_path, monkeypatch, capsys, taken, images):
    taken.assign(eye="R").to_csv(tmp_path / "a.csv", index=False)
    words = ["import", tmp_path / "a.csv", "--images", images, "--detect", "ivt:velocity=40", "--screen", "1280x1024",
             "--placed", "centre", "--screen-mm", "376x301", "--distance-mm", "600", "--eye", "right",
             "--where", "subject == 'ben'", "-o", tmp_path / "p.csv"]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["gazekit", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr()
    assert not stop.value.code, said.err
    assert "2 scanpaths of 1 person on 2 images, 16 fixations" not in said.out
    assert "2 scanpaths of 1 person on 2 images, 8 fixations" in said.out
    assert "400 x" in said.out + said.err or "400" in said.out + said.err


def test_samples_of_an_asc_that_changes_between_one_eye_and_two(tmp_path, taken, images):
    """The first image is seen with both eyes recorded, the second with the right one."""
    lines = ["** CONVERTED FROM a.edf", "** EYELINK II 1", "MSG\t1 DISPLAY_COORDS 0 0 1279 1023"]
    for trial, shown in taken[taken["subject"] == "anna"].groupby("trial"):
        zero, eyes = int(shown["time"].iloc[0]), ("LEFT\t" if trial == 1 else "") + "RIGHT"
        lines += [f"MSG\t{zero - 90} TRIALID {trial}", f"SAMPLES\tGAZE\t{eyes}\tRATE\t 250.00",
                  f"MSG\t{zero} !V IMGLOAD CENTER {shown['image'].iloc[0]} 640 512"]  # fmt: skip
        for row in shown.itertuples():
            left = f" {row.x - 9}.0\t {row.y}.0\t 900.0\t" if trial == 1 else ""
            lines.append(f"{row.time}\t{left} {row.x}.0\t {row.y}.0\t 900.0\t.....")
    (tmp_path / "anna.asc").write_text("\n".join(lines) + "\n")
    told = Space(placed="centre", **MM)
    expect(
        Dataset.from_table(tmp_path / "anna.asc", images=images, detect="ivt", eye="right", space=told), people=["anna"]
    )
    data = Dataset.from_table(tmp_path / "anna.asc", images=images, detect="ivt", eye="left", space=told)
    assert [trial.id for trial in data.trials] == ["kitchen.png"]
    assert data.dropped["sample of the other eye (left out)"] == 200
    told_right = {"detect": "ivt", "eye": "right", "space": told}
    data = Dataset.from_table(tmp_path / "anna.asc", images=images, where="trial == 2", **told_right)
    assert [trial.id for trial in data.trials] == ["street.png"]
    assert data.dropped['row for which "trial == 2" does not hold (left out)'] == 200
    with pytest.raises(DataError, match="no row for which where='trial == 9' holds"):
        Dataset.from_table(tmp_path / "anna.asc", images=images, where="trial == 9", **told_right)
    (tmp_path / "anna.asc").write_text("\n".join([*lines[:4], lines[4].replace("RIGHT", "LEFT\tRIGHT"), "10004 1 2 3"]))
    with pytest.raises(DataError, match="line 6: '10004 1 2 3' is no sample of 2 eyes"):
        Dataset.from_table(tmp_path / "anna.asc", images=images, detect="ivt", space=told)
