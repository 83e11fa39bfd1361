"""Outputs of reference code, plans, and what else verifies or describes an experiment."""

import io
import json
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.experiments.oat.plan import read_plan
from gazekit.files.arrays import read_npz
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.labels.clusters import Clusters
from gazekit.verify import eccnet, neva
from gazekit.verify.asymmetry import read_counts
from gazekit.verify.conformance import verify_conformance
from targets.data_sets import arrays
from targets.scanpaths import paths
from targets.target import Target


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _references() -> list[bytes]:
    variant = {"levels": [1, 1, 1], "item_masks": False, "inhibition_px": 9, "eccentricity": False, "pooling": "max"}
    parameters = {
        "variants": {"a": variant},
        "dog": [[1, 2], [3, 4]],
        "background": 128,
        "max_fixations": 0,
        "margin": 1,
    }
    image = {"image": np.zeros((8, 8, 3), np.uint8), "target": np.zeros((4, 4, 3), np.uint8)}
    masks = {"target_mask": np.zeros((8, 8)), "item_masks": np.zeros((1, 8, 8))}
    return [
        _npz(a=np.arange(5), b=np.ones((2, 3))),
        _npz(**image, **masks, parameters=json.dumps(parameters), a_fixations_rowcol=np.zeros((1, 2))),
        _npz(**image, **masks, parameters=json.dumps({"variants": {}})),
    ]


def _read_references(file: Path) -> Any:
    """Read as each kind of reference; the network that is then compared would take seconds to make."""
    read_npz(file)
    with suppress(GazekitError):
        neva._read(file)
    return eccnet._parameters(file, eccnet._read(file))


def _npz_member(content: bytes) -> bytes:
    """The bytes as the only member of an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("image.npy", content)
    return buffer.getvalue()


def _vectors() -> list[bytes]:
    """Two of the package's paths and three of its metrics: the whole takes too long for each input."""
    from importlib.resources import files

    content = json.loads(files("gazekit.metrics").joinpath("conformance.json").read_bytes())
    content["paths"] = {name: content["paths"][name] for name in ("normal", "other")}
    kept = [k for k, pair in enumerate(content["pairs"]) if set(pair) <= set(content["paths"])]
    content["pairs"] = [content["pairs"][k] for k in kept]
    content["metrics"] = {
        name: {**content["metrics"][name], "values": [content["metrics"][name]["values"][k] for k in kept]}
        for name in ("scanmatch", "dtw", "mannan")
    }
    return [json.dumps(content).encode()]


def _clusters() -> list[bytes]:
    group = {"key": ["a"], "centres": [[1.0, 2.0], [3, 4]], "bandwidth": 2.0, "points": 9}
    made = {"format": "gazekit-clusters", "version": 1, "by": ["stimulus"], "groups": [group]}
    with tempfile.TemporaryDirectory() as folder:
        from gazekit.metrics.labels.clusters import mean_shift_clusters

        mean_shift_clusters(paths()[np.array([0, 2])]).save(file := Path(folder, "clusters.json"))
        return [file.read_bytes(), json.dumps(made).encode()]


PLAN = b"""[study]
data = { name = "bookcovers" }
seeds = [0, 1]
folds = 3
by = "layout"
references = ["move"]
[network]
width = 64
[training]
epochs = 2
[variants.plain]
[variants.blind]
target = false
only = [0]
"""


TARGETS = (
    Target("npz", "a.npz", _read_references, _references),
    Target("npz-member", "a.npz", read_npz, arrays, _npz_member),
    Target("plan", "plan.toml", read_plan, lambda: [PLAN]),
    Target("clusters", "clusters.json", Clusters.load, _clusters),
    Target("vectors", "vectors.json", verify_conformance, _vectors),
    Target("counts", "a.csv", lambda f: read_counts(f, (1, 2)), lambda: [b"1,0\n0,1\n1,0\n0,0\n"]),
)
