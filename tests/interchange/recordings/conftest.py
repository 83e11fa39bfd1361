"""What people saw, as every export would say it: two images on a screen, three people, positions that are known."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.foundations.randomness import keyed_rng

SCREEN = (1280, 1024)
SIZES = {"kitchen.png": (640, 480), "street.png": (500, 400)}


@pytest.fixture(scope="session")
def images(tmp_path_factory) -> Path:
    """A folder with both images."""
    return pictures(tmp_path_factory.mktemp("images"))


def pictures(folder: Path) -> Path:
    """Write both images."""
    for name, size in SIZES.items():
        Image.new("L", size, 128).save(folder / name)
    return folder


@pytest.fixture(scope="session")
def seen() -> pd.DataFrame:
    """What people saw."""
    return what_people_saw()


def what_people_saw() -> pd.DataFrame:
    """A row per fixation, px of the image (`x`, `y`) and of the screen with the image in its middle (`sx`, `sy`)."""
    rows = []
    for person in ("anna", "ben", "cleo"):
        for trial, (name, (width, height)) in enumerate(SIZES.items(), 1):
            rng, start = keyed_rng(1, person, name), 100.0
            for k in range(6):
                x, y = np.round(rng.uniform(0, width), 1), np.round(rng.uniform(0, height), 1)
                duration = float(rng.integers(90, 400))
                rows.append((person, trial, name, k + 1, x, y, start, duration, x + (SCREEN[0] - width) / 2,
                             y + (SCREEN[1] - height) / 2))  # fmt: skip
                start += duration + 30
    names = ("subject", "trial", "stimulus", "index", "x", "y", "start", "duration", "sx", "sy")
    return pd.DataFrame(rows, columns=list(names))


@pytest.fixture(scope="session")
def same(seen):
    """Whether paths are what people saw, whatever their order."""

    def check(paths, *, shift=(0.0, 0.0), people=("anna", "ben", "cleo"), atol=1e-9, durations=True):
        assert sorted(set(paths.table["subject"])) == sorted(people)
        assert len(paths) == len(people) * len(SIZES)
        for path in paths:
            name = Path(path.ids["stimulus"]).with_suffix(".png").name
            truth = seen[(seen["subject"] == path.ids["subject"]) & (seen["stimulus"] == name)]
            np.testing.assert_allclose(path.x, truth["x"] + shift[0], atol=atol)
            np.testing.assert_allclose(path.y, truth["y"] + shift[1], atol=atol)
            if durations:
                np.testing.assert_allclose(path.duration, truth["duration"], atol=1e-6)
            assert path.frame.size == SIZES[name]

    return check


# ---------------------------------------------------------------- each export as its documentation describes it


ON_SCREEN = {"screen_width": 1280, "screen_height": 1024, "placed": "centre"}


def report(seen: pd.DataFrame, **more) -> pd.DataFrame:
    """The report as Data Viewer writes it."""
    table = pd.DataFrame(
        {
            "RECORDING_SESSION_LABEL": seen["subject"],
            "TRIAL_INDEX": seen["trial"],
            "CURRENT_FIX_INDEX": seen["index"],
            "CURRENT_FIX_X": seen["sx"],
            "CURRENT_FIX_Y": seen["sy"],
            "CURRENT_FIX_START": seen["start"],
            "CURRENT_FIX_DURATION": seen["duration"],
            "CURRENT_FIX_BLINK_AROUND": np.where(seen["index"] == 3, "BEFORE", "NONE"),
            "CURRENT_FIX_INTEREST_AREA_LABEL": ".",
            "NEXT_SAC_AMPLITUDE": np.where(seen["index"] == 6, ".", "2.5"),
            "EYE_USED": "RIGHT",
            "image": seen["stimulus"],
            "practice": np.where(seen["trial"] == 1, "no", "yes"),
        }
    )
    return table.assign(**more)


def eyelink_report(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """The report as a file."""
    file = folder / "report.txt"
    report(seen).to_csv(file, sep="\t", index=False)
    return [file], ON_SCREEN


def asc(seen: pd.DataFrame, folder: Path, eyes: str = "R") -> tuple[list[Path], dict]:
    """edf2asc's text, a file per person."""
    files = []
    for person, rows in seen.groupby("subject"):
        lines = ["** CONVERTED FROM a.edf using edfapi 4.2.1", "** TYPE: EDF_FILE BINARY EVENT SAMPLE TAGGED",
                 "** VERSION: EYELINK II 1", "MSG\t100 DISPLAY_COORDS 0 0 1279 1023"]  # fmt: skip
        for trial, shown in rows.groupby("trial"):
            zero = 100_000 * trial
            width, height = SIZES[shown["stimulus"].iloc[0]]
            place = f"{(1280 - width) // 2} {(1024 - height) // 2}"
            lines += [f"MSG\t{zero} TRIALID {trial}", f"START\t{zero + 10} \tRIGHT\tSAMPLES\tEVENTS",
                      "PRESCALER\t1", "EVENTS\tGAZE\tRIGHT\tRATE\t1000.00\tTRACKING\tCR\tFILTER\t2",
                      f"SFIX R   {zero + 20}", f"EFIX R   {zero + 20}\t{zero + 60}\t41\t  640.0\t  512.0\t   900",
                      f"MSG\t{zero + 90} !V IMGLOAD TOP_LEFT {shown['stimulus'].iloc[0]} {place}"]  # fmt: skip
            for row in shown.itertuples():
                start, end = zero + int(row.start), zero + int(row.start + row.duration) - 1
                lines += [f"{start}\t  {row.sx:.1f}\t  {row.sy:.1f}\t  900.0\t..."]
                for eye in eyes:
                    at = f"{row.sx + 9 * (eye == 'L'):.1f}\t  {row.sy:.1f}"
                    lines.append(f"EFIX {eye}   {start}\t{end}\t{int(row.duration)}\t  {at}\t   900")
            lines.append(f"END\t{zero + 9000} \tSAMPLES\tEVENTS\tRES\t  38.54\t  31.12")
            lines.append(f"MSG\t{zero + 9001} !V TRIAL_VAR condition free view")
            lines.append(f"MSG\t{zero + 9002} TRIAL_RESULT 0")
        files.append(folder / f"{person}.asc")
        files[-1].write_text("\n".join(lines) + "\n")
    return files, {}


