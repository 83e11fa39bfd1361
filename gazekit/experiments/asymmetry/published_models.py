"""What was published of models in the six experiments: indices, slopes and mean saccades, as printed numbers.

Recomputed from the saccade counts published with Gupta, Zhang, Wu, Wolfe and Kreiman (2021), Visual search asymmetry:
deep nets and humans share similar inherent biases, NeurIPS; they agree with the means that its code prints. Values of
the files as published: of `chance` and `pixelMatch` the trials are shifted by one there (trial i stands in row i - 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass

ORDER = ("curvature", "lighting", "intersection", "t-and-l", "orientation-homogeneous", "orientation-heterogeneous")


@dataclass(frozen=True)
class PublishedModel:
    """Published values of one model.

    Parameters
    ----------
    indices : six floats
        Asymmetry index of each experiment, in `ORDER`, to four digits.
    mean : float
        Their mean.
    slopes : six pairs of floats
        Slopes of the easy and the hard condition, ms per item, to three digits.
    """

    indices: tuple[float, ...]
    mean: float
    slopes: tuple[tuple[float, float], ...]

    def index(self, experiment: str) -> float:
        """Index of an experiment."""
        return self.indices[ORDER.index(experiment)]


def _model(indices: str, mean: float, slopes: str) -> PublishedModel:
    pairs = [pair.split("/") for pair in slopes.split()]
    return PublishedModel(tuple(map(float, indices.split())), mean, tuple((float(a), float(b)) for a, b in pairs))


# By the name of the model's folder in the published data.
MODELS: Mapping[str, PublishedModel] = {
    "eccNET": _model(
        "1.0000 1.0000 0.4955 0.7895 -1.0000 0.7905",
        0.5126,
        "0/4.431 0/8.088 32.713/96.971 11.683/99.308 100.393/0 1.621/13.857",
    ),
    "IVSN": _model(
        "0.8298 0.9885 -0.6308 0.2903 -0.5806 1.0000",
        0.3162,
        ".300/3.230 .786/135.562 123.843/28.040 12.852/23.367 16.487/4.374 0/13.612",
    ),
    "eccNET_MNIST": _model(
        "0.9969 0.2741 0.0602 -0.1078 0.0400 -0.1529",
        0.1851,
        ".225/144.581 69.838/122.574 91.130/102.813 132.021/106.318 102.412/110.946 148.968/109.447",
    ),
    "eccNET_0_0_1": _model(
        "-0.0085 0.9703 -0.2761 0.3918 -0.5283 -0.0461",
        0.0839,
        "26.888/26.438 1.340/88.834 121.506/68.931 68.931/157.724 131.318/40.530 129.147/117.768",
    ),
    "eccNET_noecc": _model(
        "0.9623 -0.7714 -0.6790 0.8030 1.0000 -1.0000",
        0.0525,
        ".751/39.131 20.059/2.588 158.893/30.377 15.188/139.031 0/12.664 7.250/0",
    ),
    "eccNET_Rot90": _model(
        "-1.0000 -1.0000 -0.0917 -0.1733 -1.0000 0.8336",
        -0.4052,
        ".676/0 11.093/0 146.041/121.506 102.813/72.436 240.582/0 12.358/136.213",
    ),
    "chance": _model(
        "0.4136 -0.2611 0.4000 0.1290 -0.2936 -0.4074",
        -0.0033,
        "38.980/93.959 113.515/66.510 28.040/65.426 63.090/81.783 38.542/21.045 93.633/39.429",
    ),
    "pixelMatch": _model(
        "-1.0000 -0.5676 0.0000 -1.0000 1.0000 0.5024",
        -0.1775,
        ".150/-.676 5.361/1.479 -7.010/-4.673 1.168/-1.168 -.061/.092 1.560/4.711",
    ),
}

# Mean saccades of eccNET at each set size, easy then hard condition, to three digits.
ECCNET_SACCADES: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "curvature": ((1, 1, 1), (1.167, 1.367, 1.600)),
    "lighting": ((1, 1, 1), (1, 1.400, 1.367)),
    "intersection": ((1.528, 1.861, 2.306), (2, 3.25, 4.306)),
    "t-and-l": ((1.028, 1.139, 1.306), (1.75, 2.722, 4.111)),
    "orientation-homogeneous": ((1, 1.967, 3.633, 5.333), (1, 1, 1, 1)),
    "orientation-heterogeneous": ((1, 1, 1.033, 1.067), (1, 1.167, 1.4, 1.6)),
}
