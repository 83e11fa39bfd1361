"""People's reaction times and errors of a search experiment, from a table with a row per trial."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.foundations.errors import DataError, check_known
from gazekit.foundations.randomness import keyed_rng

COLUMNS = ("subject", "condition", "set_size", "present", "rt", "correct")
YES = ("true", "t", "yes", "y", "1", "1.0", "present", "correct")
NO = ("false", "f", "no", "n", "0", "0.0", "absent", "error", "wrong", "incorrect")
# What others call our columns: a table with one of these and not ours is never read as if it said nothing.
OTHERS: Mapping[str, tuple[str, ...]] = {
    "present": ("target", "target_present", "targetpresent", "present_absent", "presence", "absent", "target_absent"),
    "correct": (
        "acc",
        "accuracy",
        "error",
        "errors",
        "hit",
        "iscorrect",
        "is_correct",
        "response_correct",
        "correctness",
    ),
}
NOBODY = "trial of nobody: the subject is empty (left out)"
SECONDS = 20  # ms: nobody's mean reaction time is below; a table with such ones is in seconds


@dataclass(frozen=True)
class People:
    """Trials of people.

    Parameters
    ----------
    trials : pandas.DataFrame
        Columns subject, condition, set_size, present, rt (ms), correct.
    dropped : mapping of str to int
        Rows left out, by reason.
    digest : str
        SHA-256 of the file.
    """

    trials: pd.DataFrame
    dropped: Mapping[str, int]
    digest: str = ""

    @property
    def subjects(self) -> list[str]:
        """Who took part."""
        return sorted(self.trials["subject"].unique())

    @property
    def times_without_target(self) -> dict[tuple[str, int], float]:
        """Mean of people's mean reaction times (ms) in displays without the target, by (condition, set size)."""
        t = self.trials[self.trials["correct"] & ~self.trials["present"]]
        means = t.groupby(["condition", "set_size", "subject"])["rt"].mean().groupby(level=[0, 1]).mean()
        return {(str(condition), int(size)): float(mean) for (condition, size), mean in means.items()}

    def cell(self, condition: str, present: bool, set_size: int, draws: np.ndarray) -> "Cell":
        """Mean reaction time and share of errors of a cell, and those of resamples of people.

        Parameters
        ----------
        condition, present, set_size
            Which cell.
        draws : (resamples, subjects) int
            Numbers of the subjects drawn, from `resampled_people`.
        """
        t = self.trials
        part = t[(t["condition"] == condition) & (t["present"] == present) & (t["set_size"] == set_size)]
        each = part.groupby("subject")["correct"].mean().reindex(self.subjects)
        times = part[part["correct"]].groupby("subject")["rt"].mean().reindex(self.subjects).to_numpy(float)
        return Cell(*mean_and_draws(times, draws), *mean_and_draws(1 - each.to_numpy(float), draws), times)


@dataclass(frozen=True)
class Cell:
    """Mean of people's means, and the same of every resample of people; NaN where nobody did the cell.

    `times` are the mean reaction times of each person, NaN for those without a correct answer; none for a model.
    """

    rt: float
    rts: np.ndarray
    errors: float
    errors_drawn: np.ndarray
    times: np.ndarray = field(default_factory=lambda: np.empty(0))


