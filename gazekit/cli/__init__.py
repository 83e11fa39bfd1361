"""The command line: one file per command, no science in any of them."""

from gazekit.cli.app import main

__all__ = ["main"]
