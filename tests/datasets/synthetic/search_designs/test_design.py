"""Designs in TOML: what they mean, and how each mistake is told."""

import numpy as np
import pytest
from PIL import Image

from gazekit.datasets.synthetic.search_designs import read_design
from gazekit.datasets.synthetic.search_designs.layouts import Rings
from gazekit.foundations.errors import DataError, GazekitError


def test_a_conjunction_in_five_lines(write):
    design = read_design(write())
    assert design.name == "bars"
    assert design.size == (80, 80)
    assert isinstance(design.layout, Rings)
    feature, conjunction = design.conditions
    assert [item.name for item in feature.distractors] == ["green bar 0", "green bar 90"]
    assert [item.name for item in conjunction.targets] == ["red bar 0"]
    assert design.limit == 8
    assert design.absent


def test_names_of_values(write):
    design = read_design(
        write(
            'items.c = {shape = "q", size = 1, colours = {dark = [9, 9, 9], light = 200}, orientations = {up = 90}}\n'
            'conditions.gap = {target = "dark c up", distractors = "light c up"}\n'
        )
    )
    assert design.conditions[-1].targets[0].pixels[..., :3].max() == 9


def test_backgrounds(write, tmp_path):
    text = write(text='background = "#102030"\n' + write().read_text())
    assert read_design(text).paint == (16, 32, 48)
    tile = np.array([[[0, 0, 0], [200, 100, 50]]], np.uint8)
    Image.fromarray(tile).save(tmp_path / "tile.png")
    design = read_design(
        write(text='texture = "tile.png"\n' + write(text=text.read_text(), without="background").read_text())
    )
    assert design.background.shape == (80, 80, 3)
    assert design.background[7, 5].tolist() == [200, 100, 50]
    assert design.paint == (100, 50, 25)
    assert list(design.files) == ["tile.png"]


@pytest.mark.parametrize(
    ("without", "more", "message"),
    [
        ("set_sizes", "", "set_sizes must be at least two different whole numbers, as .4, 8, 16., not None"),
        ("set_sizes", "set_sizes = [4]", "set_sizes must be at least two"),
        ("layout", "", "has no layout; add it"),
        ("layout", 'layout = {kind = "ring"}', "did you mean 'rings'"),
        ("layout", 'layout = {kind = "rings", eccentricities = [2], places = [4, 5]}', "two lists of one length"),
        ("layout", 'layout = {kind = "grid", columns = 2, rows = 2}', "layout has no spacing"),
        ("layout", 'layout = {kind = "positions", positions = [[1, 2], [3]]}', "must be a list of \\[x, y\\]"),
        ("layout", 'layout = {kind = "random", jitter = 1}', "no key in .*layout called 'jitter'"),
        ("displays", "displays = 0", "displays must be a whole number of at least 1, not 0"),
        ("px_per_degree", "px_per_degree = -3", "px_per_degree must be a number above 0, not -3"),
        ("size", "size = 500", "display of 5000 x 5000 px cannot be searched"),
        ("", "colour = 3", "no key in .*bars.toml called 'colour'"),
        ("", 'absent = "no"', "absent must be true or false"),
        ("", 'asymmetries = [["feature", "other"]]', "asymmetries must be pairs of conditions"),
        ("", 'name = "a/b"', "a name must be words without '/'"),
        ("items", 'items.bar = {shape = "bar"}', "items.bar has no size"),
        ("items", "items.bar = {size = 1}", "either a shape .drawn. or a file"),
        ("items", 'items.bar = {shape = "bar", size = 1, colours = ["redd"]}', "'redd' is no colour"),
        ("items", 'items.bar = {shape = "bar", size = 1, colour = [1, 2]}', "a colour must be a name"),
        ("items", 'items.bar = {shape = "bar", size = 1, colour = 1, colours = [1]}', "both colour and colours"),
        (
            "items",
            'items.bar = {shape = "bar", size = 1, orientations = [[1]]}',
            "orientations must be a list of names",
        ),
        ("items", 'items.bar = {shape = "bar", size = 1, orientation = "up"}', "an orientation must be degrees"),
        ("items", 'items.bar = {file = "none.png", size = 1}', "none.png is not there"),
        ("items", 'items.bar = {shape = "bar", size = 1, turn = 3}', "no key in .*items.bar called 'turn'"),
        ("items", "items = 3", "items must be a table, not 3"),
        ("items", "items.bar = {file = 3, size = 1}", "a file must be given by its name, not 3"),
        ("size", "size = [1, 2, 3]", "size must be one length or two"),
        ("items", "items = {}", "items is empty; describe at least one"),
        ("conditions", 'conditions.a = {target = "red bar 0", distractors = "bar"}', "is target and distractor"),
        ("conditions", 'conditions.a = {target = "red bar", distractors = []}', "has no distractors"),
        ("conditions", 'conditions.a = {target = [], distractors = "bar"}', "has no target"),
        ("conditions", 'conditions.a = {target = "red bra 0", distractors = "bar"}', "did you mean 'red bar 0'"),
        ("conditions", 'conditions."a/b" = {target = "red bar 0", distractors = "green bar"}', "words without '/'"),
    ],
)
def test_mistakes(write, without, more, message):
    with pytest.raises(GazekitError, match=message):
        read_design(write(more, without=without))


def test_files_that_are_no_design(tmp_path):
    with pytest.raises(DataError, match="is not there; see docs/howto/search-experiment.md"):
        read_design(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("set_sizes = [4,")
    with pytest.raises(DataError, match="is no TOML text"):
        read_design(tmp_path / "broken.toml")
    (tmp_path / "hostile.toml").write_text(".".join("a" * 40_000) + " = 1")  # a key of many parts takes their square
    with pytest.raises(DataError, match=r"is no TOML text \(a line of more than 4,000 bytes\); mend that line"):
        read_design(tmp_path / "hostile.toml")


def test_two_items_of_one_name(write):
    more = 'items."red bar" = {shape = "disc", size = 1, orientations = [0]}'
    with pytest.raises(DataError, match="two items are called 'red bar'"):
        read_design(write(more))
