"""NeVA: what the model costs beside its encoder, and what each search finds for how many passes of the encoder.

Run: python benchmarks/neva.py [--images 20] [--fixations 1] [--encoder squeezenet] [--objectives clean,class]
     [--searches reference,blended] [--csv FILE]
The searches are reference, evaluated, restarts, linearised, blended.
Real data and weights: environment variable GAZEKIT_DATA, default ../shared/data (osie/, weights/).
"""

import argparse
import os
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measure import machine, table
from measure import target as note_target

from gazekit.datasets import load_dataset

DATA = Path(os.environ.get("GAZEKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SEARCHES = ("reference", "blended")  # the published loop, and the default
OVERHEAD = 1.05  # times the bare encoder
QUARTER, THIRD, GAP = 40 / 4, 40 / 3, 0.10  # passes of the published loop: 20 forward, 20 backward; share of the range
IMAGES = 20  # the exhaustive grid costs 225 passes of each; docs/results/gpu.md has 100
ROWS = (1, 2, 4, 8, 16, 32, 64)


def pictures(count: int) -> list[Any]:
    """Every k-th picture of OSIE that is there, so that any number of them is spread over the set."""
    trials = [t for t in load_dataset("osie", DATA / "osie").trials if Path(t.image_source).is_file()]
    return [trials[i] for i in np.linspace(0, len(trials) - 1, count).round().astype(int)]


def neva(encoder: str, objective: str) -> Any:
    from gazekit.models.neva.model import Neva

    weights = DATA / "weights" / "squeezenet1_0_imagenet.safetensors" if encoder == "squeezenet" else None
    return Neva(encoder=encoder, weights=weights, objective=objective)


def overhead(encoder: str = "squeezenet", images: int = 8, repeat: int = 9) -> list[str]:
    """Time of the reference step over the bare encoder's forward and backward at the same batch.

    Bare and whole alternate, and the ratio is taken pair by pair: other work on the machine then hits both.
    """
    import torch

    from gazekit.models.devices import chosen_device

    model, device = neva(encoder, "clean"), chosen_device("auto")
    runner = model.runner(device)
    problem = model.problem(pictures(images), [0] * images, 0, runner)
    rows = torch.arange(images, device=device)
    positions = torch.zeros(images, 2, device=device)
    share = torch.ones(images, *problem.scenes.size, device=device)
    seen = [
        problem.scenes.seen(part, share[part]).contiguous(memory_format=torch.channels_last)
        for part in rows.split(runner.chunk)
    ]
    target = [problem.targets[part] for part in rows.split(runner.chunk)]

    def bare(gradient: bool) -> None:
        for x, wanted in zip(seen, target, strict=True):
            with torch.set_grad_enabled(gradient):
                x = x.detach().requires_grad_(gradient)
                features = model.encoder.read(model.encoder.features(x), "embedding")
                loss = 1 - torch.cosine_similarity(features, wanted, dim=1)
                if gradient:
                    torch.autograd.grad(loss.sum(), x)

    # on a CPU the processor's time of this process: waiting for other work is not the model's cost
    now = time.process_time if device.type == "cpu" else time.perf_counter

    def clock(function: Any) -> float:
        start = now()
        function()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return now() - start

    def whole(gradient: bool) -> None:
        if gradient:
            problem.loss_and_gradient(rows, positions)
        else:
            problem.loss(rows, positions)

    lines = []
    for what, gradient in (("forward and backward", True), ("forward", False)):
        bare(gradient)
        whole(gradient)
        pairs = [(clock(partial(bare, gradient)), clock(partial(whole, gradient))) for _ in range(repeat)]
        ratios = np.array([w / b for b, w in pairs])
        middle = np.median(np.array(pairs), axis=0) / images * 1e3
        low, high = np.percentile(ratios, [25, 75])
        lines.append(
            (what, f"{middle[0]:.1f} ms", f"{middle[1]:.1f} ms", f"{np.median(ratios):.3f} [{low:.3f}, {high:.3f}]")
        )
        if gradient:
            ratio = float(np.median(ratios))
            note_target("NeVA's step over the bare encoder's", f"{OVERHEAD}", f"{ratio:.3f}", ratio <= OVERHEAD)
    heads = (
        f"{images} images, chunks of {runner.chunk}",
        "bare encoder, per image",
        "NeVA, per image",
        "ratio, median [quartiles]",
    )
    return table(heads, lines)


def throughput(encoder: str = "squeezenet", fixations: int = 2) -> list[str]:
    """Fixations per second against the number of scanpaths at once, and the memory that they take."""
    import resource
    import sys

    from gazekit.models.neva import model as neva_model

    model, trials, lines = neva(encoder, "clean"), pictures(max(ROWS)), []
    unit = 2**20 if sys.platform == "darwin" else 2**10  # getrusage counts bytes there, KiB elsewhere
    usual = dict(neva_model.ROWS)
    model.predict(trials[:1], max_fixations=1, progress=False)
    try:
        for rows in ROWS:
            neva_model.ROWS.update(dict.fromkeys(usual, rows))
            start = time.process_time()
            model.predict(trials[:rows], max_fixations=fixations, progress=False)
            seconds = time.process_time() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
            lines.append((str(rows), f"{rows * fixations / seconds:.2f}", f"{peak:.0f}"))
    finally:
        neva_model.ROWS.update(usual)
    return table(
        ("scanpaths at once", "fixations per second of processor time", "peak memory of the process, MiB"), lines
    )


def searches(encoder: str, objective: str, images: int, fixations: int, names: tuple[str, ...]) -> pd.DataFrame:
    from neva_searches import compare_searches

    from gazekit.models.neva.searches import SEARCHES as KNOWN

    chosen = [KNOWN[name]() for name in names]
    return compare_searches(neva(encoder, objective), pictures(images), chosen, fixations=fixations, progress=False)


def judge(objective: str, summary: pd.DataFrame) -> None:
    """Hold the default search against what was wanted."""
    if "blended" not in summary.index or "reference" not in summary.index:
        return
    row = summary.loc["blended"]
    found = f"{row.passes:.1f} passes, {row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}]"
    wanted = f"at most {QUARTER:.0f} passes, a lower loss"
    met = row.passes <= QUARTER and row.high < 0
    note_target(f"NeVA, {objective}: the default search beside the published loop", wanted, found, bool(met))
    wanted, found = f"at most {GAP:.0%} of the range at {THIRD:.1f} passes", f"{row.gap:.1%} at {row.passes:.1f}"
    met = row.passes <= THIRD and row.gap <= GAP
    note_target(f"NeVA, {objective}: gap of the default search to the grid", wanted, found, bool(met))


def report(
    images: int = IMAGES,
    fixations: int = 1,
    encoder: str = "squeezenet",
    objectives: str = "clean,class",
    names: tuple[str, ...] = SEARCHES,
    csv: Path | None = None,
) -> list[str]:
    from neva_searches import summarise

    lines = ["## NeVA", "", *overhead(encoder), "", *throughput(encoder), ""]
    kept = []
    for objective in objectives.split(","):
        found = searches(encoder, objective, images, fixations, names)
        judge(objective, summarise(found))
        kept.append(found.assign(objective=objective))
        rows = [
            (
                name,
                f"{r.passes:.1f}",
                f"{r.loss:.4f}",
                f"{100 * r.gap:.1f} %",
                f"{r.difference:+.4f} [{r.low:+.4f}, {r.high:+.4f}]",
            )
            for name, r in summarise(found).iterrows()
        ]
        heads = (
            "search",
            "passes per fixation",
            "mean loss",
            "gap to the grid, of the range uniform to grid",
            "loss minus the reference's [95 % over images, together]",
        )
        lines += [
            f"Objective {objective!r}, encoder {encoder}, {images} OSIE images, fixations 1 to {fixations}, gamma 0.7, "
            f"sigma 0.2, letterbox; grid optimum {found['grid'].mean():.4f}, uniform {found['uniform'].mean():.4f}:",
            "",
            *table(heads, rows),
            "",
        ]
        if csv is not None:
            pd.concat(kept).to_csv(csv, index=False)
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--fixations", type=int, default=1)
    parser.add_argument("--encoder", default="squeezenet")
    parser.add_argument("--objectives", default="clean,class")
    parser.add_argument("--searches", default=",".join(SEARCHES))
    parser.add_argument("--csv", type=Path)
    given = parser.parse_args()
    print(
        "\n".join(
            [
                *machine(),
                *report(
                    given.images,
                    given.fixations,
                    given.encoder,
                    given.objectives,
                    tuple(given.searches.split(",")),
                    given.csv,
                ),
            ]
        )
    )
