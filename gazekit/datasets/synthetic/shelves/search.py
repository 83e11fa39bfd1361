"""The data set `shelves`: agents search shelves; their paths are drawn step by step, for many paths at once."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.registry import datasets
from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves.agent import Agent, agent_name, individual
from gazekit.datasets.synthetic.shelves.covers import Covers, cover_library
from gazekit.datasets.synthetic.shelves.scene import shelf_layout, shelf_of, shelf_trial
from gazekit.datasets.synthetic.shelves.sight import Crowd, Sight
from gazekit.files.untrusted import MAX_AGENTS, MAX_TRIALS, check_count
from gazekit.foundations.errors import GazekitError, check_whole

TOGETHER = 128  # paths simulated at once; results do not depend on it
CHOICES = 4  # uniform numbers of a step beside those of the objects: recognition, dwell, giving up, staying


def agent_paths(
    trials: Trial | Iterable[Trial], agent: Agent, samples: int = 1, *, seed: int = 0, name: str = "agent"
) -> Scanpaths:
    """Let an agent search shelves again: the same agent resampled is the ceiling of every model of it.

    Parameters
    ----------
    trials : Trial, or several
        Of the data set `shelves`.
    agent : Agent
        Who searches; `individual(3, seed)` is the subject "agent 3" of the data set of that seed.
    samples : int
        Paths per trial.
    seed : int
        Seed of the paths; they are independent of those of the data set, whatever its seed.
    name : str
        The agent's name, in the table's columns `source` and `subject` and a part of the random numbers' key: give
        different agents different names, or they share their noise.

    Returns
    -------
    Scanpaths
        Trial after trial, sample after sample, with `object_id`. Positions (x, y) px lie in the middle half of the
        boxes; there are no durations.

    Raises
    ------
    MissingNeedError
        A trial that is not a made-up shelf.
    GazekitError
        Fewer than one sample.

    Examples
    --------
    >>> from gazekit.datasets.synthetic.shelves import individual, load
    >>> trials = load(scenes=2).trials
    >>> paths = agent_paths(trials, individual(1), samples=3)
    >>> len(paths), paths.table["sample"].tolist()
    (6, [0, 1, 2, 0, 1, 2])
    """
    check_whole("samples", samples, 1)
    shown = [trials] if isinstance(trials, Trial) else list(trials)
    jobs = [(trial, agent, name, ("again", name, trial.id, k)) for trial in shown for k in range(samples)]
    made = searched(jobs, seed)
    return made.replace(table=made.table.assign(source=name, sample=np.tile(np.arange(samples), len(shown))))


Job = tuple[Trial, Agent, str, tuple[str | int, ...]]


def searched(jobs: Sequence[Job], seed: int) -> Scanpaths:
    """Simulate paths.

    Parameters
    ----------
    jobs : sequence of (trial, agent, subject, key)
        The random numbers of a path depend on the seed and its key only.
    seed : int
        Seed of the paths.

    Returns
    -------
    Scanpaths
        One per job, with `object_id`.
    """
    sights: dict[tuple[int, float], Sight] = {}
    # Shelves of one size together: padding costs time.
    order = np.argsort([len(shelf_of(job[0]).covers) for job in jobs], kind="stable")
    found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for begin in range(0, len(jobs), TOGETHER):
        part = [jobs[int(k)] for k in order[begin : begin + TOGETHER]]
        for trial, agent, *_ in part:
            key = (id(trial), agent.row_weight)
            if key not in sights:
                sights[key] = Sight.of(trial, agent.row_weight)
        crowd = Crowd.of([sights[id(j[0]), j[1].row_weight] for j in part], [j[1] for j in part])
        draws = [Draws(seed, "shelves", "path", *j[3]) for j in part]
        paths = _simulate(crowd, draws)
        for k, path, drawn in zip(order[begin : begin + TOGETHER], paths, draws, strict=True):
            # Landing spots come last of a path's numbers: within 25 % to 75 % of the box, the middle more often.
            spread = drawn.uniform(4 * len(path)).reshape(-1, 4)
            found[int(k)] = path, 0.25 + 0.25 * np.column_stack([spread[:, 0] + spread[:, 1], spread[:, 2:].sum(1)])
    objects, spots = zip(*(found[k] for k in range(len(jobs))), strict=True)
    return _as_scanpaths(jobs, objects, spots)


def _simulate(crowd: Crowd, draws: Sequence[Draws]) -> list[np.ndarray]:
    """Objects of every row's path; (n,) int64 each."""
    from scipy.special import ndtri

    count, most = crowd.there.shape
    limit = crowd.each("most")[:, 0].astype(int)
    recognition, give_up, patience = (crowd.each(p)[:, 0] for p in ("recognition", "give_up", "patience"))
    dwell = np.array([agent.dwell for agent in crowd.agents]).cumsum(axis=1)
    stays = np.stack([a.stays(s) for a, s in zip(crowd.agents, crowd.similarity, strict=True)])
    size = crowd.there.sum(axis=1).tolist()

    def objects_noise(rows: np.ndarray) -> np.ndarray:
        # As many numbers as the shelf has objects: padding must not change what is drawn.
        noise = np.full((len(rows), most), 0.5)
        for n, row in enumerate(rows.tolist()):
            noise[n, : size[row]] = draws[row].uniform(size[row])
        return noise

    everyone = np.arange(count)
    paths = np.full((count, int(limit.max())), -1)
    last = np.zeros((count, most), dtype=np.int64)
    left = np.full(count, -1)  # dwelling fixations still to come; -1: not recognised
    now = (crowd.first_priorities() - np.log(-np.log(objects_noise(everyone)))).argmax(axis=1)
    alive = everyone
    for k in range(1, int(limit.max()) + 1):
        paths[alive, k - 1] = now[alive]
        last[alive, now[alive]] = k
        choice = np.stack([draws[row].uniform(CHOICES) for row in alive.tolist()])
        seen = (now[alive] == crowd.target[alive]) & (left[alive] < 0) & (choice[:, 0] < recognition[alive])
        more = (choice[:, 1, None] >= dwell[alive]).sum(axis=1).clip(max=2)
        left[alive] = np.where(seen, more, left[alive])
        given_up = (left[alive] < 0) & (k > patience[alive]) & (choice[:, 2] < give_up[alive])
        goes_on = (left[alive] != 0) & (k < limit[alive]) & ~given_up
        alive, choice = alive[goes_on], choice[goes_on]
        if not len(alive):
            break
        dwelling = left[alive] > 0
        left[alive] -= dwelling
        leaves = ~dwelling & (choice[:, 3] >= stays[alive, now[alive]])
        movers = alive[leaves]
        if len(movers):
            mean, spread = crowd.priorities(movers, now[movers], np.full(len(movers), k), last[movers])
            eta, gumbel = ndtri(objects_noise(movers)), -np.log(-np.log(objects_noise(movers)))
            now[movers] = (mean + spread * eta + gumbel).argmax(axis=1)
    return [path[path >= 0] for path in paths]


