"""What a GPU brings: the same scanpaths as the CPU's, how closely, and how many more per second.

Run: python benchmarks/gpu.py [--images 64] [--parts neva,precision,throughput,eccnet,oat]
Needs a GPU that torch can use, and says so where there is none: this is not a part of `make bench`.
Real data and weights: environment variable GAZEKIT_DATA, default ../shared/data (osie/, weights/).
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measure import shown, table

from gazekit import Scanpaths, load_dataset
from gazekit.models.specs import model_from_text

DATA = Path(os.environ.get("GAZEKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SQUEEZENET = DATA / "weights" / "squeezenet1_0_imagenet.safetensors"
ROWS = (1, 4, 16, 64, 256, 512)  # scanpaths at once
CLOSE = 8.0  # px of an 800 x 600 image: a third of a degree; farther apart, two fixations are on different places


def pictures(count: int) -> list[Any]:
    """Trials of OSIE whose images are there, spread over the set."""
    trials = [t for t in load_dataset("osie", DATA / "osie").trials if Path(t.image_source).is_file()]
    return [trials[i] for i in np.linspace(0, len(trials) - 1, min(count, len(trials))).round().astype(int)]


def seconds(function: Callable[[], Any]) -> tuple[float, Any]:
    """Wall time of one call, the GPU's work included, and what it returned."""
    torch.cuda.synchronize()
    start = time.perf_counter()
    found = function()
    torch.cuda.synchronize()
    return time.perf_counter() - start, found


def neva(*options: str) -> Any:
    return model_from_text(":".join(["neva:encoder=squeezenet", f"weights={SQUEEZENET}", *options]))


def apart(one: Scanpaths, other: Scanpaths) -> np.ndarray:
    """Distance of every fixation from the other's, px: (paths, fixations)."""
    return np.hypot(one.x - other.x, one.y - other.y).reshape(len(one), -1)


def row(name: str, distance: np.ndarray, took: float) -> tuple[str, ...]:
    first = distance[:, 0]
    return (
        name,
        f"{(first < 0.01).mean():.1%}",
        f"{(first < CLOSE).mean():.1%}",
        f"{(distance < CLOSE).mean():.1%}",
        f"{np.median(distance):.3g}",
        shown(took),
    )


def agreement(images: int, fixations: int = 5) -> list[str]:
    """Fixations on the GPU beside the CPU's, by precision."""
    trials, rows = pictures(images), []
    for objective in ("clean", "class"):
        expected = {}
        model = neva(f"objective={objective}")
        model.predict(trials[:2], max_fixations=1, progress=False, device="cpu")
        took, paths = seconds(lambda m=model: m.predict(trials, max_fixations=fixations, progress=False, device="cpu"))
        expected[objective] = paths
        rows.append((f"{objective}: CPU, float32", "", "", "", "", shown(took)))
        for name, options, tf32 in (
            ("GPU, float32", (), False),
            ("GPU, float32 as torch rounds it (tf32)", (), True),
            ("GPU, bf16", ("precision=bf16",), True),
        ):
            torch.backends.cudnn.allow_tf32 = tf32
            model = neva(f"objective={objective}", *options)
            model.predict(trials[:2], max_fixations=1, progress=False, device="cuda")
            took, paths = seconds(
                lambda m=model: m.predict(trials, max_fixations=fixations, progress=False, device="cuda")
            )
            rows.append(row(f"{objective}: {name}", apart(paths, expected[objective]), took))
    heads = (
        f"{len(trials)} images, {fixations} fixations each",
        "first fixations equal (0.01 px)",
        f"first within {CLOSE:g} px",
        f"all within {CLOSE:g} px",
        "median distance, px",
        "time",
    )
    return ["## NeVA: the same fixations", "", *table(heads, rows), ""]


def throughput(fixations: int = 2) -> list[str]:
    """Fixations per second against the number of scanpaths at once, and the memory of the GPU that they take."""
    from gazekit.models.neva import model as neva_model

    trials, rows = pictures(max(ROWS)), []
    usual = dict(neva_model.ROWS)
    try:
        for precision in ("float32", "bf16"):
            model = neva("objective=clean", f"precision={precision}")
            model.predict(trials[:4], max_fixations=1, progress=False, device="cuda")
            for count in (n for n in ROWS if n <= len(trials)):
                neva_model.ROWS.update(dict.fromkeys(usual, count))
                torch.cuda.reset_peak_memory_stats()
                took, _ = seconds(
                    lambda m=model, n=count: m.predict(
                        trials[:n], max_fixations=fixations, progress=False, device="cuda"
                    )
                )
                peak = torch.cuda.max_memory_allocated() / 2**20
                rows.append((precision, str(count), f"{count * fixations / took:.1f}", f"{peak:.0f}"))
    finally:
        neva_model.ROWS.update(usual)
    heads = ("encoder", "scanpaths at once", "fixations per second, images read and prepared", "GPU memory, MiB")
    return ["## NeVA: throughput", "", *table(heads, rows), ""]


