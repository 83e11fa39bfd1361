import pytest

TEXT = """
set_sizes = [2, 4]
displays = 3
size = 8
px_per_degree = 10
layout = {kind = "rings", eccentricities = [2.6], places = [6]}
items.bar = {shape = "bar", size = 0.9, colours = ["red", "green"], orientations = [0, 90]}
conditions.feature = {target = "red bar 0", distractors = "green bar"}
conditions.conjunction = {target = "red bar 0", distractors = ["green bar 0", "red bar 90"]}
"""


@pytest.fixture
def write(tmp_path):
    """Write a design, with lines replaced or added, and return its path."""

    def written(more="", *, without="", text=TEXT):
        lines = [line for line in text.splitlines() if not (without and line.startswith(without))]
        path = tmp_path / "bars.toml"
        path.write_text("\n".join(lines) + "\n" + more, encoding="utf-8")
        return path

    return written
