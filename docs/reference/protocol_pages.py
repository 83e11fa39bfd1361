"""Page of the protocols, from their descriptions: what each fixes, and what that changes."""

from gazekit.protocols import Protocol, protocols, score_words

INTRODUCTION = """# Protocols

A published number rests on choices that papers hardly print: which images, which pairs, how many samples, how many
bins. People on 70 images of OSIE reach .443 or .390 on ScanMatch by the number of bins alone. A protocol is one group's
choices as a frozen description; one engine scores people, two drawn controls, and predictions or models under it:

```sh
gazekit score mine.csv --data osie --root data/osie --protocol chen2021
gazekit evaluate --data osie --root data/osie --models centre,ittikoch --protocol chen2021 --out runs/chen
gazekit verify protocols --root data/osie
```

`evaluate --protocol` resumes a stopped run, and gives a finished one back. Predictions that are not all that a protocol
asks for (images without one, another number of samples, no durations) are scored and have no headline; the output says
why. On a data set that it was not made for, a protocol needs `--transferred`. Intervals are over images. [What people
reach under each](../results/protocols.md)."""


def protocol_pages() -> dict[str, str]:
    """Page by name."""
    found = protocols.usable()
    lines = [INTRODUCTION, "", *side_by_side(found)]
    for protocol in found:
        lines += ["", *protocol_lines(protocol)]
    return {"reference/protocols.md": "\n".join(lines)}


def side_by_side(found: list[Protocol]) -> list[str]:
    """What each fixes, a column per protocol."""
    lines = [f"| | {' | '.join(p.name for p in found)} |", "| --- " * (len(found) + 1) + "|"]
    for what in found[0].fixes:
        if what != "split":
            lines.append(f"| {what} | {' | '.join(p.fixes[what] for p in found)} |")
    return lines


def protocol_lines(protocol: Protocol) -> list[str]:
    """Write one protocol as Markdown."""
    lines = [f"## {protocol.name}", "", f"{protocol.title}.", "", f"{protocol.paper}. Read in {protocol.files}.", ""]
    lines += [f"Images: {protocol.split}.", "", "| score | how |", "| --- | --- |"]
    lines += [f"| {score.name} | {score_words(score)} |" for score in protocol.scores]
    return [*lines, "", *(f"- {effect}" for effect in protocol.effects)]
