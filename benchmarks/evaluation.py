"""The full OSIE evaluation: 700 images x 15 people, six baselines x 5 samples, both metrics, ceiling, bootstrap."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from measure import shown, table, target
from people import ROOT

from gazekit import evaluate, load_dataset

MODELS = ["uniform", "centre", "empirical", "other-image", "ittikoch", "levy"]
WORKERS = 2


def report() -> list[str]:
    """Run it once in an empty folder; where the time goes, per source, summed over the workers."""
    if not (ROOT / "osie").is_dir():
        sys.exit(f"{ROOT / 'osie'} is not a folder; set GAZEKIT_DATA to the folder of real data sets")
    data = load_dataset("osie", ROOT / "osie")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        results = evaluate(
            data,
            MODELS,
            ["scanmatch", "multimatch"],
            out=Path(folder) / "run",
            n_samples=5,
            nulls=False,
            workers=WORKERS,
            progress=False,
        )
        whole = time.perf_counter() - start
    start = time.perf_counter()
    for part in ("summary", "differences", "shares"):
        results.__dict__.pop(part, None)
        getattr(results, part)
    bootstrap = time.perf_counter() - start
    pairs = results.scores.query("metric == 'scanmatch'").set_index("model")["pairs"].groupby(level=0).sum()
    seconds = results.manifest["seconds"]
    rows = [
        [name, f"{pairs[name]:,}", shown(seconds[name]["predict_s"]), shown(seconds[name]["score_s"])]
        for name in seconds
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    memory = max(peak, largest)
    target("peak memory of a process of the full OSIE evaluation", "under 2 GiB", f"{memory:.0f} MiB", memory < 2048)
    return [
        "## Full OSIE evaluation",
        "",
        f"{whole:.0f} s with {WORKERS} workers; bootstrap and tables {bootstrap:.1f} s of them; peak memory of the "
        f"main process {peak:.0f} MiB, of the largest worker {largest:.0f} MiB.",
        "",
        *table(["source", "pairs per metric", "predict", "score, both metrics"], rows),
        "",
    ]
