"""Measure evaluations on a Dask scheduler with one and two workers; write docs/results/scaling.md and scaling.png.

Run from the project's root: python docs/results/scaling.py. Real data: environment variable GAZEKIT_DATA, default
../shared/data.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from cost import BANDWIDTH, Cost, Measured, Size  # beside this file

from gazekit import Dataset, evaluate, load_dataset
from gazekit.runs.environment import versions
from gazekit.runs.parallel import run_pieces

HERE = Path(__file__).parent
ROOT = Path(os.environ.get("GAZEKIT_DATA", HERE.parents[2] / "shared" / "data"))
MODELS = ("ittikoch", "empirical", "centre", "other-image")
METRICS = ("scanmatch", "multimatch")
SAMPLES = 5
SMALL = ((30, 15), (30, 5), (60, 15))  # stimuli and people of the runs that the model of cost is fitted on
LARGE = (150, 15)  # of those that it is tested on
REPEATS = 2
EMPTY = 300  # pieces that do nothing
TARGETS = {
    "COCO-FreeView's size (the 6,202 images of COCO-Search18, as Chen et al. 2021 count them; 10 people)": (6_202, 10),
    "10^6 images, 100 people": (1_000_000, 100),
}
CLUSTER = (1, 2, 16, 128, 1024)


def part(data: Dataset, stimuli: int, people: int) -> Dataset:
    """The first stimuli and people of a data set."""
    return data.select(stimuli=data.stimuli[:stimuli], subjects=data.subjects[:people])


def size(stimuli: int, people: int) -> Size:
    """The size of an evaluation of a part."""
    return Size(stimuli, people, len(MODELS), SAMPLES)


def run(data: Dataset, scheduler: str, handing: float = 0.0) -> tuple[Measured, float]:
    """One evaluation in an empty folder: what it took in processor time, and its seconds from start to end.

    The scheduler is a thread of this process, which hands out the pieces: `handing` s each are counted apart.
    """
    with tempfile.TemporaryDirectory() as folder:
        start, used = time.perf_counter(), time.process_time()
        results = evaluate(
            data,
            MODELS,
            METRICS,
            out=Path(folder) / "run",
            n_samples=SAMPLES,
            nulls=False,
            scheduler=scheduler,
            progress=False,
        )
        seconds, processor = time.perf_counter() - start, time.process_time() - used
    of = size(len(data.stimuli), len(data.subjects))
    return Measured.of(of, results.manifest, seconds, processor=processor - handing * of.pieces), seconds


def nothing() -> None:
    """Be a piece that costs nothing."""


def measure(data: Dataset) -> tuple[Cost, list[Measured], dict[int, list[float]], list[Measured]]:
    """Small runs, what is fitted on them, and seconds and counts of the large ones."""
    from distributed import LocalCluster

    seconds: dict[int, list[float]] = {}
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
        address = cluster.scheduler_address
        run(part(data, 20, 15), address)  # compiled code is loaded, files are in memory
        used = time.process_time()
        list(run_pieces(nothing, [()] * EMPTY, scheduler=address, progress=False))
        handing = (time.process_time() - used) / EMPTY
        small = [min((run(part(data, *s), address, handing)[0] for _ in range(REPEATS)), key=total) for s in SMALL]
        cost = Cost.fit(small, handing_out=handing)
        large = []
        for workers in (1, 2):
            cluster.scale(workers)
            cluster.wait_for_workers(workers)
            run(part(data, 40, 15), address)
            done = [run(part(data, *LARGE), address, handing) for _ in range(REPEATS)]
            seconds[workers] = [s for _, s in done]
            large += [m for m, _ in done]
    return cost, small, seconds, large


def total(measured: Measured) -> float:
    """Processor seconds of a run on one worker."""
    return measured.work + measured.serial


def figure(cost: Cost, seconds: dict[int, list[float]]) -> None:
    """Measured seconds on 1 and 2 workers beside the model's, and what the model expects of more."""
    axes = plt.subplots(figsize=(5, 3.6), layout="constrained")[1]
    expected = np.arange(1, 17)
    axes.plot(
        expected, [cost.estimate(size(*LARGE), int(w)).seconds for w in expected], label="model of cost, idle machine"
    )
    for workers, of in seconds.items():
        axes.plot([workers] * len(of), of, "o", color="C1", label="measured" if workers == 1 else None)
    axes.set(xscale="log", xlabel="workers", ylabel="s from start to end", ylim=(0, None), xticks=[1, 2, 4, 8, 16])
    axes.set_xticklabels(["1", "2", "4", "8", "16"])
    axes.minorticks_off()
    axes.set_title(f"evaluate on {LARGE[0]} images x {LARGE[1]} people", fontsize=10)
    axes.legend(frameon=False)
    axes.figure.savefig(HERE / "scaling.png", dpi=150, metadata={"Software": None})


