"""Readers and writers of scanpaths by name: `gazekit/__init__.py` fills them in, and so this room imports no format.

`Scanpaths.load`, `save`, `from_table` and `to_table` and `Dataset.from_table` look here for what does their work.
"""

from gazekit.foundations.registry import Registry

exchange = Registry("reader or writer")
