"""Index of the metrics, from their registries: what each is given, its range, direction and card."""

from pathlib import Path

from gazekit.cli.metrics import kinds

CARDS = Path(__file__).resolve().parents[1] / "metrics"


def metric_pages() -> dict[str, str]:
    """Page by name."""
    cards = {path.name: path.read_text() for path in sorted(CARDS.glob("*.md"))}
    lines = ["# Metrics", "", "`gazekit metrics NAME` says more of each: columns, needs, options, source.", ""]
    better = {True: "higher", False: "lower", None: "as people's"}
    for kind, registry in kinds().items():
        lines += [f"## Of {kind}", "", "| metric | means | range | better |", "| --- | --- | --- | --- |"]
        for name in registry:
            metric = registry[name]
            low, high = metric.bounds
            unit = "" if metric.unit == "1" else f" {metric.unit}"
            card = card_of(name, cards)
            shown = f"[`{name}`]({card})" if card else f"`{name}`"
            lines.append(
                f"| {shown} | {metric.summary} | {low:g} to {high:g}{unit} | {better[metric.higher_is_better]} |"
            )
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
