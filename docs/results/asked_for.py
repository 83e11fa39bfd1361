"""Options of the scripts of priority.md."""

import argparse
from pathlib import Path
from typing import Any

import torch

WRITE = {"write": {"action": "store_true", "help": "put what is made into the page"}}
SEEDS = {"seeds": {"default": "0", "help": "comma-separated; default %(default)s"}}


def asked_for(about: str | None, more: dict[str, dict[str, Any]] | None = None, **folders: str) -> argparse.Namespace:
    """Folders and files by the names of their options, each with its help, and `more` as argparse takes them.

    The folder `out` is made, and torch has one thread: sums depend on the number of threads.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, words in folders.items():
        parser.add_argument(f"--{name}", type=Path, required=True, help=words)
    for name, how in (more or {}).items():
        parser.add_argument(f"--{name}", **how)
    asked = parser.parse_args()
    if "out" in folders:
        asked.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    return asked
