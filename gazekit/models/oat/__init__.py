"""OAT (Fang et al., ECCV 2024): a transformer over objects that predicts a searcher's scanpath as their sequence.

Read `network.py` beside the paper's figure, with `config.py` (its sizes and ablations) and `training.py`. Around it:
`scenes.py` (from trials and people's paths to what it is given), `position.py` (position codes in closed
form), `fast/` (decoding that keeps what it has computed), `history.py` (scores of the gaze history, ours),
`checkpoint.py`, `inside.py` (what it attends to); `model.py` makes it a scanpath model.
"""
