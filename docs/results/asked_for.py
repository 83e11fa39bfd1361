"""Options of the scripts of priority.md that take folders."""

import argparse
from pathlib import Path

import torch


def asked_for(about: str | None, **folders: str) -> argparse.Namespace:
    """Folders by the names of their options, each with its help. `out` is made, and torch has one thread.

    Sums depend on the number of threads.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, words in folders.items():
        parser.add_argument(f"--{name}", type=Path, required=True, help=words)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    return asked
