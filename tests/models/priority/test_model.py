import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import ndtr
from scipy.stats import kstest

from gazekit import evaluate
from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.contract import DrawnPath
from gazekit.models.learned import load_learned, save_learned
from gazekit.models.priority.checkpoint import Readout, load_readout
from gazekit.models.priority.consensus import similarities
from gazekit.models.priority.events import events_of
from gazekit.models.priority.fast import OnImage
from gazekit.models.priority.features import channels_of, image_hash
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.model import Priority, PriorityFitted, resampled
from gazekit.models.priority.network import MEAN_LOG, SD_LOG, PriorityConfig, PriorityNetwork
from gazekit.models.tensor_files import read_tensors, save_tensors
from gazekit.testing import check_model, example_dataset, example_trials


@pytest.fixture
def readout(tiny, tmp_path):
    """A readout with random weights, whose history matters."""
    features = tiny.of_image(example_trials()[0].image)
    torch.manual_seed(0)
    network = PriorityNetwork(PriorityConfig(channels_of(features), hidden=16, maps=4)).eval()
    with torch.no_grad():
        network.select_last.weight.mul_(30)
    path = tmp_path / "readout.safetensors"
    Readout(network, "tiny", tiny.sha256, 6, {"data": "made-up", "images": [], "stimuli": []}).save(path)
    return path


def test_it_keeps_the_contract(readout):
    check_model(Priority(readout)).raise_if_failed()


def test_it_keeps_the_contract_when_it_learns(tiny):
    model = PriorityFitted("tiny", epochs=1, fixations=2).fit(example_dataset())
    check_model(model, None).failures  # noqa: B018 -- it learned from these pictures, and refuses them
    with pytest.raises(DataError, match="has learned from the picture of stimulus 'example-0'"):
        model.predict(example_trials(), progress=False)


def test_paths_are_drawn_from_the_density(readout):
    """First fixations against the density of the next one, and the second's against that after the first."""
    model, trial = Priority(readout, ends=False), example_trials()[0]
    grid = Grid.of(trial.frame)
    paths = model.predict([trial], n_samples=1200, max_fixations=1, progress=False)
    start = Scanpath([], [], None, trial.frame)
    expected = np.exp(model.log_density(trial, grid.shape, start)).ravel()
    counts = np.bincount(grid.cells(paths.x, paths.y), minlength=expected.size)
    order = np.argsort(expected)
    parts = np.array_split(order, np.searchsorted(expected[order].cumsum(), np.arange(0.1, 1, 0.1)))
    found = np.array([counts[part].sum() for part in parts])
    wanted = 1200 * np.array([expected[part].sum() for part in parts])
    assert ((found - wanted) ** 2 / wanted).sum() < 27.9  # chi-square, 9 degrees of freedom, p = .001
    inside = grid.points(np.arange(expected.size), np.zeros(expected.size), np.zeros(expected.size))
    assert len(np.unique(paths.x - inside[0][grid.cells(paths.x, paths.y)])) > 1000  # anywhere in a cell


def test_the_likelihood_is_that_of_its_parts(readout):
    model, data = Priority(readout), example_dataset()
    data = data.select(trials=[data.trials[0].id])
    trial, path = data.trials[0], data.scanpaths[1]
    grid = Grid.of(trial.frame)
    densities = model.conditional_log_densities(trial, path, grid.shape)
    one_by_one = [
        model.log_density(trial, grid.shape, Scanpath(path.x[:k], path.y[:k], path.duration[:k], path.frame))
        for k in range(len(path))
    ]
    assert np.allclose(densities, one_by_one, atol=1e-5)
    cells = grid.cells(path.x, path.y)
    places = densities.reshape(len(path), -1)[np.arange(len(path)), cells]
    nats = model.log_likelihood(data)[1]
    ends = nats[:-1] - places  # log probability of going on
    assert abs(ends[0]) < 1e-6  # nobody stops before the first
    assert (ends[1:] < 0).all()
    looked = model.look(trial)
    from gazekit.models.priority.events import path_events

    odds = looked.network.end(looked.maps, path_events(path.x, path.y, path.duration, grid, start=trial.start))[0]
    assert np.allclose(ends[1:], torch.nn.functional.logsigmoid(-odds[1:-1]).detach(), atol=1e-5)
    assert np.allclose(nats[-1], torch.nn.functional.logsigmoid(odds[-1]).detach(), atol=1e-5)


