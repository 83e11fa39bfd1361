"""MIT1003: free viewing of 1,003 photographs by 15 people (Judd et al. 2009), read without MATLAB.

- `loading`: `load`, from either source, to a data set.
- `stimuli`: the images, their sizes and their order.
- `recordings`: the published raw gaze, `DATA/<subject>/<image>.mat`.
- `detection`: fixations in raw gaze, by the rule that the authors published with it.
- `redetected`: a third party's table of fixations.
- `published_counts`: whether a folder gives the numbers that are known of the complete set.
"""

from gazekit.datasets.published.mit1003.loading import load

__all__ = ["load"]
