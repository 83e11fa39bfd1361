"""Every code block of README and docs: Python runs, commands exist with these options and values, tables parse.

The blocks of a page are run in their order and share their names. A comment behind `print(...)` is what it prints (its
beginning is enough). A block that begins with `# NAME.py` or `# NAME.toml` is that file.
Functions called test_... are called.
"""

import ast
import importlib
import json
import re
import shlex
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from markdown_it import MarkdownIt
from typer.main import get_command

from gazekit.cli.app import app, main
from gazekit.cli.models import options as options_of
from gazekit.datasets.registry import datasets
from gazekit.interchange.formats import READ
from gazekit.metrics import all_measures
from gazekit.models import model_class, models

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SLOW = {
    "README.md",
    "docs/gallery.md",
    "docs/howto/cluster.md",
    "docs/howto/search-asymmetry.md",
    "docs/howto/search-experiment.md",
    "docs/howto/shelf-search.md",
}
EXAMPLES = {"salient-corner"}  # a model of examples/my_model, which is not installed here
SHELL = ("gazekit", "make", "pip", "python")  # what an indented block of commands begins with
TEXT = ("text", "mermaid", "bibtex")

# Commands that are run, not only parsed: cheap, offline, and nothing but this folder is written to.
RUN = ("datasets", "datasets list", "datasets info", "info", "metrics", "models", "verify conformance")
RUN_ON = {
    "docs/datasets/search-arrays.md": ("datasets write",),
    "docs/datasets/shelves.md": ("datasets write",),
    "docs/gallery.md": ("plot", "predict"),
    "docs/howto/figure.md": ("plot", "predict", "evaluate"),
    "docs/howto/own-data.md": ("evaluate",),
    "docs/howto/photograph.md": ("predict",),
    "docs/howto/own-shelf.md": ("predict",),
    "docs/howto/search-experiment.md": ("search",),
    "docs/start.md": ("evaluate", "report"),
    "docs/howto/recordings/eyelink.md": ("import", "evaluate"),
    **{
        f"docs/howto/recordings/{name}.md": ("import",)
        for name in ("bids", "gazepoint", "index", "pupil-labs", "pymovements", "smi", "tobii")
    },
}

# Pages that load published weights, which the folder of real data holds.
WEIGHTS = {"docs/models/backbones.md"}

# What a page takes as given.
GIVEN = {
    "docs/gallery.md": f"""
from pathlib import Path
Path("docs").symlink_to({str(ROOT / "docs")!r})
""",
    "docs/howto/cluster.md": """
import numpy as np
import pandas as pd
from pathlib import Path
from PIL import Image
Path("images").mkdir()
for name in "abc":
    Image.fromarray(np.random.default_rng(ord(name)).integers(0, 256, (60, 80, 3), np.uint8)).save(f"images/{name}.png")
rows = [(s, p, x, x / 2) for s in "abc" for p in ("anna", "ben") for x in (10, 30, 50)]
pd.DataFrame(rows, columns=["stimulus", "subject", "x", "y"]).to_csv("people.csv", index=False)
""",
    "docs/howto/search-asymmetry.md": """
from gazekit.datasets.synthetic.search_arrays import load
my_dataset = load(experiments="lighting", set_sizes=[1, 6], per_size=1)
""",
    "docs/howto/search-experiment.md": """
from pathlib import Path
from PIL import Image, ImageDraw
fruit = dict(pear="#9aa832", apple="#c03028", lemon="#f0d840", plum="#503060")
for k, (name, colour) in enumerate(fruit.items()):
    picture = Image.new("RGBA", (60, 60))
    ImageDraw.Draw(picture).ellipse((2 + 4 * k, 2, 57 - 4 * k, 57), fill=colour)
    (picture.quantize(8) if name == "plum" else picture).save(name + ".png")
rows = [
    f"{who},{condition},{size},{present},{450 + 30 * k + per * size * (2 - present)},1"
    for k, who in enumerate(("anna", "ben"))
    for condition, per in (("pear among plums", 5), ("pear among others", 25))
    for size in (3, 6)
    for present in (0, 1)
]
Path("rts.csv").write_text("\\n".join(["subject,condition,set_size,present,rt,correct", *rows]))
""",
}


RECORDINGS = f"""
import runpy
from pathlib import Path
runpy.run_path({str(ROOT / "tests" / "interchange" / "recordings" / "conftest.py")!r})["everything"](Path())
"""
GIVEN |= {page: RECORDINGS for page in RUN_ON if page.startswith("docs/howto/recordings/")}


