"""The model keeps gazekit's contract."""

from salient_corner import SalientCorner

from gazekit.testing import check_model


def test_contract():
    """Every rule, on five small trials."""
    check_model(SalientCorner()).raise_if_failed()
