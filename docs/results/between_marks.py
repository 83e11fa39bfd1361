"""Put what a script has made into its page, between two equal marks; the rest of the page is written by hand."""

from pathlib import Path


def put(page: Path, mark: str, text: str) -> None:
    """Write `text` in place of what stands between the page's two `mark`s."""
    before, _, after = page.read_text(encoding="utf-8").split(mark)
    page.write_text(f"{before}{mark}\n\n{text}\n\n{mark}{after}", encoding="utf-8")
