"""The report's pictures, as data inside the page."""

import base64
import io
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from gazekit.experiments.directions import caution, higher_is_better
from gazekit.experiments.results import CHANCE, Results
from gazekit.scanpath_columns import HUMAN
from gazekit.scanpaths import Scanpaths
from gazekit.trials import Dataset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXAMPLES = 4
PEOPLE_SHOWN = 2
PANELS_PER_ROW = 3
IMAGE_PX = 500  # longer side of an image under scanpaths


def forest_figures(results: Results) -> str:
    """A forest plot per metric that has a value."""
    import matplotlib.pyplot as plt

    from gazekit.plots import forest

    parts = []
    for (dataset, metric), rows in results.summary.groupby(["dataset", "metric"], sort=False):
        if rows["value"].isna().all():
            continue
        figure, ax = plt.subplots(figsize=(4.6, 0.7 + 0.32 * len(rows)), layout="constrained")
        more = higher_is_better(str(metric))  # None (a description): nothing is best, so it is drawn as if more were
        forest(results.summary, ax, metric=str(metric), dataset=str(dataset), higher_is_better=more is not False)
        alternative = f"{metric} on {dataset}: models with 95 % intervals, chance and people"
        parts.append(_figure(figure, alternative, caution(str(metric))))
    return f'<div class="forests">{"".join(parts)}</div>'


def example_figures(results: Results, predictions: Scanpaths, dataset: Dataset | None) -> str:
    """Predicted beside human scanpaths on a few stimuli: where the first model scores best, worst and in between."""
    if dataset is None:
        return (
            "<p>The data set was not at hand when this page was made, so no scanpaths are shown; "
            "<code>gazekit report RUN --root DIR</code> adds them.</p>"
        )
    return "\n".join(_example(s, results, predictions, dataset) for s in chosen_stimuli(results))


def chosen_stimuli(results: Results, number: int = EXAMPLES) -> list[str]:
    """Stimuli spread from the best to the worst score of the best model, so that no page shows good cases only."""
    metric, more = results.headline, higher_is_better(results.headline) is not False
    rows = results.summary[(results.summary["metric"] == metric) & ~results.summary["model"].isin([HUMAN, CHANCE])]
    if rows.empty or metric not in set(results.scores["metric"]):  # a measure of the whole data set: any stimuli
        return sorted(results.scores["stimulus"].unique())[:number]
    best = rows.sort_values("value", ascending=not more)["model"].iloc[0]
    scores = results.scores[(results.scores["metric"] == metric) & (results.scores["model"] == best)].dropna(
        subset="value"
    )
    ranked = scores.sort_values(["value", "stimulus"], ascending=[not more, True])["stimulus"].tolist()
    places = np.unique(np.linspace(0, len(ranked) - 1, min(number, len(ranked))).round().astype(int))
    return [ranked[k] for k in places]


def _example(stimulus: str, results: Results, predictions: Scanpaths, dataset: Dataset) -> str:
    from gazekit.plots import scanpaths_beside

    trial = next(t for t in dataset.trials if t.stimulus == stimulus)
    people = [p for p in dataset.scanpaths.filter(trial=trial.id) if len(p)]
    shown = predictions.filter(trial=trial.id, sample=0)
    image = _thumbnail(trial.image) if trial.has("image") else None
    predicted = [p for p in shown if len(p)]
    figure, axes = _panels(1 + len({p.ids["source"] for p in predicted}), trial.frame.width / trial.frame.height)
    scanpaths_beside(people[:PEOPLE_SHOWN], predicted, axes, image=image)
    metric = results.headline
    scores = results.scores[(results.scores["metric"] == metric) & (results.scores["stimulus"] == stimulus)]
    values = ", ".join(f"{r.model} {r.value:.3f}" for r in scores.itertuples() if np.isfinite(r.value))
    caption = f"{stimulus}: {metric} {values}. First {PEOPLE_SHOWN} people; sample 0 of each model."
    return _figure(figure, f"Human and predicted scanpaths on {stimulus}", caption, kind="jpeg")


def _panels(number: int, aspect: float) -> "tuple[Figure, list[Axes]]":
    """A figure with `number` panels of this width / height, up to three side by side."""
    import matplotlib.pyplot as plt

    columns = min(number, PANELS_PER_ROW)
    rows = -(-number // columns)
    size = (3.0 * columns, rows * (3.0 / aspect + 0.45))
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in grid.flat[number:]:
        figure.delaxes(ax)
    return figure, list(grid.flat[:number])


def _thumbnail(image: np.ndarray) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((IMAGE_PX, IMAGE_PX))
    return np.asarray(picture)


def _figure(figure: "Figure", alternative: str, caption: str, kind: str = "png") -> str:
    import matplotlib.pyplot as plt

    buffer = io.BytesIO()
    options = {"pil_kwargs": {"quality": 85}} if kind == "jpeg" else {"metadata": {"Software": None}}
    figure.savefig(buffer, format=kind, dpi=130, **options)
    plt.close(figure)
    data = base64.b64encode(buffer.getvalue()).decode()
    text = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img alt="{escape(alternative, quote=True)}" src="data:image/{kind};base64,{data}">{text}</figure>'
