"""Pictures of a training's loss."""

import pandas as pd

from gazekit.plots.loss import loss_curve
from gazekit.plots.style import new_axes


def test_picture(looks_like):
    epoch = range(6)
    rows = [(fold, e, 3 - 0.3 * e - fold / 9, 3 - 0.4 * e + 0.06 * e**2 - fold / 9) for fold in (0, 1) for e in epoch]
    looks_like(loss_curve(pd.DataFrame(rows, columns=["fold", "epoch", "train", "validation"])).figure, "loss")


def test_a_dot_marks_the_best_epoch_of_every_fold():
    log = pd.DataFrame(
        {"fold": [0, 0, 0, 1, 1], "epoch": [0, 1, 2, 0, 1], "train": 1.0, "validation": [3.0, 2.0, 2.5, 1.0, 1.5]}
    )
    ax = loss_curve(log, ax=new_axes())
    dots = [line.get_xydata()[0].tolist() for line in ax.lines if line.get_marker() == "o"]
    assert dots == [[1.0, 2.0], [0.0, 1.0]]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["training", "validation", "kept"]