def test_likelihoods_stand_in_the_order_of_paths(readout, monkeypatch):
    """A picture is looked at once for all its paths, in parts of a few fixations; neither changes a path's own."""
    model, data = Priority(readout), example_dataset()
    mixed = np.random.default_rng(0).permutation(len(data.scanpaths))
    monkeypatch.setattr("gazekit.models.priority.fast.AT_ONCE", 3)
    together = model.log_likelihood(replace(data, scanpaths=data.scanpaths[mixed]))
    assert [len(nats) for nats in together] == [int(n) + 1 for n in data.scanpaths.lengths[mixed]]
    monkeypatch.undo()
    for row, nats in list(zip(mixed, together, strict=True))[:4]:
        alone = model.log_likelihood(replace(data, scanpaths=data.scanpaths[[int(row)]]))[0]
        assert np.allclose(nats, alone, atol=1e-4)


def test_a_path_at_the_limit_has_no_likelihood_of_its_end(readout):
    data = example_dataset()
    path = data.scanpaths[0]
    cut = replace(data, trials=tuple(replace(t, max_fixations=len(path)) for t in data.trials))
    model = Priority(readout)
    assert model.log_likelihood(cut)[0][-1] == 0.0
    assert model.log_likelihood(data)[0][-1] < 0.0


def test_a_forced_fixation_has_no_likelihood_and_degrees_are_refused(readout):
    model, data = Priority(readout), example_dataset()
    paths = data.scanpaths
    forced = replace(data, scanpaths=paths.replace(facts=replace(paths.facts, forced_first=True)))
    found = model.log_likelihood(forced)
    others = model.log_likelihood(replace(forced, scanpaths=forced.scanpaths.drop_first()))
    assert [nats[0] for nats in found] == [0.0] * len(paths)
    assert all(np.array_equal(nats[1:], other) for nats, other in zip(found, others, strict=True))
    degrees = replace(data, scanpaths=paths.replace(facts=replace(paths.facts, unit="degrees")))
    with pytest.raises(DataError, match="fixations in px, and those of 'example' are in degrees"):
        model.log_likelihood(degrees)


def test_histories_of_nonsense_and_one_cell(readout):
    model, trial = Priority(readout), example_trials()[0]
    strange = Scanpath([np.nan, -50, 20, 1e9], [3, 10, np.nan, -1e9], [1, -5, np.nan, 1e12], trial.frame)
    density = model.log_density(trial, (7, 9), strange)
    assert np.isfinite(density).all()
    assert abs(np.exp(density).sum() - 1) < 1e-9
    assert np.allclose(model.log_density(trial, (1, 1)), 0)


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3)])
def test_pictures_of_any_shape(readout, size):
    image = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
    trial = Trial("t", "t", Frame(size[1], size[0]), image_source=image)
    paths = Priority(readout).predict([trial], max_fixations=3, progress=False)
    assert ((paths.x >= 0) & (paths.x <= size[1]) & (paths.y >= 0) & (paths.y <= size[0])).all()
    assert (paths.duration > 0).all()


def test_argmax_is_one_path_and_ends_can_be_left_out(readout):
    trial = example_trials()[0]
    paths = Priority(readout, decoding="argmax").predict([trial], n_samples=2, progress=False)
    assert np.array_equal(paths[0].x, paths[1].x)
    long = Priority(readout, ends=False).predict([trial], n_samples=9, max_fixations=5, progress=False)
    assert long.lengths.tolist() == [5] * 9
    own = Priority(readout).predict([replace(trial, max_fixations=None)], n_samples=9, progress=False)
    assert own.lengths.max() <= 6  # the longest that it learned from
    assert Priority(readout).ends_itself
    assert not Priority(readout, ends=False).ends_itself
    assert len(set(own.lengths)) > 1


