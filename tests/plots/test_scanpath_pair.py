"""Pictures of two scanpaths and their alignment."""

import numpy as np
import pytest

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import multimatch_alignment, scanmatch_alignment
from gazekit.plots import scanpath_pair

FRAME = Frame(160, 100)
IMAGE = np.tile(np.linspace(40, 220, 160, dtype=np.uint8), (100, 1))


def path(x, y, frame=FRAME, **ids):
    return Scanpath(x, y, None, frame, ids)


@pytest.fixture
def two():
    a = path([80, 30, 120, 130], [50, 20, 30, 80], subject="anna", stimulus="s")
    b = path([84, 100, 28, 124, 20], [46, 90, 24, 36, 90], subject="ben", stimulus="s")
    return a, b


def keys(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def ties(ax):
    dotted = [line for line in ax.get_lines() if line.get_linestyle() == ":" or line.get_color() == "#222222"]
    return [line.get_xydata().tolist() for line in dotted]


def test_picture_of_aligned_fixations(two, looks_like):
    looks_like(scanpath_pair(*two, alignment=scanmatch_alignment(*two), image=IMAGE).figure, "pair_fixations")


def test_picture_of_aligned_saccades(two, looks_like):
    looks_like(scanpath_pair(*two, alignment=multimatch_alignment(*two), image=IMAGE).figure, "pair_saccades")


def test_ties_join_what_is_aligned(two):
    a, b = two
    found = scanmatch_alignment(a, b)
    both = (found.a >= 0) & (found.b >= 0)
    ends = [[[a.x[i], a.y[i]], [b.x[j], b.y[j]]] for i, j in zip(found.a[both], found.b[both], strict=True)]
    assert ties(scanpath_pair(a, b, alignment=found)) == ends
    assert 0 < len(ends) < len(b)


def test_ties_of_saccades_join_their_middles(two):
    a, b = two
    found = multimatch_alignment(a, b)
    middles = [[(p[k] + p[k + 1]) / 2 for p in (path.x, path.y)] for path, k in ((a, found.a[0]), (b, found.b[0]))]
    assert ties(scanpath_pair(a, b, alignment=found))[0] == middles


def test_fixations_that_are_left_alone_are_open(two):
    a, b = two
    found = scanmatch_alignment(a, b)
    alone = set(found.b[found.a < 0].tolist())
    discs = [c for c in scanpath_pair(a, b, alignment=found).collections if len(c.get_offsets()) == len(b)]
    assert [(colour[:3] == 1).all() for colour in discs[0].get_facecolors()] == [k in alone for k in range(len(b))]
    assert alone


def test_the_key_says_what_there_is(two):
    a, b = two
    assert keys(scanpath_pair(a, b)) == ["anna", "ben"]
    assert keys(scanpath_pair(a, b, names=("x", "y"))) == ["x", "y"]
    assert keys(scanpath_pair(a, b, alignment=scanmatch_alignment(a, b)))[2:] == ["aligned fixations", "alone"]
    assert keys(scanpath_pair(a, b, alignment=multimatch_alignment(a, b)))[2:] == ["aligned saccades"]
    assert keys(scanpath_pair(a, a)) == ["first", "second"]
    model = path([1], [1], subject="anna", source="levy")
    assert keys(scanpath_pair(a, model)) == ["first", "levy"]
    assert scanpath_pair(a, b, key=False).get_legend() is None


def test_an_undefined_alignment_draws_the_paths_only(two):
    short = path([1, 5], [2, 9])
    ax = scanpath_pair(two[0], short, alignment=multimatch_alignment(two[0], short))
    assert ties(ax) == []
    assert len(keys(ax)) == 2


def test_draws_on_the_axes_it_is_given(two):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    assert scanpath_pair(*two, ax) is ax
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 160), (100, 0))


def test_messages(two):
    a, b = two
    with pytest.raises(MismatchError, match="are of 2 frames"):
        scanpath_pair(a, path([1], [1], Frame(9, 9)))
    with pytest.raises(MismatchError, match=r"are of 2 stimuli \(s, t\); show those of one stimulus"):
        scanpath_pair(a, path([1], [1], stimulus="t"))
    with pytest.raises(GazekitError, match="the alignment has fixation 4 of the first path, which has 4"):
        scanpath_pair(a, b, alignment=scanmatch_alignment(b, a))
    with pytest.raises(GazekitError, match="the alignment has saccade 3 of the second path, which has 1"):
        scanpath_pair(a, path([1, 2], [1, 2]), alignment=multimatch_alignment(a, b))
