"""Figures as files: their fonts, their alt text, equal bytes, and names that are drawn as they are."""

import matplotlib.pyplot as plt
import pytest

from gazekit import GazekitError
from gazekit.plots.saving import PICTURES, check_picture, drawing, save_figure

TEXT = "A line that rises."


def saved(file, label="subject"):
    figure, ax = plt.subplots(figsize=(1, 1))
    ax.set_title(label)
    save_figure(figure, file, text=TEXT)
    return file.read_bytes()


@pytest.mark.parametrize("suffix", PICTURES)
def test_equal_figures_are_equal_files(tmp_path, suffix):
    one, two = (saved(tmp_path / f"{k}{suffix}") for k in "ab")
    assert one == two
    assert (TEXT.encode() in one) == (suffix != ".jpg")


def test_fonts_are_in_the_file(tmp_path):
    pdf, svg = (saved(tmp_path / f"a{suffix}") for suffix in (".pdf", ".svg"))
    assert b"/FontFile2" in pdf  # TrueType
    assert b"/Type3" not in pdf
    assert b"<text" not in svg  # letters are outlines


def test_dollar_signs_are_no_formulas(tmp_path):
    with drawing():
        saved(tmp_path / "a.png", "cy$a_$")  # a formula that matplotlib cannot read


def test_names_that_say_no_kind_are_refused(tmp_path):
    with pytest.raises(GazekitError, match=r"--picture a.gif must end in .png, .jpg, .pdf or .svg"):
        check_picture(tmp_path.__class__("a.gif"), "--picture")
    with pytest.raises(GazekitError, match=r"the folder .*no does not exist; make it first"):
        check_picture(tmp_path / "no" / "a.png", "-o")
