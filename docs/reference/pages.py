"""MkDocs hook: adds the pages that are made from the code, so that they cannot differ from it."""

import re

from api_pages import api_pages
from command_pages import command_pages
from metric_pages import metric_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from notebook_pages import notebook_pages
from protocol_pages import protocol_pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those in docs/."""
    for pages in (command_pages(), api_pages(), metric_pages(), notebook_pages(), protocol_pages()):
        for name, text in pages.items():
            files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Links from docs/ to the notebooks beside it lead to the notebooks' pages."""
    return re.sub(r"\]\(((?:\.\./)*)\.\./notebooks/(\w+)\.ipynb\)", r"](\1notebooks/\2.md)", markdown)
