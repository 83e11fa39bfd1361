"""Certificates: against plain computations, deterministic, and what is refused."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.core.trials import Box
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import frechet
from gazekit.models import ScanpathModel, load_model
from gazekit.protocols import Score, protocols
from gazekit.protocols.certificate import (
    CENTRE,
    GAUSSIAN,
    OTHERS,
    certify,
    differences,
    paths_hash,
    protocol_hash,
    sealed,
    text_of,
)
from gazekit.protocols.energy import energy_scores
from gazekit.protocols.likelihood import NOTHING, _chosen_on_the_other_half
from gazekit.report.certificate import COLUMNS, _table, certificate_page


@pytest.fixture(scope="module")
def data(dataset_of):
    return replace(dataset_of(4, 6, seed=2), name="osie")


@pytest.fixture(scope="module")
def models(data):
    """One that says what two people did, and one that always says the same."""
    people = data.scanpaths
    first = people.filter(subject=["p0", "p1"])
    mine = first.replace(table=first.table.assign(source="mine", sample=np.tile([0, 1], 4), subject=""))
    again = people.filter(subject=["p2"])
    twice = type(people).concat([again, again])
    same = twice.replace(table=twice.table.assign(source="same", sample=np.repeat([0, 1], 4), subject=""))
    return type(people).concat([mine, same])


@pytest.fixture(scope="module", autouse=True)
def small():
    """Two protocols for these images only."""
    kept = {name: protocols[name] for name in ("chen2021", "scandiff")}
    chen = replace(kept["chen2021"], images={"osie": ()}, samples=2, scores=kept["chen2021"].scores[5:8])
    other = replace(
        kept["chen2021"], name="scandiff", images={"osie": ()}, samples=2, people="unordered",
        headline="KLD MultiMatch", scores=(kept["scandiff"].score("KLD MultiMatch"), *kept["chen2021"].scores[:1]),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocols, "_entries", {"chen2021": chen, "scandiff": other}, raising=False)
        yield


@pytest.fixture(scope="module")
def certificate(data, models):
    return certify(models, data, against=["chen2021", "scandiff"], splits=4, threads=1)


def test_it_is_the_same_again_and_plain_json(certificate, data, models):
    again = certify(models, data, against=["chen2021", "scandiff"], splits=4, threads=1)
    assert text_of(again) == text_of(certificate)
    assert json.loads(text_of(certificate)) == certificate
    assert sealed(certificate) == certificate
    changed = {**certificate, "gazekit": "0"}
    assert sealed(changed)["sha256"] != certificate["sha256"]
    assert certificate["predictions"]["models"] == ["mine", "same"]
    assert certificate["predictions"]["sha256"] == paths_hash(models)
    assert certificate["protocols"]["chen2021"]["sha256"] == protocol_hash(protocols["chen2021"])


def test_differences_say_where(certificate):
    other = json.loads(json.dumps(certificate))
    other["energy"]["rows"][0]["energy"] += 1
    (line,) = differences(certificate, other)
    assert line.startswith("energy, rows, 0, energy: ")
    assert differences(certificate, certificate) == []


def test_ranks_are_of_the_headline_and_swaps_contradict_each_other(certificate):
    for each in certificate["protocols"].values():
        value = {r["source"]: r["value"] for r in each["scores"] if r["score"] == each["headline"]}
        lower = each["headline"].startswith("KLD")
        expected = sorted((s for s in value if s != "human"), key=lambda s: (value[s] if lower else -value[s], s))
        assert each["ranks"] == expected
        assert CENTRE in each["ranks"]
    for swap in certificate["swaps"]:
        one, other = (certificate["protocols"][u["protocol"]]["ranks"] for u in swap["under"])
        order = [r.index(swap["better_or_worse"]) < r.index(swap["than"]) for r in (one, other)]
        assert order[0] != order[1]
        assert {swap["better_or_worse"], swap["than"]} & {"mine", "same"}


def test_equal_counts_have_as_many_pairs_for_all(certificate):
    equal = certificate["protocols"]["scandiff"]["equal_counts"]
    assert equal["pairs"] == 4 * 2 * 4  # images, paths, judges
    sources = {row["source"] for row in equal["rows"]}
    assert sources == {OTHERS, "mine", "same", "other-image", "uniform", CENTRE}
    assert all(row["low"] <= row["value"] <= row["high"] for row in equal["rows"])


def test_energy_of_paths_by_hand(certificate, data, models):
    rows = {(r["distance"], r["source"]): r for r in certificate["energy"]["rows"]}

    def vector(path):
        at = np.linspace(0, len(path) - 1, 8)
        both = [np.interp(at, np.arange(len(path)), side) for side in (path.x, path.y)]
        return np.concatenate(both) / 160 / np.sqrt(8)

    found = []
    for trial, judges in data.scanpaths.groupby("trial"):
        mine = [vector(p) for p in models.filter(source="mine", trial=trial)]
        people = [vector(p) for p in judges]
        across = np.mean([np.linalg.norm(g - h) for g in mine for h in people])
        found.append(across - np.mean([np.linalg.norm(a - b) for a, b in itertools.combinations(mine, 2)]) / 2)
    assert rows["euclidean", "mine"]["energy"] == pytest.approx(np.mean(found))
    assert rows["euclidean", "same"]["to_itself"] == 0
    assert rows["scanmatch", "same"]["to_itself"] == pytest.approx(0)
    assert rows["euclidean", "human"]["energy"] == pytest.approx(rows["euclidean", "human"]["to_people"] / 2)


def test_energy_is_of_the_images_with_two_paths_and_says_how_many(data, models):
    mine = models.filter(source="mine")
    few = mine[~((mine.table["trial"] == data.trials[0].id) & (mine.table["sample"] > 0)).to_numpy()]
    rows = energy_scores(data.scanpaths, {"mine": few}, None)["rows"]
    rest = data.select(stimuli=data.stimuli[1:])
    plain = energy_scores(rest.scanpaths, {"mine": mine}, None)["rows"]
    for row, other in zip(rows, plain, strict=True):
        if row["source"] == "mine":
            assert [row[k] for k in ("energy", "low", "high")] == [other[k] for k in ("energy", "low", "high")]
            assert (row["images"], "images" in other) == (3, False)
            assert row["low"] < row["energy"] < row["high"]


def test_the_bias_of_the_estimate_is_that_of_known_densities(certificate):
    rows = {r["source"]: r for r in certificate["likelihood"]["rows"]}
    assert {name for name, r in rows.items() if r["exact"] is not None} == {"uniform", GAUSSIAN}
    assert rows["uniform"]["exact"] == 0
    assert rows[GAUSSIAN]["bias"] == pytest.approx(rows[GAUSSIAN]["bits"] - rows[GAUSSIAN]["exact"])
    assert rows["mine"]["exact"] is None


class Stays(ScanpathModel):
    """Half of its density is where gaze was last, half is uniform."""

    name = "mine"

    def log_density(self, trial, shape=None, history=None):
        density = np.full(shape, 0.5 / np.prod(shape))
        if history is not None and len(history):
            column, row = (np.array([history.x[-1] / 160, history.y[-1] / 120]) * shape[::-1]).astype(int)
            density[row, column] += 0.5
        else:
            density *= 2
        return np.log(density)


def test_the_likelihood_of_a_model_with_a_density_is_exact(data, models):
    found = certify(models, data, against=["chen2021"], models=[Stays()], splits=2, threads=1)
    row = next(r for r in found["likelihood"]["rows"] if r["source"] == "mine")
    of_images, stayed = [], 1.0 + 64 * 48
    for _, people in data.scanpaths.groupby("trial"):
        bits = []
        for path in people:
            cells = np.floor(path.xy / 2.5).tolist()
            same = [here == before for here, before in zip(cells[1:], cells, strict=False)]
            bits += [0.0, *(np.log2(0.5 * (stayed if each else 1)) for each in same)]
        of_images.append(np.mean(bits))
    assert row["exact"] == pytest.approx(np.mean(of_images))
    assert row["exact_low"] <= row["exact"] <= row["exact_high"]
    assert row["bias"] == pytest.approx(row["bits"] - row["exact"])
    page = certificate_page(found)
    assert "exact low" in page
    assert row["density"]["model"] == "mine"
    assert row["density"]["sha256"] not in page


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("levy", "no predictions are of 'levy', but of 'mine', 'same'; name the model as it is there"),
        ("mine", "model 'mine' has no density, so that its likelihood is an estimate: leave it out"),
    ],
)
def test_a_model_without_density_or_predictions_is_refused(data, models, name, message):
    model = load_model("levy")
    model.name = name
    with pytest.raises(GazekitError, match=message):
        certify(models, data, against=["chen2021"], models=[model])


def test_imposed_first_fixations_are_nobodys_likelihood(data, models):
    imposed = replace(data.scanpaths.facts, forced_first=True)
    people, predicted = (paths.replace(facts=imposed) for paths in (data.scanpaths, models))
    how = {"against": ["chen2021"], "splits": 2, "threads": 1}
    whole = certify(predicted, replace(data, scanpaths=people), **how)
    free = certify(predicted.drop_first(), replace(data, scanpaths=people.drop_first()), **how)
    for part in ("likelihood", "energy"):
        assert whole[part] == free[part]


def test_training_images_are_named(data, models, certificate):
    assert certificate["trained_on"]["known"] is False
    found = certify(models, data, against=["chen2021"], splits=2, trained_on=["train/img1.jpg", "elsewhere"], threads=1)
    assert found["trained_on"] == {"known": True, "listed": 2, "images": ["img1"], "near": []}
    assert "1 of the images scored here are training images" in certificate_page(found)


def test_the_page_shows_all_of_it(certificate):
    page = certificate_page(certificate)
    for text in ("Ranks", "At equal counts", "Likelihood", "Energy score", certificate["sha256"], "Training images"):
        assert text in page, text


def test_other_data_are_refused(data, models):
    with pytest.raises(GazekitError, match="no protocol was made for 'mine'; there are protocols for osie"):
        certify(models, replace(data, name="mine"))
    with pytest.raises(GazekitError, match="protocol 'chen2021' was not made for 'mine'"):
        certify(models, replace(data, name="mine"), against=["chen2021"])


@pytest.fixture
def files(data, models, tmp_path):
    data.scanpaths.save(tmp_path / "people.parquet")
    models.save(tmp_path / "models.parquet")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_the_command_writes_checks_and_refuses(files, data, models, monkeypatch):
    monkeypatch.setattr("gazekit.cli.options.load", lambda *_: data)
    out = files / "c.html"
    given = ("certify", files / "models.parquet", "--data", "osie", "--against", "chen2021", "--splits", "2")
    done = run(*given, "-o", out)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "exists already" in str(run(*given, "-o", out).exception)
    made = out.with_suffix(".json")
    assert "complete and unchanged" in run("certify", "--check", made).stdout
    assert "made again, and equal" in run(*given, "--check", made).stdout
    fewer = files / "fewer.parquet"
    models[:8].save(fewer)
    message = str(run(*given[:1], fewer, *given[2:], "--check", made).exception)
    assert "is not what these files give: " in message
    content = json.loads(made.read_text())
    content["energy"]["rows"][0]["energy"] = 0.0
    made.write_text(json.dumps(content))
    assert "was changed after it was made" in str(run("certify", "--check", made).exception)
    made.write_text("{}")
    assert "is not a certificate" in str(run("certify", "--check", made).exception)
    made.write_text("{")
    assert "is not JSON" in str(run("certify", "--check", made).exception)


def test_files_of_one_name_are_refused(files, data, models, monkeypatch):
    """Their paths were of one model with twice as many samples, and one of the two hashes was lost."""
    monkeypatch.setattr("gazekit.cli.options.load", lambda *_: data)
    (files / "other").mkdir()
    models.save(files / "other" / "models.parquet")
    given = ("certify", files / "models.parquet")
    rest = ("--data", "osie", "--splits", "2", "-o", files / "c.json")
    message = "two files are called 'models': a certificate tells files, and models of one name, apart by that"
    assert message in str(run(*given, files / "other" / "models.parquet", *rest).exception)
    assert "is given twice" in str(run(*given, files / "models.parquet", *rest).exception)


def test_the_command_asks_for_the_model_again(files, data, models, monkeypatch):
    monkeypatch.setattr("gazekit.cli.options.load", lambda *_: data)
    centre = models.replace(table=models.table.assign(source=models.table["source"].replace("mine", "centre")))
    centre.save(files / "models.parquet")
    given = ("certify", files / "models.parquet", "--data", "osie", "--against", "chen2021", "--splits", "2")
    done = run(*given, "--model", "centre", "-o", files / "c.json")
    assert done.exit_code == 0, (done.output, done.exception)
    again = (*given, "--check", files / "c.json")
    assert "has the exact likelihood of 'centre': give --model centre too" in str(run(*again).exception)
    assert "made again, and equal" in run(*again, "--model", "centre").stdout


def test_a_model_may_have_learned_from_images_that_are_not_scored(files, data, models, monkeypatch):
    """It was refused for one learned image of the whole data set, also where its predictions leave that image out."""
    monkeypatch.setattr("gazekit.cli.options.load", lambda *_: data)
    learned = load_model("centre")
    kind = type(learned)
    monkeypatch.setattr(kind, "learned_stimuli", property(lambda self: {data.stimuli[0]}))
    monkeypatch.setattr(kind, "leaves_own_out", False)
    learned.name = "mine"
    monkeypatch.setattr("gazekit.models.specs.model_from_text", lambda _: learned)
    rest = ("--data", "osie", "--against", "scandiff", "--splits", "2", "--model", "mine", "-o", files / "c.json")
    assert "has learned from 1 of these 4 stimuli" in str(run("certify", files / "models.parquet", *rest).exception)
    others = [trial.id for trial in data.trials if trial.stimulus != data.stimuli[0]]
    models.filter(trial=others).save(files / "others.parquet")
    done = run("certify", files / "others.parquet", *rest)
    assert done.exit_code == 0, (done.output, done.exception)
    rows = json.loads((files / "c.json").read_text())["likelihood"]["rows"]
    assert next(row for row in rows if row["source"] == "mine")["exact"] is not None


def test_the_command_says_what_it_needs(files, data, monkeypatch):
    monkeypatch.setattr("gazekit.cli.options.load", lambda *_: data)
    given = ("certify", files / "models.parquet", "--data", "osie")
    assert "needs files of predictions and --data" in str(run("certify").exception)
    assert "-o certificate.html" in str(run(*given, "-o", files / "c.txt").exception)
    (files / "c.json").hardlink_to(files / "models.parquet")
    assert "would be overwritten" in str(run(*given, "-o", files / "c.json", "--overwrite").exception)
    (files / "names.txt").write_text("\n")
    wrong = run(*given, "-o", files / "d.json", "--trained-on", files / "names.txt")
    assert "names no image" in str(wrong.exception)
    for content in (b"\x89PNG\r\n\x1a\n\0", b"img0\nim\xe4ge", b'["img0"]', b"img0,train\nimg1,test", b"img0\ttrain"):
        (files / "names.txt").write_bytes(content)
        wrong = run(*given, "-o", files / "d.json", "--trained-on", files / "names.txt")
        assert "is no list of names: give a text (UTF-8) with one name in each line" in str(wrong.exception), content


def test_a_protocol_that_is_another_today_is_said(certificate, tmp_path):
    file = tmp_path / "c.json"
    body = json.loads(json.dumps(certificate))
    body["protocols"]["chen2021"]["sha256"] = "0"
    file.write_text(text_of(sealed(body)))
    assert "protocol 'chen2021' has changed since" in str(run("certify", "--check", file).exception)


def test_an_imposed_first_fixation_is_no_part_of_likelihood_and_energy(data, models, certificate):
    def begun(paths):
        """The same with one more fixation before each, in a corner."""
        before = paths.offsets[:-1]
        return paths.replace(
            x=np.insert(paths.x, before, 1.0), y=np.insert(paths.y, before, 1.0),
            duration=np.insert(paths.durations(), before, 200.0), offsets=paths.offsets + np.arange(len(paths) + 1),
            facts=replace(paths.facts, forced_first=True), object_id=None,
        )  # fmt: skip

    imposed = replace(data, scanpaths=begun(data.scanpaths))
    found = certify(begun(models), imposed, against=["chen2021"], splits=2, threads=1)
    for key in ("energy", "likelihood"):
        rows, plain = (
            {(r["source"], r.get("distance")): r for r in each[key]["rows"]} for each in (found, certificate)
        )
        for source in ("human", "mine", "same"):
            for at, row in rows.items():
                if at[0] == source:
                    assert row == plain[at]


class Told(ScanpathModel):
    """Its density is what the test says."""

    name = "mine"

    def __init__(self, how):
        self.how = how

    def log_density(self, trial, shape=None, history=None):
        density = np.ones(shape[::-1] if self.how == "turned" else shape)
        density[:, : density.shape[1] // 2] = {"nothing on the left": 0, "no number": np.nan}.get(self.how, 1)
        with np.errstate(divide="ignore"):
            return np.log(density / (1 if self.how == "too much" else density.sum()))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (
            "turned",
            r"model 'mine' was asked for a log density of \(48, 64\) rows and columns on trial 'img0', and gave "
            r"\(64, 48\)",
        ),
        ("too much", "a log density adds up to a probability of 3072, not 1"),
        ("no number", r"a log density has values that are NaN or \+inf"),
    ],
)
def test_what_is_no_density_on_these_cells_is_refused(data, models, how, message):
    with pytest.raises(GazekitError, match=message):
        certify(models, data, against=["chen2021"], models=[Told(how)], splits=2, threads=1)


def test_fixations_that_a_model_calls_impossible_are_counted(data, models):
    found = certify(models, data, against=["chen2021"], models=[Told("nothing on the left")], splits=2, threads=1)
    row = next(r for r in found["likelihood"]["rows"] if r["source"] == "mine")
    assert row["probability_0"] == (data.scanpaths.x < 80).sum() > 0
    assert row["exact"] is None
    assert "probability 0" in certificate_page(found)


@pytest.mark.parametrize(("averaged", "both"), [("images", True), ("paths", False)])
def test_equal_counts_are_the_protocols_numbers(data, averaged, both):
    """Pairs that did not find the target counted, and a path with more judges weighed more, whatever was asked."""
    from gazekit.protocols.certificate import _chosen, equal_counts
    from gazekit.protocols.scoring import prepared

    trials = [replace(trial, target_box=Box(60, 40, 110, 90)) for trial in data.trials]
    table = data.scanpaths.table
    fewer = data.scanpaths.filter(~((table["stimulus"] == "img0") & table["subject"].isin(["p0", "p1"])).to_numpy())
    shown = replace(data, trials=tuple(trials), scanpaths=fewer)
    score = Score("x", "frechet", averaged=averaged, both_found=both)
    chosen = replace(protocols["chen2021"], frame=None, scores=(score,), headline="x")
    scorer, sources, _, _ = prepared(chosen, shown, None, with_controls=False)
    row = equal_counts(scorer, sources, 1, 0)["rows"][0]
    people = sources["human"]
    counts = people.table.groupby("trial").size() // 2
    judged = _chosen(people, counts, (0, "certificate", "people", 0))
    reached = [bool(((p.xy > [60, 40]) & (p.xy < [110, 90])).all(axis=1).any()) for p in people]
    of_paths, of_images = [], {}
    for i in np.flatnonzero(judged):
        trial = people.table["trial"].iloc[i]
        judges = np.flatnonzero((people.table["trial"] == trial) & ~judged)
        judges = [j for j in judges if not both or (reached[i] and reached[j])]
        values = [frechet(people[int(i)], people[int(j)]) for j in judges]
        of_paths += [np.mean(values)] if values else []
        of_images.setdefault(trial, []).extend(values)
    expected = np.mean(of_paths) if averaged == "paths" else np.mean([np.mean(v) for v in of_images.values() if v])
    assert row["source"] == "other people"
    assert row["value"] == pytest.approx(expected)


@pytest.mark.filterwarnings("error")
def test_paths_on_a_part_of_a_list_say_of_how_many_images_they_are(data, models, monkeypatch):
    listed = replace(protocols["chen2021"], images={"osie": tuple(data.stimuli)})
    monkeypatch.setattr(protocols, "_entries", {"chen2021": listed})
    there = {trial.id for trial in data.trials[:3]}
    made = certify(models.filter(trial=sorted(there)), data, splits=2)
    for part in ("likelihood", "energy"):
        images = {row["source"]: row.get("images") for row in made[part]["rows"]}
        assert (images["mine"], images["human"], images["other-image"]) == (3, None, None)
    page = certificate_page(made)
    assert "Where images are counted, a source has paths on so many only" in page
    one = certify(models.filter(trial=[data.trials[0].id]), data, splits=2)  # the other half has no image
    rows = {row["source"]: row for row in one["likelihood"]["rows"]}
    assert rows["mine"]["bits"] is None
    assert rows["mine"]["images"] == 0
    assert rows["human"]["bits"] is not None


def test_the_exact_likelihood_is_of_the_images_of_the_estimate(data, models, monkeypatch):
    """It was of all images, so that the bias held how the three differ from the fourth; of one image it was a crash."""
    listed = replace(protocols["chen2021"], images={"osie": tuple(data.stimuli)})
    monkeypatch.setattr(protocols, "_entries", {"chen2021": listed})
    there = [trial.id for trial in data.trials[:3]]

    def row_of(dataset, paths, model):
        made = certify(paths, dataset, models=[model], splits=2, threads=1)
        return next(row for row in made["likelihood"]["rows"] if row["source"] == "mine")

    part = models.filter(trial=there)
    row, alone = (row_of(each, part, Stays()) for each in (data, data.select(trials=there)))
    assert (row["images"], alone.get("images")) == (3, None)
    assert row["exact"] == pytest.approx(alone["exact"])
    assert row["bias"] == pytest.approx(row["bits"] - alone["exact"])
    never = row_of(data, part, Told("nothing on the left"))["probability_0"]
    assert never == (data.scanpaths.filter(trial=there).x < 80).sum()


def test_a_source_without_a_fixation_on_the_only_image_has_no_estimate():
    """It ended in `All-NaN slice encountered`."""
    assert np.isnan(_chosen_on_the_other_half(NOTHING[None])).all()
    assert _chosen_on_the_other_half(np.zeros((1, *NOTHING.shape))).tolist() == [0]


def test_tables_of_a_page_are_the_same_when_the_certificate_is_read_again(certificate):
    """JSON has its keys by the alphabet, so that a source stood behind its numbers."""
    again = json.loads(text_of(certificate))
    known = {key for part in ("likelihood", "energy") for row in certificate[part]["rows"] for key in row}
    assert known - {"density"} <= set(COLUMNS)
    for part in ("likelihood", "energy"):
        assert _table(again[part]["rows"]) == _table(certificate[part]["rows"])


def test_a_page_counts_no_images_where_all_have_paths(certificate):
    assert "Where images are counted" not in certificate_page(certificate)
