"""Whether positions are px of the shown image: other scales, origins, directions and offsets are tried as mends.

A mend is believed where it brings fixations nearer to what people look at (targets of a search, contrast of the
pictures, the middle), trial by trial and by more than chance; or where positions cannot be px of these images whatever
people looked at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from gazekit.checks.finding import Effect, Finding, Level
from gazekit.checks.references import Reference
from gazekit.checks.sample import Sample

Points = tuple[np.ndarray, np.ndarray]
FEW = 10  # positions, below which nothing is said
SOME, MANY = 30, 50  # positions that fill a corner only (as large as `FILLED` allows): suspicious, and impossible
TRIALS_NEEDED = 8
FAMILY = 0.001  # chance that any of the mends is believed where nothing is wrong
GAIN = 0.1  # NSS; on clean published data no mend gains more than .03
DEGREES = 60.0  # from the middle: no screen of an experiment reaches further
FILLED = 0.6  # of width and height; clean published data fill .91 and more
SMALL = 16  # px; on smaller frames positions of 0 to 1 may be px
OUTSIDE_NOTE, OUTSIDE, MOSTLY = 0.01, 0.1, 0.5  # Waldo has .036, every other published set less than .01
LATTICE = np.round(np.arange(-0.4, 0.41, 0.05), 2)  # of width and height
LATTICE_POINTS = 6000
FACTORS = (0.4, 0.5, 0.6, 2 / 3, 0.75, 0.8, 1.25, 4 / 3, 1.5, 1.6, 2.0, 2.5)
SIZES = (
    *((512, 320), (320, 240), (224, 224), (256, 256), (512, 384), (640, 480), (800, 600), (1024, 768), (1280, 720)),
    *((1280, 960), (1280, 1024), (1440, 900), (1600, 1200), (1680, 1050), (1920, 1080), (1920, 1200), (2560, 1440)),
)


@dataclass(frozen=True)
class Mend:
    """One way in which positions may have been stored.

    Parameters
    ----------
    check : str
        Which check it belongs to.
    probably : str
        What the positions then are.
    option : str
        What to do about it.
    move : callable
        Makes px of the shown image of x, y, width and height.
    """

    check: str
    probably: str
    option: str
    move: Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Points]


def _option(text: str) -> str:
    return f"read your own table with --data-set {text.replace(' ', ' --data-set ')}"


SHARE = Mend(
    "scale",
    "shares of the image's width and height (0 to 1)",
    _option("position_unit=share"),
    lambda x, y, w, h: (x * w, y * h),
)
PERCENT = Mend(
    "scale",
    "per cent of the image's width and height (0 to 100)",
    _option("position_unit=percent"),
    lambda x, y, w, h: (x * w / 100, y * h / 100),
)
CENTRE = Mend(
    "origin",
    "positions counted from the middle of the image, y downward",
    _option("origin=centre"),
    lambda x, y, w, h: (x + w / 2, y + h / 2),
)
CENTRE_UP = Mend(
    "origin",
    "positions counted from the middle of the image, y upward (PsychoPy, OpenSesame)",
    _option("origin=centre-up"),
    lambda x, y, w, h: (x + w / 2, h / 2 - y),
)
ORIENTATIONS = (
    Mend("orientation", "y counted upward", _option("origin=bottom-left"), lambda x, y, w, h: (x, h - y)),
    Mend(
        "orientation",
        "x counted from the right edge, or mirrored pictures",
        "make x = width - x in the table, or take the pictures as they were shown",
        lambda x, y, w, h: (w - x, y),
    ),
    Mend(
        "orientation",
        "positions turned by 180 degrees",
        "make x = width - x and y = height - y in the table",
        lambda x, y, w, h: (w - x, h - y),
    ),
    Mend(
        "orientation",
        "x and y exchanged, as (row, column) positions have them",
        "exchange the two columns: columns={'x': 'y', 'y': 'x'} when the table is read",
        lambda x, y, w, h: (y, x),
    ),
)


def _of_size(width: int, height: int) -> Mend:
    return Mend(
        "scale",
        f"px of a picture of {width} x {height}",
        _option(f"recorded_width={width} recorded_height={height}"),
        lambda x, y, w, h: (x * w / width, y * h / height),
    )


def _shown(factor: float) -> Mend:
    return Mend(
        "scale",
        f"px of the image shown {factor:.3g} times as large",
        _option(f"scale={1 / factor:.4g}"),
        lambda x, y, w, h: (x / factor, y / factor),
    )


def _on_screen(width: int, height: int) -> Mend:
    return Mend(
        "offset",
        f"px of a screen of {width} x {height} with the image in its middle",
        _option(f"screen_width={width} screen_height={height}"),
        lambda x, y, w, h: (x - (width - w) / 2, y - (height - h) / 2),
    )


def _about_the_middle(factor: float) -> Mend:
    return Mend(
        "scale",
        f"positions {1 / factor:.3g} times as far from the middle as they were, as if placed=fit were centre",
        "look at how large the image was shown: --placed centre in its own size, --placed fit as large as it can be",
        lambda x, y, w, h: (w / 2 + (x - w / 2) * factor, h / 2 + (y - h / 2) * factor),
    )


def _moved(dx: float, dy: float, x: np.ndarray, y: np.ndarray, w: np.ndarray, h: np.ndarray) -> Points:
    return x - dx, y - dy


def mends(frames: np.ndarray) -> list[Mend]:
    """All that are tried on images of these sizes, (n, 2) px."""
    low, high = frames.min(axis=0), frames.max(axis=0)
    other = [size for size in SIZES if not (frames == size).all(axis=1).any()]
    larger = [s for s in SIZES if s[0] >= high[0] and s[1] >= high[1] and (s[0] > low[0] or s[1] > low[1])]
    return [
        *(SHARE, PERCENT, CENTRE, CENTRE_UP),
        *ORIENTATIONS,
        *(_of_size(*size) for size in other),
        *map(_shown, FACTORS),
        *(_on_screen(*size) for size in larger),
    ]


def check_placement(
    sample: Sample, references: Sequence[Reference], *, lattice: bool = True, beyond: Reference | None = None
) -> list[Finding]:
    """Say where positions are not px of the shown image.

    Parameters
    ----------
    sample : Sample
        Fixations that people chose.
    references : sequence of Reference
        Maps per trial, the most telling first.
    lattice : bool
        Whether to try constant offsets.
    beyond : Reference, optional
        Of pictures, beyond their mean: where nothing else is found, distances from the middle are tried on it.

    Returns
    -------
    list of Finding
        At most one of the checks scale, origin, orientation and offset, and one of the check outside.
    """
    if len(sample.x) < FEW:
        return []
    u, v = sample.x / sample.width, sample.y / sample.height
    outside = _outside(sample, sample.x, sample.y)
    trying = mends(sample.frames)
    made = [Evidence(sample, reference, trying) for reference in references]
    evidence = [e for e in made if len(e.trials) >= TRIALS_NEEDED]
    found: list[Finding] = []
    impossible = _impossible(sample, u, v)
    if impossible is not None:
        seen, family, level = impossible
        few = [e for e in made if len(e.trials) and e.reference.telling]  # that something is wrong is known already
        best, effect = _likeliest(family or [m for m in trying if m.check == "scale"], evidence or few, sample)
        return [Finding(best.check, level, seen, best.probably, best.option, effect)]
    believed = _believed(sample, trying, evidence, lattice)
    if believed is None and beyond is not None:
        middle = [_about_the_middle(factor) for factor in FACTORS]
        own = Evidence(sample, beyond, middle)
        believed = _believed(sample, middle, [own], lattice=False) if len(own.trials) >= TRIALS_NEEDED else None
    if believed is not None:
        mend, effect = believed
        seen = f"fixations fit {effect.on} better when they are moved"
        level = "error" if outside > MOSTLY else "warning"
        found.append(
            Finding(mend.check, level, f"{seen}; {_where(sample, outside)}", mend.probably, mend.option, effect)
        )
    if outside > OUTSIDE_NOTE and not (found and outside > OUTSIDE):
        level = "error" if outside > MOSTLY else "warning" if outside > OUTSIDE else "note"
        found.append(
            Finding(
                "outside",
                level,
                _where(sample, outside),
                "px of the screen or of another size of the image" if level != "note" else "people looked beside it",
                "look at offset and size of the shown image; if people looked beside it, --outside drop or clip",
            )
        )
    return found


class Evidence:
    """NSS of a sample on one reference, as it is and after each mend, trial by trial."""

    def __init__(self, sample: Sample, reference: Reference, trying: Sequence[Mend]) -> None:
        self.reference = reference
        self.points = sample.only(reference.known[sample.trial])
        self.trials = np.unique(self.points.trial)
        self.as_is = self.nss(self.points.x, self.points.y)
        self.mended = {id(m): self.after(m) for m in trying}

    def nss(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Mean NSS of each trial, (trials,) float64."""
        p = self.points
        return means(self.reference.at(p.trial, x / p.width, y / p.height), p.trial, self.trials)

    def after(self, mend: Mend) -> np.ndarray:
        """Mean NSS of each trial after a mend."""
        p = self.points
        return self.nss(*mend.move(p.x, p.y, p.width, p.height))


