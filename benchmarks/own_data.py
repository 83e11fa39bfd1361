"""Own data, every measure: 11 photographs of OSIE x 15 people x 8 models, in one process, and where its time goes."""

import cProfile
import pstats
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from measure import shown, table, target
from people import ROOT

from gazekit import Dataset, evaluate, load_dataset

IMAGES, PX_PER_DEGREE = 11, 24.0  # OSIE's frames have no px per degree; with one, amplitudes and returns count as well
MODELS = ["ittikoch", "levy", "centre"]  # and five nulls and controls, which every evaluation adds
WANTED = 110.0  # s of processor time: a minute of two processors
PLACES = (  # what is shown of the profile: file, function
    ("pieces.py", "_predict"),
    ("set_scoring.py", "halves"),
    ("set_scoring.py", "people"),
    ("set_scoring.py", "score_drawn_stimuli"),
    ("reference.py", "of"),
    ("clusters.py", "mean_shift_clusters"),
    ("pairs.py", "_rows"),
    ("labels.py", "_rows"),
    ("densities.py", "_rows"),
    ("sets.py", "_rows"),
    ("evaluate.py", "_write"),
)


def own_data() -> Dataset:
    """The first photographs of OSIE, with everybody's paths."""
    if not (ROOT / "osie").is_dir():
        sys.exit(f"{ROOT / 'osie'} is not a folder; set GAZEKIT_DATA to the folder of real data sets")
    data = load_dataset("osie", ROOT / "osie")
    trials = tuple(replace(t, frame=replace(t.frame, px_per_degree=PX_PER_DEGREE)) for t in data.trials[:IMAGES])
    paths = data.scanpaths.filter(trial=[t.id for t in trials])
    return replace(data, trials=trials, scanpaths=paths.replace(table=paths.table.assign(px_per_degree=PX_PER_DEGREE)))


def run(data: Dataset, out: Path) -> float:
    """Processor time of a whole evaluation, s, in this process."""
    start = time.process_time()
    evaluate(data, MODELS, ["all"], out=out, progress=False)
    return time.process_time() - start


def report() -> list[str]:
    """Once as it is; once more under a profiler, which takes longer, for the shares."""
    data = own_data()
    with tempfile.TemporaryDirectory() as folder:
        whole = run(data, Path(folder) / "run")
        profile = cProfile.Profile(time.process_time)
        profile.runcall(run, data, Path(folder) / "again")
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(own for _, _, own, _, _ in stats.values())
    rows = []
    for file, function in PLACES:
        took = sum(of[3] for (where, _, name), of in stats.items() if Path(where).name == file and name == function)
        rows.append([f"{file[:-3]}.{function}", shown(whole * took / total), f"{100 * took / total:.0f} %"])
    what = (
        f"own data, {IMAGES} images x {len(np.unique(data.scanpaths.table['subject']))} people x 8 models, all measures"
    )
    target(what, f"{WANTED:.0f} s of processor time", f"{whole:.0f} s", whole <= WANTED)
    return [
        "## Own data, every measure",
        "",
        f"`--metrics all` on {IMAGES} photographs of OSIE (given {PX_PER_DEGREE:.0f} px per degree), 15 people, 8 "
        f"models, 5 samples: {whole:.0f} s of processor time in one process, first calls included. "
        "Shares are from a second run under a profiler.",
        "",
        *table(["part", "processor time", "share"], rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join(report()))
