"""How much a network is given at once, by kind of device."""

CHUNK = {"cpu": 4, "cuda": 64}  # images per call of the network
ROWS = {"cpu": 64, "cuda": 512}  # scanpaths in memory at once