def means(values: np.ndarray, group: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mean of each group, (groups,) float64."""
    place = np.searchsorted(groups, group)
    return np.bincount(place, weights=values, minlength=len(groups)) / np.bincount(place, minlength=len(groups))


def gains(before: np.ndarray, after: np.ndarray, tried: int, least: float = GAIN) -> bool:
    """Whether a mend raises NSS: by enough on average, and by more than chance among all that were tried."""
    return change(before, after) >= least and chance(before, after) * tried < FAMILY


def change(before: np.ndarray, after: np.ndarray) -> float:
    """Mean change of NSS."""
    return float(np.mean(after - before))


def chance(before: np.ndarray, after: np.ndarray) -> float:
    """One-sided P of a paired t test over trials that the mend does not raise NSS."""
    gain = after - before
    spread = gain.std(ddof=1) if len(gain) > 1 else np.nan
    if not spread > 0:
        return 0.0 if len(gain) > 1 and gain.mean() > 0 else 1.0
    return float(special.stdtr(len(gain) - 1, -gain.mean() / (spread / np.sqrt(len(gain)))))


def _impossible(sample: Sample, u: np.ndarray, v: np.ndarray) -> tuple[str, list[Mend], Level] | None:
    """What is seen where positions cannot be px, the mends that come into question, and how sure that is."""
    x_low, x_high = np.quantile(sample.x, [0.005, 0.995])
    y_low, y_high = np.quantile(sample.y, [0.005, 0.995])
    ranges = f"x is {x_low:.4g} to {x_high:.4g} and y {y_low:.4g} to {y_high:.4g} (99 % of {len(u):,} positions)"
    sizes = _sizes(sample)
    if min(sample.width.min(), sample.height.min()) >= SMALL and (
        x_low >= -0.1 and x_high <= 1.1 and y_low >= -0.1 and y_high <= 1.1
    ):
        return f"{ranges}, on images of {sizes}", [SHARE], "error"
    left, above = float(np.mean(sample.x < 0)), float(np.mean(sample.y < 0))
    if 0.2 <= left <= 0.8 and 0.2 <= above <= 0.8:
        farthest = max(-x_low, x_high, -y_low, y_high)
        small = farthest <= DEGREES and 10 * farthest < min(sample.width.min(), sample.height.min())
        degrees = ", as small as degrees: if they are, give scale=PX_PER_DEGREE too" if small else ""
        return (
            f"{left:.0%} of x and {above:.0%} of y are negative; {ranges}, on images of {sizes}{degrees}",
            [CENTRE_UP, CENTRE],
            "error",
        )
    beginning, end = (np.array([np.quantile(share, q) for share in (u, v)]) for q in (0.005, 0.995))
    enough = SOME * (end.max() / FILLED) ** 2  # the smaller the corner, the fewer positions are in it by chance
    if len(u) >= enough and (end < FILLED).all() and (beginning < 0.4 * end).all():
        sure = len(u) >= MANY and len(np.unique(sample.trial)) >= 3
        filled = f"positions fill only the upper left {end[0]:.0%} x {end[1]:.0%}"
        return f"{filled} of the images ({sizes}): {ranges}", [], "error" if sure else "warning"
    return None


def _likeliest(family: Sequence[Mend], evidence: Sequence[Evidence], sample: Sample) -> tuple[Mend, Effect | None]:
    """The mend that fits best: by NSS where there are maps, else by how near the middle the positions then are.

    Of those after which the positions lie in the image, if there is any: px of 512 x 320 cannot be px of 320 x 240.
    """
    moved = {id(m): m.move(sample.x, sample.y, sample.width, sample.height) for m in family}
    family = [m for m in family if _outside(sample, *moved[id(m)]) < OUTSIDE] or family
    if evidence:
        e = evidence[0]
        best = max(family, key=lambda m: float(np.mean(e.mended[id(m)])))
        return best, _effect(e, e.mended[id(best)])

    def away(mend: Mend) -> float:
        u, v = moved[id(mend)][0] / sample.width, moved[id(mend)][1] / sample.height
        ends = np.quantile(u, [0.01, 0.99]).sum() - 1, np.quantile(v, [0.01, 0.99]).sum() - 1
        return float(np.hypot(*ends))

    best = min(family, key=away)
    if best.check == "origin":
        said = "positions counted from the middle of the image; whether y goes upward cannot be told without pictures"
        best = Mend("origin", said, f"{CENTRE_UP.option} (y upward) or origin=centre (y downward)", best.move)
    return best, None


def _believed(
    sample: Sample, trying: Sequence[Mend], evidence: Sequence[Evidence], lattice: bool
) -> tuple[Mend, Effect] | None:
    """The mend that raises NSS most, if one does so by more than chance and no other map speaks against it."""
    best: tuple[float, Mend, Effect] | None = None
    telling = [e for e in evidence if e.reference.telling]
    for mend in trying:
        for e in evidence:
            after = e.mended[id(mend)]
            if not gains(e.as_is, after, len(trying)):
                continue
            others = [o for o in telling if o is not e]
            if any(gains(o.mended[id(mend)], o.as_is, len(trying)) for o in others):
                continue
            if not e.reference.telling and any(change(o.as_is, o.mended[id(mend)]) <= 0 for o in others):
                continue
            score = float(np.mean([change(o.as_is, o.mended[id(mend)]) for o in telling or evidence]))
            if best is None or score > best[0]:
                best = score, mend, _effect(e, after)
            break
    if lattice and evidence:
        offset = _best_offset(sample, evidence)
        if offset is not None and (best is None or offset[0] > best[0] + GAIN):
            best = offset
    return None if best is None else best[1:]


def _best_offset(sample: Sample, evidence: Sequence[Evidence]) -> tuple[float, Mend, Effect] | None:
    """The constant offset that raises NSS most, first on a coarse lattice and then about its best point."""
    e = evidence[0]
    p = e.points
    width, height = np.median(sample.frames, axis=0)
    some = slice(None, None, max(1, len(p.x) // LATTICE_POINTS))
    trials = np.unique(p.trial[some])

    def nss(dx: float, dy: float) -> np.ndarray:
        u, v = (p.x[some] - dx * width) / p.width[some], (p.y[some] - dy * height) / p.height[some]
        return means(e.reference.at(p.trial[some], u, v), p.trial[some], trials)

    def best_of(places: Sequence[tuple[float, float]]) -> tuple[float, float]:
        return max(places, key=lambda place: float(np.mean(nss(*place))))

    coarse = best_of([(dx, dy) for dx in LATTICE for dy in LATTICE])
    if not np.hypot(*coarse) > 0:
        return None
    fine = np.round(np.arange(-0.04, 0.041, 0.01), 2)
    dx, dy = best_of([(coarse[0] + a, coarse[1] + b) for a in fine for b in fine])
    mend = Mend(
        "offset",
        f"positions of the screen, or a drift: an offset of about ({dx * width:.0f}, {dy * height:.0f}) px",
        _option(f"offset_x={dx * width:.0f} offset_y={dy * height:.0f}"),
        partial(_moved, dx * width, dy * height),
    )
    after = e.after(mend)
    tried = len(LATTICE) ** 2
    against = any(gains(o.after(mend), o.as_is, tried) for o in evidence[1:] if o.reference.telling)
    if against or not gains(e.as_is, after, tried):
        return None
    return change(e.as_is, after), mend, _effect(e, after)


def _effect(evidence: Evidence, after: np.ndarray) -> Effect:
    return Effect(evidence.reference.name, round(float(evidence.as_is.mean()), 3), round(float(after.mean()), 3))


def _outside(sample: Sample, x: np.ndarray, y: np.ndarray) -> float:
    """Share of positions outside their image."""
    return float(np.mean((x < 0) | (y < 0) | (x > sample.width) | (y > sample.height)))


def _where(sample: Sample, outside: float) -> str:
    x, y = (f"{np.median(values):.4g}" for values in (sample.x, sample.y))
    said = f"{outside:.1%} of {len(sample.x):,} positions lie outside the image"
    return f"{said}, and the median is ({x}, {y}) on images of {_sizes(sample)}"


def _sizes(sample: Sample) -> str:
    sizes = np.unique(sample.frames, axis=0)
    first = f"{sizes[0][0]:g} x {sizes[0][1]:g}"
    return first if len(sizes) == 1 else f"{first} to {sizes[-1][0]:g} x {sizes[-1][1]:g}"
