"""Search slopes over the values of a model's option."""

from typing import TYPE_CHECKING

import pandas as pd

from gazekit.foundations.errors import GazekitError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL = 60.0  # mm, side
COLUMNS = 3


def sweep_panels(table: pd.DataFrame, *, option: str, model: str | None = None) -> "Figure":
    """Draw the search slope of every condition over the values of an option, a panel per experiment.

    A line per condition with its 95 % intervals; people's slope, where known, is a dashed line in the same colour.

    Parameters
    ----------
    table : pandas.DataFrame
        As `gazekit.experiments.sweep.sweep` returns: columns model, experiment, condition, slope, low, high, human
        (ms per item), and one called like the option.
    option : str
        Name of that column.
    model : str, optional
        Which model; default the first in the table.

    Raises
    ------
    GazekitError
        A column is absent, or there is no row of the model.

    Examples
    --------
    >>> rows = [("m", "e", c, s * f, s * f - 1, s * f + 1, 5.0, f) for c, s in (("x", 2.0), ("y", 9.0)) for f in (1, 2)]
    >>> columns = ["model", "experiment", "condition", "slope", "low", "high", "human", "fovea_degrees"]
    >>> ax = sweep_panels(pd.DataFrame(rows, columns=columns), option="fovea_degrees").axes[0]
    >>> ax.get_title(), ax.get_xlabel(), [text.get_text() for text in ax.texts]
    ('e', 'fovea degrees', ['x', 'y'])
    """
    style.need_columns(table, (option, "model", "experiment", "condition", "slope", "low", "high", "human"))
    part = table[table["model"] == (model if model is not None or table.empty else table["model"].iloc[0])]
    if part.empty:
        raise GazekitError(f"the table has no row of model {model!r}")
    values = list(dict.fromkeys(part[option]))
    numeric = all(isinstance(value, int | float) for value in values)
    at = {value: value if numeric else k for k, value in enumerate(values)}
    experiments = list(dict.fromkeys(part["experiment"]))
    figure, panels = style.new_panels(len(experiments), COLUMNS, PANEL, PANEL * 0.85, below=6)
    for k, (experiment, ax) in enumerate(zip(experiments, panels, strict=True)):
        rows, ends = part[part["experiment"] == experiment], []
        for n, condition in enumerate(dict.fromkeys(rows["condition"])):
            line, colour = rows[rows["condition"] == condition], style.OTHERS[n % len(style.OTHERS)]
            line = line.assign(x=line[option].map(at)).sort_values("x")
            below, above = line["slope"] - line["low"], line["high"] - line["slope"]
            ax.errorbar(
                line["x"], line["slope"], (below.clip(lower=0), above.clip(lower=0)), fmt="o-", color=colour,
                markersize=3.8, elinewidth=0.8, linewidth=1.2 * style.LINE, zorder=3, **style.RIM,
            )  # fmt: skip
            ax.plot(line["x"], line["human"], "--", color=colour, linewidth=0.8 * style.LINE, zorder=2)
            ends.append((condition.replace("_", " "), max(at.values()), float(line["slope"].iloc[-1]), colour))
        style.name_lines(ax, ends, 0.085, style.SMALL, gap=4)
        ax.axhline(0, color=style.CHANCE, linewidth=0.6, zorder=1)
        ax.set_title(experiment, fontsize=style.TEXT, pad=3)
        ax.set_xticks(list(at.values()), [f"{value:g}" if numeric else str(value) for value in values])
        first, last = k % COLUMNS == 0, k + COLUMNS >= len(experiments)
        style.name_axes(ax, option.replace("_", " ") if last else "", "slope, ms per item" if first else "")
        style.plain(ax)
    grey = style.CHANCE
    key = [style.entry("model, 95 % interval", marker="o", linestyle="-", color=grey, markersize=3.8)]
    if part["human"].notna().any():
        key.append(style.entry("people", linestyle="--", color=grey))
    figure.legend(handles=key, fontsize=style.TEXT, frameon=False, loc="outside lower center", ncols=2)
    return figure
