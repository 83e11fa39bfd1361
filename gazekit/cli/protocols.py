"""`gazekit protocols`: which protocols of the field there are and what each fixes; how scores under one are printed."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import names_in
from gazekit.cli.printing import Json, aligned, print_json
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.cli.options import ScoredRun
    from gazekit.core.trials import Dataset
    from gazekit.protocols import Protocol, ProtocolScores


# Options of `evaluate` and `score` that a protocol of the field fixes.
FIXED = (
    *("metrics", "samples", "max_fixations", "folds", "fold_by", "unseen", "tuned_on", "intervals"),
    *("lengths", "nulls", "resamples"),
)
protocol_names = names_in("gazekit.protocols", "protocols")
ProtocolName = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        autocompletion=protocol_names,
        help="Score as a group of the field does, see gazekit protocols; printed.",
    ),
]
Transferred = Annotated[
    bool, typer.Option("--transferred", help="Use the protocol on data that it was not made for; marked so.")
]


def protocols_command(
    name: Annotated[
        str | None, typer.Argument(help="One protocol; default lists all.", autocompletion=protocol_names)
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how groups of the field make their numbers: what each protocol fixes, and what that changes.

    `gazekit score FILE --data NAME --protocol NAME` scores predictions under one, `gazekit verify protocols` compares
    its numbers of people with published ones.

    Example: gazekit protocols chen2021
    """
    from gazekit.protocols import protocols

    found = protocols.usable() if name is None else [protocols[name]]
    if as_json:
        print_json([protocol_facts(protocol) for protocol in found])
    elif name is None:
        typer.echo(aligned([[p.name, p.title + " (not recommended)" * bool(p.not_recommended)] for p in found]))
    else:
        typer.echo("\n".join(protocol_lines(found[0])))


def protocol_facts(protocol: "Protocol") -> dict[str, Any]:
    """What `--json` prints of a protocol: the description itself."""
    from dataclasses import asdict

    return asdict(protocol)


def protocol_lines(protocol: "Protocol") -> list[str]:
    """Describe one protocol, a line per fact."""
    from gazekit.protocols import score_words

    lines = [f"{protocol.name}: {protocol.title}", f"  {protocol.paper}", f"  {protocol.files}", ""]
    lines += ["It fixes"]
    lines += [f"  {line}" for line in aligned([list(each) for each in protocol.fixes.items()]).splitlines()]
    lines += ["", "Its scores"]
    lines += [f"  {line}" for line in aligned([[s.name, score_words(s)] for s in protocol.scores]).splitlines()]
    return [*lines, "", "What that changes", *(f"  - {effect}" for effect in protocol.effects)]


def scores_text(found: "ProtocolScores") -> str:
    """Scores under a protocol: a line per number, a column per source, then what is not whole, and the headline."""
    table, protocol = found.table, found.protocol
    sources = list(dict.fromkeys(table["source"]))
    images = int(table["images"].max())
    lines = [f"{protocol.name} on {found.data}: {images} images, {protocol.paper}", ""]
    cells = {
        (row.source, row.score): ("not defined" if math.isnan(row.value) else f"{row.value:.4f}")
        + (f" [{row.low:.4f}, {row.high:.4f}]" if math.isfinite(row.low) else "")
        + (f" {row.undefined} undefined" if row.undefined else "")
        for row in table.itertuples()
    }
    rows = [["", *sources]]
    rows += [[score.name, *(cells.get((s, score.name), "-") for s in sources)] for score in protocol.scores]
    lines += [aligned(rows), "95 % intervals are over images; people stay as they are.", *found.notes, ""]
    lines += [f"headline: {protocol.headline}"]
    for source in sources:
        why = found.departures.get(source)
        kept = f"{found.headlines[source]:.4f}" if source in found.headlines else "what models are compared with"
        kept = kept if why is None else f"none: {'; '.join(why)}"
        lines.append(f"  {source}: {kept}")
    return "\n".join(lines)


def print_scores(found: "ProtocolScores", *, as_json: bool) -> None:
    """Print scores under a protocol, as a table or as JSON."""
    if not as_json:
        typer.echo(scores_text(found))
        return
    facts = {"protocol": protocol_facts(found.protocol), "data": found.data, "notes": found.notes}
    print_json(
        {
            **facts,
            "departures": found.departures,
            "headlines": found.headlines,
            "scores": found.table.to_dict("records"),
        }
    )


def check_protocol_options(context: typer.Context, protocol: str | None, transferred: bool, *more: str) -> None:
    """Refuse options that a protocol fixes, and one that is about a protocol without one.

    Parameters
    ----------
    context : typer.Context
        Of the command: which options were given.
    protocol, transferred
        As given.
    *more : str
        Options that a protocol fixes in this command, beside those of `FIXED`.
    """
    if transferred and protocol is None:
        raise GazekitError("--transferred is about a protocol: give --protocol, or leave it out")
    fixed: list[Any] = [option for option in context.command.params if option.name in (*FIXED, *more)]
    given = [option for option in fixed if context.get_parameter_source(option.name).name == "COMMANDLINE"]  # type: ignore[union-attr]
    if protocol is not None and given:
        names = [(o.secondary_opts if context.params[o.name] is False else o.opts)[0] for o in given]
        raise GazekitError(f"--protocol says how numbers are made: leave out {' and '.join(names)}")


def evaluate_under(
    protocol: str,
    dataset: "Dataset",
    models: list[str],
    run: "ScoredRun",
    *,
    accepted: list[str],
    transferred: bool,
    as_json: bool,
) -> None:
    """Predict and score models under a protocol, print it, and keep the predictions."""
    from gazekit.evaluation.evaluate import load_models
    from gazekit.protocols.predictions import evaluate_protocol

    options = {name: run.arguments[name] for name in ("seed", "workers", "scheduler", "overwrite", "command")}
    found = evaluate_protocol(
        protocol,
        dataset,
        load_models(models, nulls=False),
        out=run.out,
        transferred=transferred,
        progress=run.progress and not as_json,
        accept=accepted,
        **options,
    )
    if (file := run.out / "predictions.parquet").is_file():
        typer.echo(f"predictions: {file}", err=as_json)
    print_scores(found, as_json=as_json)
