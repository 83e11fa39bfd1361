"""MIT1003: free viewing of 1,003 photographs by 15 people (Judd et al. 2009), read without MATLAB.

- `loading`: `load`, from either source, to a data set; `check`, whether a folder gives the numbers that are known.
- `stimuli`: the images, their sizes and their order.
- `recordings`: the published raw gaze, `DATA/<subject>/<image>.mat`, and a third party's table of fixations.
- `detection`: fixations in raw gaze, by the rule that the authors published with it.
"""

from gazekit.datasets.published.mit1003.loading import load

__all__ = ["load"]
