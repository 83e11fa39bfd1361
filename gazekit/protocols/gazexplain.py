"""gazexplain and isp: what followed chen2021, on a frame of 512 x 384, a prediction for each person."""

from gazekit.protocols.chen2021 import MULTIMATCH, OSIE_TEST, SCANMATCH, SED, STDE, of_people
from gazekit.protocols.protocol import Padding, Protocol, Score, protocols

SHORT = Padding(3, 1, 1, 1)
SCORES = (*SCANMATCH, *MULTIMATCH, SED, STDE)
CLUSTERS, TIMED = "sequence_score_clusters", "sequence_score_clusters_time"
SEQUENCE = (
    Score("Sequence Score w/o duration", CLUSTERS, longest=16),
    Score("Sequence Score w/ duration", TIMED, longest=16),
)
PEOPLE = {
    "MultiMatch vector": 0.9414,
    "MultiMatch direction": 0.6946,
    "MultiMatch length": 0.9306,
    "MultiMatch position": 0.8506,
    "MultiMatch duration": 0.6211,
    "ScanMatch w/o duration": 0.3902,
    "ScanMatch w/ duration": 0.3858,
    "SED": 7.4812,
}
OWN = "A prediction meets one person only: numbers are not those of all pairs, and a model that knows the person gains."

GAZEXPLAIN = Protocol(
    name="gazexplain",
    title="Chen et al. 2024: 70 images of OSIE, a sample for each person's path against that path",
    paper="Chen, Jiang, Zhao (2024), GazeXplain, ECCV",
    files="chenxy99/GazeXplain 443f4aa: src/lib/evaluation/evaluator.py, src/lib/evaluator_groundtruth.py, "
    "src/preprocess/OSIE/proprecess_OSIE_SScluster.py",
    images={"osie": OSIE_TEST},
    split="the list of chen2021",
    frame=(512, 384),
    padding=SHORT,
    people="unordered",
    models="own person",
    samples=1,
    scores=(*SCORES, *SEQUENCE),
    headline="ScanMatch w/ duration",
    effects=(
        OWN,
        "People's row takes every two people once. STDE is not symmetric, so that people reach .8429 where all ordered "
        "pairs give .8438.",
        "The grid of SED has cells of 102 x 76 px on 512 x 384, so that what lies beyond the last whole cell gets a "
        "symbol of its own: people are at 7.481, on 320 x 240 at 7.486.",
        "Clusters of the Sequence Score are made from all people of the image, the scored one among them.",
        "The authors also compare maps of fixations (CC, AUC, NSS, sAUC, KLD, SIM): left out here. People's "
        "row of them rests on random halves without a seed.",
    ),
    checks=of_people({**PEOPLE, "STDE": 0.8429}),
)
ISP = Protocol(
    name="isp",
    title="Chen et al. 2024: 70 images of OSIE, a sample for each person against that person",
    paper="Chen, Jiang, Zhao (2024), Beyond average: individualized visual scanpath prediction, CVPR",
    files="chenxy99/IndividualScanpath 50adc58: OSIE/GazeformerISP/src/utils/evaluation.py",
    images={"osie": OSIE_TEST},
    split="the list of chen2021",
    frame=(512, 384),
    padding=SHORT,
    people="ordered",
    models="own person",
    samples=1,
    scores=(
        *SCORES,
        *(Score(f"R@{k}", "scanmatch", SCANMATCH[1].options, averaged="recall", nearest=k) for k in (1, 5)),
    ),
    headline="ScanMatch w/ duration",
    effects=(
        OWN,
        "As chen2021 otherwise, but on 512 x 384, and with paths of fewer than 3 fixations filled up: MultiMatch has a "
        "value for them, of points that nobody looked at.",
        "The authors' file scores models only: people's row here is that of chen2021.",
        "R@k is the share of predictions whose own person is among the k people most like them (ScanMatch with "
        "durations): chance is k over the number of people. Which k the paper prints could not be read; 1 and 5 here.",
    ),
    checks=of_people(PEOPLE),
)
for _protocol in (GAZEXPLAIN, ISP):
    protocols.add(_protocol.name, _protocol)
