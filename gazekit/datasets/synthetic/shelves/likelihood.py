"""The agent's own likelihood of paths: what no model that knows less than the agent can beat in expectation.

What the agent knows and does not show (whether it has recognised the target, and how many more fixations it will make
on it) is summed over exactly. The noise eta of seen similarity has no closed form; it is averaged over by Monte Carlo.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves.agent import Agent, agent_name, individual
from gazekit.datasets.synthetic.shelves.scene import shelf_of
from gazekit.datasets.synthetic.shelves.sight import Crowd, Sight
from gazekit.foundations.errors import GazekitError, check_whole


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


class AgentLikelihood(NamedTuple):
    """Log-likelihood of paths under the agents that made them, and how well it is known.

    Attributes
    ----------
    values : list of (n + 1,) float64
        One array per path with a fixation on an object, in order: nats of every fixation, then of the end. -inf for
        what the agent cannot do.
    errors : list of (n + 1,) float64
        Standard error of each value from the finite number of draws; 0 where the value is exact.
    """

    values: list[np.ndarray]
    errors: list[np.ndarray]

    @property
    def per_step(self) -> tuple[float, float]:
        """(mean, standard error): nats per step over all paths, ends included, and what Monte Carlo adds to it.

        The error is not that of the mean over other shelves: for this resample shelves.
        """
        values, errors = np.concatenate(self.values), np.concatenate(self.errors)
        return float(values.mean()), float(np.sqrt((errors**2).sum()) / len(errors))


def agent_log_likelihood(
    dataset: Dataset, *, draws: int = 512, seed: int = 0, agents: Mapping[str, Agent] | None = None
) -> AgentLikelihood:
    """Log-likelihood of a data set's paths, each under the agent that made it.

    The probability of a step is that of all that came before on the path; the end is a step, too. A model that is not
    told which agent it predicts knows less than this bound does.

    Parameters
    ----------
    dataset : Dataset
        Of `gazekit.datasets.synthetic.shelves.load`, or a part of it.
    draws : int
        Draws of eta for every move. An estimate of a probability is the mean over draws of the softmax of the
        priorities; it has no bias. Its logarithm is too low by about half its squared standard error.
    seed : int
        Seed of the draws.
    agents : mapping of subject to Agent, optional
        Who made the paths; default: the agents of the shelves' own seed, by their names.

    Returns
    -------
    AgentLikelihood

    Raises
    ------
    MissingNeedError
        A trial that is not a made-up shelf.
    GazekitError
        Fewer than two draws, or a subject that is no agent.

    Examples
    --------
    >>> from gazekit.datasets.synthetic.shelves import load
    >>> data = load(scenes=1, agents=1)
    >>> found = agent_log_likelihood(data, draws=64)
    >>> bool(len(found.values[0]) == data.scanpaths.lengths[0] + 1)
    True
    """
    check_whole("draws", draws, 2)
    shown = {trial.id: trial for trial in dataset.trials}
    paths = dataset.scanpaths
    if paths.object_id is None:
        paths = paths.to_objects(dataset.object_boxes())
    ids, table, offsets = paths.object_ids(), paths.table, paths.offsets
    keys = zip(table["trial"], table["subject"], table["sample"], strict=True)
    found = AgentLikelihood([], [])
    for row, (trial_id, subject, sample) in enumerate(keys):
        on = ids[offsets[row] : offsets[row + 1]]
        path = on[on >= 0].tolist()
        if not path:
            continue
        trial = shown[trial_id]
        agent = _agent_of(str(subject), trial, agents)
        noise = Draws(seed, "shelves", "likelihood", str(subject), trial_id, int(sample))
        value, error = _path(Crowd.of([Sight.of(trial, agent.row_weight)], [agent]), path, noise, draws)
        found.values.append(value)
        found.errors.append(error)
    return found


def next_step(
    trial: Trial, agent: Agent, path: Sequence[int], *, draws: int = 512, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """What the agent does next, given the fixations so far.

    Parameters
    ----------
    trial : Trial
        Of the data set `shelves`.
    agent : Agent
        Who searches.
    path : sequence of int
        Objects fixated so far; none before the first fixation.
    draws, seed : int
        As in `agent_log_likelihood`.

    Returns
    -------
    probability : (P + 1,) float64
        Of fixating each object, then of the end; they add up to 1.
    error : (P + 1,) float64
        Standard errors.

    Examples
    --------
    >>> from gazekit.datasets.synthetic.shelves import Agent, load
    >>> probability, error = next_step(load(scenes=1).trials[0], Agent(), [3, 4])
    >>> round(float(probability.sum()), 9), float(error.max()) < 0.02
    (1.0, True)
    """
    check_whole("draws", draws, 2)
    crowd = Crowd.of([Sight.of(trial, agent.row_weight)], [agent])
    noise = Draws(seed, "shelves", "next step", trial.id, *map(int, path))
    size = crowd.there.shape[1]
    if not len(path):
        return np.append(_softmax(crowd.first_priorities())[0], 0.0), np.zeros(size + 1)
    *_, outlook = outlooks(agent, path, crowd.similarity[0], int(crowd.target[0]))
    moves, error = _moves(crowd, path, noise, draws)
    probability = np.append(outlook.away * moves, outlook.end)
    probability[path[-1]] += outlook.same
    return probability, np.append(outlook.away * error, 0.0)


def _path(crowd: Crowd, path: Sequence[int], noise: Draws, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Log-probability of every step of a path and of its end, and their standard errors; (n + 1,) each."""
    probability, error = np.zeros(len(path) + 1), np.zeros(len(path) + 1)
    probability[0] = _softmax(crowd.first_priorities())[0, path[0]]
    after = outlooks(crowd.agents[0], path, crowd.similarity[0], int(crowd.target[0]))
    for k, outlook in enumerate(after, start=1):
        if k == len(path):
            probability[k] = outlook.end
        elif path[k] == path[k - 1]:
            probability[k] = outlook.same
        else:
            moves, errors = _moves(crowd, path[:k], noise, draws)
            probability[k] = outlook.away * moves[path[k]]
            error[k] = errors[path[k]] / moves[path[k]]
    with np.errstate(divide="ignore"):
        return np.log(probability), error


def _moves(crowd: Crowd, path: Sequence[int], noise: Draws, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Probability that the agent, when it goes elsewhere, goes to each object, and its standard error; (P,) each."""
    from scipy.special import ndtri

    size = crowd.there.shape[1]
    last = np.zeros((1, size), dtype=np.int64)
    for k, thing in enumerate(path, start=1):
        last[0, thing] = k
    mean, spread = crowd.priorities(np.array([0]), np.array([path[-1]]), np.array([len(path)]), last)
    each = _softmax(mean + spread * ndtri(noise.uniform(draws * size)).reshape(draws, size))
    return each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(draws)


def _softmax(priorities: np.ndarray) -> np.ndarray:
    weight = np.exp(priorities - priorities.max(axis=-1, keepdims=True))
    return weight / weight.sum(axis=-1, keepdims=True)


def _agent_of(subject: str, trial: Trial, agents: Mapping[str, Agent] | None) -> Agent:
    if agents is not None and subject in agents:
        return agents[subject]
    kind, _, number = subject.partition(" ")
    if agents is None and kind == "agent" and number.isdecimal() and agent_name(int(number)) == subject:
        return individual(int(number), shelf_of(trial).library_seed)
    raise GazekitError(
        f"the subject {subject!r} of trial {trial.id!r} is no agent whose parameters are known; give them as agents="
    )
