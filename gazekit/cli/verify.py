"""`gazekit verify ...`: ours against published numbers and reference implementations, on your own files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazekit.cli.options import Progress
from gazekit.cli.printing import Json, print_json
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.verify import Outcome

app = typer.Typer(
    help="Compare with published numbers and reference implementations; exit 1 if outside tolerance.",
    no_args_is_help=True,
)


@app.command("scanmatch")
def scanmatch_command(
    data: Annotated[Path, typer.Option(help="Folder with <set>/fix, <set>/ifix and <set>/ss_score.")],
    stimuli: Annotated[
        int | None, typer.Option(min=1, help="Trials per subject, where no model's file tells it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """ScanMatch: reproduce the published means and standard errors of the visual-search data.

    Example: gazekit verify scanmatch --data visual_search/saccade
    """
    from gazekit.verify import verify_scanmatch

    _finish(verify_scanmatch(data, stimuli=stimuli), as_json)


@app.command("multimatch")
def multimatch_command(
    data: Annotated[str, typer.Option(help="Name of the data set; see `gazekit datasets`.")],
    root: Annotated[Path, typer.Option(help="Folder of the data set, in its authors' layout.")],
    max_pairs: Annotated[int | None, typer.Option(min=1, help="Compare a random part of the pairs only.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of that choice.")] = 0,
    progress: Progress = True,
    as_json: Json = False,
) -> None:
    """MultiMatch: compare every two people of a trial with multimatch_gaze.

    Example: gazekit verify multimatch --data osie --root osie --max-pairs 5000
    """
    from gazekit.datasets import load_dataset
    from gazekit.verify import verify_multimatch

    dataset = load_dataset(data, root)
    _finish(verify_multimatch(dataset, max_pairs=max_pairs, seed=seed, progress=progress), as_json)


@app.command("protocols")
def protocols_command(
    root: Annotated[Path, typer.Option(help="Folder of the data set, in its authors' layout.")],
    data: Annotated[str, typer.Option(help="Name of the data set.")] = "osie",
    protocol: Annotated[str | None, typer.Option(help="One protocol; default all that were made for the data.")] = None,
    as_json: Json = False,
) -> None:
    """Protocols of the field: people's numbers and those of drawn controls, ours and published.

    Example: gazekit verify protocols --root osie
    """
    from gazekit.datasets import load_dataset
    from gazekit.verify.protocols import verify_protocols

    _finish(verify_protocols(load_dataset(data, root), protocol), as_json)


@app.command("conformance")
def conformance_command(
    reference: Annotated[
        Path | None, typer.Option(help="A file of conformance vectors; default the package's own.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write this version's vectors to a new file instead of comparing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Pair metrics: compare this installation with the conformance vectors, case by case.

    Example: gazekit verify conformance
    """
    from gazekit.verify import verify_conformance, write_vectors

    if write is not None:
        if as_json or reference is not None:
            raise GazekitError("--write compares nothing; leave out --reference and --json, or --write")
        typer.echo(f"vectors written to {write_vectors(write)}")
        return
    _finish(verify_conformance(reference), as_json)


Reference = Annotated[Path, typer.Option("--reference", help="A file of reference outputs (.npz).")]


@app.command("eccnet")
def eccnet_command(reference: Reference, as_json: Json = False) -> None:
    """eccNET: compare fixations and attention maps with outputs of the official code.

    Example: gazekit verify eccnet --reference reference/eccnet_official_a.npz
    """
    from gazekit.verify.eccnet import verify_eccnet

    _finish(verify_eccnet(reference), as_json)


@app.command("asymmetry")
def asymmetry_command(
    data: Annotated[Path, typer.Option(help="Folder with <model>/out_data/*.csv, saccade counts.")],
    as_json: Json = False,
) -> None:
    """Search asymmetry: recompute the published indices and slopes from the stored saccade counts.

    Example: gazekit verify asymmetry --data visual_search/asymmetry
    """
    from gazekit.verify.asymmetry import verify_asymmetry

    _finish(verify_asymmetry(data), as_json)


@app.command("neva")
def neva_command(reference: Reference, as_json: Json = False) -> None:
    """NeVA: compare perceived images, embeddings, losses and position gradients with outputs of the official code.

    Example: gazekit verify neva --reference reference/neva_official_a.npz
    """
    from gazekit.verify.neva import verify_neva

    _finish(verify_neva(reference), as_json)


def _finish(outcome: "Outcome", as_json: bool) -> None:
    if as_json:
        rows = [dict(zip(outcome.columns, row, strict=True)) for row in outcome.rows]
        print_json({**vars(outcome), "columns": list(outcome.columns), "rows": rows})
    else:
        typer.echo(str(outcome))
    if not outcome.passed:
        raise typer.Exit(1)
