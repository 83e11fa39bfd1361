"""`gazekit certify`: one file of predictions under every protocol, beside people, controls and floors."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from gazekit.cli.import_predictions import From, Order, mend_of, read_predictions
from gazekit.cli.options import BesidePredictions, PerhapsNamed, Seed
from gazekit.cli.outputs import check_output
from gazekit.cli.texts import names
from gazekit.foundations.errors import DataError, GazekitError, listed

SUFFIXES = (".json", ".html")
AS_THEY_ARE = (
    "certify reads files as they are: give positions in px of the images from their upper left corner, times in ms"
)


@dataclass(frozen=True, kw_only=True)
class Certified(PerhapsNamed, BesidePredictions):
    """People's data, which a certificate that is only looked at does not need."""


def certify_command(
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Predictions: the first are certified, all are ranked.")
    ] = None,
    given: Certified,
    kind: Annotated[str | None, From] = None,
    order: Order = None,
    against: Annotated[
        str | None, typer.Option(help="Protocols, comma-separated; default all that were made for the data set.")
    ] = None,
    trained_on: Annotated[
        Path | None,
        typer.Option(help="Images that models were trained on: their folder, or a file of names, a line each."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Models that made the predictions, called as there, comma-separated: their exact likelihood."
        ),
    ] = None,
    splits: Annotated[int, typer.Option(min=2, help="Random choices of people of which floors are made.")] = 20,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="certificate.html (and .json), or .json alone.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    check: Annotated[
        Path | None,
        typer.Option(
            help="A certificate: is it complete and unchanged, and do these files still give the same numbers?"
        ),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Say whether numbers may be compared: predictions under every protocol, with people, controls and floors.

    Example: gazekit certify chen.parquet --data osie --root data/osie -o certificate.html

    Example: gazekit certify priority.parquet --data osie --root data/osie --model priority -o certificate.html

    Example: gazekit certify chen.parquet --data osie --root data/osie --check certificate.json
    """
    from gazekit.evaluation.fitting_alone import fit_alone, fitted_anew
    from gazekit.evaluation.score_file import check_predictions
    from gazekit.files.atomic import sha256_of, write_atomically
    from gazekit.models.specs import model_from_text
    from gazekit.protocols.certificate import certify, differences, text_of
    from gazekit.report.certificate import certificate_page

    known = None if check is None else read_certificate(check)
    if known is not None and not files:
        typer.echo(
            f"{check}: complete and unchanged, made by gazekit {known['gazekit']}; give the predictions and --data to "
            f"compute it again"
        )
        return
    if not files or given.data is None:
        raise GazekitError("certify needs files of predictions and --data, or --check certificate.json")
    if known is None and (out is None or out.suffix.lower() not in SUFFIXES):
        raise GazekitError(f"certify needs the file to write, -o certificate.html or certificate.json, not {out}")
    targets = [] if known is not None or out is None else [out.with_suffix(".json"), *([out] * (out.suffix == ".html"))]
    for target in targets:
        check_output(target, files, overwrite=overwrite)
    dataset = given.read()
    paths = _read(files, dataset, kind, order)
    check_predictions(paths, dataset, given.accepted, AS_THEY_ARE if kind is None else mend_of(kind))
    request: dict[str, Any] = {
        "against": None if against is None else names(against, "--against"),
        "splits": splits,
        "seed": seed,
    }
    named = [] if model is None else names(model, "--model")
    if known is not None:
        request = known["request"]
        exact = [row["density"]["model"] for row in known["likelihood"]["rows"] if row.get("density") is not None]
        if missing := [name for name in exact if name not in named]:
            raise GazekitError(f"{check} has the exact likelihood of {missing[0]!r}: give --model {missing[0]} too")
    made_by = [model_from_text(name) for name in named]
    shown = paths.filter(trial=[trial.id for trial in dataset.trials])
    predicted = dataset.select(trials=shown.table["trial"].unique())
    for each in made_by:
        # What is not scored may have been learned; what learns anew leaves the paths on an image out by itself.
        fit_alone(each, dataset if fitted_anew(each) else predicted)
    hashes = {file.name: sha256_of(file) for file in files}
    if known is not None and not known["predictions"]["files"]:
        hashes = {}  # it was made of paths in memory, whose hash it has
    trained = trained_on if trained_on is None or trained_on.is_dir() else _lines(trained_on)
    made = certify(
        paths,
        dataset,
        files=hashes,
        trained_on=trained,
        models=made_by,
        **request,
    )
    if known is not None:
        found = differences(known, made)
        if found:
            raise DataError(f"{check} is not what these files give: {listed(found, 5, '; ')}")
        typer.echo(f"{check}: made again, and equal")
        return
    for target in targets:
        page = certificate_page(made) if target.suffix == ".html" else text_of(made) + "\n"
        write_atomically(target, page.encode("utf-8", "backslashreplace"))
        typer.echo(f"certificate: {target}")
    for swap in made["swaps"]:
        typer.echo(swap_words(swap))


def swap_words(swap: dict[str, Any]) -> str:
    """A swap of ranks in a sentence."""
    first = next(each for each in swap["under"] if each["by"] > 0)
    second = next(each for each in swap["under"] if each["by"] < 0)
    sure = "beyond chance under both" if swap["beyond_chance"] else "not beyond chance under both"
    return (
        f"{swap['better_or_worse']} is better than {swap['than']} under {first['protocol']} ({first['score']}) and "
        f"worse under {second['protocol']} ({second['score']}): {sure}"
    )


def read_certificate(file: Path) -> dict[str, Any]:
    """Read a certificate, and refuse one that was changed or was made of protocols that are not those of today."""
    from gazekit.files.untrusted import read_json
    from gazekit.protocols import protocols
    from gazekit.protocols.certificate import TYPE, VERSION, protocol_hash, sealed

    found = read_json(file)
    if not isinstance(found, dict) or found.get("type") != TYPE or found.get("version") != VERSION:
        raise DataError(f"{file} is not a certificate of this version of gazekit")
    if sealed(found) != found:
        raise DataError(f"{file} was changed after it was made: its content is not what its sha256 says; make it again")
    for name, each in found["protocols"].items():
        if name not in protocols or protocol_hash(protocols[name]) != each["sha256"]:
            raise DataError(f"{file}: protocol {name!r} has changed since; make the certificate again")
    return found


def _lines(file: Path) -> list[str]:
    """Names of images, a line each; anything else would name none of them, and so say that none was trained on."""
    from gazekit.files.atomic import read_whole

    try:
        text = read_whole(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise DataError(f"{file} names no image")
    if "\0" in text or lines[0][0] in "[{" or any(all(mark in line for line in lines) for mark in ",;\t"):
        raise DataError(f"{file} is no list of names: give a text (UTF-8) with one name in each line, or the folder")
    return lines


def _read(files: list[Path], dataset: Any, kind: str | None, order: Path | None) -> Any:
    """All predictions; a model is called by its file where two files have one name of a model."""
    from gazekit.core.scanpaths import Scanpaths
    from gazekit.files.untrusted import check_each_once

    check_each_once(files)
    if twice := [stem for stem, count in Counter(file.stem for file in files).items() if count > 1]:
        raise DataError(
            f"two files are called {twice[0]!r}: a certificate tells files, and models of one name, apart by that; "
            f"rename one"
        )
    parts = []
    for file in files:
        written_here = file.suffix.lower() == ".parquet"
        parts.append(read_predictions([file], dataset, None if written_here else kind, order=order).paths)
    sources = [source for part in parts for source in part.table["source"].unique()]
    if len(set(sources)) < len(sources):
        parts = [
            part.replace(table=part.table.assign(source=[f"{file.stem}: {s}" for s in part.table["source"]]))
            for file, part in zip(files, parts, strict=True)
        ]
    facts = {part.facts for part in parts}
    if len(facts) > 1:
        forced = {part.facts.forced_first for part in parts}
        raise GazekitError(f"these files do not agree on an imposed first fixation ({forced}): certify them alone")
    return Scanpaths.concat(parts)
