"""tppgaze: divergences of scores on the image's own size, without the first fixation, as far as the paper says."""

from gazekit.protocols.chen2021 import MULTIMATCH
from gazekit.protocols.protocol import Protocol, Score, protocols

BINS = {"bins": (14, 8), "threshold": 3.5, "gap": 0.0, "gazeparser": True}
SCANMATCH = (
    Score("ScanMatch w/o duration", "scanmatch", BINS),
    Score("ScanMatch w/ duration", "scanmatch", {**BINS, "temporal_bin_ms": 50.0}),
)

TPPGAZE = Protocol(
    name="tppgaze",
    title="TPP-Gaze 2025, as far as the paper says: OSIE in its own size, without the first fixation",
    paper="TPP-Gaze (2025), Modelling gaze dynamics in space and time with neural temporal point processes, WACV",
    files="arXiv 2410.23409; the code of the evaluation is not in phuselab/tppgaze",
    images={"osie": ()},
    split="not published; all images here",
    frame=(800, 600),
    first_fixation="dropped",
    fewest=4,
    people="unordered",
    samples="people",
    scores=(
        *MULTIMATCH,
        *SCANMATCH,
        Score("KLD MultiMatch", "multimatch", averaged="divergence"),
        *(Score(f"KLD {score.name}", score.measure, score.options, averaged="divergence") for score in SCANMATCH),
    ),
    headline="KLD MultiMatch",
    effects=(
        "The first fixation is dropped and paths of fewer than four are left out: rows of TPP-Gaze in this paper and "
        "in that of scandiff, which keeps both, cannot be compared.",
        "14 x 8 bins on the image's own size, where scandiff has 16 x 12.",
        "A divergence falls with the number of pairs: compare equal numbers of samples only.",
    ),
    open_points=(
        "which images are scored",
        "how many samples an image has",
        "whose ScanMatch: the rounding of GazeParser is assumed",
        "the grid of SED and the clusters of the Sequence Score, which are left out",
    ),
)
protocols.add(TPPGAZE.name, TPPGAZE)
