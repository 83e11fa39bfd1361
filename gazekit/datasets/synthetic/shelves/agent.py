"""The search agent's parameters, and how individuals differ."""

from dataclasses import dataclass, fields, replace

import numpy as np

from gazekit.datasets.synthetic.draws import Draws
from gazekit.foundations.errors import GazekitError

VARIATION = 0.15  # standard deviation of an individual's parameters, as a share of the mean


@dataclass(frozen=True)
class Agent:
    """A searcher of shelves: by default the mean one.

    At fixation k (from 1) on object i, in this order:

    1. If i is the target and it has not been recognised: it is, with probability `recognition`. Then 0, 1 or 2 more
       fixations on it follow, with the probabilities `dwell`, and the search ends.
    2. At fixation `most` the search ends.
    3. From fixation `patience` + 1 on it is given up with probability `give_up`.
    4. The same object again, with probability `refixation` + `refixation_alike` * max(0, sim_i - 0.5).
    5. Else the object j other than i with the highest priority
       `similarity * (sim_j + eta_j) * exp(-d_ij / reach) - distance * d_ij - memory * exp(-(k - last_j) / decay)
       + salience * sal_j + Gumbel noise`,
       where last_j is the latest fixation on j (no term before the first), and eta_j, new at every step, is normal
       with the standard deviation `blur + blur_slope * d_ij`: what is far from gaze is seen badly.

    The first object is that with the highest `centre * exp(-d_j / reach) + first_similarity * sim_j + Gumbel noise`,
    d_j measured from where gaze starts.
    d is the distance between centres in cells, with rows weighted by `row_weight`; sim is the similarity of covers to
    the target.

    Parameters
    ----------
    similarity, distance, memory, salience : float
        Weights.
    reach : float
        Cells over which the pull of similarity falls to 1 / e.
    decay : float
        Fixations over which inhibition of return falls to 1 / e.
    blur, blur_slope : float
        Noise of similarity at no distance, and more of it per cell.
    centre, first_similarity : float
        Weights for the first fixation.
    refixation, refixation_alike : float
        Probability of staying on what is not like the target, and how much is added per similarity above 0.5.
    recognition : float
        Probability of seeing that the target is the target.
    dwell : (float, float, float)
        Probabilities of 0, 1 and 2 more fixations on the recognised target.
    give_up : float
        Probability per fixation of ending without the target.
    patience : int
        Fixations without giving up.
    most : int
        Fixations at most.
    row_weight : float
        Distance of neighbouring rows over that of neighbouring columns.

    Raises
    ------
    GazekitError
        A probability outside 0 to 1, dwell probabilities that do not add up to 1, a negative blur, or a reach, decay or
        `most` that is not positive.

    Examples
    --------
    >>> Agent().similarity, Agent().recognition
    (4.0, 0.92)
    """

    similarity: float = 4.0
    distance: float = 0.75
    memory: float = 3.0
    salience: float = 0.25
    reach: float = 8.0
    decay: float = 12.0
    blur: float = 0.15
    blur_slope: float = 0.06
    centre: float = 8.0
    first_similarity: float = 0.8
    refixation: float = 0.10
    refixation_alike: float = 0.25
    recognition: float = 0.92
    dwell: tuple[float, float, float] = (0.35, 0.45, 0.20)
    give_up: float = 0.012
    patience: int = 8
    most: int = 40
    row_weight: float = 1.3

    def __post_init__(self) -> None:
        staying = self.refixation + 0.5 * self.refixation_alike
        for name, value in (
            ("recognition", self.recognition),
            ("give_up", self.give_up),
            ("refixation", self.refixation),
            ("refixation + refixation_alike / 2", staying),
            *((f"dwell[{k}]", p) for k, p in enumerate(self.dwell)),
        ):
            if not 0 <= value <= 1:
                raise GazekitError(f"an agent's {name} is a probability, 0 to 1, not {value}")
        if len(self.dwell) != 3 or abs(sum(self.dwell) - 1) > 1e-9:
            raise GazekitError(f"an agent's dwell must be three probabilities that add up to 1, not {self.dwell}")
        if min(self.blur, self.blur_slope) < 0:
            raise GazekitError("an agent's blur and blur_slope must not be negative")
        if not (self.reach > 0 and self.decay > 0 and self.most >= 1):
            raise GazekitError("an agent's reach and decay must be positive, and most at least 1")

    def stays(self, similarity: np.ndarray) -> np.ndarray:
        """Probability of one more fixation on objects of these similarities to the target."""
        return self.refixation + self.refixation_alike * np.maximum(0.0, similarity - 0.5)


ALIKE = ("reach", "decay", "recognition", "dwell", "patience", "most", "row_weight")  # the same for all individuals
VARIED = tuple(field.name for field in fields(Agent) if field.name not in ALIKE)  # and the probability of a miss


def individual(number: int, seed: int = 0, *, variation: float = VARIATION) -> Agent:
    """One of a seed's agents: each parameter is the mean one times 1 + variation * a standard normal number.

    Weights, blur, and the probabilities of staying, missing the target and giving up vary; the numbers are cut at 2.5
    standard deviations, and depend on the seed and the agent's number only.

    Parameters
    ----------
    number : int
        From 1: agent 1 is the subject "agent 1".
    seed : int
        Seed of the shelves.
    variation : float
        From 0 (all are the mean agent) to 0.4.

    Returns
    -------
    Agent

    Raises
    ------
    GazekitError
        A number below 1, or a variation out of range.

    Examples
    --------
    >>> individual(3, variation=0) == Agent()
    True
    >>> individual(1) == individual(2)
    False
    """
    if number < 1:
        raise GazekitError(f"agents are numbered from 1; there is no agent {number}")
    if not 0 <= variation <= 0.4:
        raise GazekitError(f"variation must be from 0 to 0.4, not {variation}")
    mean = Agent()
    bell = Draws(seed, "shelves", "agent", number).bell(len(VARIED) + 1)
    *factors, missing = (1.0 + variation * np.clip(bell, -2.5, 2.5)).tolist()
    changes = {name: getattr(mean, name) * factor for name, factor in zip(VARIED, factors, strict=True)}
    return replace(mean, **changes, recognition=1.0 - (1.0 - mean.recognition) * missing)


def agent_name(number: int) -> str:
    """Name of a seed's agent as a subject: "agent 1"."""
    return f"agent {number}"
