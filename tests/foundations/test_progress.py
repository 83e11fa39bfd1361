"""Progress bars where standard error is no terminal."""

import io
import sys

from gazekit.foundations.progress import Lines, in_notebook, tqdm


def test_a_log_gets_whole_lines(capsys):
    assert list(tqdm(range(200), desc="uniform", unit="trial")) == list(range(200))
    err = capsys.readouterr().err
    assert "\r" not in err
    lines = err.splitlines()
    assert lines[0].startswith("uniform: 0/200 trial [")
    assert lines[-1].startswith("uniform: 200/200 trial [")
    assert len(lines) == 2  # nothing in between within 30 s


def test_quiet_is_silent(capsys):
    assert list(tqdm(range(3), disable=True)) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_bar_that_goes_away_leaves_no_blank_line(capsys):
    with tqdm(total=2, desc="look", unit="file", leave=False) as bar:
        bar.update(2)
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(lines)


def test_a_terminal_gets_a_moving_bar(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    list(tqdm(range(3), desc="x", file=terminal))
    assert "\r" in terminal.getvalue()


def test_a_notebook_is_known_by_its_kernel(monkeypatch):
    import types

    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))  # imported, by a test runner say
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert in_notebook()


def test_lines_are_passed_on_as_they_come():
    stream = io.StringIO()
    lines = Lines(stream)
    for text in ("\rx 1/2", "\n", "\x1b[A", "\rx 2/2", "\rx 2/2", "\n"):
        assert lines.write(text) == len(text)
        lines.flush()
    assert stream.getvalue() == "x 1/2\nx 2/2\n"


def test_a_stage_without_work_has_no_bar(capsys):
    """An evaluation printed "fit: 0/0 piece" and "score sets of osie: 0/0 piece"."""
    with tqdm(total=0, desc="fit", unit="piece") as bar:
        bar.update(0)
    assert capsys.readouterr().err == ""
