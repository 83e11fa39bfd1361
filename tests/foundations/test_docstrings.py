"""Sections of docstrings."""

from gazekit.foundations.docstrings import references, section


def documented():
    """One line.

    Parameters
    ----------
    a : int
        First.

        More of it.
    b : int

    References
    ----------
    One, A. (2001), over
    two lines.

    Two, B. (2002).
    """


def bare():
    pass


def test_sections():
    assert section(documented, "Parameters") == ["a : int", "    First.", "", "    More of it.", "b : int"]
    assert section(documented, "Returns") == []
    assert section(bare, "Parameters") == []


def test_each_paragraph_is_a_paper():
    assert references(documented) == ["One, A. (2001), over two lines.", "Two, B. (2002)."]
    assert references(bare) == []
