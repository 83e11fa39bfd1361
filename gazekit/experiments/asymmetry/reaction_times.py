"""From saccades to reaction times: the published linear map, and what becomes of a trial that was not solved."""

import numpy as np

from gazekit.foundations.errors import UnknownNameError

# Gupta et al. (2021): fixed for every model and experiment, from people's data that are none of the six experiments.
MS_PER_SACCADE = 252.359
MS_BASE = 376.271

CENSORING = {
    "set-size": "a trial that was not solved counts as many saccades as items were shown (published)",
    "limit": "a trial that was not solved counts the most saccades that were allowed",
    "drop": "a trial that was not solved is left out",
}


def reaction_time(saccades: np.ndarray | float) -> np.ndarray | float:
    """Reaction time of a search, ms, from its number of saccades: 252.359 n + 376.271.

    Examples
    --------
    >>> round(reaction_time(1), 2)
    628.63
    """
    return MS_PER_SACCADE * saccades + MS_BASE


def censored(
    saccades: np.ndarray, found: np.ndarray, set_size: np.ndarray, limit: np.ndarray, rule: str = "set-size"
) -> np.ndarray:
    """Saccades of every trial, with those of unsolved trials replaced.

    Parameters
    ----------
    saccades : (n,) int
        Saccades until the target was found; anything where it was not.
    found : (n,) bool
        Whether it was.
    set_size : (n,) int
        Items shown.
    limit : (n,) int
        Most saccades that were allowed.
    rule : str
        What an unsolved trial counts: "set-size" (published), "limit", or "drop" (NaN: it is left out). The published
        rule counts an unsolved trial as an easier one than a solved one that took long.

    Returns
    -------
    (n,) float64

    Raises
    ------
    UnknownNameError
        No such rule.

    Examples
    --------
    >>> censored(np.array([2, 0]), np.array([True, False]), np.array([8, 8]), np.array([37, 37]), "limit").tolist()
    [2.0, 37.0]
    """
    if rule not in CENSORING:
        raise UnknownNameError("rule for unsolved trials", rule, CENSORING)
    instead = {"set-size": set_size, "limit": limit, "drop": np.full(np.shape(found), np.nan)}[rule]
    return np.where(found, saccades, instead).astype(float)
