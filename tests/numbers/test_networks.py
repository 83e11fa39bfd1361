"""Models with networks: what is exactly equal, and by how much the rest may drift; see docs/results/reliability.md.

Exact: batches, company and order of trials, numbers of samples. Threads change sums in their last bits, and float64
shows how far float32 is from the truth; both are bounded here, in the units of what is compared.
"""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from gazekit.datasets import load_dataset
from gazekit.models.eccnet.model import EccNet
from gazekit.models.networks import load_backbone, load_encoder
from gazekit.models.networks.filters import FilterBank
from gazekit.models.neva.model import Neva
from gazekit.models.oat.checkpoint import Checkpoint
from gazekit.models.oat.config import preset
from gazekit.models.oat.model import Oat, path_log_likelihoods
from gazekit.models.oat.scenes import ObjectPaths
from gazekit.models.oat.training import seeded_network
from gazekit.testing import example_trials

DRIFT = 2e-6  # of an attention map, an encoder's output: share of the largest value. Measured: at most 9e-7
NATS = 2e-6  # of a log-likelihood. Measured: at most 5e-7
COUNTS = (1, 2, 4)


@pytest.fixture(autouse=True)
def threads():
    """Sets the threads of torch, and puts them back: threads(2)."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


class InDouble(nn.Module):
    """The same layers with every sum in float64; in and out float32, as eccNET's pools are."""

    def __init__(self, layers):
        super().__init__()
        self.layers = copy.deepcopy(layers).double()

    def forward(self, x):
        return self.layers(x.double()).float()


def drift(a, b):
    """Largest difference, as a share of the largest value."""
    return np.abs(a - b).max() / max(np.abs(a).max(), 1e-30)


@pytest.fixture(scope="module")
def shelves():
    return load_dataset("shelves", layouts="2x4", scenes=5, agents=3, covers="train")


@pytest.fixture(scope="module", params=["none", "crops"])
def network(request):
    sizes = {"width": 96, "heads": 2, "feed_forward": 64, "encoder_layers": 2, "decoder_layers": 2}
    return seeded_network(preset("oat-small", **sizes, appearance=request.param), 0).eval()


@pytest.fixture
def model(network, tmp_path):
    Checkpoint(network, 10, {"data": "none", "stimuli": []}).save(tmp_path / "a.safetensors")
    return Oat(tmp_path / "a.safetensors")


class TestEccNet:
    def test_company_and_order_change_nothing(self, network_of):
        trials = [t for t in example_trials() if t.has("target")]
        model = EccNet(network_of("vgg"))

        def found(some):
            paths = model.predict(some, progress=False)
            return {t.id: paths[i].xy.tolist() for i, t in enumerate(some)}

        whole = found(trials)
        assert found(trials[::-1]) == whole
        for trial in trials:
            assert found([trial])[trial.id] == whole[trial.id]

    def test_threads(self, threads):
        """A real architecture, so that torch does share the work; random weights from a seed."""
        backbone, searches = load_backbone("squeezenet", "random", seed=0), []
        for count in COUNTS:
            threads(count)
            searches.append([EccNet(backbone).search(t, maps=2, max_fixations=2) for t in example_trials()[:2]])
        for other in searches[1:]:
            for a, b in zip(searches[0], other, strict=True):
                assert a.fixations.tolist() == b.fixations.tolist()
                assert max(drift(x, y) for x, y in zip(a.maps, b.maps, strict=True)) <= DRIFT

    @pytest.mark.parametrize("shape", ["vgg", "strided", "sees all"])
    def test_float32_against_float64(self, network_of, threads, shape):
        threads(1)
        single, double = network_of(shape), network_of(shape)
        for stage in double.stages:
            stage.layers = InDouble(stage.layers)
        for trial in example_trials():
            a, b = (EccNet(network).search(trial, maps=1) for network in (single, double))
            assert a.fixations.tolist() == b.fixations.tolist()
            assert drift(a.maps[0], b.maps[0]) <= DRIFT


