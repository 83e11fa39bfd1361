"""Excel workbooks with one row per fixation, read by the engine of pandas that is installed."""

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import read_whole
from gazekit.files.delimited import BLANK, EMPTY, Delimited
from gazekit.files.untrusted import check_room, decoding
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.csv_files import TEXT, paths_of

ENGINES = {".xls": "xlrd"}  # openpyxl reads the others


def read_excel(path: str | Path, **options: Any) -> Scanpaths:
    """Read the only sheet of an Excel workbook that has one row per fixation.

    Parameters
    ----------
    path : path
        `.xlsx` or `.xlsm` (needs openpyxl), or `.xls` (needs xlrd).
    **options
        See `gazekit.interchange.from_table`.

    Raises
    ------
    DataError
        The file is not there, cannot be read, or has several sheets; the engine is not installed; `from_table` refuses
        the table.
    """
    found = read_excel_table(path)
    with naming(path):
        return paths_of(found.table, found.dropped, **options)


def read_excel_table(path: str | Path) -> Delimited:
    """Read the only sheet of a workbook as a table; its first row that holds anything is the header.

    Raises
    ------
    DataError
        As `read_excel`.
    """
    engine = ENGINES.get(Path(path).suffix.lower(), "openpyxl")
    content = read_whole(path)
    if zipfile.is_zipfile(path):
        with decoding(f"{path} cannot be read as an Excel workbook", "save it as CSV"), zipfile.ZipFile(path) as packed:
            check_room(path, sum(member.file_size for member in packed.infolist()), len(content))
    try:
        with decoding(f"{path} cannot be read as an Excel workbook", "save it as CSV"):
            sheets = pd.read_excel(
                path, sheet_name=None, header=None, dtype=object, engine=engine, keep_default_na=False, na_values=[""]
            )
    except DataError as error:
        if isinstance(error.__cause__, ImportError):
            raise DataError(
                f"{path} is an Excel workbook, which needs {engine} (pip install {engine}); or save it as CSV"
            ) from None
        raise
    sheets = {name: sheet.dropna(how="all") for name, sheet in sheets.items()}
    filled = [name for name, sheet in sheets.items() if len(sheet)]
    if len(filled) != 1:
        raise DataError(
            f"{path} has {len(filled)} sheets that hold something ({', '.join(map(str, filled[:3])) or 'none'}); "
            f"gazekit reads a workbook of one: save the sheet of fixations as CSV"
        )
    sheet = sheets[filled[0]]
    between = int(sheet.index[-1] - sheet.index[0] + 1 - len(sheet))
    return Delimited(_table(sheet), {BLANK: between} if between else {})


def _table(sheet: pd.DataFrame) -> pd.DataFrame:
    """Take the first row as the header; cells of columns that are no names become numbers where they can."""
    header = ["" if pd.isna(name) else str(name).strip() for name in sheet.iloc[0]]
    table = sheet.iloc[1:].reset_index(drop=True)
    table.columns = pd.Index([name or f"Unnamed: {k}" for k, name in enumerate(header)])
    unnamed = [c for c, name in zip(table.columns, header, strict=True) if not name and table[c].isna().all()]
    table = table.drop(columns=unnamed)
    if table.columns.duplicated().any():
        return table  # which is refused, by name
    for name in table.columns:
        if name not in TEXT:
            column = table[name].map(lambda v: None if isinstance(v, str) and v.strip() in EMPTY else v)
            table[name] = column.infer_objects()
    return table
