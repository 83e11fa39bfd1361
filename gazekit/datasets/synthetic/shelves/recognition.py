"""What a path says about the agent's hidden state: whether it has recognised the target, and how long it will dwell."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from gazekit.datasets.synthetic.shelves.agent import Agent


class Outlook(NamedTuple):
    """Probabilities of what comes after a fixation, given the path up to it.

    Attributes
    ----------
    end : float
        Of the end of search.
    same : float
        Of one more fixation on the same object.
    away : float
        Of going to another object. The three add up to 1.
    """

    end: float
    same: float
    away: float


def outlooks(agent: Agent, path: Sequence[int], similarity: np.ndarray, target: int) -> Iterator[Outlook]:
    """Follow a path and say after each fixation what may come; exact.

    Parameters
    ----------
    agent : Agent
        Who searches.
    path : sequence of int
        Objects fixated.
    similarity : (P,) float64
        Of the objects to the target.
    target : int
        Which object is the target.

    Yields
    ------
    Outlook
        One per fixation. NaN where the path stays after a fixation after which the agent never does.

    Examples
    --------
    >>> [round(look.end, 3) for look in outlooks(Agent(), [1, 0, 0], np.array([1.0, 0.2]), 0)]
    [0.0, 0.322, 0.681]
    """
    searching, dwelling = 1.0, np.zeros(3)  # probabilities: not recognised; recognised, with 0, 1, 2 more to come
    before = None
    for k, thing in enumerate(path, start=1):
        if thing != before:
            searching, dwelling = 1.0, np.zeros(3)  # who has recognised the target does not leave it
        if thing == target:
            dwelling = dwelling + searching * agent.recognition * np.array(agent.dwell)
            searching = searching * (1.0 - agent.recognition)
        gives_up = 1.0 if k >= agent.most else agent.give_up if k > agent.patience else 0.0
        goes_on = searching * (1.0 - gives_up)
        stays = float(agent.stays(similarity[thing]))
        more = dwelling[1:] if k < agent.most else np.zeros(2)
        same = goes_on * stays + float(more.sum())
        yield Outlook(1.0 - same - goes_on * (1.0 - stays), same, goes_on * (1.0 - stays))
        # What is known if the next fixation is on the same object.
        searching = goes_on * stays / same if same > 0 else np.nan
        dwelling = np.array([*more, 0.0]) / same if same > 0 else np.full(3, np.nan)
        before = thing
