import numpy as np
import pytest
import torch

from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.oat.scenes import ObjectPaths, batch_of, padded
from gazekit.models.oat.training import evaluate_loss, seeded_network, step_losses, train
from gazekit.models.training import TrainingOptions

QUICK = TrainingOptions(epochs=4, batch=6, patience=9)


@pytest.fixture(scope="module")
def data(shelves, tiny_config):
    return ObjectPaths.from_dataset(shelves(12, 3), tiny_config())


def halves(data):
    return data.select(np.arange(8)), data.select(np.arange(8, 12))


def test_learns_where_the_target_is(shelves, tiny_config, tmp_path):
    data = ObjectPaths.from_dataset(shelves(80, 3), tiny_config())
    training, validation = data.select(np.arange(64)), data.select(np.arange(64, 80))
    options = TrainingOptions(epochs=30, batch=12, rate=3e-3)
    network, log = train(tiny_config(), training, validation, options, folder=tmp_path, progress=False)
    untrained = evaluate_loss(seeded_network(tiny_config(), 0), validation)
    assert evaluate_loss(network, validation) == pytest.approx(min(line.validation for line in log), abs=1e-6)
    assert evaluate_loss(network, validation) < untrained - 0.3


def test_a_stopped_training_ends_with_the_same_bytes(data, tiny_config, tmp_path):
    training, validation = halves(data)
    config = tiny_config(dropout=0.2, reflections=True)
    whole, log = train(config, training, validation, QUICK, folder=tmp_path / "a", progress=False)

    class KilledError(Exception):
        pass

    def kill(line):
        if line.epoch == 1:
            raise KilledError

    with pytest.raises(KilledError):
        train(config, training, validation, QUICK, folder=tmp_path / "b", progress=False, after_epoch=kill)
    torch.manual_seed(99)  # whatever happened in between
    resumed, log_2 = train(config, training, validation, QUICK, folder=tmp_path / "b", progress=False)
    assert [(a.train, a.validation) for a in log] == [(b.train, b.validation) for b in log_2]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_training_has_one_thread_whatever_the_process_has(data, tiny_config, monkeypatch):
    """`train oat` with several workers had one, and with one worker as many as there are processors."""
    threads = []

    def seen(*given, **more):
        threads.append(torch.get_num_threads())
        return step_losses(*given, **more)

    monkeypatch.setattr("gazekit.models.oat.training.step_losses", seen)
    torch.set_num_threads(2)
    train(tiny_config(), *halves(data), TrainingOptions(epochs=1), folder=None, progress=False)
    assert (set(threads), torch.get_num_threads()) == ({1}, 2)


def test_a_state_of_another_training_is_refused(data, tiny_config, tmp_path):
    training, validation = halves(data)
    train(tiny_config(), training, validation, TrainingOptions(epochs=1), folder=tmp_path, progress=False)
    with pytest.raises(DataError, match="is the state of another training; choose another folder"):
        train(tiny_config(sigma=1.5), training, validation, QUICK, folder=tmp_path, progress=False)
    (tmp_path / "state.safetensors").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"state.safetensors is damaged .*; train again in a new folder"):
        train(tiny_config(), training, validation, QUICK, folder=tmp_path, progress=False)


def test_early_stopping(data, tiny_config, tmp_path):
    training, validation = halves(data)
    options = TrainingOptions(epochs=30, batch=6, patience=2, rate=1.0, schedule="constant")  # a rate that wrecks it
    _, log = train(tiny_config(), training, validation, options, folder=tmp_path, progress=False)
    best = int(np.argmin([line.validation for line in log]))
    assert len(log) == best + 1 + 2 < 30


def test_a_loss_that_is_no_number(data, tiny_config, tmp_path, monkeypatch):
    training, validation = halves(data)
    monkeypatch.setattr("gazekit.models.oat.training.step_losses", lambda *a, **k: torch.tensor([float("nan")]))
    with pytest.raises(DataError, match="the loss became nan in epoch 0; train with a lower rate"):
        train(tiny_config(), training, validation, QUICK, folder=tmp_path, progress=False)


def test_bfloat16_stays_near(data, tiny_config, tmp_path):
    training, validation = halves(data)
    plain, rough = (
        train(
            tiny_config(),
            training,
            validation,
            TrainingOptions(epochs=2, precision=precision),
            folder=tmp_path / precision,
            progress=False,
        )[1][-1].validation
        for precision in ("float32", "bfloat16")
    )
    assert rough == pytest.approx(plain, abs=0.05)


def test_loss_by_definition(data, tiny_network):
    """Mean over all steps of -log p(next), each path alone."""
    network = tiny_network()
    total, steps = 0.0, 0
    for path, scene in zip(data.paths, data.scene_of_path, strict=True):
        encoded = network.encode(batch_of([data.scenes[scene]]))
        with torch.no_grad():
            out = network(encoded, padded([path])[0])[0]
        for step, label in enumerate([*path, 0]):
            total -= float(out[step, label])
            steps += 1
    assert evaluate_loss(network, data) == pytest.approx(total / steps, abs=1e-5)
    assert len(step_losses(network, data, "cpu")) == steps


def test_weights_depend_on_the_seed_only(tiny_config):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = seeded_network(tiny_config(), 3).state_dict()
    assert torch.equal(before, torch.get_rng_state())
    two, other = seeded_network(tiny_config(), 3).state_dict(), seeded_network(tiny_config(), 4).state_dict()
    assert all(torch.equal(one[k], two[k]) for k in one)
    assert not torch.equal(one["types.weight"], other["types.weight"])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"rate": 0.0}, "rate must be a positive number, not 0.0"),
        ({"rate": float("nan")}, "rate must be a positive number, not nan"),
        ({"clip": -1.0}, "clip must be a positive number, not -1.0"),
        ({"decay": -0.1}, "decay must be a number of at least 0, not -0.1"),
    ],
)
def test_a_training_that_would_learn_nothing_is_refused(option, message):
    with pytest.raises(GazekitError, match=message):
        TrainingOptions(**option)


def test_options_that_do_not_exist():
    with pytest.raises(GazekitError, match="schedule must be one of 'cosine', 'constant', not 'step'"):
        TrainingOptions(schedule="step")
    with pytest.raises(GazekitError, match="precision must be one of 'float32', 'bfloat16', not 'float8'"):
        TrainingOptions(precision="float8")
