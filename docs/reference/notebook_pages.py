"""Tutorials as pages: the notebooks' text and code. They are stored without outputs, and so are their pages."""

from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"


def notebook_pages() -> dict[str, str]:
    """Page by name."""
    lines = ["# Tutorials", "", "Notebooks of the folder `notebooks/`; the tests run each from top to bottom.", ""]
    pages = {}
    for path in sorted(FOLDER.glob("*.ipynb")):
        text = notebook_page(path)
        pages[f"notebooks/{path.stem}.md"] = text
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), path.stem)
        lines.append(f"- [{title}]({path.stem}.md)")
    pages["notebooks/index.md"] = "\n".join(lines)
    return pages


def notebook_page(path: Path) -> str:
    """Markdown cells as they are, code cells as blocks of code."""
    cells = nbformat.read(path, as_version=4).cells
    parts = [f"```python\n{c.source}\n```" if c.cell_type == "code" else c.source for c in cells if c.source.strip()]
    return "\n\n".join([*parts, f"*This page is the notebook `notebooks/{path.name}` without its outputs.*"])
