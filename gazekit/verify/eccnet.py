"""eccNET against outputs of the official code, from files of the layout in the reference README."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.files.arrays import read_npz
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError
from gazekit.verify.outcome import Outcome

if TYPE_CHECKING:
    from gazekit.models.networks.backbone import Backbone

TOLERANCE = 1e-4  # of a map's maximum
KEYS = ("image", "target", "target_mask", "item_masks", "parameters")


def verify_eccnet(reference: str | Path) -> Outcome:
    """Run eccNET on a reference file's stimulus and compare fixations and attention maps.

    Parameters
    ----------
    reference : path
        A file of reference outputs (.npz), any variants, any sizes.

    Returns
    -------
    Outcome
        A row per variant and stored map: largest difference as a share of the map's maximum. Fails also where a
        fixation differs.

    Raises
    ------
    DataError
        The file is not there or has another layout.
    """
    path = Path(reference)
    content = _read(path)
    parameters = _parameters(path, content)
    import torch

    backbone = reference_backbone().to(memory_format=torch.channels_last)
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    same_paths = True
    for name, variant in parameters["variants"].items():
        theirs = content[f"{name}_fixations_rowcol"]
        stored = sorted(k for k in content if k.startswith(f"{name}_map") and k[len(name) + 4 :].isdigit())
        ours, maps = _search(path, content, parameters, name, variant, backbone, len(stored))
        same = ours.shape == theirs.shape and bool((ours == theirs).all())
        verdict = "identical" if same else f"differ from number {_first_difference(ours, theirs)}"
        same_paths &= same
        for k, key in enumerate(stored):
            if k >= len(maps) or maps[k].shape != content[key].shape:
                gap = float("inf")
            else:
                gap = float(np.abs(maps[k] - content[key]).max() / max(float(np.abs(content[key]).max()), 1e-30))
            rows.append((name, f"map {k}", len(theirs) - 1, verdict, gap))
        if not stored:
            rows.append((name, "none", len(theirs) - 1, verdict, 0.0))
    if not same_paths:
        notes.append("some fixations differ; differences of maps after the first such fixation mean nothing")
    columns = {"variant": "", "map": "", "saccades": "d", "fixations": "", "largest difference / maximum": ".1e"}
    return Outcome.of(columns, rows, [row[-1] for row in rows], TOLERANCE, also=same_paths, notes=notes)


def reference_backbone() -> "Backbone":
    """Make the VGG16 of the reference files: random weights from NumPy's generators 1000 to 1012."""
    import torch
    from torch import nn

    from gazekit.models.networks.backbone import Backbone, Layer, Pool
    from gazekit.models.networks.vgg import BLOCKS, CAFFE, LEVELS

    layers: list[Layer] = []
    before = 3
    for block, (width, count) in enumerate(BLOCKS, 1):
        for k in range(1, count + 1):
            rng = np.random.default_rng(1000 + len(layers))
            convolution = nn.Conv2d(before, width, 3, padding=1)
            kernels = rng.standard_normal((width, before, 3, 3)) * np.sqrt(2 / (9 * before))
            biases = rng.standard_normal(width) * 0.01
            convolution.weight = nn.Parameter(torch.from_numpy(kernels.astype(np.float32)))
            convolution.bias = nn.Parameter(torch.from_numpy(biases.astype(np.float32)))
            pool = Pool(2, 2, "max") if k == 1 < block else None
            module = nn.Sequential(convolution, nn.ReLU(inplace=True))
            layers.append(Layer(f"conv{block}_{k}", module, width, reach=1, pool=pool))
            before = width
    return Backbone("vgg16", "random, as in the reference files", layers, LEVELS, CAFFE)


def _search(
    path: Path,
    content: Mapping[str, np.ndarray],
    parameters: Mapping[str, Any],
    name: str,
    variant: Mapping[str, Any],
    backbone: "Backbone",
    maps: int,
) -> tuple[np.ndarray, list[np.ndarray]]:
    from gazekit.models.eccnet.fast.blank_windows import BlankWindows
    from gazekit.models.eccnet.network import EccNetVariant, eccentric_network
    from gazekit.models.eccnet.search import Display, Settings, run_search

    try:
        flags = [bool(flag) for flag in variant["levels"]]
        among_items = bool(variant["item_masks"])
        size = int(variant["inhibition_px"])
        network = EccNetVariant(
            name, bool(variant["eccentricity"]), "max" if variant["pooling"] == "max" else "average", False
        )
        weights = "maximum" if variant["level_weights"] == "max" else "equal"
        narrow, wide = parameters["dog"]
        background = np.broadcast_to(np.asarray(parameters["background"], dtype=int), 3)
        limit, margin = int(parameters["max_fixations"]), int(parameters["margin"])
        levels = [level for level, flag in zip(backbone.levels, flags, strict=True) if flag]
        scale = float(parameters.get("px_per_degree", 30))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path} describes the variant {name!r} in another way than the reference layout ({error!r}); take the "
            f"file from its source again"
        ) from error
    branches = BlankWindows(eccentric_network(backbone, network, levels=levels, px_per_degree=scale))
    display = Display(
        content["image"],
        (int(background[0]), int(background[1]), int(background[2])),
        content["item_masks"].astype(bool) if among_items else None,
        content["target_mask"].astype(bool),
    )
    settings = Settings(
        margin=margin,
        inhibition_size=size,
        recognition_size=size,
        level_weights=weights,
        blurs=((narrow[0], narrow[1]), (wide[0], wide[1])),
        exhausted="corner",
        count_last=False,
    )
    found = run_search(display, branches.target(content["target"]), branches, settings, limit=limit, maps=maps)
    return found.fixations, found.maps


def _read(path: Path) -> dict[str, np.ndarray]:
    content = read_npz(path)
    absent = [key for key in KEYS if key not in content]
    if absent:
        raise DataError(
            f"{path} has no {', '.join(map(repr, absent))}; it is not a file of eccNET reference outputs, whose layout "
            f"the README beside them gives"
        )
    image, target, mask, items = (content[key] for key in KEYS[:4])
    for key, given, wanted in (
        ("image", image.shape[2:], (3,)),
        ("target", target.shape[2:], (3,)),
        ("target_mask", mask.shape, image.shape[:2]),
        ("item_masks", items.shape[1:], image.shape[:2]),
    ):
        if given != wanted:
            raise DataError(f"{path}: {key!r} has the shape {content[key].shape}, which does not fit the layout")
    return content


def _parameters(path: Path, content: Mapping[str, np.ndarray]) -> dict[str, Any]:
    try:
        parameters = parse_json(str(content["parameters"][()]))
        variants = parameters["variants"]
        missing = [name for name in variants if f"{name}_fixations_rowcol" not in content]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{path}: 'parameters' is not the JSON text that the layout asks for ({error!r})") from error
    if missing or not variants:
        what = f"no fixations of {', '.join(map(repr, missing))}" if missing else "no variants"
        raise DataError(f"{path} has {what}; take the file from its source again")
    return parameters


def _first_difference(ours: np.ndarray, theirs: np.ndarray) -> int:
    both = zip(ours.tolist(), theirs.tolist(), strict=False)
    return next((k for k, (a, b) in enumerate(both) if a != b), min(len(ours), len(theirs)))