def searches(trials_per_experiment: int = 2) -> list[str]:
    """Search displays with eccNET: the same fixations on both devices."""
    torch.backends.cudnn.allow_tf32 = False
    rows = []
    data = load_dataset("search-arrays")
    displays = data.trials[:: max(1, len(data.trials) // (6 * trials_per_experiment))]
    for backbone, every in ((f"squeezenet:weights={SQUEEZENET}", 1), ("vgg16:weights=random", 4)):
        found, kept = {}, displays[::every]
        for device in ("cpu", "cuda"):
            model = model_from_text(f"eccnet:backbone={backbone}")
            model.predict(kept[:1], progress=False, device=device)
            found[device] = seconds(lambda m=model, k=kept, d=device: m.predict(k, progress=False, device=d))
        (slow, one), (fast, other) = found["cpu"], found["cuda"]
        same = sum(
            a.x.shape == b.x.shape and bool(np.allclose(a.x, b.x) and np.allclose(a.y, b.y))
            for a, b in zip(one, other, strict=True)
        )
        rows.append(
            (
                f"{backbone.split(':')[0]}, {len(kept)} displays",
                f"{same} of {len(one)}",
                shown(slow),
                shown(fast),
                f"{slow / fast:.1f}x",
            )
        )
    heads = ("backbone", "equal scanpaths", "CPU", "GPU", "ratio")
    return ["## eccNET", "", *table(heads, rows), ""]


def objects() -> list[str]:
    """OAT: training steps and samples per second, and how far log-probabilities differ."""
    from gazekit.models.oat.config import preset
    from gazekit.models.oat.fast.decoding import decode
    from gazekit.models.oat.scenes import ObjectPaths, batch_of
    from gazekit.models.oat.training import scene_batches, seeded_network, step_losses

    rows = []
    data = load_dataset("shelves", layouts="6x14", scenes=96, covers="train")
    for name in ("oat-small", "oat-base"):
        config = preset(name, pointer_bias="history", target_position="hidden")
        paths = ObjectPaths.from_dataset(data, config)
        batches = list(scene_batches(paths, 48, np.random.default_rng(0)))[:6]
        losses = {}
        for device, precision in (("cpu", "float32"), ("cuda", "float32"), ("cuda", "bfloat16")):
            batches_here = batches[:1] if (device, name) == ("cpu", "oat-base") else batches
            network = seeded_network(config, 0).to(device).eval()

            def step(batch: Any, network: Any = network, device: str = device, precision: str = precision) -> float:
                with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
                    found = step_losses(network, batch, device).mean()
                network.zero_grad()
                found.backward()
                return float(found.detach())

            step(batches_here[0])
            took, found = seconds(lambda b=batches_here, s=step: [s(batch) for batch in b])
            losses[device, precision] = found[0]
            with torch.no_grad():
                scene = network.encode(batch_of([paths.scenes[0]]).to(device))
                draws = np.random.default_rng(0).random((100, 30))
                decode(network, scene, draws, samples=100, longest=30)
                sampling, _ = seconds(lambda n=network, s=scene, d=draws: decode(n, s, d, samples=100, longest=30))
            gap = abs(found[0] - losses["cpu", "float32"])
            rows.append((name, device, precision, shown(took / len(batches_here)), shown(sampling), f"{gap:.1e}"))
    heads = ("", "device", "precision", "training step, 48 paths", "100 samples of 6x14", "loss from the CPU's, nats")
    return ["## OAT", "", *table(heads, rows), ""]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--parts", default="neva,throughput,eccnet,oat")
    given = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("this machine has no GPU that torch can use: nothing to measure")
    print(
        f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {os.cpu_count()} processors, "
        f"{torch.get_num_threads()} threads.\n",
        flush=True,
    )
    parts = {
        "neva": lambda: agreement(given.images),
        "throughput": throughput,
        "eccnet": searches,
        "oat": objects,
    }
    for part in given.parts.split(","):
        print("\n".join(parts[part]()), flush=True)
