"""Lines of the package by room: code, docstrings, comments, blank.

    python benchmarks/size.py                    the table
    python benchmarks/size.py --files models     the files of one room, longest first
    python benchmarks/size.py --write            put the table into docs/architecture.md, in place of the one there

A line of code holds a token that is not a comment and lies in no docstring.
"""

import argparse
import ast
import io
import re
import tokenize
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs", "architecture.md")
KINDS = ("code", "docstrings", "comments", "blank")
BESIDE = "(beside the rooms)"
TABLE = re.compile(r"^\| room \| files \|.*\n(?:\|.*\n)+", re.MULTILINE)
NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def count(source: str) -> dict[str, int]:
    """Lines of each kind in one file; every line is of one kind."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and ast.get_docstring(node, clean=False) is not None:
                docstrings.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    code, comments = set(), set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        lines = range(token.start[0], token.end[0] + 1)
        if token.type == tokenize.COMMENT:
            comments.update(lines)
        elif token.type not in NO_CODE:
            code.update(lines)
    code -= docstrings
    comments -= code | docstrings
    counted = (len(code), len(docstrings), len(comments))
    return dict(zip(KINDS, (*counted, len(source.splitlines()) - sum(counted)), strict=True))


def count_file(path: Path) -> dict[str, int]:
    """Lines of each kind in a file."""
    return count(path.read_text(encoding="utf-8"))


def by_room(package: Path) -> dict[str, dict[str, int]]:
    """Files and lines of each room (a folder of the package), of the files beside the rooms, and of all."""
    rooms: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("files", *KINDS), 0))
    for file in sorted(package.rglob("*.py")):
        inside = file.relative_to(package).parts
        for room in (f"{inside[0]}/" if len(inside) > 1 else BESIDE, "all"):
            rooms[room]["files"] += 1
            for kind, lines in count_file(file).items():
                rooms[room][kind] += lines
    return {name: rooms[name] for name in sorted(rooms, key=lambda name: (name == "all", name))}


def table(rooms: dict[str, dict[str, int]]) -> str:
    """The counts as a Markdown table."""
    columns = ("files", *KINDS)
    lines = [f"| room | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    lines += [f"| {name} | {' | '.join(f'{room[c]:,}' for c in columns)} |" for name, room in rooms.items()]
    return "\n".join([*lines, ""])


def rooms_on(page: str) -> dict[str, dict[str, int]]:
    """The counts of the table on a page; none where it has no such table."""
    found = TABLE.search(page)
    if found is None:
        return {}
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in found[0].splitlines())
    return {row[0]: {c: int(n.replace(",", "")) for c, n in zip(head[1:], row[1:], strict=True)} for row in rows}


def main() -> None:
    """Print or write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=ROOT, help="another checkout")
    parser.add_argument("--files", metavar="ROOM", help="the files of one room, longest first")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE}")
    given = parser.parse_args()
    package = given.root / "gazekit"
    if given.files:
        sizes = {file.relative_to(package): count_file(file)["code"] for file in (package / given.files).rglob("*.py")}
        print("\n".join(f"{sizes[file]:5d}  {file}" for file in sorted(sizes, key=lambda file: -sizes[file])))
        return
    now = table(by_room(package))
    print(now, end="")
    if given.write:
        page = (given.root / PAGE).read_text(encoding="utf-8")
        if not TABLE.search(page):
            parser.error(f"{PAGE} has no table that begins with | room | files |: put this one where it belongs")
        (given.root / PAGE).write_text(TABLE.sub(lambda _: now, page, count=1), encoding="utf-8")


if __name__ == "__main__":
    main()
