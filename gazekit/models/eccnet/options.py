"""Options of eccNET that are refused before anything is computed."""

from typing import Any

from gazekit.foundations.errors import GazekitError

CHOICES = {
    "level_weights": ("auto", "maximum", "equal"),
    "winner": ("corner", "middle"),
    "exhausted": ("stop", "corner"),
    "window": ("longer", "height"),
}


def check_choices(**given: str) -> None:
    """Raise an error for an option that is none of its values."""
    for option, value in given.items():
        if value not in CHOICES[option]:
            raise GazekitError(f"{option} must be one of {', '.join(map(repr, CHOICES[option]))}, not {value!r}")


def px_or_trial(px_per_degree: float | str) -> float | None:
    """Check `px_per_degree`; None stands for the trial's own."""
    if px_per_degree == "trial":
        return None
    if isinstance(px_per_degree, str) or not px_per_degree > 0:
        raise GazekitError(f"px_per_degree must be a positive number or 'trial', not {px_per_degree!r}")
    return float(px_per_degree)


def at_least(name: str, value: float, least: float) -> float:
    """Check a number of px."""
    if isinstance(value, str) or not value >= least:
        raise GazekitError(f"{name} must be a number of px, at least {least:g}, not {value!r}")
    return value


def pair_of_blurs(pairs: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """Check the two blurs of a difference of Gaussians: side (odd) and standard deviation, cells."""
    try:
        (a, b), (c, d) = pairs
        good = all(int(side) == side and side % 2 == 1 and side > 0 for side in (a, c)) and b >= 0 and d >= 0
    except (TypeError, ValueError):
        good = False
    if not good:
        raise GazekitError(
            f"difference_of_gaussians must be ((side, sigma), (side, sigma)) with odd sides, not {pairs!r}"
        )
    return (a, b), (c, d)
