"""Tables below BeGaze's own lines; the exports themselves are in test_exports.py."""

from gazekit.interchange import read_scanpaths


def test_a_plain_table_below_lines_of_begaze_is_a_table(tmp_path):
    file = tmp_path / "comment.csv"
    file.write_text("## [BeGaze]\n## Date: 1.1.2026\n\nstimulus,x,y,width,height\na,1,2,9,8\na,3,4,9,8\n")
    assert read_scanpaths(file).x.tolist() == [1, 3]
