"""chen2021: the protocol of Chen et al. (2021) on OSIE, and the numbers that it must give."""

from gazekit.protocols.protocol import CheckValue, Protocol, Score, protocols

PORT = {"bins": (16, 12), "threshold": 3.5, "gap": 0.0, "gazeparser": True}
GRID = {"bins": (5, 5), "fixatons_grid": True}
OSIE_TEST = tuple(
    f"{number}.jpg"
    for number in (
        *(1009, 1017, 1049, 1056, 1062, 1086, 1087, 1099, 1108, 1114, 1116, 1117, 1127, 1130, 1131, 1136, 1140, 1152),
        *(1192, 1220, 1225, 1226, 1252, 1255, 1269, 1295, 1307, 1360, 1369, 1372, 1394, 1397, 1405, 1420, 1423, 1433),
        *(1441, 1478, 1480, 1481, 1489, 1490, 1493, 1502, 1509, 1523, 1528, 1530, 1549, 1555, 1558, 1567, 1576, 1581),
        *(1595, 1596, 1605, 1609, 1615, 1616, 1618, 1622, 1628, 1637, 1640, 1657, 1663, 1677, 1682, 1699),
    )
)
MULTIMATCH = tuple(
    Score(f"MultiMatch {name}", "multimatch", output=f"multimatch_{name}")
    for name in ("vector", "direction", "length", "position", "duration")
)
SCANMATCH = (
    Score("ScanMatch w/o duration", "scanmatch", PORT),
    Score("ScanMatch w/ duration", "scanmatch", {**PORT, "temporal_bin_ms": 50.0}),
)
SED = Score("SED", "edit_distance", GRID)
STDE = Score("STDE", "stde", {"by_fixation": True})


def of_people(values: dict[str, float], digits: int = 4) -> tuple[CheckValue, ...]:
    """Check values of people on OSIE that another program measured, to so many digits."""
    half = 0.5 / 10**digits
    return tuple(CheckValue("osie", "human", name, value, half, "measured") for name, value in values.items())


def _drawn(source: str, *values: float) -> tuple[CheckValue, ...]:
    """Check values of a drawn control, in the order of the table.

    They were drawn otherwise, which is not known in all: seeds move the third digit, the way to draw the second.
    """
    names = [score.name for score in (*MULTIMATCH, *SCANMATCH, SED, STDE)]
    near = [0.15 if name == "SED" else 0.01 for name in names]
    return tuple(CheckValue("osie", source, *each, "measured") for each in zip(names, values, near, strict=True))


CHEN2021 = Protocol(
    name="chen2021",
    title="Chen et al. 2021: OSIE and COCO-Search18, every sample against every person, means over all pairs",
    paper="Chen, Jiang, Zhao (2021), Predicting human scanpaths in visual question answering, CVPR",
    files="chenxy99/Scanpaths b4c3b1e: OSIE/utils/evaluation.py, OSIE/utils/evaltools/, OSIE/dataset/dataset.py",
    images={"osie": OSIE_TEST, "coco-search18": {"split": "valid", "condition": "present"}},
    split="OSIE: the authors' list (OSIE/preprocess/preprocess_fixations.py); COCO-Search18: "
    "trials with the object, of the part for validation",
    frame=(320, 240),
    people="ordered",
    samples=10,
    scores=(
        *MULTIMATCH,
        *SCANMATCH,
        SED,
        STDE,
        Score("SED best", "edit_distance", GRID, averaged="best"),
        Score("STDE best", "stde", {"by_fixation": True}, averaged="best"),
    ),
    headline="ScanMatch w/ duration",
    effects=(
        "Bins of 16 x 12 instead of ScanMatch's own 12 x 8 lower people with each other from .447 to .394 on OSIE: "
        "scores of other bins cannot be compared.",
        "SED is not divided by the length, so that it grows with it: a model that stops early is not far from anybody.",
        "STDE takes the mean distance of the fixations of a stretch; over windows as points (the measure's default) "
        "people reach .909 instead of .844. It judges the prediction by the person, and not the other way round.",
        "MultiMatch hardly tells people from paths of other images: its mean spans .03, ScanMatch .20.",
        "'Best' takes the nearest of all people: it grows with the number of people, and compares within one data set "
        "only.",
    ),
    open_on={"coco-search18": "whether the part is the same: the authors take split 3"},
    checks=(
        *of_people(
            {
                "MultiMatch vector": 0.9414,
                "MultiMatch direction": 0.6946,
                "MultiMatch length": 0.9306,
                "MultiMatch position": 0.8506,
                "MultiMatch duration": 0.6211,
                "ScanMatch w/o duration": 0.3902,
                "ScanMatch w/ duration": 0.3858,
                "STDE": 0.8438,
                "STDE best": 0.9064,
            }
        ),
        *of_people({"SED": 7.486, "SED best": 5.001}, digits=3),
        *_drawn("other-image", 0.9333, 0.6485, 0.9189, 0.7741, 0.6133, 0.1933, 0.1825, 9.355, 0.7829),
        *_drawn("uniform", 0.8456, 0.6436, 0.7856, 0.7135, 0.6057, 0.1518, 0.1353, 9.688, 0.7315),
    ),
)
protocols.add(CHEN2021.name, CHEN2021)