def test_the_consensus_is_one_of_its_own_paths(readout, monkeypatch):
    """By brute force: of the candidates, cut to each length that is asked for, the one most like the others."""
    monkeypatch.setattr("gazekit.models.priority.model.CANDIDATES", 8)
    model, trial = Priority(readout, decoding="consensus"), example_trials()[0]
    assert model.deterministic
    drawn = []
    walk = model._walk

    def kept(*args, **options):
        drawn[:] = walk(*args, **options)
        return drawn

    monkeypatch.setattr(model, "_walk", kept)
    paths = model.predict([trial], n_samples=3, lengths=np.array([[2, 5, 2]]), progress=False)
    assert paths.lengths.tolist() == [2, 5, 2]
    for path, n in zip(paths, (2, 5, 2), strict=True):
        cut = [DrawnPath(*(column[:n] for column in p[:3])) for p in drawn]
        alike = [[similarities([a, b], trial.frame)[0, 1] for b in cut if b is not a] for a in cut]
        best = cut[int(np.argmax(np.mean(alike, 1)))]
        assert np.array_equal(path.x, best.x)
        assert np.array_equal(path.duration, best.duration)
    other = model.predict([trial], n_samples=1, seed=7, lengths=np.array([[5]]), progress=False)
    assert np.array_equal(other.x, paths[1].x)  # whatever the seed


def test_durations_are_drawn_from_their_mixture(readout):
    model, trial = Priority(readout, ends=False), example_trials()[0]
    with torch.no_grad():
        last = load_readout(readout).network.stay[-1]
        last.weight.zero_()
        last.bias.copy_(torch.tensor([1.0, 0, -3, 2, -2, -1]))  # weights, means, deviations of two kinds
        model._readouts[0].network.stay[-1].load_state_dict(last.state_dict())
    times = np.log(model.predict([trial], n_samples=400, max_fixations=2, progress=False).duration)
    weight = 1 / (1 + np.exp(-1))
    mean, deviation = MEAN_LOG + SD_LOG * np.array([-3, 2]), SD_LOG * np.exp([-2, -1])
    drawn = [
        weight * ndtr((t - mean[0]) / deviation[0]) + (1 - weight) * ndtr((t - mean[1]) / deviation[1]) for t in times
    ]
    assert kstest(drawn, "uniform").pvalue > 1e-3
    argmax = Priority(readout, decoding="argmax", ends=False)
    argmax._readouts[0].network.stay[-1].load_state_dict(last.state_dict())
    assert np.allclose(np.log(argmax.predict([trial], max_fixations=2, progress=False).duration), mean[0])


def test_no_fixation_is_longer_than_those_that_are_learned_from(readout):
    """Time that went by is an input, so that one endless fixation would make the next ones endless, and nonsense."""
    model = Priority(readout, ends=False)
    with torch.no_grad():
        model._readouts[0].network.stay[-1].bias.add_(2000.0)
    with pytest.warns(UserWarning, match=r"30 of 30 fixations of model 'priority' would last longer than 10 s, which"):
        paths = model.predict(example_trials()[:1], max_fixations=30, progress=False)
    assert len(paths[0]) == 30
    assert (paths.duration == 10_000).all()
    known = events_of(example_trials()[0], paths[0], Grid.of(paths[0].frame)).numbers[0, 1:, 4]
    assert (known == 1).all()  # of a longer one the model itself would say that its duration is not known
    assert np.isfinite(paths.x).all()


def test_a_temperature_is_that_of_the_density(readout):
    trial, shape = example_trials()[0], Grid.of(example_trials()[0].frame).shape
    history = Scanpath([80.0], [60.0], [200.0], trial.frame)
    usual = Priority(readout).log_density(trial, shape, history)
    hot = Priority(readout, temperature=2.0).log_density(trial, shape, history)
    flat = usual / 2
    assert np.allclose(hot, flat - np.log(np.exp(flat).sum()), atol=1e-4)
    data = example_dataset()
    data = data.select(trials=[trial.id])
    first = Scanpath([], [], None, trial.frame)
    density = Priority(readout, temperature=2.0).log_density(trial, shape, first).ravel()
    cell = Grid.of(trial.frame).cells(data.scanpaths[0].x[:1], data.scanpaths[0].y[:1])[0]
    nats = Priority(readout, temperature=2.0).log_likelihood(data)[0][0]  # the likelihood has it too
    assert np.isclose(nats, density[cell], atol=1e-4)


