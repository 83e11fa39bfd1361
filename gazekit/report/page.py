"""Put the page together: one HTML file that needs no network and runs no code but its own."""

import base64
import hashlib
import json
import re
from html import escape
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from string import Template

from gazekit.core.trials import Dataset
from gazekit.evaluation.results import Results
from gazekit.files.atomic import remove_leftovers, write_atomically
from gazekit.files.links import refuse_link
from gazekit.files.untrusted import reading
from gazekit.foundations.version import __version__
from gazekit.report.content import Content
from gazekit.report.exploring import SAMPLES, explorer_blocks
from gazekit.report.sentences import suspicious
from gazekit.runs.manifest import read_finished

SCRIPTS = (
    "columns",
    "scanmatch",
    "multimatch",
    "tables",
    "copying",
    "paths",
    "picture",
    "timeline",
    "measures",
    "maps",
    "explorer",
    "start",
)
# The file of each kind's page and the function in it, which is given the run, its manifest and its data set.
PAGES = {
    "evaluation": ("evaluation", "evaluation_content"),
    "asymmetry": ("asymmetry", "asymmetry_content"),
    "search": ("search", "search_content"),
    "captions": ("evaluation", "captions_content"),
    "shelf-search": ("shelf_search", "shelf_content"),
}
OTHER = ("any_tables", "tables_content")


def write_report(
    run: str | Path,
    *,
    dataset: Dataset | None = None,
    images: str = "thumbs",
    samples: int = SAMPLES,
    results: Results | None = None,
) -> Path:
    """Write `report.html` into a finished run folder of any kind.

    Parameters
    ----------
    run : path
        The run folder: of an evaluation, of search asymmetry, of shelf search, of captions, or of another experiment
        whose `summary.csv` has the columns dataset, model, metric, value, low and high.
    dataset : Dataset, optional
        The data set of the run, for images, people's scanpaths and targets; without it the page has the tables and the
        models' scanpaths.
    images : {"none", "thumbs", "full"}
        Which images go into the page; thumbnails of all of them stay near 8 MB.
    samples : int
        Most samples of each model and trial in the explorer.
    results : Results, optional
        What `evaluate` returned for this run, so that its tables are not made a second time; default: read from it.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    DataError, RunFolderError
        The run is not finished, or the folder is not a run.
    UnknownNameError
        Another choice of images.
    """
    run = Path(run)
    path = run / "report.html"
    refuse_link(path)
    remove_leftovers(run)
    with reading(run, "its manifest or tables are not those of a run: run its command again in a new folder"):
        page = page_of(content_of(run, dataset, results), images=images, samples=samples)
    content = page.encode("utf-8", "backslashreplace")
    if not path.is_file() or path.read_bytes() != content:  # a finished run may be somebody else's, and read-only
        write_atomically(path, content)
    return path


def content_of(run: Path, dataset: Dataset | None, results: Results | None = None) -> Content:
    """What the page of a run says.

    Raises
    ------
    DataError
        The run is not finished, or is of a kind without a page.
    """
    manifest = read_finished(run)
    module, function = PAGES.get(manifest["kind"], OTHER)
    given = {} if results is None else {"results": results}
    return getattr(import_module(f"gazekit.report.{module}"), function)(run, manifest, dataset, **given)


def page_of(content: Content, *, images: str = "thumbs", samples: int = SAMPLES) -> str:
    """The whole page as text; see `write_report`."""
    style = asset("page.css") + asset("explorer.css")
    script = "\n".join(["'use strict';", *(asset(f"{n}.js") for n in SCRIPTS)])
    notices = (*content.notices, *suspicious(content.manifest))
    blocks = ""
    shown = [
        (s.id, s.title, f'<section id="{s.id}"><h2>{escape(s.title)}</h2>{s.html}</section>') for s in content.sections
    ]
    if content.exploration is not None and len(content.exploration.paths):
        blocks, note = explorer_blocks(content.exploration, images, samples)
        explorer = Template(asset("explorer.html")).substitute(note=escape(note))
        shown.insert(1, ("explorer", "Scanpaths", explorer))
    if content.methods:
        shown.append(("methods", "Methods", _methods(content)))
    shown.append(("made", "How this was made", _made(content)))
    return Template(asset("page.html")).substitute(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        version=escape(__version__),
        title=escape(content.title),
        kicker=escape(content.kicker),
        facts=" · ".join(f"<span>{escape(fact)}</span>" for fact in content.facts),
        sentence=escape(content.sentence),
        notices="".join(f'<p class="notice">{escape(text)}</p>' for text in notices),
        links="".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title, _ in shown),
        sections="\n".join(html for _, _, html in shown),
        style=style,
        blocks=blocks,
        script=script,
    )


def asset(name: str) -> str:
    """Text of a file in `assets/`."""
    return files("gazekit.report").joinpath("assets", name).read_text(encoding="utf-8")


# ---------------------------------------------------------------- inside


def _hash(text: str) -> str:
    """The source expression of a security policy that allows this text and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _methods(content: Content) -> str:
    paragraphs = "".join(f"<p>{_linked(p)}</p>" for p in content.methods.split("\n\n"))
    return (
        '<section id="methods"><h2>Methods</h2><p class="about">Ready to paste; check it against what you did.</p>'
        f'<div class="paste" id="methods-text">{paragraphs}</div>'
        f"<p>{_copy_button('methods-plain', 'Copy the methods')}</p>"
        f'<pre id="methods-plain" hidden>{escape(content.methods)}</pre></section>'
    )


def _linked(paragraph: str) -> str:
    """A paragraph of the methods as HTML: its first word in bold, its list as lines."""
    lines = [escape(line) for line in paragraph.split("\n")]
    lines[0] = re.sub(r"^([A-Z][a-z]+(?: and chance)?)(\.|$)", r"<strong>\1\2</strong>", lines[0])
    return "<br>".join(lines)


def _made(content: Content) -> str:
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>" for key, value in content.made.items())
    manifest = json.dumps(content.manifest, indent=2, sort_keys=True)
    command = str(content.manifest.get("command", ""))
    button = _copy_button("command", "Copy the command")
    again = f'<h3>Command</h3><pre id="command">{escape(command)}</pre><p>{button}</p>' if command else ""
    return (
        f'<section id="made"><h2>How this was made</h2><dl>{rows}</dl>{again}'
        f'<details class="manifest"><summary>Manifest</summary><pre id="manifest">{escape(manifest)}</pre>'
        f"<p>{_copy_button('manifest', 'Copy the manifest')}</p></details></section>"
    )


def _copy_button(target: str, words: str) -> str:
    return f'<button type="button" class="copy js-only" data-copy="{target}">{escape(words)}</button>'
