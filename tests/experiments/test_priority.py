"""Training `priority` by folds: what a run holds, that it resumes to the byte, and what it refuses."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from gazekit.experiments import priority
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre, train_priority
from gazekit.foundations.errors import DataError, GazekitError, RunFolderError
from gazekit.models.priority import features
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import FeatureReader, Recipe
from gazekit.models.priority.model import Priority
from gazekit.models.priority.training import OPTIONS, views_of
from gazekit.testing import example_dataset

TWICE = replace(OPTIONS, epochs=2)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """run(folder, **options): two folds of five pictures, on a small network with random weights."""
    monkeypatch.setitem(features.RECIPES, "tiny", Recipe("random", ("fire3", "fire5"), 16, 96 * 96))
    monkeypatch.setenv(features.CACHE_VARIABLE, str(tmp_path / "features"))

    def train(folder, options=TWICE, **changes):
        usual = {"backbone": "tiny", "folds": 2, "fixations": 4, "progress": False}
        return train_priority(example_dataset(), options, out=tmp_path / folder, **usual | changes)

    return train


def test_a_run_holds_what_was_learned_and_bits_on_unseen_pictures(run, tmp_path):
    trained, data = run("run"), example_dataset()
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "bits.parquet", "fold-0.safetensors", "fold-1.safetensors", "inputs.json", "log.parquet", "loss.png",
        "manifest.json",
    ]  # fmt: skip
    request = json.loads((tmp_path / "run" / "manifest.json").read_text())["request"]
    assert request["data"]["sha256"] == data.fingerprint()
    assert request["features"] == {"backbone": "tiny", "sha256": load_readout(trained.readouts[0]).features}
    assert request["options"]["epochs"] == 2
    assert trained.log.groupby("fold")["epoch"].apply(list).tolist() == [[0, 1], [0, 1]]
    assert sorted(trained.bits["stimulus"]) == sorted(data.stimuli)
    for fold, path in enumerate(trained.readouts):
        learned = load_readout(path).trained_on["stimuli"]
        scored = set(trained.bits.loc[trained.bits["fold"] == fold, "stimulus"])
        assert scored == set(data.stimuli) - set(learned) != set()
    value, low, high = trained.gain("next")
    assert np.isclose(value, trained.bits["next"].sum() / trained.bits["fixations"].sum())
    assert low <= value <= high
    paths = Priority(tmp_path / "run").predict(data.trials, progress=False)  # each by the fold that has not seen it
    assert len(paths) == len(data.trials)


def test_a_network_that_was_left_in_training_is_scored_without_dropout(run):
    trained, views = run("run"), views_of(example_dataset(), FeatureReader("tiny"))
    network = load_readout(trained.readouts[0]).network
    as_it_is = bits_over_centre(network, views)
    pd.testing.assert_frame_equal(bits_over_centre(network.train(), views), as_it_is)


def test_pictures_that_were_learned_before_or_besides_have_no_bits(run, tmp_path):
    once, data = replace(TWICE, epochs=1), example_dataset()
    first = run("first", once)
    assert first.learned == 0
    start = load_readout(first.readouts[0])
    after = run("after", once, start=start)  # it has learned fold 1's pictures, and not those of fold 0
    scored = after.bits.dropna()
    assert set(scored["stimulus"]) == set(data.stimuli) - set(start.trained_on["stimuli"])
    assert after.learned == len(data.stimuli) - len(scored) > 0
    assert np.isclose(after.gain("next")[0], scored["next"].sum() / scored["fixations"].sum())
    another = replace(data.select(stimuli=data.stimuli[:1]), name="more")
    besides = run("besides", once, also=[another])
    assert besides.bits.loc[besides.bits["next"].isna(), "stimulus"].tolist() == another.stimuli
    nothing = run("nothing", once, only=[1], start=start)
    assert nothing.learned == len(nothing.bits)
    assert np.isnan(nothing.gain("static")).all()
    people = run("people", once, by="subject", also=[another], start=start)  # whose pictures are in both parts
    assert set(people.bits.dropna()["stimulus"]) == set(scored["stimulus"]) - set(another.stimuli)


def test_a_picture_that_several_folds_score_counts_as_one_in_the_interval():
    once = pd.DataFrame({"stimulus": list("abcd"), "fixations": 2, "next": [1.0, 2.0, 4.0, 9.0]})
    twice = pd.concat([once, once])
    assert np.allclose(TrainedReadouts((), twice, twice).gain("next"), TrainedReadouts((), once, once).gain("next"))
    assert np.isnan(TrainedReadouts((), once[:1], once[:1]).gain("next")).tolist() == [False, True, True]


def test_a_stopped_run_goes_on_to_the_same_bytes(run, monkeypatch, tmp_path):
    whole = run("whole")
    real, calls = priority.train_readout, []

    def stopped(*arguments, **options):
        calls.append(0)
        if len(calls) == 2:  # the second fold, after its first epoch
            real(arguments[0], arguments[1], replace(arguments[2], epochs=2, patience=0), **options)
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(priority, "train_readout", stopped)
        with pytest.raises(KeyboardInterrupt):
            run("other")
    assert not (tmp_path / "other" / "fold-0.safetensors").exists()
    other = run("other")
    for one, two in zip(whole.readouts, other.readouts, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert whole.bits.equals(other.bits)
    monkeypatch.setattr(priority, "train_readout", pytest.fail)
    assert run("other").bits.equals(whole.bits)  # it is given back


def test_people_are_checked_before_anything_is_learned(run, tmp_path):
    data = example_dataset()
    paths = data.scanpaths
    shares = replace(data, scanpaths=paths.replace(x=paths.x / 1000, y=paths.y / 1000))
    with pytest.raises(DataError, match=r"\(scale\): x is .* --accept scale"):
        train_priority(shares, TWICE, out=tmp_path / "run", backbone="tiny", folds=2, progress=False)
    assert not (tmp_path / "run").exists()
    run("known", accept=["scale"])
    manifest = json.loads((tmp_path / "known" / "manifest.json").read_text())
    assert manifest["request"]["accept"] == manifest["checks"][data.name]["accepted"] == ["scale"]


def test_a_folder_of_another_run_is_refused(run):
    run("run", replace(OPTIONS, epochs=1), only=[1])
    with pytest.raises(RunFolderError, match="epochs"):
        run("run", only=[1])
    with pytest.raises(RunFolderError, match="fixations"):
        run("run", replace(OPTIONS, epochs=1), only=[1], fixations=5)


def test_a_search_begins_from_free_viewing(run, tmp_path):
    once = replace(TWICE, epochs=1)
    start = load_readout(run("free", once, only=[0]).readouts[0])
    named = example_dataset()
    nameless = replace(named, trials=[replace(trial, task="search") for trial in named.trials])
    how = {"network": {"target": "category"}, "backbone": "tiny", "progress": False}
    with pytest.raises(GazekitError, match="known by its category, and 5 of 5 trials of 'example' do not have it"):
        train_priority(nameless, once, also=[named], out=tmp_path / "refused", **how)
    trained = run("search", once, only=[0], start=start, network={"target": "picture"})
    readout = load_readout(trained.readouts[0])
    assert readout.network.config.target == "picture"
    assert set(readout.trained_on["images"]) >= set(start.trained_on["images"])
    request = json.loads((tmp_path / "search" / "manifest.json").read_text())["request"]
    assert (request["start"], request["network"]) == (start.sha256, {"target": "picture"})
    assert np.isfinite(trained.gain("next")).all()
    more = load_readout(run("more", once, only=[0], start=readout).readouts[0])  # seeks as what it starts from does
    assert more.network.config == readout.network.config
    free = replace(named, trials=[replace(trial, target_source=None, target_box=None) for trial in named.trials])
    with pytest.raises(GazekitError, match="another target, or none, and a readout to start from that seeks nothing"):
        train_priority(free, once, start=readout, out=tmp_path / "refused", backbone="tiny")
    again = load_readout(run("timing", once, only=[0], start=start, timing=True).readouts[0])
    assert json.loads((tmp_path / "timing" / "manifest.json").read_text())["request"]["timing"] is True
    assert all(map(torch.equal, again.network.select.parameters(), start.network.select.parameters()))
    with pytest.raises(GazekitError, match="nothing would be learned from 'example': leave it out"):
        train_priority(named, once, also=[named], start=start, timing=True, out=tmp_path / "refused", **how)
    with pytest.raises(GazekitError, match=r"timing alone cannot .* the readout to start from \(--start free-viewing"):
        train_priority(named, once, timing=True, out=tmp_path / "refused", **how)
    assert not (tmp_path / "refused").exists()
    with pytest.raises(GazekitError, match="timing alone leaves a network as it is, and this one would be another"):
        run("other", once, only=[0], start=start, timing=True, network={"maps": 3})
