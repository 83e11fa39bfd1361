"""Make docs/images/overview.png: scanpaths on a photograph, and an OSIE run between chance and people.

Run from the project's root, after the OSIE evaluation of docs/results: python docs/images/overview.py [RUN FOLDER]
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt

from gazekit import Results
from gazekit.datasets.synthetic.demo import load
from gazekit.models import load_model
from gazekit.plots import forest, scanpath

results = Results.load(sys.argv[1] if len(sys.argv) > 1 else "runs/osie")
data = load(observers=3)
trial = data.trial("coffee")
paths = {
    "a simulated observer": data.scanpaths.filter(trial=trial.id)[2],
    "ittikoch": load_model("ittikoch").fit(data).predict([trial], seed=3, progress=False)[0],
    "centre": load_model("centre").fit(data).predict([trial], seed=1, progress=False)[0],
}
figure, axes = plt.subplot_mosaic(
    [["a simulated observer", "forest"], ["ittikoch", "forest"], ["centre", "forest"]],
    figsize=(9, 5.6),
    width_ratios=[1, 2.2],
    layout="constrained",
)
for name, path in paths.items():
    scanpath(path, axes[name], image=trial.image, key=False)
    axes[name].set_title(name, fontsize=9)
forest(results.summary, axes["forest"], metric="scanmatch")
axes["forest"].set_title("ScanMatch on OSIE: 700 photographs, 15 people\n", fontsize=9)
figure.savefig(Path(__file__).with_name("overview.png"), dpi=130, metadata={"Software": None})