def test_resampling_keeps_the_sum_and_smooth_maps():
    y, x = np.mgrid[:24, :32]
    density = np.exp(-((x - 15) ** 2 + (y - 11) ** 2) / 60)
    log = np.log(density / density.sum())
    for shape in [(24, 32), (48, 64), (12, 16), (5, 7), (100, 3)]:
        assert abs(np.exp(resampled(log, shape)).sum() - 1) < 1e-9
    halves = np.exp(log).reshape(12, 2, 16, 2).sum((1, 3))
    assert np.allclose(np.exp(resampled(log, (12, 16))), halves, atol=1e-12)


def test_a_picture_that_it_learned_from_is_refused(readout):
    trial = example_trials()[0]
    old = load_readout(readout)
    Readout(old.network, old.backbone, old.features, 6, {"images": [image_hash(trial.image)]}).save(readout)
    with pytest.raises(DataError, match="has learned from the picture of stimulus 'example-0'; predict others"):
        Priority(readout).predict([trial], progress=False)
    with pytest.raises(DataError, match=r"or allow_seen=True \(on the command line: priority:allow_seen=true\), after"):
        Priority(readout).check_unseen([replace(trial, stimulus="another name")])
    Priority(readout).check_unseen(example_trials()[2:])
    assert len(Priority(readout, allow_seen=True).predict([trial], progress=False)) == 1
    (readout.parent / "folds").mkdir()
    for k, images in enumerate(([image_hash(trial.image)], ["another"])):
        Readout(old.network, old.backbone, old.features, 6, {"images": images}).save(
            readout.parent / f"folds/{k}.safetensors"
        )
    folds = Priority(readout.parent / "folds")
    assert folds.look(trial).readout.trained_on["images"] == ["another"]


def test_what_was_learned_travels_in_a_file(tiny, tmp_path, discs):
    model = PriorityFitted("tiny", epochs=1, fixations=4).fit(discs.select(stimuli=discs.stimuli[:8]))
    save_learned(model, tmp_path / "fit")
    with pytest.raises(DataError, match=r"picture of stimulus '.*'; predict others, or evaluate it with folds=5"):
        model.check_unseen(discs.trials[:1])
    with pytest.raises(DataError, match=r"'twin'; predict others, .* is there under another name \(`gazekit check`"):
        model.check_unseen([replace(discs.trials[0], stimulus="twin")])
    other = load_learned(PriorityFitted("tiny", epochs=1, fixations=4), tmp_path / "fit")
    unseen = [trial for trial in discs.trials if trial.stimulus in discs.stimuli[8:]]
    one, two = (m.predict(unseen, seed=3, progress=False) for m in (model, other))
    assert np.array_equal(one.x, two.x)
    assert np.array_equal(one.duration, two.duration)
    with pytest.raises(
        DataError, match="'disc-0'; predict others, or evaluate it with folds=5"
    ):  # it has no allow_seen
        model.predict(discs.trials[:1], progress=False)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict(unseen, seed=3, progress=False).x, one.x)  # noqa: S301


def test_an_evaluation_fits_it_on_the_other_pictures(tiny, discs, tmp_path):
    model, how = PriorityFitted("tiny", epochs=3, fixations=8), {"n_samples": 1, "resamples": 100, "progress": False}
    with pytest.raises(GazekitError, match="evaluate it with folds=5"):
        evaluate(discs, [model], ["scanmatch"], out=tmp_path / "refused", **how)
    results = evaluate(discs, [model], ["scanmatch", "log_likelihood"], out=tmp_path / "run", folds=3, **how)
    rows = results.summary.set_index(["model", "metric"])
    assert rows.loc[("priority-fitted", "scanmatch"), "stimuli"] == len(discs.stimuli)
    likelihood = rows.loc[("priority-fitted", "log_likelihood"), "value"]
    assert likelihood > rows.loc[("uniform", "log_likelihood"), "value"]  # it has learned where discs are