def tobii(seen: pd.DataFrame, folder: Path, *, new: bool = False, media: str = "place") -> tuple[list[Path], dict]:
    """Pro Lab's export: three samples per fixation, saccades between, a mouse."""
    rows = []
    for number, row in enumerate(seen.itertuples()):
        width, height = SIZES[row.stimulus]
        own = {"Participant name": row.subject, "Recording name": f"Recording {row.subject}", "Sensor": "Eye Tracker",
               "Presented Media name": row.stimulus, "Recording resolution width": 1280,
               "Recording resolution height": 1024, "Recording date": "27/11/2026"}  # fmt: skip
        zero = row.trial * 100_000 + row.start
        fixation = {"Eye movement type": "Fixation", "Gaze event duration": int(row.duration),
                    "Eye movement type index": number + 1}  # fmt: skip
        if media == "place":
            own |= {"Presented Media width": width, "Presented Media height": height,
                    "Presented Media position X (DACSpx)": (1280 - width) // 2,
                    "Presented Media position Y (DACSpx)": (1024 - height) // 2}  # fmt: skip
        if media != "norm":
            fixation |= {"Fixation point X": row.sx, "Fixation point Y": row.sy}
        else:
            fixation |= {"Fixation point X (MCSnorm)": row.x / width, "Fixation point Y (MCSnorm)": row.y / height}
        rows += [{**own, **fixation, "Recording timestamp": zero + k} for k in (0, 8, 17)]
        rows.append(
            {**own, "Eye movement type": "Saccade", "Gaze event duration": 30, "Recording timestamp": zero + 20}
        )
        rows.append({**own, "Sensor": "Mouse", "Recording timestamp": zero + 21})
    table = pd.DataFrame(rows)
    if new:  # 1.2xx: units in brackets, us
        table["Recording timestamp"] *= 1000
        table = table.rename(columns=lambda name: {
            "Recording timestamp": "Recording timestamp [μs]",
            "Gaze event duration": "Eye movement event duration [ms]",
        }.get(name, name.replace(" (DACSpx)", " [DACS px]")))  # fmt: skip
        table = table.rename(columns={f"Fixation point {axis}": f"Fixation point {axis} [DACS px]" for axis in "XY"})
        table = table.rename(columns={f"Presented Media {s}": f"Presented Media {s} [px]" for s in ("width", "height")})
    file = folder / "Project Data Export.tsv"
    table.to_csv(file, sep="\t", index=False)
    return [file], {"placed": "centre"} if media == "screen" else {}


def pupil(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """Pupil Player's surfaces: a folder per person, a file per surface, a row per frame of the scene camera."""
    files = []
    for (person, name), rows in seen.groupby(["subject", "stimulus"]):
        width, height = SIZES[name]
        place = folder / person / "exports" / "000" / "surfaces"
        place.mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({
            "world_timestamp": 5.0 + rows["start"] / 1000, "world_index": rows["index"], "fixation_id": rows["index"],
            "start_timestamp": 5.0 + rows["start"] / 1000, "duration": rows["duration"], "dispersion": 1.1,
            "norm_pos_x": rows["x"] / width, "norm_pos_y": 1 - rows["y"] / height, "x_scaled": 0, "y_scaled": 0,
            "on_surf": True,
        })  # fmt: skip
        again = table.assign(world_index=table["world_index"] + 1, norm_pos_x=table["norm_pos_x"] + 0.002)
        table["norm_pos_x"] -= 0.002
        off = table.iloc[:1].assign(fixation_id=99, on_surf=False, norm_pos_x=3.0)
        files.append(place / f"fixations_on_surface_{Path(name).stem}.csv")
        pd.concat([table, again, off]).sort_values("fixation_id").to_csv(files[-1], index=False)
    return files, {}


def neon(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """Pupil Cloud's Reference Image Mapper: a folder per image, all people in one file, their names in another."""
    files = []
    for image, rows in seen.groupby("stimulus"):
        place = folder / f"{Path(image).stem}_csv"
        place.mkdir()
        files.append(place / "fixations.csv")
        start = (1_700_000_000_000 + rows["start"]).astype("int64") * 1_000_000
        pd.DataFrame({
            "section id": "s-" + rows["subject"], "recording id": "r-" + rows["subject"], "fixation id": rows["index"],
            "start timestamp [ns]": start, "end timestamp [ns]": start + rows["duration"].astype("int64") * 1_000_000,
            "duration [ms]": rows["duration"].astype(int), "fixation detected in reference image": True,
            "fixation x [px]": rows["x"], "fixation y [px]": rows["y"],
        }).to_csv(files[-1], index=False)  # fmt: skip
        people = ("anna", "ben", "cleo")
        sections = pd.DataFrame({"section id": [f"s-{person}" for person in people], "wearer name": people})
        sections.to_csv(place / "sections.csv", index=False)
    return files, {"stimulus": sorted(SIZES)}


def gazepoint(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """Gazepoint Analysis: a file per person, shares of the screen, seconds, a comma at the end of each line."""
    files = []
    for person, rows in seen.groupby("subject"):
        table = pd.DataFrame({
            "MEDIA_ID": rows["trial"] - 1, "MEDIA_NAME": rows["stimulus"], "CNT": range(len(rows)),
            "TIME(2026/11/27 10:00:00.000)": rows["start"] / 1000, "FPOGX": rows["sx"] / 1280,
            "FPOGY": rows["sy"] / 1024, "FPOGS": rows["start"] / 1000, "FPOGD": rows["duration"] / 1000,
            "FPOGID": range(len(rows)), "FPOGV": 1, "": "",
        })  # fmt: skip
        files.append(folder / f"{person}_fixations.csv")
        table.to_csv(files[-1], index=False)
    return files, ON_SCREEN


def smi(seen: pd.DataFrame, folder: Path, decimal: str = ".") -> tuple[list[Path], dict]:
    """BeGaze's event statistics."""
    fixations = pd.DataFrame({
        "Trial": "Trial" + seen["trial"].astype("str").str.zfill(3), "Stimulus": seen["stimulus"],
        "Participant": seen["subject"], "Color": "SteelBlue", "Category": "Fixation", "Eye L/R": "Right",
        "Event Start Trial Time [ms]": seen["start"], "Event End Trial Time [ms]": seen["start"] + seen["duration"],
        "Event Duration [ms]": seen["duration"], "Index": seen["index"], "Fixation Position X [px]": seen["sx"],
        "Fixation Position Y [px]": seen["sy"], "AOI Name": "-",
    })  # fmt: skip
    saccades = fixations.assign(
        Category="Saccade", **{"Fixation Position X [px]": "-", "Fixation Position Y [px]": "-"}
    )
    table = pd.concat([fixations, saccades]).sort_values(["Participant", "Trial", "Index"])
    if decimal != ".":
        table = table.map(lambda v: str(v).replace(".", decimal) if isinstance(v, float) else v)
    file = folder / "Event Statistics - Single.txt"
    table.to_csv(file, sep="\t", index=False)
    return [file], ON_SCREEN | ({"decimal": decimal} if decimal != "." else {})


def smi_events(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """The IDF Event Detector's text, a file per person."""
    files = []
    for person, rows in seen.groupby("subject"):
        lines = ["[BeGaze]", "Converted from:\tC:\\a.idf", "Version:\tBeGaze 3.4.52", "Sample Rate:\t500", "[Run]",
                 f"Subject:\t{person}", "[Calibration]", "Calibration Area:\t1280\t1024", "[Geometry]",
                 "Stimulus Dimension [mm]:\t376\t301", "Head Distance [mm]:\t600", "", "Table Header for Fixations:",
                 "Event Type\tTrial\tNumber\tStart\tEnd\tDuration\tLocation X\tLocation Y\tDispersion X\tDispersion Y",
                 "Table Header for User Events:", "Event Type\tTrial\tNumber\tStart\tDescription", ""]  # fmt: skip
        for trial, shown in rows.groupby("trial"):
            lines.append(f"UserEvent\t{trial}\t1\t{trial * 10**8}\t# Message: {shown['stimulus'].iloc[0]}")
            for row in shown.itertuples():
                start = trial * 10**8 + int(row.start * 1000)
                lines.append(
                    f"Fixation R\t{trial}\t{row.index}\t{start}\t{start + int(row.duration * 1000)}\t"
                    f"{int(row.duration * 1000)}\t{row.sx:.2f}\t{row.sy:.2f}\t9\t9"
                )
                lines.append(f"Saccade R\t{trial}\t{row.index}\t{start}\t{start + 20000}\t20000")
        files.append(folder / f"{person} Events.txt")
        files[-1].write_text("\n".join(lines) + "\n")
    return files, {"placed": "centre"}


def bids(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """BIDS 1.11: samples and events of the right eye, 500 Hz, a clock in ms, no header."""
    files = []
    for person, rows in seen.groupby("subject"):
        place = folder / f"sub-{person}" / "beh"
        place.mkdir(parents=True)
        start = rows["trial"] * 20_000 + rows["start"].round(-1)
        clock = np.arange(10_000, 60_000, 2)
        x, y = np.full(len(clock), np.nan), np.full(len(clock), np.nan)
        for begin, row in zip(start, rows.itertuples(), strict=True):
            inside = (clock >= begin) & (clock <= begin + row.duration)
            wobble = np.where(np.arange(inside.sum()) % 2 == 0, 1.0, -1.0)
            wobble[-1] *= 0 if inside.sum() % 2 else 1
            x[inside], y[inside] = row.sx + wobble, row.sy
        stem = f"sub-{person}_task-view_recording-eye1"
        samples = pd.DataFrame({"timestamp": clock, "x_coordinate": x, "y_coordinate": y, "pupil_size": 900.0})
        events = pd.DataFrame({"onset": start, "duration": rows["duration"], "trial_type": "fixation", "message": None})
        messages = pd.DataFrame([{"onset": 10_001, "message": "RECCFG CR 500"}])
        events = pd.concat([messages, events, events.assign(trial_type="saccade")])[list(events)]
        for table, what in ((samples, "physio"), (events, "physioevents")):
            text = table.to_csv(sep="\t", index=False, header=False, na_rep="n/a")
            (place / f"{stem}_{what}.tsv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        about = {"PhysioType": "eyetrack", "RecordedEye": "right", "SampleCoordinateSystem": "gaze-on-screen",
                 "SamplingFrequency": 500, "StartTime": 10.0, "Columns": list(samples)}  # fmt: skip
        (place / f"{stem}_physio.json").write_text(json.dumps(about))
        told = {"Columns": list(events), "OnsetSource": "timestamp"}
        (place / f"{stem}_physioevents.json").write_text(json.dumps(told))
        task = pd.DataFrame({"onset": [20.0, 40.0], "duration": [9.0, 9.0], "stim_file": ["kitchen.png", "street.png"]})
        task.to_csv(place / f"sub-{person}_task-view_events.tsv", sep="\t", index=False)
        screen = {"ScreenResolution": [1280, 1024], "ScreenSize": [0.376, 0.301], "ScreenDistance": 0.6}
        (place / f"sub-{person}_task-view_events.json").write_text(json.dumps({"StimulusPresentation": screen}))
        files.append(place / f"{stem}_physioevents.tsv.gz")
    return files, {"placed": "centre"}


def pymovements(seen: pd.DataFrame, folder: Path, kind: str = "csv") -> tuple[list[Path], dict]:
    """pymovements' frame of events."""
    table = pd.DataFrame({
        "subject_id": seen["subject"], "trial_id": seen["trial"], "image": seen["stimulus"], "name": "fixation_ivt",
        "onset": seen["start"], "offset": seen["start"] + seen["duration"], "duration": seen["duration"],
    })  # fmt: skip
    if kind == "csv":
        table = table.assign(location_x=seen["sx"], location_y=seen["sy"])
    else:
        table["location"] = seen[["sx", "sy"]].to_numpy().tolist()
    table = pd.concat([table, table.assign(name="saccade")])
    file = folder / f"events.{kind}"
    table.to_csv(file, index=False) if kind == "csv" else table.to_parquet(file, index=False)
    return [file], ON_SCREEN


def everything(folder: Path) -> None:
    """Write the images and every export, `recordings/NAME`; pages of the documentation are tried on them."""
    (folder / "images").mkdir()
    pictures(folder / "images")
    for name, write in {**WRITERS, "smi-events": smi_events}.items():
        (folder / "recordings" / name).mkdir(parents=True)
        write(what_people_saw(), folder / "recordings" / name)


WRITERS = {
    "eyelink-report": eyelink_report,
    "eyelink-asc": asc, "tobii": tobii, "pupil": pupil, "neon": neon, "gazepoint": gazepoint, "smi": smi, "bids": bids,
    "pymovements": pymovements,
}  # fmt: skip


@pytest.fixture(scope="session")
def exports():
    """Writers of exports: what people saw and a folder to files, and what their reader has to be told."""
    return SimpleNamespace(
        writers=WRITERS, report=report, asc=asc, tobii=tobii, pupil=pupil, neon=neon, gazepoint=gazepoint, smi=smi,
        smi_events=smi_events, bids=bids, pymovements=pymovements,
    )  # fmt: skip
