"""What a study trains, read from a TOML file."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from gazekit.files.untrusted import check_name, decoding, parse_toml
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError, check_known
from gazekit.models.oat.config import RENAMED, OatConfig, preset
from gazekit.models.training import TrainingOptions, with_changes

TARGETS = ("true", "shuffled")
OF_STUDY = ("data", "seeds", "by", "folds", "only", "split_seed", "preset", "against", "references")
OF_VARIANT = ("seeds", "by", "folds", "only", "targets")


@dataclass(frozen=True)
class Variant:
    """One kind of network and training.

    Parameters
    ----------
    name : str
        Of its rows.
    config : OatConfig
        Of the network.
    options : TrainingOptions
        How it is trained.
    seeds : tuple of int
        One training each.
    by, folds : str, int
        How the data are split; see `gazekit.core.trials.Dataset.split`.
    targets : {"true", "shuffled"}
        "shuffled": the network is told another object than the one that people searched for, in training and testing.
    only : tuple of int, optional
        The folds that are trained; all by default.
    """

    name: str
    config: OatConfig
    options: TrainingOptions
    seeds: tuple[int, ...]
    by: str
    folds: int
    targets: str = "true"
    only: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        check_known(f"targets of variant {self.name!r}", self.targets, TARGETS)
        if "/" in check_name(self.name, "the plan"):  # it becomes the name of a folder
            raise GazekitError(f"the variant {self.name!r} cannot be the name of a folder; leave out the '/'")
        if not self.seeds:
            raise GazekitError(f"variant {self.name!r} has no seed; give seeds = [0, 1, 2]")

    @property
    def trained(self) -> tuple[int, ...]:
        """Folds that are trained."""
        return tuple(range(self.folds)) if self.only is None else self.only

    def folder(self, seed: int) -> str:
        """Name of the folder of one training."""
        return f"{self.name.replace(' ', '-')}-{seed}"


@dataclass(frozen=True)
class Plan:
    """What a study trains and compares.

    Parameters
    ----------
    data : mapping
        `name` of the data set, and options that it is loaded with.
    variants : tuple of Variant
        In the order of the file.
    split_seed : int
        Of the split, the same for all seeds.
    against : str
        Variant that the others are compared with.
    references : tuple of str
        Other models with a likelihood, such as "move".
    """

    data: dict[str, Any]
    variants: tuple[Variant, ...]
    split_seed: int
    against: str
    references: tuple[str, ...]


def read_plan(path: str | Path) -> Plan:
    """Read a plan.

    Parameters
    ----------
    path : path
        A TOML file with the tables `study` (data, seeds, by, folds, only, split_seed, preset, against, references),
        `network` and `training` (what all variants share), and `variants.NAME` for each: what it changes of the
        network, the training, `seeds`, `by`, `folds`, `only` or `targets`.

    Returns
    -------
    Plan

    Raises
    ------
    DataError
        No such file, no TOML, or no variant.
    GazekitError, UnknownNameError
        A name or value that does not exist.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"the plan {path} is not there")
    with decoding(f"the plan {path} is no TOML file", "correct it"):
        found = parse_toml(path)
    with decoding(f"the plan {path} has a value of the wrong kind", "correct it"):
        return _plan(found, path)


def _plan(found: dict[str, Any], path: Path) -> Plan:
    study = found.get("study", {})
    for table, known in ((study, OF_STUDY), (found, ("study", "network", "training", "variants"))):
        unknown = next((name for name in table if name not in known), None)
        if unknown is not None:
            raise UnknownNameError(f"entry of the plan {path.name}", unknown, known)
    if not found.get("variants"):
        raise DataError(f"the plan {path} has no variant; give at least one table [variants.NAME]")
    if "data" not in study:
        raise DataError(f"the plan {path} names no data: study.data = {{ name = 'bookcovers' }}")
    variants = []
    for name, changes in found["variants"].items():
        try:
            variants.append(_variant(name, changes, found, study))
        except UnknownNameError:
            raise
        except GazekitError as error:
            raise DataError(f"variant {name!r} of the plan {path}: {error}") from error
    against = study.get("against", variants[0].name)
    check_known("variant to compare with", against, [v.name for v in variants])
    references = tuple(study.get("references", ()))
    return Plan(dict(study["data"]), tuple(variants), int(study.get("split_seed", 0)), against, references)


def _variant(name: str, changes: dict[str, Any], found: dict[str, Any], study: dict[str, Any]) -> Variant:
    network, training = dict(found.get("network", {})), dict(found.get("training", {}))
    own = {key: changes[key] for key in OF_VARIANT if key in changes}
    only = own.get("only", study.get("only"))
    of_network = {*(f.name for f in fields(OatConfig)), *RENAMED}
    for key, value in changes.items():
        if key not in own:
            (network if key in of_network else training)[key] = value
    return Variant(
        name,
        preset(study.get("preset", "oat-small"), **network),
        with_changes(TrainingOptions(), training),
        tuple(own.get("seeds", study.get("seeds", (0,)))),
        own.get("by", study.get("by", "layout")),
        int(own.get("folds", study.get("folds", 5))),
        own.get("targets", "true"),
        None if only is None else tuple(only),
    )
