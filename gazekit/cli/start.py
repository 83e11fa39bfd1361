"""`gazekit` alone: where to begin, and the commands by what they are for."""

from typing import Any

from gazekit.foundations.version import __version__

BEGIN = (
    ("see it work, offline, in a minute", "gazekit demo --out runs/demo"),
    ("score models on your own fixations", "gazekit evaluate --data mine.csv --root images --out runs/mine"),
    ("read", "docs/start.md, docs/howto/own-data.md; every command has --help"),
)
COMMANDS = {
    "demo": "Begin",
    "info": "Begin",
    "datasets": "What there is",
    "models": "What there is",
    "metrics": "What there is",
    "evaluate": "Predict, score, look",
    "score": "Predict, score, look",
    "predict": "Predict, score, look",
    "report": "Predict, score, look",
    "train": "Predict, score, look",
    "asymmetry": "Experiments",
    "shelf-search": "Experiments",
    "oat-study": "Experiments",
    "captions": "Experiments",
    "verify": "Check against published numbers",
}


def start_text(group: Any) -> str:
    """Say where to begin and list the commands of the group of all commands, each with its first sentence."""
    lines = [f"gazekit {__version__}: real gaze in, any scanpath model, scored against a human ceiling.", ""]
    width = max(len(what) for what, _ in BEGIN)
    lines += [f"  {what:<{width}}  {how}" for what, how in BEGIN]
    width = max(map(len, group.commands))
    for panel in dict.fromkeys(COMMANDS.get(name, "More") for name in [*COMMANDS, *group.commands]):
        names = [name for name in group.commands if COMMANDS.get(name, "More") == panel]
        if names:
            lines += ["", f"{panel}:", *(f"  {name:<{width}}  {sentence(group.commands[name])}" for name in names)]
    return "\n".join(lines)


def sentence(command: Any) -> str:
    """First sentence of a command's help, without its end."""
    return " ".join((command.help or "").split("\n\n")[0].split()).split(". ")[0].rstrip(".")
