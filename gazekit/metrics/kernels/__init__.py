"""Compiled kernels: loops over pairs of scanpaths in flat columns. Imported only when a metric is called."""
