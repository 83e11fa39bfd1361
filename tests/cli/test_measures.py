"""What the commands say of measures: which there are, which were left out, and their cautions."""

from gazekit.metrics.plausibility import CAUTION


def test_metrics_of_every_kind_are_listed(gazekit):
    code, out, _ = gazekit("metrics")
    assert code == 0
    assert out.count("\n== ") + out.startswith("== ") == 4
    for name in ("scanmatch", "sequence_score_clusters", "plausibility", "direction_js", "nss"):
        assert f"\n{name}\n" in out


def test_a_caution_is_part_of_the_description(gazekit):
    assert CAUTION in gazekit("metrics", "plausibility")[1]
    assert "CAUTION" not in gazekit("metrics", "scanmatch")[1]
    code, _, err = gazekit("metrics", "sequence_score_cluster")
    assert code == 2
    assert "did you mean 'sequence_score_clusters'" in err


def test_what_was_left_out_is_said_with_its_reason(gazekit, tmp_path, small_dataset):
    few = small_dataset.select(stimuli=["img0", "img1"])
    few.scanpaths.to_table().to_csv(tmp_path / "people.csv", index=False)
    data = ("--data", tmp_path / "people.csv", "--models", "uniform", "--metrics", "all", "--quiet")
    code, out, err = gazekit("evaluate", *data, "--samples", 2, "--resamples", 100, "--out", tmp_path / "r")
    assert code == 0, err
    assert "tfp_auc" in out.split("(it needs target_box, which none of the 2 trials has)")[0]
    assert "measures of densities: not for other-image, centre-point (no log density)" in out
    assert out.count("CAUTION: " + CAUTION) == 6
