"""What a page says, whatever kind of run it is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading and a link to it; `html` is escaped already."""

    id: str
    title: str
    html: str


@dataclass(frozen=True)
class Exploration:
    """Scanpaths to look at.

    Parameters
    ----------
    paths : Scanpaths
        People's (source "human") and models', in px.
    trials : sequence of Trial
        What was shown, in the order of the list; trials without a path are left out. Without the data set, see
        `bare_trials`.
    scores : pandas.DataFrame, optional
        Rows stimulus, model, metric, value: means of each stimulus, shown beside the pair.
    options : mapping
        Parameters of `scanmatch` and `multimatch` in the run, where it has them.
    headline : (model, metric, higher is better), optional
        By which stimuli can be put in order.
    favourite : str, optional
        The model that is shown first.
    """

    paths: Scanpaths
    trials: Sequence[Trial]
    scores: pd.DataFrame | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    headline: tuple[str, str, bool] | None = None
    favourite: str | None = None

    @classmethod
    def of(cls, paths: Scanpaths, dataset: Dataset | None, people: Scanpaths | None = None, **more: Any) -> Self | None:
        """Of a run: people's paths, then the models'; trials of the data set, or else trials without an image.

        None where paths are not in px.
        """
        if paths.facts.unit != "px":
            return None
        paths = paths if people is None else Scanpaths.concat([people, paths])
        return cls(paths, bare_trials(paths) if dataset is None else dataset.trials, **more)


def bare_trials(paths: Scanpaths) -> list[Trial]:
    """Trials made of what scanpaths know: name and frame, no image."""
    rows = np.flatnonzero(~paths.table["trial"].duplicated().to_numpy()).tolist()
    return [
        Trial(str(paths.table["trial"].iloc[k]), str(paths.table["stimulus"].iloc[k]), paths.frame_of(k)) for k in rows
    ]


@dataclass(frozen=True)
class Content:
    """All that a page shows; plain text unless said otherwise.

    Parameters
    ----------
    title, kicker : str
        What was tested, and a line above it that says what kind of page this is.
    facts : sequence of str
        A few counts.
    sentence : str
        The result.
    sections : sequence of Section
        In order; the explorer comes after the first.
    methods : str
        Ready to paste; without it the page has no such section.
    made : mapping of str to str
        How the run was made, by heading.
    manifest : mapping
        Of the run.
    notices : sequence of str
        What a reader must know before reading on.
    exploration : Exploration, optional
        Scanpaths to look at.
    """

    title: str
    kicker: str
    facts: Sequence[str]
    sentence: str
    sections: Sequence[Section]
    methods: str
    made: Mapping[str, str]
    manifest: Mapping[str, Any]
    notices: Sequence[str] = ()
    exploration: Exploration | None = None
