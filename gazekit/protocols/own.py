"""gazekit: how this toolkit makes its numbers, on any data set, so that they stand beside those of others."""

from dataclasses import replace

from gazekit.protocols.chen2021 import MULTIMATCH, of_people
from gazekit.protocols.protocol import Protocol, Score, protocols

GAZEKIT = Protocol(
    name="gazekit",
    title="gazekit: any data set, everybody asked for people's lengths, every image weighs the same",
    paper="gazekit's own, see docs/architecture.md",
    files="gazekit/evaluation/",
    images={},
    split="all of the data set; what a model has learned from must not be among it",
    frame=None,
    first_fixation="dropped if imposed",
    lengths="matched",
    people="ordered",
    samples=5,
    scores=(
        Score("ScanMatch", "scanmatch", averaged="images"),
        *(replace(score, averaged="images") for score in MULTIMATCH),
    ),
    headline="ScanMatch",
    effects=(
        "Paths have the lengths of people on other images, drawn by trial and sample: a model gains nothing by its "
        "length, and cannot lose by it. What it says of the end of a path is not in these numbers.",
        "A first fixation that was imposed is dropped: nobody chose it.",
        "ScanMatch has its own 12 x 8 bins: people on OSIE reach .447, with the 16 x 12 of chen2021 .394.",
        "The mean is taken over the pairs of an image, then over images, so that many people weigh no more.",
        "gazekit evaluate gives the same numbers, with all measures, four nulls and intervals over people, too.",
    ),
    checks=of_people({"ScanMatch": 0.4474}),
)
protocols.add(GAZEKIT.name, GAZEKIT)