class TestNeva:
    def points(self, encoder, trials=None, n_samples=2, **options):
        trials = example_trials() if trials is None else trials
        model = Neva(encoder, rounds=2, **options)
        paths = model.predict(trials, n_samples=n_samples, max_fixations=2, device="cpu", progress=False)
        keys = list(zip(paths.table["trial"], paths.table["sample"], strict=True))
        return {key: paths[i].xy.tolist() for i, key in enumerate(keys)}

    def test_numbers_of_samples_and_company_change_nothing(self):
        whole = self.points(FilterBank(size=32), n_samples=3)
        alone = self.points(FilterBank(size=32), [replace(t) for t in example_trials()[2:3]], n_samples=1)
        assert {key: whole[key] for key in alone} == alone

    @pytest.mark.parametrize("chunk", [1, 3, 8])
    def test_images_per_call(self, chunk):
        """Positions on these images are equal; the network's output may differ in its last bits."""
        encoder = load_encoder("torchvision:squeezenet1_0", "random")
        trials = example_trials()[:1]
        assert self.points(encoder, trials, 1, chunk=chunk) == self.points(encoder, trials, 1)
        x = torch.rand(8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            whole, parts = encoder(x), torch.cat([encoder(part) for part in x.split(chunk)])
        assert drift(whole.numpy(), parts.numpy()) <= DRIFT

    def test_threads(self, threads):
        encoder, found, outputs = load_encoder("torchvision:squeezenet1_0", "random"), [], []
        x = torch.rand(4, 3, 96, 96, generator=torch.Generator().manual_seed(0))
        for count in COUNTS:
            threads(count)
            found.append(self.points(encoder, example_trials()[:1], 1))
            with torch.inference_mode():
                outputs.append(encoder(x).numpy())
        assert found[0] == found[1] == found[2]
        assert max(drift(outputs[0], other) for other in outputs[1:]) <= DRIFT

    def test_float32_against_float64(self, threads):
        """The encoder's output; positions are an argmin, and nearly equal places may change sides."""
        threads(1)
        x = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        for encoder in (FilterBank(size=32), load_encoder("torchvision:squeezenet1_0", "random")):
            with torch.inference_mode():
                a, b = encoder(x), copy.deepcopy(encoder).double()(x.double())
            assert drift(b.numpy(), a.double().numpy()) <= DRIFT

        class Double(FilterBank):
            def features(self, x):
                return super().features(x.double())

        one, other = self.points(FilterBank(size=32)), self.points(Double(size=32).double())
        same = [a == b for key in one for a, b in zip(one[key], other[key], strict=True)]
        assert np.mean(same) >= 0.9


class TestOat:
    def test_sampling_depends_on_seed_trial_and_sample_only(self, model, shelves):
        def objects(trials, n):
            paths = model.predict(trials, n_samples=n, progress=False, device="cpu")
            keys = zip(paths.table["trial"], paths.table["sample"], strict=True)
            return {key: paths[i].object_id.tolist() for i, key in enumerate(keys)}

        whole = objects(shelves.trials, 4)
        for some in (objects(shelves.trials[::-1], 4), objects(shelves.trials[2:3], 4), objects(shelves.trials, 1)):
            assert some == {key: whole[key] for key in some}

    def test_likelihoods_alone_and_in_company(self, network, shelves):
        data = ObjectPaths.from_dataset(shelves, network.config)
        whole = path_log_likelihoods(network, data)
        for scene in range(len(data.scenes)):
            members = np.flatnonzero(data.scene_of_path == scene)
            for k, alone in zip(members, path_log_likelihoods(network, data.select(np.array([scene]))), strict=True):
                assert np.array_equal(whole[k], alone)

    def test_threads(self, model, network, shelves, threads):
        data, nats, drawn = ObjectPaths.from_dataset(shelves, network.config), [], []
        for count in COUNTS:
            threads(count)
            nats.append(np.concatenate(path_log_likelihoods(network, data)))
            drawn.append(model.predict(shelves.trials, n_samples=3, progress=False, device="cpu").object_id.tolist())
        assert drawn[0] == drawn[1] == drawn[2]
        assert max(np.abs(other - nats[0]).max() for other in nats[1:]) <= NATS

    def test_float32_against_float64(self, network, shelves, threads):
        threads(1)
        data = ObjectPaths.from_dataset(shelves, network.config)
        single = np.concatenate(path_log_likelihoods(network, data))
        double = np.concatenate(path_log_likelihoods(_in_double(network), data))
        assert 0 < np.abs(single - double).max() <= NATS


def _in_double(network):
    """The whole network in float64, inputs included."""
    from gazekit.models.oat import model

    twin = copy.deepcopy(network).double()
    encode = twin.encode
    twin.encode = lambda batch: encode(_doubled(batch))
    assert model.path_log_likelihoods is path_log_likelihoods
    return twin


def _doubled(batch):
    floats = {k: v.double() for k, v in vars(batch).items() if isinstance(v, torch.Tensor) and v.is_floating_point()}
    return replace(batch, **floats)
