"""A sweep: the same search study with several values of one option of the model, and all slopes in one table."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.files.atomic import is_leftover
from gazekit.foundations.errors import GazekitError, RunFolderError
from gazekit.runs.folder import write_table
from gazekit.runs.manifest import is_run

TABLE, FIGURE = "sweep.csv", "sweep.png"


def sweep(
    option: str,
    values: Sequence[Any],
    out: str | Path,
    study: Callable[[Any, Path], pd.DataFrame],
    check: Callable[[Any], object] = lambda _: None,
) -> pd.DataFrame:
    """Run a study once per value, each in a run folder of its own, and write one table of all.

    Parameters
    ----------
    option : str
        Name of the model's option.
    values : sequence
        At least two different ones, numbers or names.
    out : path
        New, empty, or the folder of an earlier sweep of this option with some of these values, which is gone on with.
        The run of a value is in the folder `option=value`.
    study : callable
        From a value and its run folder to the study's slopes: a row per model, experiment and condition, with slope,
        low, high and human (people's), ms per item.
    check : callable
        Called with every value before the first run; raises an error for one that the model refuses.

    Returns
    -------
    pandas.DataFrame
        The tables of all values, with a first column called like the option. Written as `sweep.csv`.

    Raises
    ------
    GazekitError
        Fewer than two values, one twice, or one that cannot be the name of a folder; what `check` raises.
    RunFolderError
        The folder holds something else, or runs of other values.
    """
    out = Path(out)
    names = [f"{option}={value}" for value in values]
    if len(names) < 2:
        raise GazekitError(f"a sweep needs at least two values of {option}, as {option}=1,2")
    for name in names:
        if names.count(name) > 1:
            raise GazekitError(f"the sweep has {name} twice; give each value once")
        if not re.fullmatch(r"[\w.+-]+=[\w.+-]+", name):
            raise GazekitError(f"{name!r} cannot be swept: values are numbers or names; run the others one by one")
    _check_folder(out, names)
    for value in values:
        check(value)
    tables = []
    for name, value in zip(names, values, strict=True):
        table = study(value, out / name).copy()
        table.insert(0, option, value)
        tables.append(table)
    found = pd.concat(tables, ignore_index=True)
    write_table(found, out / TABLE)
    return found


def _check_folder(out: Path, names: Sequence[str]) -> None:
    if not out.exists():
        return
    if is_run(out) or not out.is_dir():
        raise RunFolderError(f"{out} holds something else than a sweep; choose another --out, nothing was written")
    for path in sorted(out.iterdir()):
        # A run that --overwrite moved aside is called as it was, with the day.
        own = any(path.name == name or re.match(rf"{re.escape(name)}-\d{{4}}-", path.name) for name in names)
        if own or path.name in (TABLE, FIGURE) or is_leftover(path):
            continue
        if is_run(path):
            raise RunFolderError(
                f"{out} holds the run {path.name}, which is not of this sweep; name its value too, or choose another "
                f"--out (nothing was written)"
            )
        raise RunFolderError(f"{out} holds {path.name}, which is no sweep's; choose another --out, nothing was written")
