"""Paths as strings of symbols: cells of a grid, clusters, objects or labels, and how strings are compared."""
