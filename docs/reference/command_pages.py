"""Command reference: one page per command of `gazekit`, written from the command itself."""

import re
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from gazekit.cli.app import app


def command_pages() -> dict[str, str]:
    """Page by name: an index of the commands, and a page for each."""
    commands = dict(top_commands())
    lines = ["# Commands", "", "| command | what it does |", "| --- | --- |"]
    for name, command in commands.items():
        lines.append(f"| [`gazekit {name}`]({name}.md) | {paragraphs(command)[0]} |")
    lines += [
        "",
        "Every command has `--help`. `gazekit --version` prints the version, `gazekit info` what a bug report needs.",
    ]
    pages = {"reference/commands/index.md": "\n".join(lines)}
    for name, command in commands.items():
        text = "\n".join(command_lines(f"gazekit {name}", command, level=1))
        pages[f"reference/commands/{name}.md"] = text
    return pages


def top_commands() -> Iterator[tuple[str, Any]]:
    """Commands of `gazekit` in the order of its help."""
    group: Any = get_command(app)
    yield from ((name, command) for name, command in group.commands.items() if not command.hidden)


def command_lines(name: str, command: Any, level: int) -> Iterator[str]:
    """Write a command, and those below it, as Markdown."""
    yield from (f"{'#' * level} {name}", "")
    for paragraph in paragraphs(command):
        yield from (paragraph, "")
    if not hasattr(command, "commands"):
        needed = [parameter.name.upper() for parameter in command.params if parameter.param_type_name == "argument"]
        yield from (f"    {' '.join([name, *needed, '[OPTIONS]'])}", "")
    yield from parameter_table(command)
    for below in getattr(command, "commands", {}).values():
        yield from command_lines(f"{name} {below.name}", below, level + 1)


def paragraphs(command: Any) -> list[str]:
    """Paragraphs of a command's help; an example becomes a block of code."""
    found = []
    for paragraph in (command.help or "").split("\n\n"):
        text = " ".join(paragraph.split())
        example = re.fullmatch(r"Example: (gazekit .*)", text)
        found.append(f"```sh\n{example[1]}\n```" if example else escaped(text))
    return found


def parameter_table(command: Any) -> Iterator[str]:
    """Table of arguments and options with their defaults; `--help` is everybody's and left out."""
    rows = []
    for parameter in command.params:
        if "--help" in parameter.opts:
            continue
        names = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
        if parameter.param_type_name == "argument":
            names = f"`{parameter.name.upper()}`"
        shown = "needed" if parameter.required else default_of(parameter)
        rows.append(f"| {names} | {escaped(getattr(parameter, 'help', None) or '')} | {shown} |")
    if rows:
        yield from ("| | | default |", "| --- | --- | --- |", *rows, "")


def default_of(parameter: Any) -> str:
    """Default of an option as it would be typed; nothing where leaving it out means nothing."""
    default = parameter.default
    if default is True and parameter.secondary_opts:
        return f"`{parameter.opts[0]}`"
    nothing = default is None or default is False or callable(default) or default in ("", [], ())
    return "" if nothing else f"`{default}`"


def escaped(text: str) -> str:
    """Text in which nothing is taken for a table's border or a tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
