"""Check a model against the contract of `gazekit.models.ScanpathModel`."""

from collections.abc import Sequence
from dataclasses import dataclass

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.contract import ScanpathModel
from gazekit.testing.example_trials import example_trials
from gazekit.testing.rules import BrokenRule, Rules


@dataclass(frozen=True)
class Check:
    """One rule: its name, whether the model keeps it, and what is wrong if not."""

    name: str
    passed: bool
    message: str = ""

    def __str__(self) -> str:
        return f"{'ok  ' if self.passed else 'FAIL'}  {self.name}" + (f": {self.message}" if self.message else "")


@dataclass(frozen=True)
class Report:
    """Which rules of the contract a model keeps.

    Parameters
    ----------
    model : str
        The model's name.
    checks : tuple of Check
        One per rule, in the order they were tried.
    """

    model: str
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The rules that the model breaks."""
        return tuple(c for c in self.checks if not c.passed)

    @property
    def passed(self) -> bool:
        """Whether the model keeps every rule."""
        return not self.failures

    def raise_if_failed(self) -> None:
        """Raise an error that lists every broken rule.

        Raises
        ------
        GazekitError
            The model breaks a rule.
        """
        if self.failures:
            count = f"{len(self.failures)} of {len(self.checks)}"
            broken = "\n".join(f"  {c.name}: {c.message}" for c in self.failures)
            raise GazekitError(f"model {self.model!r} breaks {count} rules of the contract:\n{broken}")

    def __str__(self) -> str:
        return "\n".join([f"model {self.model!r}", *map(str, self.checks)])


def check_model(model: ScanpathModel, trials: Sequence[Trial] | None = None, *, tolerance: float = 1e-3) -> Report:
    """Try a model on a few trials, and say which rules of the contract it keeps.

    What the model can do beyond `predict` is tried too: that it learns, has a density or a likelihood, searches. One
    that must be fitted has to be fitted before; `example_dataset()` has human scanpaths on the trials used here. A
    model without randomness says so with a class attribute `deterministic = True`; any other is expected to give other
    paths for another seed and for another sample.

    Parameters
    ----------
    model : ScanpathModel
        The model. It predicts about fifteen times: one to three samples of at most four fixations.
    trials : sequence of Trial, optional
        Trials to try it on, two or more; default `example_trials()`, which have every field.
    tolerance : float
        Two predictions are the same if no coordinate differs by more, px (ms for durations). Networks on a
        GPU need some.

    Returns
    -------
    Report
        One entry per rule. `print(report)` shows it; `report.raise_if_failed()` is for a test.

    Raises
    ------
    GazekitError
        Fewer than two trials.

    Examples
    --------
    >>> from gazekit.models import load_model
    >>> report = check_model(load_model("uniform"))
    >>> report.passed, len(report.failures)
    (True, 0)
    """
    given = list(example_trials() if trials is None else trials)
    if len(given) < 2:
        raise GazekitError(f"check_model needs two trials or more, not {len(given)}")
    checks = []
    for name, rule in Rules(model, given, tolerance).all():
        try:
            rule()
            checks.append(Check(name, True))
        except BrokenRule as broken:
            checks.append(Check(name, False, str(broken)))
        except Exception as error:  # whatever the model does wrong becomes a line of the report
            checks.append(Check(name, False, f"{type(error).__name__}: {error}"))
    return Report(str(getattr(model, "name", type(model).__name__)), tuple(checks))
