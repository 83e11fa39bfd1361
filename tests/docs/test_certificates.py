"""Committed certificates are unchanged, of the protocols as they are today, and named on their page."""

from pathlib import Path

import pytest

from gazekit.cli.certify import read_certificate

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"
FILES = sorted((RESULTS / "certificates").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_committed_certificate_is_of_todays_protocols(file):
    read_certificate(file)
    assert f"(certificates/{file.name})" in (RESULTS / "protocols.md").read_text()
