"""Index of the metrics, from their registry: what each is given, its range, direction and card."""

from itertools import groupby
from pathlib import Path

from gazekit.metrics import all_measures

CARDS = Path(__file__).resolve().parents[1] / "metrics"


def metric_pages() -> dict[str, str]:
    """Page by name."""
    cards = {path.name: path.read_text() for path in sorted(CARDS.glob("*.md"))}
    lines = ["# Metrics", "", "`gazekit metrics NAME` says more of each: columns, needs, options, source.", ""]
    better = {True: "higher", False: "lower", None: "as people's"}
    for given, of_kind in groupby(all_measures(), key=lambda measure: measure.kind.given):
        lines += [f"## Of {given}", "", "| metric | means | range | better |", "| --- | --- | --- | --- |"]
        for measure in of_kind:
            low, high = measure.bounds
            unit = "" if measure.values_in == "1" else f" {measure.values_in}"
            card = card_of(measure.name, cards)
            shown = f"[`{measure.name}`]({card})" if card else f"`{measure.name}`"
            direction = better[measure.higher_is_better]
            lines.append(f"| {shown} | {measure.summary} | {low:g} to {high:g}{unit} | {direction} |")
        lines.append("")
    return {"metrics/index.md": "\n".join(lines)}


def card_of(name: str, cards: dict[str, str]) -> str | None:
    """The card named after a metric, else the one that mentions it most often."""
    own = f"{name}.md"
    if own in cards:
        return own
    mentions = {card: text.count(f"`{name}`") for card, text in cards.items()}
    most = max(mentions, key=lambda card: mentions[card])
    return most if mentions[most] else None