def test_folds_of_people_score_it_on_pictures_that_other_people_taught_it(tiny, discs, tmp_path):
    model, how = PriorityFitted("tiny", epochs=1, fixations=4), {"n_samples": 1, "resamples": 100, "progress": False}
    few = discs.select(stimuli=discs.stimuli[:4])
    results = evaluate(few, [model], ["scanmatch"], out=tmp_path / "run", folds=3, fold_by="subject", **how)
    rows = results.summary.set_index(["model", "metric"])
    assert rows.loc[("priority-fitted", "scanmatch"), "stimuli"] == 4
    assert np.isfinite(rows.loc[("priority-fitted", "scanmatch"), "value"])


def test_it_must_be_fitted_first(tiny):
    with pytest.raises(GazekitError, match=r"learns from people; call fit\(dataset\) before predict"):
        PriorityFitted("tiny").predict(example_trials(), progress=False)


def test_features_of_another_network_are_refused(readout):
    old = load_readout(readout)
    Readout(old.network, old.backbone, "0123", 6).save(readout)
    with pytest.raises(DataError, match="trained on features of tiny with the hash 0123, and those here have"):
        Priority(readout).predict(example_trials(), progress=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decoding": "beam"}, "priority's decoding must be one of 'sample', 'argmax', 'consensus', not 'beam'"),
        ({"temperature": 0}, "temperature must be a positive number"),
        ({"weights": {"vgg": "x"}}, "weights are given for 'vgg', which tiny does not use"),
    ],
)
def test_options_out_of_range(readout, options, message):
    with pytest.raises(GazekitError, match=message):
        Priority(readout, **options)


def test_files_that_are_no_readout(readout, tmp_path):
    with pytest.raises(DataError, match="is not there; train one with"):
        Priority(tmp_path / "nowhere.safetensors")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"holds no readout \(\*.safetensors\)"):
        Priority(tmp_path / "empty")
    state, papers = read_tensors(readout)
    papers.pop("sha256", None)
    bad = tmp_path / "bad.safetensors"
    changes = {
        "is no readout of priority": {"format": "gazekit-oat"},
        "is a readout of version 9": {"version": "9"},
        "does not fit its own configuration: it is damaged, or another gazekit wrote it": {
            "config": json.dumps({"channels": [3]})
        },
        "is damaged": {"longest": "many"},
    }
    for message, change in changes.items():
        save_tensors(bad, state, {**papers, **change})
        with pytest.raises(DataError, match=message):
            load_readout(bad)
    save_tensors(bad, {**state, "centre": state["centre"] * float("nan")}, papers)
    with pytest.raises(DataError, match="weights that are not numbers"):
        load_readout(bad)
    bad.write_bytes(b"nonsense")
    with pytest.raises(DataError, match="cannot be read as a readout of priority"):
        load_readout(bad)


def test_products_of_a_few_numbers_are_computed_on_one_thread(readout, monkeypatch):
    """More of them wait for each other, and on a busy machine for others: 25 times the processor time, measured."""
    threadpoolctl = pytest.importorskip("threadpoolctl")
    threads = []

    def counting(of):
        def counted(*a, **o):
            pools = threadpoolctl.threadpool_info()
            threads.append(max(pool["num_threads"] for pool in pools if pool["user_api"] == "blas"))
            return of(*a, **o)

        return counted

    for name in ("following", "end", "durations"):
        monkeypatch.setattr(OnImage, name, counting(getattr(OnImage, name)))
    model, data = Priority(readout), example_dataset()
    with threadpoolctl.threadpool_limits(2, "blas"):
        model.predict(data.trials[:1], max_fixations=2, progress=False)
        model.log_likelihood(data)
        model.log_density(data.trials[0], history=data.scanpaths[0])
    assert len(threads) > 6
    assert set(threads) == {1}
