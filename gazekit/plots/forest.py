"""Scores of models with their intervals, between chance and the human ceiling."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 5.0  # mm per model in a new figure
BEST_NULL = "the best null"


def forest(
    summary: pd.DataFrame,
    ax: "Axes | None" = None,
    *,
    metric: str,
    dataset: str | None = None,
    chance: str | None = BEST_NULL,
    ceiling: str | None = "human",
    higher_is_better: bool | None = None,
) -> "Axes":
    """Draw one row per model, best on top: its mean, the 95 % interval and both as text.

    Chance and the human ceiling are vertical lines, dashed and solid, with bands for their own intervals.

    Parameters
    ----------
    summary : pandas.DataFrame
        `Results.summary`, or the `summary.csv` of a run: columns dataset, model, metric, value, low, high.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    metric : str
        Which metric.
    dataset : str, optional
        Which data set; needed where the summary has several.
    chance, ceiling : str or None
        The models that stand for chance and for people; None draws no such line. By default chance is the best
        image-blind null: the row that the column `role` of the summary calls so; without the column there is no line.
    higher_is_better : bool, optional
        Direction of the metric; default: the side of chance on which people are, else True.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    UnknownNameError
        No such metric or data set in the summary.
    GazekitError
        A column is absent, a model is there twice, or several data sets and none chosen.

    Examples
    --------
    >>> rows = [("levy", 0.35, 0.33, 0.37), ("centre", 0.3, 0.28, 0.32), ("human", 0.5, 0.48, 0.52)]
    >>> summary = pd.DataFrame(rows, columns=["model", "value", "low", "high"])
    >>> summary = summary.assign(dataset="osie", metric="scanmatch")
    >>> ax = forest(summary, metric="scanmatch")
    >>> [label.get_text() for label in ax.get_yticklabels()]  # from below
    ['centre', 'levy']
    """
    rows = _rows(summary, metric, dataset)
    if chance == BEST_NULL:
        chance = next(iter(rows.index[rows["role"] == "chance"]), None) if "role" in rows else None
    marks = [
        (dict(rows.loc[name]), word, colour, line)
        for name, word, colour, line in (
            (chance, "chance", style.CHANCE, "--"),
            (ceiling, "people", style.CEILING, "-"),
        )
        if name in rows.index
    ]
    if higher_is_better is None:
        both = {word: mark["value"] for mark, word, _, _ in marks}
        higher_is_better = not both.get("people", 1.0) < both.get("chance", 0.0) if len(both) == 2 else True
    models = rows.drop(index=[name for name in (chance, ceiling) if name in rows.index])
    models = models.sort_values("value", ascending=higher_is_better, na_position="first", kind="stable")
    if ax is None:
        ax = style.new_axes(height=ROW * max(len(models), 2) + 14)

    digits = _digits(rows)
    for mark, word, colour, line in marks:
        _reference(ax, mark, f"{word} {mark['value']:.{digits}f}", colour, line, marks)
    height = np.arange(len(models))
    _intervals(ax, models, height)
    ax.set_yticks(height, list(models.index), fontsize=style.TEXT)
    ax.set_ylim(-0.6, max(len(models), 1) - 0.4)
    for y, row in enumerate(models.itertuples()):
        ax.text(1.02, y, _text(row, digits), transform=ax.get_yaxis_transform(), fontsize=style.TEXT, va="center")
    ax.set_xlabel(rows["metric"].iloc[0], fontsize=style.TEXT)
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=5)
    style.plain(ax)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


# ---------------------------------------------------------------- inside


def _rows(summary: pd.DataFrame, metric: str, dataset: str | None) -> pd.DataFrame:
    """Rows of one metric on one data set, indexed by model."""
    style.need_columns(summary, ("dataset", "model", "metric", "value", "low", "high"), "the summary")
    for name, wanted in (("metric", metric), ("dataset", dataset)):
        if wanted is not None:
            found = summary[name].unique()
            if wanted not in found:
                raise UnknownNameError({"metric": "metric", "dataset": "data set"}[name], wanted, found)
            summary = summary[summary[name] == wanted]
    found = summary["dataset"].unique()
    if len(found) > 1:
        raise GazekitError(f"the summary has {len(found)} data sets ({', '.join(found)}); choose one with dataset=")
    twice = summary["model"][summary["model"].duplicated()]
    if len(twice):
        raise GazekitError(f"the summary has two rows of {metric!r} for the model {twice.iloc[0]!r}; keep one")
    return summary.set_index("model")


def _digits(rows: pd.DataFrame) -> int:
    """Digits after the point that show two figures of a typical interval, 0 to 4."""
    width = (rows["high"] - rows["low"]).to_numpy(float)
    width = width[np.isfinite(width) & (width > 0)]
    return int(np.clip(1 - np.floor(np.log10(np.median(width))), 0, 4)) if len(width) else 3


def _text(row: Any, digits: int) -> str:
    if np.isnan(row.value):
        return "not defined"
    if np.isnan(row.low) or np.isnan(row.high):
        return f"{row.value:.{digits}f}"
    return f"{row.value:.{digits}f} [{row.low:.{digits}f}, {row.high:.{digits}f}]"


def _reference(ax: "Axes", mark: dict[str, Any], label: str, colour: str, line: str, marks: list[Any]) -> None:
    value, low, high = float(mark["value"]), float(mark["low"]), float(mark["high"])
    if np.isnan(value):
        return
    if low < high:
        ax.axvspan(low, high, color=colour, alpha=0.18, linewidth=0, zorder=0)
    ax.axvline(value, color=colour, linestyle=line, linewidth=style.LINE, zorder=1)
    # Two labels side by side: each is written away from the other line.
    others = [other["value"] for other, *_ in marks if not np.isnan(other["value"])]
    align = "center" if len(others) < 2 else "right" if value == min(others) else "left"
    place: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "ha": align, "va": "bottom"}
    ax.text(value, 1.01, label, color=colour, fontsize=style.TEXT, **place)


def _intervals(ax: "Axes", models: pd.DataFrame, height: np.ndarray) -> None:
    value, low, high = (models[c].to_numpy(float) for c in ("value", "low", "high"))
    ax.hlines(height, low, high, color=style.MODEL, linewidth=1.6 * style.LINE, zorder=3)
    ax.plot(value, height, "o", color=style.MODEL, markersize=4.2, zorder=4, **style.RIM)
