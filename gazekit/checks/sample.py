"""The part of a data set that the checks look at: enough trials to tell, drawn by key, as flat columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.randomness import keyed_rng

TRIALS = 150  # with 10 fixations of 10 people each that is 15,000 fixations: effects of 1 % of a deviation show
PEOPLE = 15  # of a trial


@dataclass(frozen=True)
class Sample:
    """Fixations on some trials.

    Parameters
    ----------
    trials : tuple of Trial
        The trials.
    x, y : (n,) float64
        Fixations inside and outside the frames, px; those without coordinates are left out.
    width, height : (n,) float64
        Of the frame of each, px.
    trial, person : (n,) int64
        Position in `trials`, and in `people`.
    rank : (n,) int64
        Number of the fixation in its path, from 0.
    people : tuple of str
        Names.
    """

    trials: tuple[Trial, ...]
    x: np.ndarray
    y: np.ndarray
    width: np.ndarray
    height: np.ndarray
    trial: np.ndarray
    person: np.ndarray
    rank: np.ndarray
    people: tuple[str, ...]

    @property
    def frames(self) -> np.ndarray:
        """(trials, 2) float64: width and height of each trial's frame, px."""
        return np.array([t.frame.size for t in self.trials], dtype=np.float64).reshape(-1, 2)

    def only(self, mask: np.ndarray) -> "Sample":
        """Keep the fixations of a boolean mask; trials and people keep their positions."""
        names = ("x", "y", "width", "height", "trial", "person", "rank")
        return replace(self, **{name: getattr(self, name)[mask] for name in names})

    def chosen(self) -> "Sample":
        """Keep what people chose: without the first fixation of each path, which experiments often impose."""
        later = self.only(self.rank > 0)
        return later if len(later.x) else self


def draw_sample(dataset: Dataset, paths: Scanpaths | None = None) -> Sample:
    """Draw the trials that the checks look at, by key; those with a target or a picture come first.

    Parameters
    ----------
    dataset : Dataset
        Trials, and people's paths.
    paths : Scanpaths, optional
        Other paths of these trials: a model's.

    Returns
    -------
    Sample
        At most `TRIALS` trials, and `PEOPLE` paths of each.
    """
    paths = dataset.scanpaths if paths is None else paths
    rows_of = {str(t): np.asarray(rows) for t, rows in paths.table.groupby("trial", sort=False).indices.items()}
    known = [t for t in dataset.trials if t.id in rows_of]
    order = keyed_rng(0, "checks", "trials", len(known)).permutation(len(known))
    telling = np.array([t.target_box is not None or t.has("image") for t in known], dtype=bool)[order]
    drawn = np.concatenate([order[telling], order[~telling]])[:TRIALS]
    chosen = [known[k] for k in sorted(drawn.tolist())]
    rows, of = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for k, trial in enumerate(chosen):
        mine = rows_of[trial.id]
        drawn = np.sort(mine[keyed_rng(0, "checks", "people", trial.id).permutation(len(mine))[:PEOPLE]])
        rows.append(drawn)
        of.append(np.full(len(drawn), k))
    return _flat(paths, chosen, np.concatenate(rows), np.concatenate(of))


def _flat(paths: Scanpaths, trials: Sequence[Trial], rows: np.ndarray, of: np.ndarray) -> Sample:
    part = paths[rows]
    path = part.path_of()
    names, person = np.unique(part.table["subject"].to_numpy(dtype=str), return_inverse=True)
    table = part.table
    sample = Sample(
        tuple(trials),
        part.x,
        part.y,
        table["width"].to_numpy(float)[path],
        table["height"].to_numpy(float)[path],
        of[path],
        person.astype(np.int64)[path],
        part.rank_of(),
        tuple(names.tolist()),
    )
    return sample.only(np.isfinite(part.x) & np.isfinite(part.y))
