"""The nouns: frames, scanpaths, trials, data sets and their splits."""
