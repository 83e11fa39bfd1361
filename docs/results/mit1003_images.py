"""Evaluate on the MIT1003 stimuli whose images are in the folder: models that look at the image, and the others beside.

Run from the project's root: python docs/results/mit1003_images.py OUT [MODELS] [SAMPLES]
"""

import shlex
import sys

from gazekit import evaluate, load_dataset

ROOT = "../shared/data/mit1003"
METRICS = ["scanmatch", "multimatch", "sequence_score", "edit_distance_normalised", "dtw"]
MODELS = "uniform,centre,centre-point,empirical,other-image,ittikoch,levy"

out, models, samples = (*sys.argv[1:4], *(MODELS, "2")[len(sys.argv) - 2 :])
data = load_dataset("mit1003", ROOT)
shown = data.select(trials=[trial.id for trial in data.trials if trial.has("image")])
results = evaluate(
    shown,
    models.split(","),
    METRICS,
    out=out,
    n_samples=int(samples),
    progress=False,
    command=shlex.join(["python", *sys.argv]),
    notes={"loaded": {"data": "mit1003", "root": ROOT, "outside": "keep"}},
)
sys.stdout.write(results.summary.to_string() + "\n")
