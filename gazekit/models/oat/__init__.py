"""OAT (Fang et al., ECCV 2024): a transformer over objects that predicts a searcher's scanpath as their sequence."""