class Block(NamedTuple):
    """A block of a page."""

    line: int
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Blocks of a page in their order; an indented block is commands or text."""
    found = []
    for token in MarkdownIt().parse(page.read_text()):
        if token.type == "fence":
            found.append(Block(token.map[0] + 1, token.info.strip() or "none", token.content))
        elif token.type == "code_block":
            first = token.content.split(maxsplit=1)[0]
            found.append(Block(token.map[0] + 1, "sh" if first in SHELL else "text", token.content))
    return found


def commands(text: str) -> list[list[str]]:
    """Commands of a shell block, as words; a backslash joins lines."""
    lines = text.replace("\\\n", " ").splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_every_language_is_known():
    known = {"python", "sh", "json", "toml", *TEXT}
    unknown = {(name_of(p), b.line, b.language) for p in PAGES for b in blocks(p) if b.language not in known}
    assert not unknown, "a test must know what to do with a block: name its language"


def test_no_python_hides_in_indented_blocks():
    for page in PAGES:
        for block in blocks(page):
            assert block.language != "text" or not re.match(r"(from|import) \w", block.text), (page, block.line)


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, id=name_of(p), marks=[pytest.mark.slow] * (name_of(p) in SLOW)) for p in PAGES if blocks(p)],
)
def test_page(page, workplace, monkeypatch, capsys):
    found = blocks(page)
    if not workplace.has_data and (name_of(page) in WEIGHTS or any("data/" in b.text for b in found if runs(b, page))):
        pytest.skip("REAL DATA ABSENT: set GAZEKIT_DATA to run this page")
    monkeypatch.setattr(models, "_found", None)  # entry points that a page declares are looked for anew
    names: dict = {"__name__": "page"}
    exec(GIVEN.get(name_of(page), ""), names)  # noqa: S102
    for block in found:
        where = f"{name_of(page)}, line {block.line}"
        if block.language == "python":
            run_python(block.text, names, capsys, where)
        elif block.language == "sh":
            for words in commands(block.text):
                check_command(words, name_of(page), monkeypatch, where)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml" and (file := re.match(r"# (\w+\.toml)\n", block.text)):
            Path(file[1]).write_text(block.text)
        elif block.language == "toml":
            install(tomllib.loads(block.text), workplace.folder)


def runs(block: Block, page: Path) -> bool:
    """Whether a block reads files: commands that are only parsed do not."""
    paths = (*RUN, *RUN_ON.get(name_of(page), ()))
    return block.language == "python" or any(f"gazekit {path} " in block.text for path in paths)


def run_python(text: str, names: dict, capsys, where: str) -> None:
    file = re.match(r"# (\w+\.py)\n", text)
    if file:
        Path(file[1]).write_text(text)
        return
    capsys.readouterr()
    before = set(names)
    exec(compile(text, where, "exec"), names)  # noqa: S102
    for name in set(names) - before:
        if name.startswith("test_"):
            names[name]()
    said = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for told in re.findall(r"^ *print\(.*\)  # (.*)$", text, flags=re.MULTILINE):
        hits = [k for k, line in enumerate(said) if line and (told.startswith(line) or line.startswith(told))]
        assert hits, f"{where}: nothing printed is {told!r}, but {said}"
        said = said[hits[0] + 1 :]


def check_command(words: list[str], page: str, monkeypatch, where: str) -> None:
    """The program, its options and its values exist; run it if it is cheap."""
    words = words[1:] if re.fullmatch(r"[A-Z_]+=\S+", words[0]) else words  # a variable of the environment
    program, *arguments = words
    if program == "export":
        assert re.fullmatch(r"[A-Z_]+=\S+", arguments[0]), where
    elif program == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
        assert set(arguments) <= set(targets), where
    elif program == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        asked = re.findall(r"\[([\w,]+)\]", " ".join(arguments))
        assert {extra for some in asked for extra in some.split(",")} <= set(extras), where
        assert not {re.split(r"\W", each)[0] for each in arguments if not each.startswith("gazekit-")} & {"gazekit"}, (
            where
        )
    elif program == "dask":
        dask = importlib.import_module(f"distributed.cli.dask_{arguments[0]}").main
        try:
            dask.make_context(program, arguments[1:])  # reads the options, and starts nothing
        except click.UsageError as error:
            raise AssertionError(f"{where}: {shlex.join(words)}: {error}") from error
    elif program == "python":
        assert (ROOT / arguments[0]).is_file(), where
    else:
        assert program == "gazekit", f"{where}: no test knows the program {program!r}"
        path, values = parsed(arguments, where)
        check_values(values, where)
        if path in (*RUN, *RUN_ON.get(page, ())):
            monkeypatch.setattr(sys, "argv", ["gazekit", *arguments, *["--quiet"] * ("progress" in values)])
            assert not exit_code(), where


def exit_code() -> int | str | None:
    """Run `gazekit` with the present arguments."""
    try:
        main()
    except SystemExit as stop:
        return stop.code
    return 0


def parsed(arguments: list[str], where: str) -> tuple[str, dict]:
    """The command that these arguments call (without "gazekit"), and the values it would be called with."""
    called: list[tuple[str, dict]] = []

    def replace(command, path):
        below = getattr(command, "commands", {})
        for name, each in below.items():
            replace(each, [*path, name])
        callback = command.callback
        if not below or len(arguments) == len(path):  # a group is called itself if nothing follows it
            command.callback = lambda **values: called.append((" ".join(path), values))
        elif callback is not None:
            command.callback = lambda **values: None

    group = get_command(app)
    replace(group, [])
    try:
        group.main(arguments, prog_name="gazekit", standalone_mode=False)
    except Exception as error:
        raise AssertionError(f"{where}: gazekit {shlex.join(arguments)}: {error}") from error
    assert called or "--help" in arguments or "--version" in arguments, where
    return called[-1] if called else ("", {})


def check_values(values: dict, where: str) -> None:
    """Names of models, their options, metrics and data sets exist."""
    for model in [*split(values.get("models")), *split(values.get("model"))]:
        name, *pairs = model.split(":")
        if name in EXAMPLES:
            continue
        assert name in models, f"{where}: no model {name!r}"
        known = {option.partition("=")[0] for option in options_of(model_class(name))}
        assert {pair.partition("=")[0] for pair in pairs} <= known, f"{where}: {model!r} has no such option"
    every = {measure.name for measure in all_measures()} | {"all"}
    assert set(split(values.get("metrics"))) <= every, where
    given = values.get("data") or []
    for data in map(str, given if isinstance(given, list) else [given]):
        assert Path(data).suffix in READ or "/" in data or data in datasets, where


def split(text) -> list[str]:
    return [part for part in str(text).split(",") if part] if text else []


def install(project: dict, folder: Path) -> None:
    """Write entry points of a pyproject.toml where Python finds those of an installed package."""
    info = folder / "page-1.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: page\nVersion: 1\n")
    groups = project.get("project", {}).get("entry-points", {})
    lines = [line for g, entries in groups.items() for line in (f"[{g}]", *(f"{k} = {v}" for k, v in entries.items()))]
    (info / "entry_points.txt").write_text("\n".join(lines))


def helps():
    """Each command with the example of its help."""

    def walk(command, path):
        for paragraph in (command.help or "").split("\n\n"):
            if paragraph.startswith("Example: gazekit "):
                yield pytest.param(paragraph.removeprefix("Example: gazekit "), id=path or "gazekit")
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, f"{path} {name}".strip())

    return list(walk(get_command(app), ""))


@pytest.mark.parametrize("example", helps())
def test_examples_of_the_commands_help(example):
    _, values = parsed(shlex.split(example), example)
    check_values(values, example)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("gazekit evaluat --data osie --out r", "evaluat"),
        ("gazekit evaluate --data osie --out r --sample 3", "--sample"),
        ("gazekit evaluate --data osie --out r --samples many", "samples"),
        ("gazekit evaluate --data osie --out r --models centr", "centr"),
        ("gazekit evaluate --data osie --out r --models centre:width=3", "centre:width=3"),
        ("gazekit evaluate --data osi --out r", "page"),
        ("make dem", "page"),
        ('pip install "gazekit-scanpaths[model]"', "page"),
        ("pip install gazekit", "page"),
        ("python benchmarks/nothing.py", "page"),
        ("rm -r x", "rm"),
        ("dask worker tcp://h:1 --threads 1", "--threads"),
    ],
)
def test_a_wrong_line_is_found(line, message, monkeypatch):
    with pytest.raises(AssertionError, match=re.escape(message)):
        check_command(shlex.split(line), "page", monkeypatch, "page")


def test_a_wrong_print_is_found(capsys):
    with pytest.raises(AssertionError, match="nothing printed is '3'"):
        run_python("print(1 + 1)  # 3\n", {}, capsys, "page")
    run_python("print(1 + 1)  # 2: two\n", {}, capsys, "page")


def test_blocks_that_are_given_something_are_python():
    assert set(GIVEN) | set(RUN_ON) | SLOW | WEIGHTS <= {name_of(p) for p in PAGES}
    for text in GIVEN.values():
        ast.parse(text)
