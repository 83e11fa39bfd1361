"""visions: visual search, paths compared where both found the target."""

from dataclasses import replace

from gazekit.protocols.chen2021 import MULTIMATCH
from gazekit.protocols.protocol import Protocol, protocols

SHAPE = tuple(replace(score, averaged="images", both_found=True) for score in MULTIMATCH[:4])

VISIONS = Protocol(
    name="visions",
    title="ViSioNS: visual search, MultiMatch without durations where both found the target",
    paper="Travi et al. (2022), ViSioNS: visual search in natural scenes benchmark, NeurIPS Datasets and Benchmarks",
    files="NeuroLIAA/visions: Metrics/scripts/multimatch.py, human_scanpath_prediction.py, cumulative_performance.py, "
    "utils.py, Metrics/constants.py (single files of several states)",
    images={"interiors": ()},
    split="all images",
    frame=None,
    people="unordered",
    samples=1,
    scores=(
        replace(SHAPE[0], name="AvgMM", output=tuple(str(score.output) for score in SHAPE)),
        *SHAPE,
    ),
    headline="AvgMM",
    effects=(
        "Pairs count only where both found the target: a model that finds it on easy images alone is compared on those "
        "alone. The number of pairs without a value is beside the score.",
        "The mean is taken over the pairs of an image, then over images.",
        "Four dimensions: durations are left out.",
        "MultiMatch hardly tells people from paths of other images; read the share that found the target beside it.",
    ),
    open_points=("at which state of the code the published numbers were made",),
    open_on={
        "interiors": "what the first fixation moves, on the dot that people had to look at: the authors keep it; it is "
        "stored for 4,822 of 7,450 paths only, and the data set leaves it out",
    },
    left_out={
        "AUCperf": "up to how many fixations the curve goes could not be read",
        "AUC, NSS, IG, LL": "the centre bias is fitted on CAT2000, and which of two states was used is not known",
    },
)
protocols.add(VISIONS.name, VISIONS)
