"""The data set `shelves`: shelves of drawn covers, and the paths of simulated searchers."""

from collections.abc import Mapping, Sequence

from gazekit.core.trials import Dataset
from gazekit.datasets.registry import datasets
from gazekit.datasets.synthetic.draws import check_whole
from gazekit.datasets.synthetic.shelves.agent import Agent, agent_name, individual
from gazekit.datasets.synthetic.shelves.covers import Covers, cover_library
from gazekit.datasets.synthetic.shelves.scene import shelf_layout, shelf_trial
from gazekit.datasets.synthetic.shelves.search import searched
from gazekit.foundations.errors import GazekitError


def load(
    *,
    layouts: str | Sequence[str] = ("4x8",),
    scenes: int = 100,
    agents: int | Mapping[str, Agent] = 4,
    covers: Covers = "train",
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
        Part of the cover library that shelves are filled from. No cover is both for training and for testing.
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
    ('4x8/train/00000', 32, (48, 30, 3))
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
        searchers = {agent_name(k): individual(k, seed) for k in range(1, agents + 1)}
    if not searchers:
        raise GazekitError("shelves need at least one agent to search them; give agents=1 or more")
    wanted = [part.strip() for part in layouts.split(",")] if isinstance(layouts, str) else list(layouts)
    kinds = [shelf_layout(name) for name in wanted if name != ""]
    if not kinds or len(set(wanted)) < len(wanted):
        raise GazekitError(f"layouts must name at least one layout, and each once, not {layouts!r}")
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
