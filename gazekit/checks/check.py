"""All checks of a data set, or of predictions, in one call."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

import numpy as np

from gazekit.checks.finding import CHECKS, Finding, Findings, NotChecked, known_checks
from gazekit.checks.names import check_names
from gazekit.checks.people import check_people
from gazekit.checks.placement import FEW, TRIALS_NEEDED, check_placement
from gazekit.checks.references import (
    Reference,
    beyond_the_mean,
    centre_reference,
    image_reference,
    looked_at_reference,
    target_reference,
)
from gazekit.checks.repeats import check_copied, check_repeats
from gazekit.checks.sample import Sample, draw_sample
from gazekit.checks.start import check_first_fixation, check_first_prediction, check_image_sizes, check_limits
from gazekit.checks.times import check_durations, check_saccades
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset

_ORDER = ("error", "warning", "note")
PLACEMENT = ("scale", "origin", "orientation", "offset", "outside")


def check(dataset: Dataset, *, accept: Iterable[str] = ()) -> Findings:
    """Check whether people's data can be what they are taken for: px of the shown images, ms, fixations, people.

    It looks at a sample of the trials, drawn by key: the same data give the same findings. Thresholds come from seven
    published data sets (docs/results/checks.md), on which no check raises a false alarm.

    Parameters
    ----------
    dataset : Dataset
        Trials and people's scanpaths; pictures are read where there are any.
    accept : iterable of str
        Checks whose findings are known to be right; they are kept and no longer warned of.

    Returns
    -------
    Findings

    Raises
    ------
    UnknownNameError
        No such check.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Dataset
    >>> rows = pd.DataFrame({"stimulus": "a", "x": [0.2, 0.7] * 6, "y": [0.5, 0.4] * 6, "width": 800, "height": 600})
    >>> findings = check(Dataset.from_table(rows))
    >>> [f.check for f in findings.errors], findings.errors[0].probably
    (['scale'], "shares of the image's width and height (0 to 1)")
    """
    accepted = known_checks(accept)
    paths = dataset.scanpaths
    if not len(paths.x):
        return _findings(dataset.name, [], dict.fromkeys(CHECKS, "there is no fixation"), accepted)
    found: list[Finding] = []
    seen: list[Finding | NotChecked] = []
    not_checked: dict[str, str] = {}
    sample = draw_sample(dataset)
    chosen = sample.chosen()
    if len(chosen.x) < FEW:
        why = f"{len(chosen.x)} fixations are too few"
        not_checked |= dict.fromkeys((*PLACEMENT, "agreement", "person"), why)
    elif paths.facts.unit != "px":
        not_checked |= dict.fromkeys((*PLACEMENT, "agreement", "person", "first-fixation"), "positions are in degrees")
    else:
        references = _references(chosen)
        if not references:
            not_checked["orientation"] = (
                f"neither targets nor pictures on {TRIALS_NEEDED} trials; only exchanged x and y would show"
            )
        pictures = next((r for r in references if r.name.startswith("the pictures")), None)
        beyond = None if pictures is None else beyond_the_mean(pictures)
        found += check_placement(chosen, [*references, centre_reference(chosen)], beyond=beyond)
    if any(f.level == "error" for f in found):
        later = ("agreement", "person", "first-fixation", "saccades", "samples")
        not_checked |= dict.fromkeys(later, "positions are not px of these images")
    elif paths.facts.unit == "px" and "scale" not in not_checked:
        seen += [*check_people(chosen), *check_first_fixation(dataset, paths), *check_saccades(paths)]
    seen += [
        *check_image_sizes(dataset.trials),
        *check_limits(dataset, paths),
        *check_durations(paths),
        *check_repeats(paths),
        *check_names(paths, dataset.trials),
    ]
    found += [each for each in seen if isinstance(each, Finding)]
    not_checked |= dict(each for each in seen if isinstance(each, NotChecked))
    if paths.duration is None:
        not_checked["durations"] = "there are no durations"
    return _findings(dataset.name, found, not_checked, accepted)


def check_predictions(
    paths: Scanpaths, dataset: Dataset, *, accept: Iterable[str] = (), name: str = "", mend: str = ""
) -> Findings:
    """Check predictions of a data set's trials: positions, durations, an imposed first fixation, people's own paths.

    Positions are compared with where people looked; the first fixation is only judged where people say whether theirs
    was imposed.

    Parameters
    ----------
    paths : Scanpaths
        Predictions; their `trial` column names trials of the data set.
    dataset : Dataset
        What they predict.
    accept : iterable of str
        As in `check`.
    name : str
        What to call the predictions; default their source.
    mend : str
        What to do where they were read in a way that takes no options (`--predictions-set`).
    """
    accepted = known_checks(accept)
    not_checked = dict.fromkeys(
        (c for c in CHECKS if c not in (*PLACEMENT, "durations", "paths")), "these are predictions"
    )
    found = [*check_durations(paths), *check_copied(paths, dataset.scanpaths)]
    first: list[Finding] = []
    sample = draw_sample(dataset, paths)
    if len(sample.x) < FEW or paths.facts.unit != "px":
        why = "positions are in degrees" if paths.facts.unit != "px" else f"{len(sample.x)} positions are too few"
        not_checked |= dict.fromkeys(PLACEMENT, why)
    else:
        looked = looked_at_reference(sample, dataset.scanpaths)
        found += check_placement(sample, [looked], lattice=False)
        imposed, declared = dataset.scanpaths.facts.forced_first, paths.facts.forced_first
        if imposed is not None and declared is None and not any(f.level == "error" for f in found):
            del not_checked["first-fixation"]
            first = list(check_first_prediction(dataset, paths))
    if paths.duration is None:
        not_checked["durations"] = "there are no durations"
    said = ("your own table", "the predictions"), ("--data-set", "--predictions-set")

    def mended(usual: str) -> str:
        return mend if mend and "--" in usual else reduce(lambda text, pair: text.replace(*pair), said, usual)

    found = [replace(f, mend=mended(f.mend)) for f in found] + first
    return _findings(name or str(paths.table["source"].iloc[0] if len(paths) else ""), found, not_checked, accepted)


def _references(sample: Sample) -> list[Reference]:
    """Maps of targets and of pictures, where there are enough of them."""
    found = []
    for reference in (target_reference(sample), image_reference(sample)):
        if np.isin(np.flatnonzero(reference.known), sample.trial).sum() >= TRIALS_NEEDED:
            found.append(reference)
    return found


def _findings(name: str, found: list[Finding], not_checked: dict[str, str], accepted: tuple[str, ...]) -> Findings:
    order = list(CHECKS)
    ordered = sorted(found, key=lambda f: (_ORDER.index(f.level), order.index(f.check)))
    return Findings(name, tuple(ordered), {c: not_checked[c] for c in order if c in not_checked}, accepted)