def read_people(path: str | Path, conditions: Sequence[str], set_sizes: Sequence[int]) -> People:
    r"""Read people's trials.

    Parameters
    ----------
    path : path
        A table with the columns subject, condition, set_size, present, rt (ms) and correct, in any order and among
        others. `present` and `correct` are true or false, yes or no, 1 or 0; `present` may be present or absent.
        Without the column `present`, the target was there in every trial; without `correct`, every answer was right;
        a column that looks like one of them under another name (`accuracy`, `target`) is refused. A wrong answer needs
        no reaction time: nobody who ran out of time has one, and it is an error all the same.
    conditions, set_sizes
        Those of the design.

    Raises
    ------
    DataError
        A column that is missing, a value that cannot be, reaction times that are not ms, or nothing of this design.
    UnknownNameError
        A condition that the design does not have.

    Examples
    --------
    >>> import tempfile
    >>> text = "subject,condition,set_size,present,rt,correct\na,ring,4,yes,512,1\na,ring,8,no,,1\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "rts.csv").write_text(text)
    ...     people = read_people(Path(folder, "rts.csv"), ["ring"], [4, 8])
    >>> len(people.trials), dict(people.dropped)
    (1, {'trial without a reaction time': 1})
    """
    from gazekit.files.delimited import read_delimited

    texts = ("subject", "condition", "present", "correct")
    read = read_delimited(Path(path), is_text=lambda name: name.strip().lower() in texts)
    table = read.table
    names = [str(c).strip().lower() for c in table.columns]
    table.columns = ["set_size" if name in ("setsize", "set size") else name for name in names]
    if (twice := table.columns[table.columns.duplicated()]).any():
        raise DataError(f"{path} has two columns that are {twice[0]!r} (case does not count); take one of them out")
    for ours, theirs in OTHERS.items():
        if ours not in table and (like := next((name for name in theirs if name in table), None)):
            raise DataError(
                f"{path} has a column {like!r} and none called {ours!r}: if it says that, rename it to {ours!r}, with "
                f"1 for {'the target is there' if ours == 'present' else 'a right answer'} and 0 for the opposite; "
                f"if not, take it out"
            )
    for name in ("subject", "condition", "set_size", "rt"):
        if name not in table:
            raise DataError(
                f"{path} has no column {name!r} (it has {', '.join(map(str, table.columns))}); a table of reaction "
                f"times has {', '.join(COLUMNS)}"
            )
    found = pd.DataFrame({"subject": table["subject"].astype(str), "condition": table["condition"].astype(str)})
    for name in ("set_size", "rt"):
        numbers = pd.to_numeric(table[name], errors="coerce")
        wrong = numbers.isna() & table[name].notna()
        if wrong.any():
            raise DataError(f"{path}: {name} must be numbers, and {table[name][wrong].iloc[0]!r} is none")
        found[name] = numbers.to_numpy(float)
    if np.isinf(found["rt"]).any():
        raise DataError(f"{path}: reaction times must be finite, and one is infinite; leave its cell empty")
    for name in ("present", "correct"):
        found[name] = [_flag(v, name, path) for v in table[name]] if name in table else True
    empty = (found["rt"].isna() & found["correct"]) | found["set_size"].isna()
    dropped = dict(read.dropped)
    if empty.any():
        dropped["trial without a reaction time"] = int(empty.sum())
        found = found[~empty]
    nobody = found["subject"].str.strip() == ""
    if nobody.any():
        dropped[NOBODY] = int(nobody.sum())
        found = found[~nobody]
    for name in found["condition"].unique():
        check_known(f"condition of the design (it is in {path})", name, conditions)
    other = ~found["set_size"].isin(list(set_sizes))
    if other.any():
        dropped["trial of a set size that the design does not have"] = int(other.sum())
        found = found[~other]
    if found.empty:
        raise DataError(f"{path} has no trial of this design's set sizes ({', '.join(map(str, set_sizes))})")
    if (found["rt"] <= 0).any():
        raise DataError(f"{path}: reaction times must be above 0 ms, and one is {found['rt'].min():g}")
    if found["rt"].median() < SECONDS:
        raise DataError(
            f"{path}: half of the reaction times are below {found['rt'].median():g}; they look like seconds, and must "
            f"be milliseconds"
        )
    found = found.astype({"set_size": int}).reset_index(drop=True)
    return People(found, dropped, hashlib.sha256(Path(path).read_bytes()).hexdigest())


def resampled_people(people: People, *, seed: int, resamples: int) -> np.ndarray:
    """(resamples, subjects) numbers of the people drawn with replacement, the same for all cells."""
    n = len(people.subjects)
    return keyed_rng(seed, "search people", n).integers(0, n, (resamples, n))


def mean_and_draws(values: np.ndarray, draws: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of a value of each person (NaN for none), and those of resamples of people."""
    from gazekit.evaluation.bootstrap import resampled_means

    known = values[np.isfinite(values)]
    if len(known) < 2:  # one person says nothing of how people differ
        return (float(known[0]) if len(known) else float("nan")), np.full(len(draws), np.nan)
    return float(known.mean()), resampled_means(values, draws)


def _flag(value: object, name: str, path: str | Path) -> bool:
    word = str(value).strip().lower()
    if word not in YES + NO:
        raise DataError(f"{path}: {name} must be true or false, yes or no, 1 or 0 in every row, not {value!r}")
    return word in YES
