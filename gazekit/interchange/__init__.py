"""Readers and writers: tables with one row per fixation, parquet, CSV, COCO-Search18 JSON, pysaliency HDF5.

The readers are imported when they are first used, so that this package costs nothing to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_WHERE = {
    "from_table": "tables",
    "to_table": "tables",
    "dataset_from_table": "own_data",
    "own_shelf": "shelf_photograph",
    "read_parquet": "parquet",
    "write_parquet": "parquet",
    "read_csv": "csv_files",
    "write_csv": "csv_files",
    "read_coco_search18": "coco_search18",
    "write_coco_search18": "coco_search18",
    "read_pysaliency": "pysaliency_hdf5",
    "write_pysaliency": "pysaliency_writing",
    "read_scanpaths": "formats",
    "write_scanpaths": "formats",
    "write_image_folder": "image_folder",
}

__all__ = [
    "dataset_from_table",
    "from_table",
    "own_shelf",
    "read_coco_search18",
    "read_csv",
    "read_parquet",
    "read_pysaliency",
    "read_scanpaths",
    "to_table",
    "write_coco_search18",
    "write_csv",
    "write_image_folder",
    "write_parquet",
    "write_pysaliency",
    "write_scanpaths",
]

if TYPE_CHECKING:
    from gazekit.interchange.coco_search18 import read_coco_search18, write_coco_search18
    from gazekit.interchange.csv_files import read_csv, write_csv
    from gazekit.interchange.formats import read_scanpaths, write_scanpaths
    from gazekit.interchange.image_folder import write_image_folder
    from gazekit.interchange.own_data import dataset_from_table
    from gazekit.interchange.parquet import read_parquet, write_parquet
    from gazekit.interchange.pysaliency_hdf5 import read_pysaliency
    from gazekit.interchange.pysaliency_writing import write_pysaliency
    from gazekit.interchange.shelf_photograph import own_shelf
    from gazekit.interchange.tables import from_table, to_table


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"gazekit.interchange.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'gazekit.interchange' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
