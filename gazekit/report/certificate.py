"""The page of a certificate: made of its JSON alone."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from gazekit.foundations.errors import amount
from gazekit.report.content import Content, Section
from gazekit.report.page import page_of
from gazekit.report.tables import ACROSS, Cell, between, number, plain_table, table, text_cell

NOTES = {
    "energy": "E d(g, h) - E d(g, g') / 2, lower is better: the mean distance of predictions to people, less half "
    "of the mean distance of predictions to each other. Of the euclidean distance of paths (8 points at "
    "equal steps, shares of the longer side) nothing has a lower one in expectation than people; "
    "ScanMatch's distance is not known to be of that kind. A model that always says the same has "
    "to_itself near 0; people's row says how far people differ.",
    "equal": "As many people as a source has paths, at most half of them, are judged by the others (other people: "
    "the floor), and so are as many paths an image of every source. Values are means over random choices, "
    "intervals hold 95 % of the choices. A divergence falls with the number of pairs: at equal counts "
    "alone can it be compared.",
    "likelihood": "Bits per fixation of people over a uniform density, from smoothed fixations of the samples; width "
    "and share of a uniform density are those under which people of the other half of the images are "
    "likeliest. Of two controls, and of models that were named, the density is known: exact is computed from it, "
    "each fixation after those before it, and bias is the estimate less the exact value. Samples say nothing of what "
    "comes after what: of a model that goes by the fixations before, the bias holds what these tell, too. A model that "
    "gives probability 0 to some of people's fixations (counted) has minus infinity.",
    "fewer": "Where images are counted, a source has paths on so many only, and its values are of other images than "
    "those of the others.",
}
COLUMNS = (
    "source", "distance", "bits", "energy", "low", "high", "exact", "exact_low", "exact_high", "bias", "to_people",
    "to_itself", "images", "probability_0",
)  # fmt: skip


def certificate_page(certificate: Mapping[str, Any]) -> str:
    """The page as text.

    Parameters
    ----------
    certificate : mapping
        From `gazekit.protocols.certificate.certify`.
    """
    return page_of(certificate_content(certificate))


def certificate_content(certificate: Mapping[str, Any]) -> Content:
    """What the page says."""
    protocols = {name: each for name, each in certificate["protocols"].items() if "scores" in each}
    data, models = certificate["data"], certificate["predictions"]["models"]
    sections = [Section("ranks", "Ranks", _ranks(certificate, protocols))]
    for name, each in protocols.items():
        body = f'<p class="about">{escape(each["title"])}</p>{_scores(each["scores"], models)}'
        for source, why in each["departures"].items():
            body += f'<p class="quiet">{escape(source)} has no headline: {escape("; ".join(why))}.</p>'
        body += "".join(f'<p class="quiet">{escape(note)}.</p>' for note in each["notes"])
        equal = each["equal_counts"]
        body += "<h3>At equal counts</h3>"
        if equal["rows"]:
            body += (
                f'<p class="about">{escape(NOTES["equal"])} {equal["pairs"]} pairs.</p>{_scores(equal["rows"], models)}'
            )
        else:
            body += f'<p class="quiet">{escape(equal["why"])}.</p>'
        sections.append(Section(f"protocol-{name}", name, body))
    likelihood, energy = certificate["likelihood"], certificate["energy"]
    sections += [
        Section(
            "likelihood",
            "Likelihood",
            f'<p class="about">{escape(NOTES["likelihood"])} {likelihood["cells"]} cells along the longer side, '
            f"{likelihood['paths_an_image']} paths an image.{_fewer(likelihood['rows'])}</p>"
            f"{_table(likelihood['rows'])}",
        ),
        Section(
            "energy",
            "Energy score",
            f'<p class="about">{escape(NOTES["energy"])}{_fewer(energy["rows"])}</p>{_table(energy["rows"])}',
        ),
    ]
    trained, why = certificate["trained_on"], ""
    if not trained["known"]:
        why = trained["why"]
    notices = [f"Training images are not known: {why}."] if why else []
    if trained["known"] and trained["images"]:
        notices = [
            f"{len(trained['images'])} of the images scored here are training images, by name or by their picture."
        ]
    for name, each in certificate["protocols"].items():
        if "not_scored" in each:
            notices.append(f"Not scored under {name}: {each['not_scored']}.")
    swaps = certificate["swaps"]
    return Content(
        title=f"Certificate: {', '.join(models)} on {data['name']}",
        kicker="gazekit certificate",
        facts=[amount(data["images"], "image"), amount(len(protocols), "protocol"), amount(len(models), "model")],
        sentence=_sentence(swaps, list(protocols)),
        sections=sections,
        methods="",
        made={
            "Version": certificate["gazekit"],
            "Seal": certificate["sha256"],
            "Predictions": certificate["predictions"]["sha256"],
            **{f"File {name}": digest for name, digest in certificate["predictions"]["files"].items()},
            **{f"Protocol {name}": each["sha256"] for name, each in certificate["protocols"].items()},
        },
        manifest={key: certificate[key] for key in ("data", "predictions", "request", "gazekit", "sha256")},
        notices=notices,
    )


def _sentence(swaps: Sequence[Mapping[str, Any]], protocols: Sequence[str]) -> str:
    if len(protocols) == 1:
        return f"Scored under one protocol, {protocols[0]}; no other has anything to say of this data set."
    beyond = sum(swap["beyond_chance"] for swap in swaps)
    return (
        f"{amount(len(swaps), 'pair changes', 'pairs change')} their order between headlines of two protocols, "
        f"{beyond} of them beyond chance under both."
    )


def _ranks(certificate: Mapping[str, Any], protocols: Mapping[str, Any]) -> str:
    rows = [
        {"protocol": name, "headline": each["headline"], "best first": ", ".join(each["ranks"])}
        for name, each in protocols.items()
    ]
    swaps = [
        {
            "pair": f"{swap['better_or_worse']} and {swap['than']}",
            **{
                f"{end} protocol": f"{one['protocol']}, {one['score']}: {_gap(one)}"
                for end, one in zip(("one", "other"), swap["under"], strict=True)
            },
            "beyond chance under both": "yes" if swap["beyond_chance"] else "no",
        }
        for swap in certificate["swaps"]
    ]
    about = "How much better the first of the pair is, with a 95 % interval over images; below 0 it is worse."
    return _words(rows, "Ranks of headlines") + (
        f'<h3>Swaps</h3><p class="about">{about}</p>{_words(swaps, "Swaps of ranks")}' if swaps else ""
    )


def _words(rows: list[dict[str, str]], label: str) -> str:
    if not rows:
        return ""
    return table([escape(h) for h in rows[0]], [("", [text_cell(v) for v in row.values()]) for row in rows], label)


def _gap(one: Mapping[str, Any]) -> str:
    low, high = (float("nan") if one[end] is None else one[end] for end in ("low", "high"))
    return f"{number(one['by'], sign=True)} {between(low, high, sign=True)}"


def _scores(rows: list[dict[str, Any]], models: Sequence[str]) -> str:
    """A row per score, a column per source, so many to a table as a page holds: people, models, controls."""
    given = [*dict.fromkeys(row["source"] for row in rows)]
    sources = [*given[:1], *(name for name in models if name in given), *(n for n in given[1:] if n not in models)]
    cells = {(row["score"], row["source"]): row for row in rows}
    parts = []
    for start in range(0, len(sources), ACROSS):
        across = sources[start : start + ACROSS]
        lines = [
            ("", [text_cell(score), *(_score_cell(cells.get((score, source))) for source in across)])
            for score in dict.fromkeys(row["score"] for row in rows)
        ]
        parts.append(table(["score", *map(escape, across)], lines, "Scores"))
    return "".join(parts)


def _score_cell(row: Mapping[str, Any] | None) -> Cell:
    value = float("nan") if row is None or row["value"] is None else row["value"]
    held = row is not None and row["low"] is not None
    interval = f"<small>{number(row['low'])}, {number(row['high'])}</small>" if row is not None and held else ""
    return Cell(f"{number(value)}{interval}", value)


def _fewer(rows: list[dict[str, Any]]) -> str:
    return f" {escape(NOTES['fewer'])}" if any("images" in row for row in rows) else ""


def _table(rows: list[dict[str, Any]]) -> str:
    table = pd.DataFrame(rows).drop(columns="density", errors="ignore")  # a hash, for --check
    table = table[[column for column in COLUMNS if column in table]]  # a certificate's JSON has them by the alphabet
    table = table.rename(columns=lambda name: name.replace("_", " "))
    return plain_table(table.replace({None: float("nan")}).infer_objects(), "Numbers")