def shown(seconds: float) -> str:
    """A time in a unit that fits."""
    for unit, of in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * of:
            return f"{seconds / of:.3g} {unit}"
    return f"{seconds:.3g} s"


def volume(count: float) -> str:
    """Bytes in a unit that fits."""
    for unit, of in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= of:
            return f"{count / of:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a markdown table."""
    return [f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *rows)]


def page(
    data: Dataset,
    cost: Cost,
    small: list[Measured],
    seconds: dict[int, list[float]],
    large: list[Measured],
    load: tuple[float, float],
) -> list[str]:
    """Lines of the page."""
    of = size(*LARGE)
    rows = []
    for k, (workers, found) in enumerate(seconds.items()):
        expected = cost.estimate(of, workers)
        used = statistics.median(total(m) for m in large[k * REPEATS : (k + 1) * REPEATS])
        modelled = expected.work + cost.c + cost.d * of.paths
        rows.append(
            [
                str(workers),
                f"{used:.1f}",
                f"{modelled:.1f} ({100 * (modelled / used - 1):+.0f} %)",
                ", ".join(f"{s:.1f}" for s in sorted(found)),
                f"{expected.seconds:.1f}",
                f"{min(seconds[1]) / min(found):.2f}",
            ]
        )
    about = versions()
    lines = [
        "# Scaling",
        "",
        "Written by `python docs/results/scaling.py`. How to run on a cluster: [cluster.md](../howto/cluster.md).",
        "",
        f"`gazekit evaluate` on OSIE with {', '.join(MODELS)} and chance, {SAMPLES} samples, {' and '.join(METRICS)}, "
        f"on a Dask scheduler and workers that are processes of one machine with {os.cpu_count()} processors. Load was "
        f"{load[0]:.1f} before the first run and {load[1]:.1f} after the last, the runs' own included. The model is "
        f"fitted on processor time, and says what a machine takes that has nothing else to do. Python "
        f"{about['python']}, numpy {about['numpy']}. Every run in an empty folder, {REPEATS} times.",
        "",
        "## One and two workers",
        "",
        f"{LARGE[0]} images x {LARGE[1]} people: {of.pieces} pieces, {of.pairs:,.0f} pairs per metric. The model was "
        f"fitted on the smaller runs below, on one worker, and had not seen these.",
        "",
        *table(
            [
                "workers",
                "processor time measured, s",
                "processor time by the model, s",
                "start to end measured, s",
                "start to end by the model, idle machine, s",
                "speed-up",
            ],
            rows,
        ),
        "",
        "![Seconds by number of workers](scaling.png)",
        "",
        f"{volume(large[0].piece_bytes)} of pieces and {volume(large[0].shared_bytes)} per worker were serialised; the "
        f"model says {volume(cost.e * of.pieces + cost.f * (of.models + 1) * of.paths)} and "
        f"{volume(cost.g + cost.h * of.paths)}.",
        "",
        "## The model of cost",
        "",
        "`docs/results/cost.py`: work is pieces x seconds, bytes are counted where they are received, and the "
        "process that was started does some things alone. Its description has the formula; its arithmetic and its "
        "counts of pieces, pairs and bytes are tested against real runs.",
        "",
        *table(
            [
                "images",
                "people",
                "pieces",
                "work, processor s",
                "alone, processor s",
                "bytes of pieces",
                "bytes per worker",
            ],
            [
                [
                    *(f"{count:g}" for count in (m.size.stimuli, m.size.people, m.size.pieces)),
                    *(f"{time:.2f}" for time in (m.work, m.serial)),
                    *(volume(count) for count in (m.piece_bytes, m.shared_bytes)),
                ]
                for m in small
            ],
        ),
        "",
        f"From these (of {REPEATS} runs the one that took least):",
        "",
        *table(
            ["what", "coefficient"],
            [
                ["work per image (predicting, reading, writing)", f"a = {1e3 * cost.a:.3g} ms"],
                ["work per pair, both metrics", f"b = {1e6 * cost.b:.3g} us"],
                ["alone, per run", f"c = {cost.c:.3g} s"],
                ["alone, per human path", f"d = {1e3 * cost.d:.3g} ms"],
                ["bytes per piece", f"e = {volume(cost.e)}"],
                ["bytes per human path and row", f"f = {cost.f:.3g}"],
                ["bytes per worker", f"g = {volume(cost.g)}"],
                ["bytes per worker and human path", f"h = {cost.h:.3g}"],
                [f"handing out a piece ({EMPTY} that do nothing)", f"k = {1e3 * cost.k:.3g} ms"],
            ],
        ),
        "",
        "## What larger data would take",
        "",
        f"The same models and metrics, workers like the one measured and idle otherwise, {BANDWIDTH / 1e6:g} MB/s. "
        f"Extrapolated, not measured.",
        "",
    ]
    for name, of_target in TARGETS.items():
        found = {w: cost.estimate(size(*of_target), w) for w in CLUSTER}
        alone = cost.c + cost.d * size(*of_target).paths
        lines += [
            f"**{name}**: {found[1].pieces:,} pieces, {shown(found[1].work)} of work, {shown(alone)} alone; more than "
            f"{found[1].useful_workers:,} workers would wait for the process that hands out.",
            "",
            *table(
                ["workers", "time", "bytes moved"],
                [[str(w), shown(e.seconds), volume(e.moved)] for w, e in found.items()],
            ),
            "",
        ]
    paths = data.scanpaths
    per_path = paths.table.memory_usage(deep=True).sum() / len(paths)
    per_fixation = sum(c.nbytes for c in (paths.x, paths.y, paths.durations())) / len(paths.x)
    lines += [
        f"What the model leaves out is memory. The process that was started holds every human path: {per_fixation:.0f} "
        f"bytes per fixation and {per_path:.0f} per path here, {volume(1e9 * per_fixation + 1e8 * per_path)} for 10^8 "
        f"paths of 10 fixations; `empirical` and chance hold fixations in every worker too. Data of that size are "
        f"better evaluated in parts of some 10^4 images, a run folder each: all but chance, `empirical` and the "
        f"measures of whole data sets are the same for a part, and the parts' `scores.parquet`, a row per image, can "
        f"be put together.",
    ]
    return lines


def main() -> None:
    """Measure, draw and write."""
    if not (ROOT / "osie").is_dir():
        sys.exit(f"{ROOT / 'osie'} is not a folder; set GAZEKIT_DATA to the folder of real data sets")
    before = os.getloadavg()[0]
    data = load_dataset("osie", ROOT / "osie")
    cost, small, seconds, large = measure(data)
    figure(cost, seconds)
    load = before, os.getloadavg()[0]
    (HERE / "scaling.md").write_text("\n".join(page(data, cost, small, seconds, large, load)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
