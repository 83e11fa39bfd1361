"""`gazekit` alone, mistyped, completed and piped."""

import os
import re
import subprocess
import sys
import warnings

import pytest
from typer.main import get_command

from gazekit.cli.app import BEGIN, COMMANDS, app, sentence, start_text


def test_alone_it_says_where_to_begin(gazekit):
    code, out, err = gazekit()
    assert (code, err) == (0, "")
    for what, how in BEGIN:
        assert what in out
        assert how in out


def test_every_command_is_listed_once_under_what_it_is_for(gazekit):
    _, out, _ = gazekit()
    for name in get_command(app).commands:
        assert len(re.findall(rf"^  {name} ", out.split("Begin:")[1], flags=re.MULTILINE)) == 1, name
        assert any(name in commands for commands in COMMANDS.values()), "say in COMMANDS what the command is for"
    assert "More:" not in out


def test_a_command_without_a_place_is_listed_too():
    group = get_command(app)
    group.commands["new"] = group.commands["demo"]
    width = max(map(len, group.commands))
    assert start_text(group).splitlines()[-2:] == ["More:", f"  {'new':<{width}}  {sentence(group.commands['demo'])}"]


def test_a_warning_is_one_sentence_without_its_place_in_the_source(monkeypatch, gazekit):
    def command():
        warnings.warn_explicit("the earlier run was moved", UserWarning, start_text.__code__.co_filename, 1)
        warnings.warn_explicit("of others", UserWarning, "theirs.py", 1)

    monkeypatch.setattr("gazekit.cli.app.app", command)
    with pytest.warns(UserWarning, match="of others") as others:
        code, _, err = gazekit()
    assert (code, err) == (0, "gazekit: warning: the earlier run was moved\n")
    assert len(others) == 1


@pytest.mark.parametrize(
    ("wrong", "right"), [(["modles"], "models"), (["evaluat"], "evaluate"), (["datasets", "inf"], "info")]
)
def test_a_mistyped_command_is_told_the_right_one(gazekit, wrong, right):
    code, _, err = gazekit(*wrong)
    assert code == 2
    assert re.search(rf"[Dd]id you mean '{right}'", err)


def test_a_mistyped_option_is_told_the_right_one(gazekit):
    code, _, err = gazekit("evaluate", "--data", "demo", "--out", "r", "--sample", "3")
    assert code == 2
    assert "--samples" in err


def call(*arguments, **environment):
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'gazekit'; from gazekit.cli import main; main()"]
    whole = {**os.environ, **environment}
    return subprocess.run([*command, *arguments], capture_output=True, text=True, env=whole)


def test_no_colours_where_output_is_no_terminal():
    for done in (call("--help"), call("evaluat")):
        assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gazekit eva", ["evaluate"]),
        ("gazekit models cen", ["centre", "centre-object", "centre-point"]),
        ("gazekit metrics scanm", ["scanmatch"]),
        ("gazekit datasets info wal", ["waldo"]),
        ("gazekit datasets nosuch fe", ["fetch"]),
    ],
)
def test_completion(words, expected):
    position = str(len(words.split()) - 1)
    done = call(_GAZEKIT_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=position)
    assert done.stdout.split() == expected
