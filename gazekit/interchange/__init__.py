"""Readers and writers: tables with one row per fixation, parquet, CSV, COCO-Search18 JSON, pysaliency HDF5.

pyarrow and h5py are imported when a file of theirs is read or written.
"""

from gazekit.interchange.coco_search18 import read_coco_search18, write_coco_search18
from gazekit.interchange.csv_files import read_csv, write_csv
from gazekit.interchange.formats import read_scanpaths, write_scanpaths
from gazekit.interchange.image_folder import write_image_folder
from gazekit.interchange.own_data import dataset_from_table
from gazekit.interchange.parquet import read_parquet, write_parquet
from gazekit.interchange.pysaliency_hdf5 import read_pysaliency, write_pysaliency
from gazekit.interchange.shelf_photograph import own_shelf
from gazekit.interchange.tables import from_table, to_table

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
