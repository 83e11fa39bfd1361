"""NeVA and NevaClip: scanpaths that sharpen a blurred image where a network's task gains most.

Read `algorithm.py` beside the paper's figure. Behind it: `scenes.py` (what the encoder is given), `objectives.py`,
`view.py` (px and cells), `searches/` (other searches for the next fixation); `model.py` makes them one scanpath model,
and `film.py` shows what is perceived.
"""
