"""Made-up shelves of drawn covers, and search agents whose own likelihood is known: OAT's synthetic world."""

from gazekit.datasets.shelves.agent import Agent, individual
from gazekit.datasets.shelves.likelihood import AgentLikelihood, agent_log_likelihood, next_step
from gazekit.datasets.shelves.loading import load
from gazekit.datasets.shelves.scene import Shelf, shelf_of
from gazekit.datasets.shelves.search import agent_paths, target_similarity

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
