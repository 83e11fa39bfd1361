"""Readers and writers: tables with one row per fixation, parquet, CSV, COCO-Search18 JSON, pysaliency HDF5.

pyarrow and h5py are imported when a file of theirs is read or written.
"""

from gazekit.interchange.coco_search18 import read_coco_search18 as read_coco_search18
from gazekit.interchange.coco_search18 import write_coco_search18 as write_coco_search18
from gazekit.interchange.csv_files import read_csv as read_csv
from gazekit.interchange.csv_files import write_csv as write_csv
from gazekit.interchange.export import export_scanpaths as export_scanpaths
from gazekit.interchange.formats import read_scanpaths as read_scanpaths
from gazekit.interchange.formats import write_scanpaths as write_scanpaths
from gazekit.interchange.image_folder import write_image_folder as write_image_folder
from gazekit.interchange.own_data import dataset_from_table as dataset_from_table
from gazekit.interchange.own_pictures import own_pictures as own_pictures
from gazekit.interchange.own_pictures import with_objects as with_objects
from gazekit.interchange.parquet import read_parquet as read_parquet
from gazekit.interchange.parquet import write_parquet as write_parquet
from gazekit.interchange.pysaliency_hdf5 import read_pysaliency as read_pysaliency
from gazekit.interchange.pysaliency_hdf5 import write_pysaliency as write_pysaliency
from gazekit.interchange.shelf_photograph import own_shelf as own_shelf
from gazekit.interchange.space import Space as Space
from gazekit.interchange.tables import from_table as from_table
from gazekit.interchange.tables import to_table as to_table
