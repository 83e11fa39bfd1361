"""The command line's arguments."""

from pathlib import Path
from typing import Any

from targets.run_folders import rest_of_run
from targets.target import Target

WORDS = (
    "models metrics datasets predict score evaluate report info train asymmetry captions shelf-search oat-study verify"
)


def _arguments() -> list[bytes]:
    lines = [
        "models",
        "models eccnet --json",
        "metrics scanmatch",
        "metrics multimatch --json",
        "datasets info osie",
        "datasets check waldo --root data",
        "predict uniform --data data.csv -o p.csv --samples 2 --overwrite",
        "predict levy --data data.csv -o p.parquet --seed 3 --max-fixations 3 --overwrite",
        "score data.csv --data data.csv --metrics scanmatch,dtw --outside clip --missing drop --no-forced-first",
        "evaluate --data data.csv --models uniform,centre --metrics scanmatch --out new",
        "report run --images none",
        "info",
        "train oat --data bookcovers --root data --out t --epochs 1",
        "asymmetry --model eccnet --out a",
        "captions --data capmit1003 --root data --out c",
        "shelf-search --data bookcovers --root data --out s",
        "oat-study plan.toml --out o",
        "verify conformance --reference data.csv",
        "--version",
        *(f"{word} --help" for word in WORDS.split()),
    ]
    return [line.replace(" ", "\n").encode() for line in lines]


def _data_table(folder: Path) -> None:
    (folder / "data.csv").write_text("stimulus,subject,x,y,width,height\na,p,1,2,9,8\na,q,3,4,9,8\nb,p,5,6,9,8\n")
    (folder / "run").mkdir()
    rest_of_run(folder / "run")


def _read_arguments(file: Path) -> Any:
    """Parse the arguments (one per line) as the command line does, and run the commands that are over in a moment."""
    from commandline import parse_and_run

    return parse_and_run(file.read_bytes().decode("utf-8", "surrogateescape").split("\n"), file.parent)


TARGETS = (Target("arguments", "arguments", _read_arguments, _arguments, beside=_data_table),)
