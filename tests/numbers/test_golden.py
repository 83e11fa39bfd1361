"""The golden run, on whatever interpreter and libraries run this: integers and names equal, floats to 1e-9."""

import numpy as np
import pandas as pd


def test_the_golden_run(golden, tmp_path):
    found = golden.golden_run(tmp_path / "run").summary
    expected = pd.read_csv(golden.HERE / golden.TABLE)
    assert list(found.columns)[: len(expected.columns)] == list(expected.columns)
    for column in ("dataset", "model", "metric", "stimuli", "undefined"):
        assert found[column].tolist() == expected[column].tolist()
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(found[column], expected[column], rtol=golden.TOLERANCE, atol=golden.TOLERANCE)
    assert len(found) == 108
    assert expected["value"].notna().sum() > 90


def test_the_golden_data_are_the_same_everywhere(golden):
    assert golden.golden_dataset().fingerprint() == "f3b4a1119985ea6ac85cb22fd5dadf09f98c7876fdbac63ed4945b1133abae57"
