"""Whether people agree: more on an image than across images, and each person in the space of the others."""

import numpy as np
from scipy import special

from gazekit.checks.finding import Effect, Finding, NotChecked, Seen
from gazekit.checks.placement import (
    CENTRE,
    CENTRE_UP,
    ORIENTATIONS,
    PERCENT,
    SHARE,
    TRIALS_NEEDED,
    change,
    gains,
    means,
)
from gazekit.checks.references import Reference, people_reference
from gazekit.checks.sample import Sample

AGREEMENT = 0.5  # NSS on an image above that across images; published sets have .98 to 4.8
SURE = 0.99  # that it is less, before anything is said
PERSON_GAIN = 0.3  # NSS; on published data every move of a person lowers it
MENDS = (SHARE, PERCENT, CENTRE, CENTRE_UP, *ORIENTATIONS)


def check_people(sample: Sample) -> Seen:
    """Compare where each person looked with where the others did, on the same image and on another.

    Parameters
    ----------
    sample : Sample
        Fixations that people chose.
    """
    reference, unit = people_reference(sample)
    known = reference.known[unit] if len(unit) else np.zeros(0, dtype=bool)
    trials = np.unique(sample.trial[known])
    if len(trials) < TRIALS_NEEDED:
        why = f"{len(trials)} trials with two people; {TRIALS_NEEDED} are needed"
        yield from (NotChecked(each, why) for each in ("agreement", "person"))
        return
    part, unit = sample.only(known), unit[known]
    u, v = part.x / part.width, part.y / part.height
    own = reference.at(unit, u, v)
    people = len(sample.people)
    # Across images: the same fixations on the map of the next trial that has one of somebody else.
    after = dict(zip(trials.tolist(), np.roll(trials, -1).tolist(), strict=True))
    following = np.array([after[t] for t in part.trial.tolist()])
    elsewhere = reference.at(following * people + part.person, u, v)
    both = np.isfinite(elsewhere)
    found = [_named(part, reference, unit, own, who, name) for who, name in enumerate(sample.people)]
    persons = [f for f in found if f is not None]
    yield from persons
    if persons or not both.any():
        return
    shared = np.unique(part.trial[both])
    here = means(own[both], part.trial[both], shared)
    there = means(elsewhere[both], part.trial[both], shared)
    if len(shared) < TRIALS_NEEDED:
        yield NotChecked("agreement", f"{len(shared)} trials to compare with others; {TRIALS_NEEDED} are needed")
        return
    gain = here - there
    margin = special.stdtrit(len(shared) - 1, SURE) * gain.std(ddof=1) / np.sqrt(len(shared))
    if gain.mean() + margin >= AGREEMENT:
        if gain.mean() - margin <= 0:
            yield NotChecked("agreement", f"{len(shared)} trials are too few to tell whether people agree")
        return
    yield Finding(
        "agreement",
        "warning",
        f"people agree no more on an image than across images "
        f"(NSS {here.mean():.2f} against {there.mean():.2f}, {len(shared)} trials)",
        "names of images that belong to other paths, or an offset that differs from image to image",
        "look at how stimulus and trial were joined to the fixations",
    )


def _named(
    part: Sample, reference: Reference, unit: np.ndarray, own: np.ndarray, who: int, name: str
) -> Finding | None:
    """What is wrong with one person, if a move brings that person nearer to the others."""
    mine = part.person == who
    trials = np.unique(part.trial[mine])
    if len(trials) < TRIALS_NEEDED:
        return None
    x, y, w, h = (column[mine] for column in (part.x, part.y, part.width, part.height))
    before = means(own[mine], part.trial[mine], trials)
    best: tuple[float, Finding] | None = None
    for mend in MENDS:
        new_x, new_y = mend.move(x, y, w, h)
        after = means(reference.at(unit[mine], new_x / w, new_y / h), part.trial[mine], trials)
        tried = len(MENDS) * len(part.people)
        if gains(before, after, tried, PERSON_GAIN) and (best is None or change(before, after) > best[0]):
            effect = Effect("where other people looked", round(float(before.mean()), 3), round(float(after.mean()), 3))
            best = (
                change(before, after),
                Finding(
                    "person",
                    "warning",
                    f"positions of subject {name!r} agree with the others' only when moved ({len(trials)} trials)",
                    f"{mend.probably}, in this person's file only",
                    f"read that file by itself ({mend.option})",
                    effect,
                ),
            )
    return None if best is None else best[1]
