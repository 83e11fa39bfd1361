"""gazekit: real gaze in, any model, scored against a human ceiling.

The public names are imported when they are first used, so that `import gazekit` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "Facts": "gazekit.frames",
    "Frame": "gazekit.frames",
    "Scanpath": "gazekit.scanpath",
    "Scanpaths": "gazekit.scanpaths",
    "Box": "gazekit.trials",
    "Dataset": "gazekit.trials",
    "Objects": "gazekit.trials",
    "Trial": "gazekit.trials",
    "GazekitError": "gazekit.errors",
    "Results": "gazekit.experiments.results",
    "ScanpathModel": "gazekit.models.contract",
    "evaluate": "gazekit.experiments.evaluation",
    "load_dataset": "gazekit.datasets",
    "load_model": "gazekit.models.registry",
}
_ROOMS = ("datasets", "experiments", "interchange", "metrics", "models", "plots", "report", "testing")

__all__ = [
    "Box",
    "Dataset",
    "Facts",
    "Frame",
    "GazekitError",
    "Objects",
    "Results",
    "Scanpath",
    "ScanpathModel",
    "Scanpaths",
    "Trial",
    "__version__",
    "datasets",
    "evaluate",
    "experiments",
    "interchange",
    "load_dataset",
    "load_model",
    "metrics",
    "models",
    "plots",
    "report",
    "testing",
]

if TYPE_CHECKING:
    from gazekit import datasets, experiments, interchange, metrics, models, plots, report, testing
    from gazekit.datasets import load_dataset
    from gazekit.errors import GazekitError
    from gazekit.experiments.evaluation import evaluate
    from gazekit.experiments.results import Results
    from gazekit.frames import Facts, Frame
    from gazekit.models.contract import ScanpathModel
    from gazekit.models.registry import load_model
    from gazekit.scanpath import Scanpath
    from gazekit.scanpaths import Scanpaths
    from gazekit.trials import Box, Dataset, Objects, Trial


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    if name in _ROOMS:
        return import_module(f"gazekit.{name}")
    raise AttributeError(f"module 'gazekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
