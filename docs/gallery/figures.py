"""Make the pictures of docs/gallery.md by the commands on that page, from real data and committed results.

Run from the project's root, with the data sets beside it: python docs/gallery/figures.py [NAME ...]
Folders of data are read from GAZEKIT_DATA (default ../shared/data). Without names all pictures are made, in about four
minutes.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("GAZEKIT_DATA", "../shared/data")).resolve()
LARGEST = 150_000  # bytes


def commands() -> list[list[str]]:
    """The `gazekit` commands of the page, as words."""
    text = (ROOT / "docs" / "gallery.md").read_text().replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"^gazekit .*", text, flags=re.MULTILINE)]


def main() -> None:
    """Run them in an empty folder, and keep the pictures that were asked for."""
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").symlink_to(DATA)
        (Path(folder) / "docs").symlink_to(ROOT / "docs")
        environment = {**os.environ, "GAZEKIT_WEIGHTS": str(DATA / "weights")}
        for words in commands():
            out = Path(words[words.index("--out" if words[1] == "search" else "-o") + 1])
            plotted = words[1] in ("plot", "search")
            if plotted and wanted and out.stem not in wanted:
                continue
            run = [sys.executable, "-m", "gazekit", *words[1:], *([] if plotted else ["--quiet"])]
            subprocess.run(run, cwd=folder, check=True, env=environment)  # noqa: S603
            if words[1] == "search":
                for picture in sorted((Path(folder) / out).glob("*.png")):
                    keep(picture.rename(picture.with_name(f"{out.name}_{picture.name}")))
            elif plotted:
                keep(Path(folder) / out)


def keep(file: Path) -> None:
    """Store a picture as small as a page needs it."""
    stored = ROOT / "docs" / "gallery" / file.name
    with Image.open(file) as picture:
        picture.thumbnail((900, 900))
        picture.convert("RGB").save(stored, quality=80, optimize=True)
    if stored.stat().st_size > LARGEST:
        raise SystemExit(f"{stored} has {stored.stat().st_size} bytes, more than {LARGEST}")


if __name__ == "__main__":
    main()
