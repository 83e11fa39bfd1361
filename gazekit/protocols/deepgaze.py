"""deepgaze and deepgaze35vl: log densities of the next fixation, as groups with probabilistic models score them."""

from gazekit.protocols.protocol import Protocol, Score, protocols

NEXT = "The first fixation is imposed and only stands in the history; every later one is scored after the true ones."

DEEPGAZE = Protocol(
    name="deepgaze",
    title="Kümmerer et al. 2022: log likelihood of each next fixation on MIT1003, mean of an image, then of images",
    paper="Kümmerer, Bethge, Wallis (2022), DeepGaze III: modeling free-viewing human scanpaths with deep learning, "
    "Journal of Vision 22",
    files="matthias-k/DeepGaze c87b106: deepgaze_pytorch/metrics.py, train_deepgaze3.ipynb",
    images={"mit1003": ()},
    split="all images, in ten folds: a model that learned from people must not have seen the image",
    frame=None,
    grid=(1024, 768),
    people="ordered",
    samples=1,
    scores=(
        Score("LL", "information_gain", averaged="images"),
        Score("NSS", "conditional", output="cnss", averaged="images"),
    ),
    headline="LL",
    effects=(
        NEXT,
        "LL is in bit per fixation over a uniform density on 1024 x 768 cells (768 x 1024 on upright images): a "
        "density on coarser cells, or over people's fixations at large, is another number.",
        "The mean is taken over the fixations of an image, then over images; over all fixations, or over paths first, "
        "it is another number.",
        "A fixation to which a model gives probability 0 makes the mean minus infinity.",
    ),
    left_out={
        "IG": "it is measured from a smoothed map of people, and the unit of its width (10^-1.667) could not be read",
        "people": "how people left out one at a time are smoothed could not be read",
    },
)
DEEPGAZE35VL = Protocol(
    name="deepgaze35vl",
    title="DeepGaze3.5-VL 2026: what its density of the next fixation says on 100 x 100 cells, mean of a path, then of "
    "paths",
    paper="DeepGaze3.5-VL (2026), arXiv 2607.02083",
    files="Susmit-A/DeepGaze3.5-VL ef8fece: evaluate_vllm_unified.py",
    images={"mit1003": ()},
    split="not published; all images here",
    frame=None,
    grid=(100, 100),
    people="ordered",
    samples=1,
    scores=(
        Score("LL", "information_gain", averaged="paths"),
        Score("AUC", "auc_uniform", averaged="paths"),
        Score("NSS", "nss", averaged="paths"),
    ),
    headline="LL",
    effects=(
        NEXT,
        "Cells are a hundredth of the image's width and height, whatever its shape: bits per fixation on them are not "
        "those on pixels, which deepgaze takes.",
        "The mean is taken over the fixations of a path, then over paths, so that short paths count as much as long "
        "ones; deepgaze takes that of images.",
        "NSS has the standard deviation of all cells (ddof 0), deepgaze that of a sample.",
    ),
    open_points=("which images are scored", "the headline: the authors lead with IG, in place of which LL stands here"),
    left_out={"IG": "it is measured from a centre bias on the same cells, and which could not be read"},
)
for _protocol in (DEEPGAZE, DEEPGAZE35VL):
    protocols.add(_protocol.name, _protocol)
