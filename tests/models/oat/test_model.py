import json
import re

import numpy as np
import pytest

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.oat.checkpoint import Checkpoint, load_checkpoint
from gazekit.models.oat.config import OatConfig, preset
from gazekit.models.oat.model import Oat, path_log_likelihoods
from gazekit.models.oat.scenes import ObjectPaths
from gazekit.models.specs import model_from_text
from gazekit.models.tensor_files import read_tensors, save_tensors
from gazekit.testing import check_model


@pytest.fixture
def checkpoint(tiny_network, tmp_path):
    path = tmp_path / "tiny.safetensors"
    Checkpoint(tiny_network(), 12, {"data": "made-up", "stimuli": ["seen"]}).save(path)
    return path


def test_keeps_the_contract(checkpoint):
    report = check_model(Oat(checkpoint))
    assert report.passed, str(report)
    report = check_model(Oat(checkpoint, decoding="argmax"))
    assert report.passed, str(report)


def test_paths_lie_on_objects(checkpoint, shelf):
    trial = shelf(3, 4)
    paths = Oat(checkpoint).predict([trial], n_samples=5, progress=False)
    x0, y0, x1, y1 = trial.objects.boxes[paths.object_id].T
    assert np.array_equal(paths.x, (x0 + x1) / 2)
    assert np.array_equal(paths.y, (y0 + y1) / 2)
    assert paths.lengths.max() <= 12


def test_a_checkpoint_comes_back(checkpoint, tiny_network):
    again = load_checkpoint(checkpoint)
    assert again.longest == 12
    assert again.trained_on == {"data": "made-up", "stimuli": ["seen"]}
    for name, value in tiny_network().state_dict().items():
        assert value.equal(again.network.state_dict()[name])


def test_half_precision_is_read_back_as_float32(tiny_network, tmp_path):
    import torch

    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    Checkpoint(tiny_network(), 12, {}).save(whole)
    Checkpoint(tiny_network(), 12, {}).save(half, half=True)
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    for name, value in load_checkpoint(half).network.state_dict().items():
        assert value.dtype == torch.float32
        assert value.equal(tiny_network().state_dict()[name].half().float())
    network = tiny_network()
    network.types.weight.data[0, 0] = 1e6
    with pytest.raises(DataError, match=r"types\.weight has a weight too large for float16; give half=False"):
        Checkpoint(network, 12, {}).save(tmp_path / "large.safetensors", half=True)
    assert not (tmp_path / "large.safetensors").exists()


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({}, ("objects", "target_object")),
        ({"target": False}, ("objects",)),
        ({"target_position": "hidden"}, ("objects",)),
        ({"appearance": "crops", "target_position": "hidden"}, ("objects", "target_object")),
        ({"appearance": "crops", "target_crop": "separate"}, ("objects", "target_object", "target")),
        ({"appearance": "crops", "target_position": "hidden", "target_crop": "separate"}, ("objects", "target")),
        ({"appearance": "crops", "target": False}, ("objects",)),
    ],
)
def test_what_is_needed_depends_on_what_the_network_is_told(tiny_network, tmp_path, changes, needs):
    network = tiny_network(crop_height=24, crop_width=15, **changes)
    Checkpoint(network, 5, {}).save(tmp_path / "c.safetensors")
    model = Oat(tmp_path / "c.safetensors")
    assert model.needs == needs
    report = check_model(model)
    assert report.passed, str(report)


def test_without_knowing_which_object_is_the_target(tiny_network, shelf, tmp_path):
    changes = {"appearance": "crops", "target_position": "hidden", "target_crop": "separate"}
    Checkpoint(tiny_network(**changes), 5, {}).save(tmp_path / "c.safetensors")
    model, picture = Oat(tmp_path / "c.safetensors"), shelf().image[:50, :30]
    told, untold = (
        model.predict([shelf(target=t, target_source=picture)], n_samples=3, progress=False) for t in (4, None)
    )
    assert np.array_equal(told.object_id, untold.object_id)


def test_says_what_it_has_learned_from(checkpoint):
    said = Oat(checkpoint).provenance
    assert said.startswith(f"{checkpoint}: learned from 1 stimuli of 'made-up'; weights ")


def test_what_was_learned_is_not_predicted(checkpoint, tiny_network, shelf, tmp_path):
    with pytest.raises(DataError, match=r"every network in .*tiny\.safetensors has learned from the stimulus 'seen'"):
        Oat(checkpoint).predict([shelf(name="seen")], progress=False)
    text = f"oat:checkpoint={checkpoint}"
    with pytest.raises(
        DataError, match=re.escape(f"{text}:allow_seen=true), after which scores say nothing about new")
    ):
        model_from_text(text).check_unseen([shelf(name="seen")])
    model_from_text(f"{text}:allow_seen=true").check_unseen([shelf(name="seen")])
    assert len(Oat(checkpoint, allow_seen=True).predict([shelf(name="seen")], progress=False)) == 1
    folds = tmp_path / "folds"
    folds.mkdir()
    for k, seen in enumerate((["a", "b"], ["c"])):
        Checkpoint(tiny_network(), 5 + k, {"stimuli": seen}).save(folds / f"fold-{k}.safetensors")
    model = Oat(folds)
    assert [model.checkpoint_for(s).longest for s in "abcd"] == [6, 6, 5, 5]


