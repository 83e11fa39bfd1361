"""Search displays of anybody's own experiment, described in a TOML file: items, layout, conditions, set sizes.

The published experiments are the data set `search-arrays`, whose pixels are fixed for ever; these are for new ones.
"""

from gazekit.datasets.synthetic.search_designs.design import Design, read_design
from gazekit.datasets.synthetic.search_designs.displays import design_trials

__all__ = ["Design", "design_trials", "read_design"]
