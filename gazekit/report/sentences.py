"""What the report says in words."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gazekit.checks import Effect, Finding
from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.chance import MODEL, best_of, compared, mark_of, notes_of
from gazekit.evaluation.results import Results
from gazekit.metrics.outputs import higher_is_better, title_of, words_of


def why_no_ceiling(results: Results) -> str:
    """Why people have no value at all, where they have none: a person is compared with others on the same trial.

    Examples
    --------
    >>> from gazekit.evaluation.results import SCORE_COLUMNS
    >>> rows = [("d", "human", "scanmatch", "s", math.nan, 0, 1), ("d", "a", "scanmatch", "s", 0.25, 2, 0)]
    >>> results = Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), {"data": {"subjects": 1}})
    >>> why_no_ceiling(results)
    'no value for people: they are compared with each other, and there is only one person; two per image are needed'
    """
    rows = results.summary[results.summary["model"] == HUMAN]
    if not len(rows) or rows["stimuli"].any():
        return ""
    data = results.manifest.get("data", {})
    text = "no value for people: they are compared with each other, and "
    if data.get("subjects") == 1:
        return text + "there is only one person; two per image are needed"
    text += "no two of them did the same trial; two per image are needed"
    if data.get("trials", 0) > data.get("stimuli", 0):
        text += (
            f". There are {data['trials']} trials of {data['stimuli']} stimuli: if the column trial numbers what each "
            f"person saw, leave it out (--columns trial=)"
        )
    return text


def summary_sentence(results: Results) -> str:
    """The run in one or two sentences: best model, its share of the ceiling, chance, and a control that does well.

    Whether the best model is better than chance, the best image-blind null, is said by the simultaneous interval of
    their paired difference.

    Examples
    --------
    >>> from gazekit.evaluation.results import SCORE_COLUMNS
    >>> of = {"human": 0.5, "a": 0.25}
    >>> rows = [("d", name, "scanmatch", s, value, 2, 0) for name, value in of.items() for s in "st"]
    >>> print(summary_sentence(Results(pd.DataFrame(rows, columns=SCORE_COLUMNS))))
    On d, 2 stimuli: by ScanMatch the best model is a with 0.250, 50 % of the human ceiling (0.500).
    """
    metric, more = results.headline, higher_is_better(results.headline)
    name = words_of(metric)
    rows = results.summary[results.summary["metric"] == metric].set_index("model")
    dataset = str(rows["dataset"].iloc[0])
    stimuli = int(results.scores["stimulus"].nunique() or rows["stimuli"].max())
    models = rows[(rows["role"] == MODEL) & rows.index.isin(compared(list(rows.index), metric))]["value"].dropna()
    null = results.chance.get((dataset, metric))
    blind = f"chance (the best image-blind null, {null}) is {rows['value'][null]:.3f}" if null else ""
    text = f"On {dataset}, {stimuli} {'stimulus' if stimuli == 1 else 'stimuli'}: "
    if models.empty and more is None:
        models = rows.drop(HUMAN, errors="ignore")["value"].dropna()  # a description of nulls
    if models.empty:
        said = f"no model but nulls and controls has a defined {name}" if null else f"no model has a defined {name}"
        return f"{text}{said}{f'; {blind}' if null else ''}."
    ceiling = rows["value"].get(HUMAN, math.nan)
    if more is None:
        return f"{text}{title_of(metric)} of people is {ceiling:.3f}, of {models.index[0]} {models.iloc[0]:.3f}."
    equal, notes = best_of(models, more=more), notes_of(results.sources)
    best = equal[0]
    named = [f"{m} ({notes[m]})" if m in notes else m for m in equal]
    text += f"by {name} {best_are(named)} with {models[best]:.3f}"
    if not math.isnan(ceiling):
        shares = results.shares
        share = float(shares.loc[(shares["metric"] == metric) & (shares["model"] == best), "share"].iloc[0])
        of = "with a" if math.isnan(share) else f"{100 * share:.0f} % of the"
        text += f", {of} human ceiling ({ceiling:.3f})"
    if null:
        text += f"; {blind}"
        for model in equal:
            gap = _difference(results.differences, metric, model, null)
            if gap is not None:
                low, high = gap
                better, worse = (low > 0, high < 0) if more else (high < 0, low > 0)
                clear = "better than" if better else "worse than" if worse else "not told apart from"
                text += f", and {model} is {clear} it"
    mark = mark_of(results.reached[results.reached["metric"] == metric])
    return f"{text}. Caution: {mark}." if mark else f"{text}."


def best_are(names: Sequence[str]) -> str:
    """The beginning of a sentence on the best model, or on several that have the same value.

    Examples
    --------
    >>> best_are(["a"]), best_are(["a", "b", "c"])
    ('the best model is a', 'the best models are a, b and c, equal')
    """
    if len(names) == 1:
        return f"the best model is {names[0]}"
    return f"the best models are {', '.join(names[:-1])} and {names[-1]}, equal"


def _difference(table: pd.DataFrame, metric: str, a: str, b: str) -> tuple[float, float] | None:
    rows = table[table["metric"] == metric]
    ends = ["sim_low", "sim_high"] if "sim_low" in table else ["low", "high"]
    for one, other, sign in ((a, b, 1), (b, a, -1)):
        found = rows[(rows["model_a"] == one) & (rows["model_b"] == other)]
        if len(found):
            low, high = sorted(sign * float(found[end].iloc[0]) for end in ends)
            return low, high
    return None


def suspicious(manifest: Mapping[str, Any]) -> list[str]:
    """A line per warning of the checks of data and predictions, and per finding that was accepted.

    Examples
    --------
    >>> found = {"check": "offset", "level": "warning", "seen": "an offset", "probably": "a screen"} | {"mend": "move"}
    >>> suspicious({"checks": {"mine": {"found": [found], "accepted": []}}})
    ['mine: warning (offset): an offset. Probably: a screen. To mend it: move.']
    """
    lines = []
    for name, about in manifest.get("checks", {}).items():
        for given in about["found"]:
            effect = given.get("effect")
            finding = Finding(**{**given, "effect": Effect(**effect) if effect else None})
            if finding.level != "note":
                taken = "accepted: " if finding.check in about["accepted"] else ""
                lines.append(f"{name}: {taken}{finding}")
    return lines


def left_out(manifest: Mapping[str, Any]) -> list[str]:
    """A line per reason: which measures were not computed, and for which models, and why.

    Examples
    --------
    >>> left_out({"not_applicable": {"a": "no box", "b": "no box"}, "without_density": ["levy"]})
    ['left out: a, b (no box)', 'measures of densities: not for levy (no log density)']
    """
    reasons: dict[str, list[str]] = {}
    for name, why in manifest.get("not_applicable", {}).items():
        reasons.setdefault(why, []).append(name)
    lines = [f"left out: {', '.join(names)} ({why})" for why, names in reasons.items()]
    without = manifest.get("without_density", [])
    return [*lines, f"measures of densities: not for {', '.join(without)} (no log density)"] if without else lines
