"""hat, gazeformer and irl2020: the line of COCO-Search18, where one of 18 objects is searched from the centre."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gazekit.protocols.chen2021 import MULTIMATCH
from gazekit.protocols.gazexplain import CLUSTERS, SHORT, TIMED
from gazekit.protocols.protocol import Protocol, Score, protocols

PRESENT = {"split": "valid", "condition": "present"}
FRAME = (512.0, 320.0)
PER_PATH = tuple(replace(score, averaged="paths") for score in MULTIMATCH)
PART = "which part is scored: the one for testing is not public, the part for validation is taken here"
OWN_CLUSTERS = "the clusters: the authors' file comes with their code, here they are made of people by the same recipe"
SEMANTIC = "maps of labels of the images are needed, and there are none here"
CENTRE = "Every path begins in the centre, which nobody chose and everybody is right about: one symbol is given away."
LEFT_OUT = (
    "People are compared with others only; each path has a mean over people first, so that all paths weigh alike."
)


def hat(name: str, what: str, images: Mapping[str, str], longest: int, config: str, **more: Any) -> Protocol:
    """The protocol of HAT for one of its three tasks; scores of targets where there are some."""
    data = "coco-freeview" if longest == 20 else "coco-search18"
    target = Score("probability mismatch", "probability_mismatch", {"strict": True})
    return Protocol(
        name=name,
        title=f"Yang et al. 2024: {what}, ten paths of at most {WORDS[longest]} new fixations",
        paper="Yang et al. (2024), Unifying top-down and bottom-up scanpath prediction using transformers, CVPR",
        files="cvlab-stonybrook/HAT 557205d: common/metrics.py, common/utils.py, common/dataset.py, hat/evaluation.py, "
        f"configs/{config}.json",
        images={data: images},
        frame=FRAME,
        grid=(512, 320),
        longest_prediction=longest,
        people="ordered",
        samples=10,
        scores=(
            Score("Sequence Score", CLUSTERS, averaged="paths"),
            *(
                Score(f"Sequence Score, {k} steps", CLUSTERS, averaged="paths", longest=k)
                for k in ((4, 8, 16) if longest == 20 else (2, 4, 6))
            ),
            Score("length error", "edit_distance", {"bins": (1, 1)}),
            *([target] if more.get("until_found") else []),
            Score("cIG", "conditional", output="cig"),
            Score("cNSS", "conditional", output="cnss"),
            Score("cAUC", "conditional", output="cauc_trapezoid"),
            Score("cAUC of ranks", "conditional", output="cauc_rank"),
        ),
        headline="Sequence Score",
        effects=(
            CENTRE,
            LEFT_OUT,
            f"Predictions have at most {WORDS[longest]} symbols, the centre among them, and people's are not cut: "
            "people who look longer are out of reach.",
            "cAUC is 1 less half of the share of other cells that are as likely as the fixated one: a map that says "
            "nothing has .5, but a random order of cells .75. The AUC of ranks beside it, which is ours, has .5 for "
            "both.",
            "cIG is measured from the smoothed training fixations of "
            f"{'all images' if longest == 20 else 'the object'} (24 px of 512 x 320): it needs them.",
            *more.pop("effects", ()),
            "Decoding is the model's: the authors also report the likeliest path instead of ten drawn ones (Greedy).",
        ),
        open_points=(PART, OWN_CLUSTERS),
        **more,
    )


WORDS = {6: "six", 10: "ten", 20: "twenty"}
HAT = hat(
    "hat",
    "objects that are there in COCO-Search18",
    PRESENT,
    6,
    "coco_search18_dense_SSL_TP",
    split="trials with the object, of people who fixated it",
    until_found=True,
    effects=("One model has a Sequence Score of .470 in its paper and .575 when trained on another group's split.",),
    left_out={"SemSS": SEMANTIC},
)
HAT_ABSENT = hat(
    "hat-absent",
    "objects that are not there in COCO-Search18",
    {"split": "valid", "condition": "absent"},
    10,
    "coco_search18_dense_SSL_TA",
    split="trials without the object",
    effects=("Nobody is left out: without the object there is nothing to fixate.",),
    left_out={"SemSS": SEMANTIC},
)
HAT_FREE = hat(
    "hat-freeview",
    "free viewing in COCO-FreeView",
    {"split": "valid"},
    20,
    "coco_freeview_dense_SSL",
    split="all trials of the part",
    effects=(
        "Four, eight and sixteen steps stand beside the whole, where the protocols of search have two, four, six.",
    ),
)
GAZEFORMER = Protocol(
    name="gazeformer",
    title="Mondal et al. 2023: objects that are there in COCO-Search18, ten paths of at most seven fixations",
    paper="Mondal et al. (2023), Gazeformer, CVPR",
    files="cvlab-stonybrook/Gazeformer 7147cb3: test.py, metrics.py, utils.py",
    images={"coco-search18": PRESENT},
    split="trials with the object",
    frame=FRAME,
    longest_person=7,
    longest_prediction=7,
    people="ordered",
    samples=10,
    scores=(
        Score("Sequence Score w/o duration", CLUSTERS, averaged="paths"),
        Score("Sequence Score w/ duration", TIMED, averaged="paths"),
        Score("edit distance w/o duration", "edit_distance_clusters", averaged="paths"),
        Score("edit distance w/ duration", "edit_distance_clusters_time", averaged="paths"),
        *PER_PATH,
    ),
    headline="Sequence Score w/o duration",
    effects=(
        CENTRE,
        LEFT_OUT,
        "Paths of people are cut after seven fixations too, so that long searches count as short ones; hat does not "
        "cut them.",
        "Edit distances are not divided by the length, so that they grow with it.",
    ),
    open_points=(PART, OWN_CLUSTERS),
    left_out={"SemSS": SEMANTIC, "SemFED": SEMANTIC},
)
IRL2020 = Protocol(
    name="irl2020",
    title="Yang et al. 2020: objects that are there in COCO-Search18, people compared with themselves, too",
    paper="Yang et al. (2020), Predicting goal-directed human attention using inverse reinforcement learning, CVPR",
    files="cvlab-stonybrook/Scanpath_Prediction: multimatch.py, and issues 16 and 24",
    images={"coco-search18": PRESENT},
    split="trials with the object",
    frame=FRAME,
    longest_prediction=6,
    padding=SHORT,
    people="with themselves",
    samples=10,
    scores=(
        Score("TFP-AUC", "tfp_auc", {"strict": True}),
        Score("probability mismatch", "probability_mismatch", {"strict": True}),
        Score("scanpath ratio", "scanpath_ratio", {"strict": True}),
        Score("Sequence Score", CLUSTERS, averaged="paths"),
        *PER_PATH[:4],
    ),
    headline="Sequence Score",
    effects=(
        CENTRE,
        "People's row holds each path compared with itself, which is 1 on a similarity: with ten people a tenth of it "
        "is given away. No model has that.",
        "Paths of fewer than three fixations are filled up with the place (1, 1), where nobody looked.",
        "TFP-AUC is the plain sum of the share that has found the object by the start and six fixations: 7 at most.",
    ),
    open_points=(PART, OWN_CLUSTERS),
    not_recommended="people are compared with themselves in people's row, so that no model can be compared with it "
    "(issue 24 of the authors' repository); hat and gazeformer leave the same person out",
)
for _protocol in (HAT, HAT_ABSENT, HAT_FREE, GAZEFORMER, IRL2020):
    protocols.add(_protocol.name, _protocol)
