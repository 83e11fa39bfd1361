"""Files of published models: people's paths through each form, and what is wrong with files."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.evaluation.score_file import match_trials
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.interchange import read_scanpaths
from gazekit.interchange.predictions import FORMATS, PADDED, read_predictions
from gazekit.protocols import Score, protocols

SIZE = (160, 120)


@pytest.fixture(scope="module")
def data(dataset_of):
    return dataset_of(3, 4, n_fixations=6)


@pytest.fixture(scope="module")
def frames(data):
    return {trial.stimulus: trial.frame for trial in data.trials}


def written(people, name, folder):
    """People's paths as the authors' code writes predictions; names of files."""
    by_image = {}
    for path in people:
        by_image.setdefault(path.ids["stimulus"], []).append(path)
    scale = lambda path, w, h: (path.xyt * [w / SIZE[0], h / SIZE[1], 1]).T.tolist()  # noqa: E731
    rows = [(image, k, path) for image, paths in by_image.items() for k, path in enumerate(paths)]
    content, files = [], [folder / f"{name}.json"]
    if name == "hat":
        for image, _, path in rows:
            x, y, _ = scale(path, 512, 320)
            content.append({"X": x, "Y": y, "name": image, "task": "none", "condition": "freeview"})
    elif name == "gazeformer":
        for image, k, path in rows:
            x, y, t = scale(path, 512, 320)
            points = [list(p) for p in zip(y, x, t, strict=True)]
            content.append(["none", image, "present", k + 1, points])
    elif name == "chen":
        for image, k, path in rows:
            x, y, t = scale(path, 320, 240)
            content.append({"name": image, "repeat_id": k + 1, "X": x, "Y": y, "T": t, "length": len(x)})
    elif name == "gazexplain":
        for image, k, path in rows:
            x, y, t = scale(path, 512, 384)
            content.append({"name": image, "subject": k, "X": x, "Y": y, "T": t})
    elif name == "scandiff":
        content = {}
        for image, paths in by_image.items():
            padded = []
            for path in paths:
                points = (path.xyt / [*SIZE, 1000]).tolist()
                padded.append(points + [[-3, -3, -3]] * (16 - len(points)))
            content[image] = {"size": list(SIZE), "scanpaths": padded, "dataset": "osie"}
    elif name == "tppgaze":
        content = {image: [path.xyt.tolist() for path in paths] for image, paths in by_image.items()}
    elif name == "deepgaze35vl":
        for image, _, path in rows:
            x, y, _ = scale(path, 100, 100)
            grid = [list(p) for p in zip(x, y, strict=True)]
            content.append(
                {"image": f"data/images/{image}.jpg", "target": None, "mode": "freeview", "scanpath_grid": grid}
            )
    elif name == "visions":
        content = {}
        for image, paths in by_image.items():
            x, y, _ = scale(paths[0], 32, 24)
            content[image] = {
                "subject": "cIBS Model", "image_height": 24, "image_width": 32, "target_found": True,
                "X": [v - 0.5 for v in x], "Y": [v - 0.5 for v in y],
            }  # fmt: skip
    elif name == "eyeformer":
        table = pd.concat(
            [
                pd.DataFrame(
                    {"image": image, "width": 160, "height": 120, "username": f"u{k}", "x": path.x, "y": path.y,
                     "timestamp": path.duration / 1000}
                )
                for image, k, path in rows
            ]
        )  # fmt: skip
        files = [folder / "predicted_result.csv"]
        table.to_csv(files[0], index=False)
        return files
    files[0].write_text(json.dumps(content))
    return files


@pytest.mark.parametrize("name", FORMATS)
def test_peoples_paths_come_back_from_each_form(name, data, frames, tmp_path):
    read = read_predictions(written(data.scanpaths, name, tmp_path), name, frames)
    kind = FORMATS[name]
    matched = match_trials(read, data, rescale=kind.frame is not None or "width" in kind.keys)
    people = data.scanpaths
    if name == "visions":  # one path for each image
        people = people.filter(subject="p0")
    assert matched.unmatched == 0
    assert len(matched.paths) == len(people)
    timed = name not in ("hat", "deepgaze35vl", "visions")
    assert (matched.paths.duration is not None) == timed
    for ours, theirs in zip(matched.paths, people, strict=True):
        assert ours.ids["stimulus"] == theirs.ids["stimulus"]
        np.testing.assert_allclose(ours.xy, theirs.xy, atol=1e-3)
        if timed:
            np.testing.assert_allclose(ours.duration, theirs.duration, atol=1e-3)
    assert matched.paths.facts.forced_first == kind.forced_first
    assert not matched.paths.table.duplicated(["trial", "subject", "sample"]).any()
    assert (read.dropped.get(PADDED, 0) > 0) == (name == "scandiff")


@pytest.mark.parametrize("name", FORMATS)
def test_each_form_goes_to_a_certificate_in_one_command(name, data, tmp_path, monkeypatch):
    people = data.scanpaths.replace(facts=replace(data.scanpaths.facts, forced_first=FORMATS[name].forced_first))
    shown = replace(data, name="osie", scanpaths=people)
    monkeypatch.setattr("gazekit.cli.options.load", lambda *_: shown)
    brief = replace(protocols["chen2021"], images={"osie": ()}, scores=(Score("x", "frechet"),), headline="x")
    monkeypatch.setattr(protocols, "_entries", {"chen2021": brief})
    files = written(data.scanpaths, name, tmp_path)
    done = run("certify", *files, "--from", name, "--data", "osie", "--splits", 2, "-o", tmp_path / "c.html")
    assert done.exit_code == 0, (done.output, done.exception)
    made = json.loads((tmp_path / "c.json").read_text())
    assert made["predictions"]["models"] == [name]
    assert [*made["predictions"]["files"]] == [file.name for file in files]
    rows = {(row["distance"], row["source"]): row["to_people"] for row in made["energy"]["rows"]}
    if name != "visions":  # whose file has one path for each image; the others have those of everybody: themselves
        human = rows["euclidean", "human"]
        assert rows["euclidean", name] == pytest.approx(
            human * 3 / 4, abs=1e-4
        )  # of 16 pairs 4 are of a path with itself


def test_numbers_of_people_are_names_of_the_data_set(data, frames, tmp_path):
    file = tmp_path / "g.json"
    record = {"name": "img0", "X": [1], "Y": [1], "T": [200]}
    file.write_text(json.dumps([{**record, "subject": 0}, {**record, "subject": 11}, {**record, "subject": "anna"}]))
    read = read_predictions([file], "gazexplain", frames, subjects=[f"{k:02d}" for k in range(1, 16)])
    assert read.table["subject"].tolist() == ["01", "12", "anna"]


def test_predictions_without_names_take_those_of_the_fixations(data, frames, tmp_path):
    file, order = tmp_path / "predictions.json", tmp_path / "fixations.json"
    file.write_text(json.dumps([{"X": [1, 2], "Y": [1, 2], "T": [200, 90]}] * 2))
    with pytest.raises(DataError, match="record 0 .* has no 'name'; it has X, Y, T. .*--order"):
        read_predictions([file], "gazexplain", frames)
    order.write_text(json.dumps([{"name": "img1", "subject": 3}, {"name": "img2", "subject": 4}]))
    read = read_predictions([file], "gazexplain", frames, order=order)
    assert read.table[["stimulus", "subject"]].values.tolist() == [["img1", "4"], ["img2", "5"]]
    order.write_text(json.dumps([{"name": "img1"}]))
    with pytest.raises(DataError, match="2 paths and .* 1 records: they must be the same"):
        read_predictions([file], "gazexplain", frames, order=order)
    for wrong, message in (("[", "is not JSON"), ('[{"subject": 1}]', "not a list of records with a 'name'")):
        order.write_text(wrong)
        with pytest.raises(DataError, match=message):
            read_predictions([file], "gazexplain", frames, order=order)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("chen", [{"name": "img0", "x": [1], "y": [1]}], "record 0 .* has no 'X'; it has name, x, y. .*test_predicts"),
        ("chen", [{"name": "img0", "X": [1, 2], "Y": [1]}], r"does not agree .* \(x 2, y 1\)"),
        ("chen", [{"name": "img0", "X": [1], "Y": [1], "T": [1, 2]}], r"does not agree .* \(x 1, y 1, t 2\)"),
        ("chen", [{"name": "img0", "X": ["a"], "Y": [1]}], "must be numbers"),
        ("chen", [3], "is not a record but int"),
        ("chen", 3, "is not a list of records"),
        ("hat", [{"X": [1], "Y": [1]}], "has no 'name'"),
        ("visions", [{"X": [1], "Y": [1]}], "is not an object with the names of images"),
        ("tppgaze", {"img0": [1, 2]}, r"image 'img0': a path must be a list of points \[x, y, t\]"),
        ("tppgaze", {"img0": 2}, "'scanpaths' must be a list of paths, not int"),
        ("scandiff", {"img0": {"X": [1]}}, "has no 'scanpaths'; it has name, X"),
        ("scandiff", {"img0": {"scanpaths": [[[0.1, 0.2, 3], [0.1, 0.2]]]}}, r"points have \[2, 3\] numbers"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(name, content, message, frames, tmp_path):
    file = tmp_path / "file.json"
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match=message):
        read_predictions([file], name, frames)


def test_pickles_other_files_and_unknown_formats_are_refused(frames, tmp_path):
    with pytest.raises(DataError, match="is a pickle, which can run code"):
        read_predictions([tmp_path / "generations_OSIE_test.pkl"], "scandiff", frames)
    with pytest.raises(UnknownNameError, match="gazeformer"):
        read_predictions([], "gazefomer", frames)
    table = tmp_path / "a.csv"
    table.write_text("a,b\n")
    with pytest.raises(DataError, match="is read as CSV, and predictions of 'hat' are JSON"):
        read_predictions([table], "hat", frames)
    broken = tmp_path / "a.json"
    broken.write_text("[{")
    with pytest.raises(DataError, match="is not JSON"):
        read_predictions([broken], "hat", frames)


def test_an_empty_path_stays_and_half_known_durations_are_missing(frames, tmp_path):
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"img0": [[], [[3, 4, 250]]], "img1": [[[3, 4]]]}))
    read = read_predictions([file], "tppgaze", frames)
    assert read.lengths.tolist() == [0, 1, 1]
    assert np.isnan(read.duration).tolist() == [False, True]


@pytest.fixture
def people(data, tmp_path):
    table = data.scanpaths.to_table().drop(columns=["px_per_degree", "object_id"])
    table.to_csv(tmp_path / "people.csv", index=False)
    return tmp_path / "people.csv"


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_the_command_writes_a_file_and_counts(data, people, tmp_path):
    (file,) = written(data.scanpaths[:10], "chen", tmp_path)
    out = tmp_path / "chen.parquet"
    given = ("import-predictions", file, "--from", "chen", "--data", people, "-o", out)
    done = run(*given)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "1 trials have 2, 2 trials have 4" in done.output
    assert "10 paths on 3 of 3 trials, 0 left out" in done.output
    np.testing.assert_allclose(read_scanpaths(out).x, data.scanpaths[:10].x, atol=1e-9)
    assert "--overwrite" in str(run(*given).exception)
    assert "would be overwritten" in str(run(*given[:-1], file, "--overwrite").exception)
    assert "must end in" in str(run(*given[:-1], tmp_path / "chen.txt").exception)


def test_score_takes_the_format_and_refuses_what_contradicts_it(data, people, tmp_path):
    (file,) = written(data.scanpaths, "hat", tmp_path)
    given = ("score", file, "--data", people, "--protocol", "chen2021", "--transferred", "--no-forced-first")
    done = run(*given, "--from", "hat")
    assert done.exit_code == 0, (done.output, done.exception)
    assert "no durations, so without MultiMatch duration, ScanMatch w/ duration" in done.output
    for more in (("--size", "512x320"), ("--rescale",), ("--columns", "x=X")):
        assert isinstance(run(*given, "--from", "hat", *more).exception, GazekitError), more
    assert "give --from" in str(run(*given, "--order", file).exception)
    absent = str(run(*given, "--from", "gazexplain", "--order", tmp_path / "absent.json").exception)
    assert absent == f"there is no file {tmp_path / 'absent.json'}; check the name"


def test_a_file_of_another_frame_is_seen(dataset_of, tmp_path):
    data = dataset_of(12, 5, seed=3)
    table = data.scanpaths.to_table().drop(columns=["px_per_degree", "object_id"])
    table.to_csv(tmp_path / "people.csv", index=False)
    (file,) = written(data.scanpaths, "gazexplain", tmp_path)  # px of 512 x 384
    content = [{**record, "repeat_id": record["subject"]} for record in json.loads(file.read_text())]
    file.write_text(json.dumps(content))
    out = tmp_path / "o.csv"
    done = run("import-predictions", file, "--from", "chen", "--data", tmp_path / "people.csv", "-o", out)
    assert isinstance(done.exception, GazekitError) or "outside" in done.output, done.output


def test_what_cannot_be_right_is_mended_by_what_the_command_has(dataset_of, tmp_path):
    data = dataset_of(12, 5, seed=3)
    table = data.scanpaths.to_table().drop(columns=["px_per_degree", "object_id"])
    people, mine = tmp_path / "people.csv", tmp_path / "mine.csv"
    table.to_csv(people, index=False)
    table.assign(x=table["x"] / 160, y=table["y"] / 120, source="m", subject="").drop(
        columns=["width", "height"]
    ).assign(sample=table.groupby(["stimulus", "subject"]).ngroup() % 5).to_csv(mine, index=False)
    shares = data.scanpaths.replace(x=data.scanpaths.x / 160, y=data.scanpaths.y / 120)
    (file,) = written(shares, "chen", tmp_path)
    where = ("--data", people, "--accept", "agreement")
    form = "To mend it: look whether --from chen is the form of this file (Chen et al. 2021: test_predicts.json)"
    for given in (
        ("import-predictions", file, "--from", "chen", *where, "-o", tmp_path / "o.csv"),
        ("score", file, "--from", "chen", *where, "--out", tmp_path / "run"),
        ("certify", file, "--from", "chen", *where, "-o", tmp_path / "c.json"),
    ):
        assert form in str(run(*given).exception), given
    said = str(run("certify", mine, *where, "-o", tmp_path / "c.json").exception)
    assert "To mend it: certify reads files as they are: give positions in px of the images" in said
    said = str(run("score", mine, *where, "--out", tmp_path / "run").exception)
    assert "read the predictions with --predictions-set position_unit=" in said


def test_a_warning_is_said_once_and_names_what_the_command_has(dataset_of, tmp_path):
    """With `--from` it was said a second time, and kept in the manifest, with an option that is refused there."""
    data = dataset_of(12, 5, seed=3)
    data.scanpaths.to_table().drop(columns=["px_per_degree", "object_id"]).to_csv(tmp_path / "people.csv", index=False)
    slow = data.scanpaths.replace(duration=data.scanpaths.durations() * 40)
    (file,) = written(slow, "chen", tmp_path)
    given = ("score", file, "--from", "chen", "--data", tmp_path / "people.csv", "--accept", "agreement", "--quiet")
    done = run(*given, "--metrics", "scanmatch", "--resamples", 100, "--no-nulls", "--out", tmp_path / "run")
    assert done.exit_code == 0, (done.output, done.exception)
    said = done.output
    assert said.count("gazekit: chen: warning (durations)") == 1, said
    assert "--predictions-set" not in said
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    (found,) = [f for f in manifest["checks"]["chen"]["found"] if f["check"] == "durations"]
    assert found["mend"].startswith("look whether --from chen is the form of this file")
