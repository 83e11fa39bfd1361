"""Tutorials as pages: the notebooks' text and code. They are stored without outputs, and so are their pages."""

import re
from pathlib import Path

import nbformat

FIRST = ["ten_minutes", "bring_your_own", "which_metric"]  # in this order; the others follow by name
FOLDER = Path(__file__).resolve().parents[2] / "notebooks"


def notebook_pages() -> dict[str, str]:
    """Page by name."""
    lines = ["# Tutorials", "", "Notebooks of the folder `notebooks/`; the tests run each from top to bottom.", ""]
    pages = {}
    for path in sorted(FOLDER.glob("*.ipynb"), key=place):
        text = notebook_page(path)
        pages[f"notebooks/{path.stem}.md"] = text
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), path.stem)
        lines.append(f"- [{title}]({path.stem}.md)")
    pages["notebooks/index.md"] = "\n".join(lines)
    return pages


def place(path: Path) -> tuple[int, str]:
    """Where a notebook stands in the list."""
    return (FIRST.index(path.stem) if path.stem in FIRST else len(FIRST), path.stem)


def notebook_page(path: Path) -> str:
    """Markdown cells as they are, code cells as blocks of code."""
    cells = nbformat.read(path, as_version=4).cells
    parts = [f"```python\n{c.source}\n```" if c.cell_type == "code" else c.source for c in cells if c.source.strip()]
    parts = [part if part.startswith("```") else linked(part) for part in parts]
    return "\n\n".join([*parts, f"*This page is the notebook `notebooks/{path.name}` without its outputs.*"])


def linked(text: str) -> str:
    """Links between notebooks, and from notebooks into docs/, as they are on the site."""
    text = re.sub(r"\]\((\w+)\.ipynb", r"](\1.md", text)
    text = re.sub(r"\]\(\.\./docs/([\w-]+)/?\)", r"](../\1/index.md)", text)
    return re.sub(r"\]\(\.\./docs/", "](../", text).replace("(../results/index.md)", "(../results/README.md)")
