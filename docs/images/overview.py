"""Make docs/images/overview.png: paths of people and of the three systems, on a photograph, a display and a shelf.

Run from the project's root, with the data set OSIE beside it: python docs/images/overview.py
The folder of data is read from GAZEKIT_DATA (default ../shared/data).
"""

import os
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt

from gazekit import Scanpath, load_dataset
from gazekit.datasets.synthetic.search_arrays import load as search_arrays
from gazekit.models import load_model
from gazekit.models.eccnet.model import EccNet
from gazekit.plots import object_path, scanpath
from gazekit.plots.style import PALETTE, outline

PEOPLE, MODEL = PALETTE[2], PALETTE[0]
osie = load_dataset("osie", Path(os.environ.get("GAZEKIT_DATA", "../shared/data")) / "osie")
unseen = osie.split("stimulus", folds=5, fold=0).test  # priority has not learned from these
photograph = unseen.trial("1523.jpg")
display = next(
    t
    for t in search_arrays(experiments=["curvature"], per_size=1).trials
    if len(t.objects) == 32 and t.condition.endswith("line_in_curves")
)
shelves = load_dataset("shelves", layouts=["4x8"], covers="test", scenes=3, agents=9)
shelf = shelves.trials[2]

figure, axes = plt.subplots(2, 3, figsize=(9, 5.4), layout="constrained")
person = unseen.scanpaths.filter(trial=photograph.id)[2]
scanpath(person, axes[0, 0], image=photograph.image, colour=PEOPLE, key=False)
for ax, name, options in ((axes[0, 1], "priority", {}), (axes[0, 2], "neva", {"encoder": "lite0"})):
    path = load_model(name, **options).predict([photograph], max_fixations=len(person), progress=False)[0]
    scanpath(replace(path, duration=None), ax, image=photograph.image, colour=MODEL, key=False)
found = EccNet(backbone="lite0").search(display).fixations  # the start first
scanpath(Scanpath(*found.T, None, display.frame), axes[1, 0], image=display.image, colour=MODEL, key=False)
box = display.target_box
outline(axes[1, 0], (box.x0, box.y0, box.x1, box.y1), target=True)
agent = sorted(shelves.scanpaths.filter(trial=shelf.id), key=len)[4]
object_path(shelf, agent, axes[1, 1])
object_path(shelf, load_model("oat").predict([shelf], progress=False)[0], axes[1, 2])
titles = (
    *("a person, free viewing", "priority, which learned from people", "NeVA"),
    *("eccNET searches a line among curves", "a simulated searcher", "OAT on the same shelf"),
)
for ax, title in zip(axes.flat, titles, strict=True):
    ax.set_title(title, fontsize=9)
figure.savefig(Path(__file__).with_name("overview.png"), dpi=120, metadata={"Software": None})
