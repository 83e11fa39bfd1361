"""Made-up shelves of drawn covers, and search agents whose own likelihood is known: OAT's synthetic world."""

from gazekit.datasets.synthetic.shelves.agent import Agent as Agent
from gazekit.datasets.synthetic.shelves.agent import individual as individual
from gazekit.datasets.synthetic.shelves.likelihood import AgentLikelihood as AgentLikelihood
from gazekit.datasets.synthetic.shelves.likelihood import agent_log_likelihood as agent_log_likelihood
from gazekit.datasets.synthetic.shelves.likelihood import next_step as next_step
from gazekit.datasets.synthetic.shelves.scene import Shelf as Shelf
from gazekit.datasets.synthetic.shelves.scene import shelf_of as shelf_of
from gazekit.datasets.synthetic.shelves.search import agent_paths as agent_paths
from gazekit.datasets.synthetic.shelves.search import load as load
from gazekit.datasets.synthetic.shelves.search import target_similarity as target_similarity
