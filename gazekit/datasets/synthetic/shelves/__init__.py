"""Made-up shelves of drawn covers, and search agents whose own likelihood is known: OAT's synthetic world."""

from gazekit.datasets.synthetic.shelves.agent import Agent, individual
from gazekit.datasets.synthetic.shelves.likelihood import AgentLikelihood, agent_log_likelihood, next_step
from gazekit.datasets.synthetic.shelves.loading import load
from gazekit.datasets.synthetic.shelves.scene import Shelf, shelf_of
from gazekit.datasets.synthetic.shelves.search import agent_paths, target_similarity

__all__ = [
    "Agent",
    "AgentLikelihood",
    "Shelf",
    "agent_log_likelihood",
    "agent_paths",
    "individual",
    "load",
    "next_step",
    "shelf_of",
    "target_similarity",
]