def _as_scanpaths(jobs: Sequence[Job], objects: Sequence[np.ndarray], spots: Sequence[np.ndarray]) -> Scanpaths:
    corners = [shelf_of(job[0]).boxes[path].astype(float) for job, path in zip(jobs, objects, strict=True)]
    boxes, where = np.concatenate(corners), np.concatenate(spots)
    # Hundredths of px, so that the last bit of a product is nowhere seen.
    xy = np.round(boxes[:, :2] + where * (boxes[:, 2:] - boxes[:, :2]), 2)
    rows = [(trial.stimulus, name, trial.id, trial.task, *trial.frame.size) for trial, _, name, _ in jobs]
    table = pd.DataFrame(rows, columns=["stimulus", "subject", "trial", "task", "width", "height"])
    offsets = np.concatenate([[0], np.cumsum([len(path) for path in objects])])
    facts = datasets["shelves"].facts
    return Scanpaths(xy[:, 0], xy[:, 1], offsets, table, object_id=np.concatenate(objects), facts=facts)


def target_similarity(trial: Trial) -> np.ndarray:
    """(P,) float64: how alike each cover and the target are to the agents, -1 to 1; for the guidance rank.

    Raises
    ------
    MissingNeedError
        The trial is not a made-up shelf, or has no target.
    """
    return Sight.of(trial).similarity


