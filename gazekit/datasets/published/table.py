"""A data set that is a table with a row per fixation, perhaps with a folder of images: its card says all about it."""

import re
from collections.abc import Mapping
from typing import Any

from gazekit.core.trials import Dataset
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError, naming, refusing
from gazekit.interchange.own_data import dataset_from_table
from gazekit.interchange.space import Space

_UNITS = {"ms": "ms", "milliseconds": "ms", "s": "s", "seconds": "s", "us": "us", "microseconds": "us", "ns": "ns"}


def load(folder: PublishedFolder) -> Dataset:
    """Read the table that the card's section `[table]` describes.

    Parameters
    ----------
    folder : PublishedFolder
        With the table, and the folder of images where the card names one and it is there. Without images the table or
        the card has to say their sizes.

    Returns
    -------
    Dataset
        As from `gazekit.interchange.own_data.dataset_from_table`, with the card's facts.

    Raises
    ------
    DataError
        The section does not say `file`, has an option that tables do not have, or reads times in another unit than the
        card's `time_unit` begins with; and what the table is refused for.
    """
    card = folder.card
    options: dict[str, Any] = dict(card.table or {})
    where = f"the section [table] of the card of {card.name!r}"
    if not isinstance(options.get("file"), str):
        raise DataError(f'{where} does not say which file the table is in (file = "gaze.csv")')
    table = folder.file(check_name(options.pop("file"), where))
    pictures = options.pop("images", None)
    images = None if pictures is None else folder.root / check_name(str(pictures), where)
    if isinstance(options.get("space"), Mapping):
        with refusing(TypeError, lambda error: DataError(f"{where}: space: {error}")):
            options["space"] = Space(**options["space"])
    for taken in ("facts", "outside", "px_per_degree", "name"):
        if taken in options:
            raise DataError(f"{where} has {taken!r}, which the card itself says, or who reads the data")
    read = options.get("time_unit", "ms")
    with naming(where), refusing(TypeError, lambda error: DataError(str(error))):
        data = dataset_from_table(
            table,
            images if images is not None and images.is_dir() else None,
            name=card.name,
            px_per_degree=folder.px_per_degree,
            outside=folder.outside,
            facts=card.facts,
            **options,
        )
    said = re.split(r"\W", card.time_unit.lower())[0]
    if _UNITS.get(said, read) != read:
        raise DataError(
            f"{where} reads times in {read}, and the card says time_unit = {card.time_unit!r}: give [table] "
            f'time_unit = "{_UNITS[said]}", or correct the card'
        )
    folder.trials += data.trials
    return folder.dataset(data.scanpaths)
