from dataclasses import replace

import numpy as np
import pytest
import torch

from gazekit.core.pictures import look_of
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.networks.weights import sha256_of_tensors
from gazekit.models.priority.features import image_hash
from gazekit.models.priority.network import PriorityConfig
from gazekit.models.priority.training import (
    OPTIONS,
    NextFixation,
    event_losses,
    held_out_images,
    of_place_alone,
    prepared_network,
    sum_of,
    train_readout,
    view_losses,
    views_of,
)
from gazekit.models.training import train, with_changes

SMALL = {"hidden": 16, "maps": 4, "dropout": 0.0}


def task_of(views, epochs=2):
    config = PriorityConfig(tuple(f.shape[0] for f in views[0].features), **SMALL)
    return NextFixation(views[:9], views[9:], config, 3, 0, fixations=8), with_changes(
        OPTIONS, {"epochs": epochs, "batch": 3}
    )


def test_it_learns_where_people_look(tiny, discs):
    """People look at the disc, so that on unseen pictures a fixation there must be likelier than by the centre bias."""
    views = views_of(discs, tiny)
    task, options = task_of(views, 8)
    network, log = train(prepared_network(task.network, views[:9], 0), task, options, folder=None, progress=False)
    assert log[-1].validation < log[0].validation
    gains = []
    with torch.no_grad():
        for view in views[9:]:
            losses, target = view_losses(network, view), view.events.target[0]
            centre = network.centre_bias(*view.grid.shape)[target.clamp(min=0)]
            gains.append([(-part[0] - centre)[target >= 0].mean() for part in (losses.next, losses.static)])
    following, static = np.mean(gains, 0)
    assert following > 0.5
    assert static > 0.5


def test_a_stopped_training_ends_with_the_same_bytes(tiny, discs, tmp_path):
    views = views_of(discs, tiny)
    task, options = task_of(views)
    whole, _ = train(prepared_network(task.network, views[:9], 0), task, options, folder=tmp_path / "a", progress=False)

    class StoppedError(Exception):
        pass

    def stop(line):
        raise StoppedError

    with pytest.raises(StoppedError):
        train(
            prepared_network(task.network, views[:9], 0),
            task,
            options,
            folder=tmp_path / "b",
            after_epoch=stop,
            progress=False,
        )
    again, log = train(
        prepared_network(task.network, views[:9], 0), task, options, folder=tmp_path / "b", progress=False
    )
    assert len(log) == 2
    assert sha256_of_tensors(again.state_dict()) == sha256_of_tensors(whole.state_dict())


def test_losses_are_those_of_the_densities(tiny, discs):
    view = views_of(discs.select(stimuli=discs.stimuli[:1]), tiny)[0]
    network = prepared_network(PriorityConfig(tuple(f.shape[0] for f in view.features), **SMALL), [view], 0).eval()
    with torch.no_grad():
        losses = view_losses(network, view)
        parts = view_losses(network, view, at_once=2)
        maps = network.look([f[None] for f in view.features], *view.grid.shape)
        log_weight, mean, deviation = network.durations(maps, view.events)
    assert all(torch.allclose(a, b, atol=1e-4, equal_nan=True) for a, b in zip(losses, parts, strict=True))
    looked = view.events.target[0] >= 0
    assert looked.sum() == 12
    kinds = torch.distributions.Categorical(logits=log_weight[0])
    mixture = torch.distributions.MixtureSameFamily(kinds, torch.distributions.Normal(mean[0], deviation[0]))
    expected = -mixture.log_prob(view.events.log_duration[0].nan_to_num())
    assert torch.allclose(losses.duration[0][looked], expected[looked], atol=1e-4)
    assert losses.end[0].isfinite().sum() == 12  # after each fixation, and not before the first
    total = sum_of(losses, 0.5)
    by_hand = (losses.next + 0.5 * losses.static)[0][looked].sum() + losses.duration.nansum() + losses.end.nansum()
    assert torch.allclose(total.sum(), by_hand, rtol=1e-5)


def test_statistics_and_centre_bias_are_those_of_the_training_images(tiny, discs):
    views = views_of(discs, tiny)
    network = prepared_network(PriorityConfig(tuple(f.shape[0] for f in views[0].features), **SMALL), views, 0)
    every = torch.cat([v.features[1].double().flatten(1) for v in views], 1)
    assert torch.allclose(network.mean_1.double(), every.mean(1), atol=1e-5)
    assert torch.allclose(
        network.deviation_1.double(), every.std(1, correction=0).clamp(min=1e-3), rtol=1e-3, atol=1e-5
    )
    assert abs(float(network.centre.exp().sum()) - 1) < 1e-5


def test_readout_says_what_it_has_seen(tiny, discs):
    options = with_changes(OPTIONS, {"epochs": 1})
    readout, log = train_readout([discs], tiny, options, config=SMALL, fixations=2, progress=False)
    assert len(log) == 1
    assert readout.trained_on["stimuli"] == sorted(discs.stimuli)
    assert len(readout.trained_on["images"]) == 12
    assert readout.longest == 4
    images = [trial.image for trial in discs.trials]
    assert all(readout.has_seen(image_hash(image), look_of(image)) for image in images)
    turned = [np.ascontiguousarray(image[::-1, ::-1]) for image in images]
    assert not any(readout.has_seen(image_hash(image), look_of(image)) for image in turned)