def load(
    *,
    layouts: str | Sequence[str] = ("4x8",),
    scenes: int = 100,
    agents: int | Mapping[str, Agent] = 4,
    covers: Covers = "test",
    library: int = 400,
    seed: int = 0,
    lookalikes: int = 0,
    blocks: bool = False,
    start: int = 0,
) -> Dataset:
    """Make shelves and let agents search them; `gazekit.load_dataset("shelves")` calls this.

    A shelf depends on its own name, the seed, `library`, `lookalikes` and `blocks`; a path on these and the agent.
    Neither depends on what else is asked for. Pictures and boxes are byte-equal on every machine.

    Parameters
    ----------
    layouts : names
        A sequence, or a text with commas: "2x11", "3x9", "4x8", "6x14", any other grid of 2 to 500 covers, or
        "irregular".
    scenes : int
        Shelves of each layout.
    agents : int, or mapping of name to Agent
        How many of the seed's agents search every shelf, or agents of your own.
    covers : {"train", "test", "all"}
        Part of the cover library that shelves are filled from. No cover is both for training and for testing; the
        OAT that comes with gazekit has learned from "train".
    library : int
        Covers in the library; of every 48 the last 12 are for testing.
    seed : int
        Of covers, shelves, agents and paths.
    lookalikes : int
        At least so many covers of the target's cluster beside it.
    blocks : bool
        Covers of a cluster stand together.
    start : int
        Number of the first shelf: `start=1000` makes others than `start=0`.

    Returns
    -------
    Dataset
        `scenes` trials of each layout in turn, and one path of each agent on each trial, with `object_id`.

    Raises
    ------
    GazekitError
        No such layout, more places than covers, no agent, or another option that cannot be.
    UnknownNameError
        No such part of the library.

    Examples
    --------
    >>> data = load(layouts="4x8,6x14", scenes=3, agents=2)
    >>> len(data.trials), len(data.scanpaths), data.subjects
    (6, 12, ['agent 1', 'agent 2'])
    >>> data.trials[0].id, len(data.trials[0].objects), data.trials[0].target.shape
    ('4x8/test/00000', 32, (48, 30, 3))
    """
    for name, value, least in (
        ("scenes", scenes, 1),
        ("library", library, 1),
        ("lookalikes", lookalikes, 0),
        ("start", start, 0),
        ("seed", seed, None),
    ):
        check_whole(name, value, least)
    if isinstance(agents, Mapping):
        searchers = dict(agents)
        if not all(isinstance(agent, Agent) for agent in searchers.values()):
            raise GazekitError(f"agents must be a number, or a mapping of names to Agent, not {agents!r}")
    else:
        check_whole("agents", agents, 0)
        check_count("agents", agents, MAX_AGENTS, "give fewer agents")
        searchers = {agent_name(k): individual(k, seed) for k in range(1, agents + 1)}
    if not searchers:
        raise GazekitError("shelves need at least one agent to search them; give agents=1 or more")
    wanted = [part.strip() for part in layouts.split(",")] if isinstance(layouts, str) else list(layouts)
    kinds = [shelf_layout(name) for name in wanted if name != ""]
    if not kinds or len(set(wanted)) < len(wanted):
        raise GazekitError(f"layouts must name at least one layout, and each once, not {layouts!r}")
    check_count("shelves", scenes * len(kinds), MAX_TRIALS, "give fewer scenes")
    check_count("covers of the library", library, MAX_TRIALS, "give a smaller library")
    books = cover_library(library, seed)
    trials = [
        shelf_trial(kind, covers, k, books, lookalikes=lookalikes, blocks=blocks)
        for kind in kinds
        for k in range(start, start + scenes)
    ]
    jobs = [
        (trial, agent, name, ("seen", name, lookalikes, int(blocks), library, trial.id))
        for trial in trials
        for name, agent in searchers.items()
    ]
    return Dataset("shelves", tuple(trials), searched(jobs, seed), datasets["shelves"])
