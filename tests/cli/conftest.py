"""The command line in this process."""

import sys

import pytest

from gazekit.cli.app import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command; gives (exit code, standard output, standard error)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["gazekit", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
