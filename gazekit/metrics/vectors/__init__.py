"""Paths as saccades, vectors from fixation to fixation: MultiMatch and its simplification."""