def test_log_likelihood_is_per_fixation_and_in_order(checkpoint, shelves, tiny_network, tmp_path):
    data = shelves(4, 2)
    folds = tmp_path / "folds"
    folds.mkdir()
    for k, seen in enumerate((["s1"], ["s0", "s2", "s3"])):
        Checkpoint(tiny_network(sigma=2.0 + k), 9, {"stimuli": seen}).save(folds / f"{k}.safetensors")
    model = Oat(folds)
    scores = model.log_likelihood(data, device="cpu")
    assert [len(s) for s in scores] == [n + 1 for n in data.scanpaths.lengths]
    for row in (0, 3, 7):
        network = model.checkpoint_for(data.scanpaths.table["stimulus"].iloc[row]).network
        alone = ObjectPaths.from_dataset(data, network.config)
        assert scores[row] == pytest.approx(path_log_likelihoods(network, alone)[row], abs=1e-5)


def test_files_that_are_no_checkpoint(checkpoint, tmp_path):
    with pytest.raises(DataError, match="is not there; train one with `gazekit train oat`"):
        load_checkpoint(tmp_path / "none.safetensors")
    pickled = tmp_path / "code.safetensors"
    pickled.write_bytes(b"\x80\x04\x95cos\nsystem\n.")
    with pytest.raises(DataError, match="damaged, or carries code instead of weights: only safetensors files are read"):
        load_checkpoint(pickled)
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(checkpoint.read_bytes()[:-100])
    with pytest.raises(DataError, match="damaged"):
        load_checkpoint(cut)
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match="holds no checkpoint"):
        Oat(tmp_path / "folder")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30])
def test_weights_that_are_no_weights(tiny_network, tmp_path, value):
    network = tiny_network()
    network.decoder.blocks[0].first.weight.data[0, 0] = value
    Checkpoint(network, 12, {}).save(tmp_path / "a.safetensors")
    message = r"first\.weight holds weights that are not numbers, or are larger than 1e\+10; train again"
    with pytest.raises(DataError, match=message):
        load_checkpoint(tmp_path / "a.safetensors")


def test_the_words_of_earlier_versions(tiny_network, shelves, tmp_path):
    """The gaze history was called `way`, in options and in checkpoints."""
    network = tiny_network(pointer_bias="history", history_hidden=8)
    assert preset("oat-small", pointer_bias="way", way_hidden=8) == preset(
        "oat-small", pointer_bias="history", history_hidden=8
    )
    config = {**json.loads(network.config.to_json()), "pointer_bias": "way", "way_hidden": 8}
    del config["history_hidden"]
    state = {name.replace("history.", "way."): value for name, value in network.state_dict().items()}
    papers = {"format": "gazekit-oat", "version": "1", "longest": "9", "trained_on": "{}"}
    save_tensors(tmp_path / "old.safetensors", state, {**papers, "config": json.dumps(config)})
    Checkpoint(network, 9, {}).save(tmp_path / "new.safetensors")
    old, new = (Oat(tmp_path / f"{name}.safetensors").log_likelihood(shelves(2, 1)) for name in ("old", "new"))
    assert all(np.array_equal(a, b) for a, b in zip(old, new, strict=True))


def rewritten(checkpoint, tmp_path, **papers):
    state, old = read_tensors(checkpoint)
    path = tmp_path / "other.safetensors"
    save_tensors(path, state, {**old, **papers})
    return path


def test_checkpoints_of_another_kind_or_version(checkpoint, tmp_path):
    from safetensors.torch import save_file

    save_file(read_tensors(checkpoint)[0], tmp_path / "plain.safetensors")
    with pytest.raises(DataError, match="is no checkpoint of oat; it holds other weights"):
        load_checkpoint(tmp_path / "plain.safetensors")
    with pytest.raises(DataError, match="is no checkpoint of oat; it holds other weights"):
        load_checkpoint(rewritten(checkpoint, tmp_path, format="something"))
    with pytest.raises(DataError, match="of version 7, and this gazekit reads version 1"):
        load_checkpoint(rewritten(checkpoint, tmp_path, version="7"))
    with pytest.raises(DataError, match="does not fit its own configuration"):
        load_checkpoint(rewritten(checkpoint, tmp_path, config=preset("oat-small").to_json()))
    with pytest.raises(DataError, match="has 'colour', which this gazekit does not know"):
        load_checkpoint(rewritten(checkpoint, tmp_path, config='{"colour": 1}'))
    with pytest.raises(DataError, match="configuration cannot be read"):
        OatConfig.from_json("{")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"heads": 0}, "heads must be at least 1, not 0"),
        ({"crop_height": -3}, "crop_height must be at least 1, not -3"),
        ({"dropout": 2.0}, "dropout must be from 0 to 0.99, not 2.0"),
        ({"sigma": 0.0}, "sigma must be a positive number, not 0.0"),
    ],
)
def test_sizes_that_no_network_can_have_are_refused(option, message):
    with pytest.raises(GazekitError, match=message):
        preset("oat-small", **option)


def test_options(checkpoint):
    with pytest.raises(GazekitError, match="decoding must be one of 'sample', 'argmax', not 'beam'"):
        Oat(checkpoint, decoding="beam")
    with pytest.raises(GazekitError, match="temperature must be above 0, not 0"):
        Oat(checkpoint, temperature=0)
    with pytest.raises(GazekitError, match="n_samples must be a whole number of at least 1, not 0"):
        Oat(checkpoint).predict([], n_samples=0)
    with pytest.raises(UnknownNameError, match="preset of OAT called 'oat-smal'; did you mean 'oat-small'"):
        preset("oat-smal")
    with pytest.raises(UnknownNameError, match="option of OAT called 'widht'"):
        preset("oat-small", widht=3)
    with pytest.raises(UnknownNameError, match="value of OAT's option position called 'sin'"):
        preset("oat-small", position="sin")
    with pytest.raises(GazekitError, match="width must be a multiple of 4 x heads = 16, and 100 is not"):
        preset("oat-small", width=100)
