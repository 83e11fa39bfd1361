"""Data sets that are made here: stimuli drawn in code, and simulated people."""
