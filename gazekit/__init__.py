"""gazekit: real gaze in, any model, scored against a human ceiling.

The public names are imported when they are first used, so that `import gazekit` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gazekit.core.exchange import exchange
from gazekit.foundations.version import __version__

_WHERE = {
    "Facts": "gazekit.core.frames",
    "Frame": "gazekit.core.frames",
    "Scanpath": "gazekit.core.scanpaths",
    "Scanpaths": "gazekit.core.scanpaths",
    "Box": "gazekit.core.trials",
    "Dataset": "gazekit.core.trials",
    "Objects": "gazekit.core.trials",
    "Trial": "gazekit.core.trials",
    "DataError": "gazekit.foundations.errors",
    "MismatchError": "gazekit.foundations.errors",
    "MissingNeedError": "gazekit.foundations.errors",
    "UnknownNameError": "gazekit.foundations.errors",
    "RunFolderError": "gazekit.foundations.errors",
    "BusyError": "gazekit.foundations.errors",
    "GazekitError": "gazekit.foundations.errors",
    "Results": "gazekit.evaluation.results",
    "ScanpathModel": "gazekit.models.contract",
    "evaluate": "gazekit.evaluation.evaluate",
    "load_dataset": "gazekit.datasets",
    "load_model": "gazekit.models.registry",
}
for _name, _module in {
    "dataset_from_table": "own_data",
    "from_table": "tables",
    "read_parquet": "parquet",
    "to_table": "tables",
    "write_parquet": "parquet",
}.items():
    exchange.add(_name, f"gazekit.interchange.{_module}:{_name}")
_ROOMS = ("datasets", "experiments", "interchange", "metrics", "models", "plots", "report", "testing")

__all__ = [
    "Box",
    "BusyError",
    "DataError",
    "Dataset",
    "Facts",
    "Frame",
    "GazekitError",
    "MismatchError",
    "MissingNeedError",
    "Objects",
    "Results",
    "RunFolderError",
    "Scanpath",
    "ScanpathModel",
    "Scanpaths",
    "Trial",
    "UnknownNameError",
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
    from gazekit.core.frames import Facts, Frame
    from gazekit.core.scanpaths import Scanpath, Scanpaths
    from gazekit.core.trials import Box, Dataset, Objects, Trial
    from gazekit.datasets import load_dataset
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.evaluation.results import Results
    from gazekit.foundations.errors import (
        BusyError,
        DataError,
        GazekitError,
        MismatchError,
        MissingNeedError,
        RunFolderError,
        UnknownNameError,
    )
    from gazekit.models.contract import ScanpathModel
    from gazekit.models.registry import load_model


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    if name in _ROOMS:
        return import_module(f"gazekit.{name}")
    raise AttributeError(f"module 'gazekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