def test_a_training_has_one_thread_whatever_the_process_has(tiny, discs, monkeypatch):
    """With several workers each has one, and alone it had as many as there are processors: other weights in silence."""
    threads = []

    def seen(*given, **more):
        threads.append(torch.get_num_threads())
        return event_losses(*given, **more)

    monkeypatch.setattr("gazekit.models.priority.training.event_losses", seen)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        train_readout([discs], tiny, with_changes(OPTIONS, {"epochs": 1}), config=SMALL, progress=False)
        assert (set(threads), torch.get_num_threads()) == ({1}, 2)
    finally:
        torch.set_num_threads(before)


def test_timing_is_learned_from_the_first_data_set_alone(tiny, discs, monkeypatch):
    seen = []

    def given(network, task, options, **how):
        seen.extend([*task.training, *task.validation])
        return network.eval(), []

    monkeypatch.setattr("gazekit.models.priority.training.train", given)
    first, other = discs.select(stimuli=discs.stimuli[:6]), discs.select(stimuli=discs.stimuli[6:])
    train_readout([first, other], tiny, config=SMALL, progress=False)
    assert len(seen) == 12
    for view in seen:
        for label in (view.events.log_duration, view.events.ended):
            assert bool(label.isfinite().any()) == (view.stimulus in first.stimuli)
        assert (view.events.target >= 0).any()


def test_timing_alone_can_be_learned_anew(tiny, discs):
    options = with_changes(OPTIONS, {"epochs": 1})
    start, _ = train_readout([discs], tiny, options, config=SMALL, fixations=2, progress=False)
    slow = replace(discs, scanpaths=discs.scanpaths.replace(duration=discs.scanpaths.duration * 3))
    options = with_changes(OPTIONS, {"epochs": 4, "rate": 1e-2})
    again, _ = train_readout([slow], tiny, options, start=start, timing=True, fixations=16, progress=False)
    before, after = start.network.state_dict(), again.network.state_dict()
    changed = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"stay", "leave"}
    view = views_of(slow, tiny)[0]
    with torch.no_grad():
        old, new = (float(view_losses(r.network, view).duration.nanmean()) for r in (start, again))
        fast = float(view_losses(again.network, view, timing=True).duration.nanmean())
    assert new < old - 0.1
    assert fast == pytest.approx(new, rel=1e-5)
    with pytest.raises(GazekitError, match="timing alone cannot be learned from nothing"):
        train_readout([slow], tiny, options, timing=True, progress=False)
    with pytest.raises(GazekitError, match="from the first data set alone, so that nothing would be learned from"):
        train_readout([slow, discs], tiny, options, start=start, timing=True, progress=False)
    with pytest.raises(GazekitError, match=r"firsts=2\) only places are learned, and timing alone learns none"):
        train_readout([slow], tiny, options, start=start, timing=True, firsts=2, progress=False)


def test_first_fixations_besides_are_learned_for_where_they_go_alone(tiny, discs, monkeypatch):
    """They change neither the others that are drawn nor what these are learned for."""
    views, drawn = views_of(discs, tiny), []

    def seen(network, levels, events, grid, *target, timing):
        drawn.append(events)
        return event_losses(network, levels, events, grid, *target, timing=timing)

    monkeypatch.setattr("gazekit.models.priority.training.event_losses", seen)
    plain, _ = task_of(views)
    more = replace(plain, firsts=3)
    network = prepared_network(plain.network, views[:9], 0)
    both = [task.losses(network, [0, 1, 2], 0, 0) for task in (plain, more)]
    for of_plain, of_more in zip(*drawn, strict=True):
        assert torch.equal(of_plain.nan_to_num(), of_more[:, :8].nan_to_num())
    assert (drawn[1].made[:, 8:] == 0).all()
    assert not (drawn[0].made == 0).all()
    looked = drawn[0].target >= 0
    with torch.no_grad():
        each = event_losses(network, [torch.stack(of) for of in zip(*(v.features for v in views[:3]), strict=True)],
                            drawn[1], views[0].grid)  # fmt: skip
    kept = of_place_alone(each, 3)
    assert torch.equal(kept.next.nan_to_num(), each.next.nan_to_num())
    assert (kept.static[:, 8:] == 0).all()
    assert kept.duration[:, 8:].isnan().all()
    assert kept.end[:, 8:].isnan().all()
    assert all(torch.equal(a[:, :8].nan_to_num(), b[:, :8].nan_to_num()) for a, b in zip(kept, each, strict=True))
    assert [len(found) for found in both] == [int(looked.sum()), int(looked.sum()) + 9]
    assert more.config != plain.config  # a training that was stopped goes on with the same


def test_too_few_images():
    with pytest.raises(DataError, match="there are 1 images to learn from: too few"):
        held_out_images(["a"], 0)
    assert len(held_out_images([str(k) for k in range(30)], 0)) == 3


def test_images_beside_which_everybody_looked_decide_nothing(tiny, discs):
    """Held out to say when to stop, or alone in a step, such an image has no loss."""
    paths = discs.scanpaths
    known = discs.stimuli[:3]
    beside = ~np.isin(paths.table["stimulus"].to_numpy()[paths.path_of()], known)
    few = replace(discs, scanpaths=paths.replace(x=np.where(beside, 500.0, paths.x)))
    assert [view.stimulus for view in views_of(few, tiny)] == known
    readout, log = train_readout([few], tiny, with_changes(OPTIONS, {"epochs": 2, "batch": 1}), progress=False)
    assert readout.trained_on["stimuli"] == known
    assert np.isfinite([line.validation for line in log]).all()


def test_data_without_fixations(tiny, discs):
    with pytest.raises(DataError, match="data set 'discs' has no fixation to learn from"):
        views_of(discs.select(subjects=["nobody"]), tiny)
