"""Paths as positions in the order of time: distances between them, and where they recur."""
