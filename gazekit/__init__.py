"""gazekit: real gaze in, any model, scored against a human ceiling.

The public names are imported when they are first used, so that `import gazekit` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gazekit.core.exchange import exchange
from gazekit.foundations.version import __version__ as __version__

_MODULES = {  # the module of each public name
    "checks": ("check",),
    "core.frames": ("Facts", "Frame"),
    "core.scanpaths": ("Scanpath", "Scanpaths"),
    "core.trials": ("Box", "Dataset", "Objects", "Trial"),
    "datasets": ("load_dataset",),
    "evaluation.evaluate": ("evaluate",),
    "evaluation.results": ("Results",),
    "foundations.errors": (
        *("BusyError", "DataError", "GazekitError", "MismatchError"),
        *("MissingNeedError", "RunFolderError", "UnknownNameError"),
    ),
    "models.contract": ("ScanpathModel",),
    "models.registry": ("load_model",),
}
_WHERE = {name: f"gazekit.{module}" for module, names in _MODULES.items() for name in names}
for _name, _module in {
    "dataset_from_table": "own_data",
    "from_table": "tables",
    "read_parquet": "parquet",
    "to_table": "tables",
    "write_parquet": "parquet",
}.items():
    exchange.add(_name, f"gazekit.interchange.{_module}:{_name}")
_ROOMS = (
    "checks",
    "datasets",
    "experiments",
    "interchange",
    "metrics",
    "models",
    "plots",
    "protocols",
    "report",
    "testing",
)

__all__ = sorted(["__version__", *_WHERE, *_ROOMS])

if TYPE_CHECKING:
    from gazekit import checks as checks
    from gazekit import datasets as datasets
    from gazekit import experiments as experiments
    from gazekit import interchange as interchange
    from gazekit import metrics as metrics
    from gazekit import models as models
    from gazekit import plots as plots
    from gazekit import protocols as protocols
    from gazekit import report as report
    from gazekit import testing as testing
    from gazekit.checks import check as check
    from gazekit.core.frames import Facts as Facts
    from gazekit.core.frames import Frame as Frame
    from gazekit.core.scanpaths import Scanpath as Scanpath
    from gazekit.core.scanpaths import Scanpaths as Scanpaths
    from gazekit.core.trials import Box as Box
    from gazekit.core.trials import Dataset as Dataset
    from gazekit.core.trials import Objects as Objects
    from gazekit.core.trials import Trial as Trial
    from gazekit.datasets import load_dataset as load_dataset
    from gazekit.evaluation.evaluate import evaluate as evaluate
    from gazekit.evaluation.results import Results as Results
    from gazekit.foundations.errors import BusyError as BusyError
    from gazekit.foundations.errors import DataError as DataError
    from gazekit.foundations.errors import GazekitError as GazekitError
    from gazekit.foundations.errors import MismatchError as MismatchError
    from gazekit.foundations.errors import MissingNeedError as MissingNeedError
    from gazekit.foundations.errors import RunFolderError as RunFolderError
    from gazekit.foundations.errors import UnknownNameError as UnknownNameError
    from gazekit.models.contract import ScanpathModel as ScanpathModel
    from gazekit.models.registry import load_model as load_model


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    if name in _ROOMS:
        return import_module(f"gazekit.{name}")
    raise AttributeError(f"module 'gazekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
