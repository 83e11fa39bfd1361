"""Fixations on maps: the pixel under each, the map that they make, and the densities that people make."""
