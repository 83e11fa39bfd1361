"""Parts of numpy-style docstrings, for what is printed of a model."""

import inspect


def section(documented: object, title: str) -> list[str]:
    """Lines of a section of something's docstring, without its heading; none where it has no such section.

    Examples
    --------
    >>> section(section, "Examples")[0][:12]
    '>>> section('
    """
    lines = (inspect.getdoc(documented) or "").splitlines()
    ruled = [k for k in range(len(lines) - 1) if set(lines[k + 1]) == {"-"}]
    for k in ruled:
        if lines[k] == title:
            stop = min((other for other in ruled if other > k), default=len(lines))
            return "\n".join(lines[k + 2 : stop]).rstrip().splitlines()
    return []


def references(documented: object) -> list[str]:
    """Papers that something comes from: each paragraph of its section References, on one line."""
    paragraphs = "\n".join(section(documented, "References")).split("\n\n")
    return [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]
