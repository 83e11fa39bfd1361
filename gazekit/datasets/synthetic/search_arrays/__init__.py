"""Search displays made from declarations: the six published search-asymmetry experiments, classics, and your own.

Describe a display with `Layout`, `Condition` and `Experiment`, draw its items with `paint` and the shapes of
`gazekit.datasets.synthetic.search_arrays.shapes` (or with pixels of your own in a `Drawing`), and give it to `load`.
"""

from gazekit.datasets.synthetic.search_arrays.catalogue import PUBLISHED, experiments
from gazekit.datasets.synthetic.search_arrays.description import Condition, Drawing, Experiment, Layout, paint
from gazekit.datasets.synthetic.search_arrays.loading import load

__all__ = ["PUBLISHED", "Condition", "Drawing", "Experiment", "Layout", "experiments", "load", "paint"]
