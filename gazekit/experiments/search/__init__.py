"""Search experiments of one's own: a design searched by a model, with and without the target, beside people."""

from gazekit.experiments.search.experiment import search
from gazekit.experiments.search.people import read_people
from gazekit.experiments.search.results import SearchExperiment

__all__ = ["SearchExperiment", "read_people", "search"]
