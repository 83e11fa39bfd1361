"""The methods section of a paper, as far as a run can tell it: plain text, ready to paste."""

import inspect
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gazekit.foundations.docstrings import references as references_of
from gazekit.foundations.errors import amount
from gazekit.metrics import measures
from gazekit.metrics.outputs import title_of
from gazekit.models.registry import models as registry

GAZEKIT = (
    "The gazekit team, gazekit: human gaze scanpath prediction with a human ceiling beside every score, version {}."
)


_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")
_UNUSED = {"matched": ("default_length",)}  # options that such lengths leave without effect
_LENGTHS = {
    "matched": "All models were asked for the same numbers of fixations, those of people's scanpaths on other stimuli.",
    "own": "Each model's scanpaths had its own lengths.",
}


def evaluation_methods(manifest: Mapping[str, Any], title: str = "") -> str:
    """What an evaluation did, from its manifest: data, models, metrics, ceiling and chance, statistics, software.

    Parameters
    ----------
    manifest : mapping
        Of the run.
    title : str
        That of the data set's card, "OSIE: free viewing of ..."; without, the name in the manifest is written.

    Examples
    --------
    >>> about = {"name": "d", "stimuli": 2, "subjects": 3, "scanpaths": 6, "fixations": 40, "before_scoring": []}
    >>> request = {"models": [], "metrics": {"scanmatch": {}}, "n_samples": 5, "seed": 0, "resamples": 2000}
    >>> print(evaluation_methods({"data": about, "request": request}).splitlines()[0])
    Data. 6 scanpaths (40 fixations) that 3 people made on 2 stimuli of d were scored.
    """
    about, request = manifest["data"], manifest["request"]
    who = "simulated observers" if about.get("simulated") else "people"
    points = {"clicks": "clicks", "mouse": "points of a mouse"}.get(about.get("facts", {}).get("points"), "fixations")
    called, _, what = title.partition(": ")
    named = f" of {called or about['name']}{f' ({what})' if what else ''}" if called or about["name"] != "own" else ""
    data = (
        f"Data. {about['scanpaths']:,} scanpaths ({about['fixations']:,} {points}) that {about['subjects']} {who} made "
        f"on {amount(about['stimuli'], 'stimulus', 'stimuli')}{named} were scored."
    )
    dropped = about.get("dropped_by_loader", {}).items()
    lost = [f"{count} x {reason}" for reason, count in dropped if not reason.startswith("column ")]  # no gaze, a column
    data += f" Left out when the data were read: {'; '.join(lost)}." if lost else ""
    data += "".join(f" {note}" for note in about.get("before_scoring", ()))
    references = [about["citation"]] if about.get("citation") and not about.get("simulated") else []
    chosen = _models(request["models"], references, _UNUSED.get(request.get("lengths", ""), ()))
    measured = _metrics(request["metrics"], references)
    return _joined(
        [
            data,
            f"Models. Each model drew {request['n_samples']} scanpaths per trial (seed {request['seed']}). "
            f"{_LENGTHS[request.get('lengths', 'own')]}{_folds(request)} {chosen}",
            f"Metrics. {measured}",
            "Ceiling and chance. Every sample of a model was compared with every person's scanpath of the same trial. "
            "The human ceiling is each person's scanpath compared with all other people's on the same trial; chance is "
            "the best, by each metric, of the models that do not see the image.",
            "Statistics. Values were averaged within a stimulus, then over stimuli. Intervals are 95 % intervals of "
            f"Student's t over {request.get('intervals', 'stimuli')}; differences between models are paired. "
            "Simultaneous intervals for all differences on a metric are max-t intervals "
            f"({request['resamples']} draws), and p values are adjusted by Holm's method. Pairs for which a metric is "
            "not defined were left out and counted.",
        ],
        request,
        references,
    )


def general_methods(paragraphs: Sequence[str], request: Mapping[str, Any], references: Sequence[str] = ()) -> str:
    """Methods of an experiment of another kind: its own paragraphs, then models and software."""
    found = list(references)
    chosen = _models(request.get("models", []), found)
    return _joined([*paragraphs, *([f"Models. {chosen}"] if chosen else [])], request, found)


# ---------------------------------------------------------------- inside


def _joined(paragraphs: Sequence[str], request: Mapping[str, Any], references: list[str]) -> str:
    versions = request.get("versions", {})
    others = ", ".join(f"{name} {number}" for name, number in versions.items() if name not in ("gazekit", "python"))
    software = f"Software. gazekit {versions.get('gazekit', '')} on Python {versions.get('python', '')} ({others})."
    dated = [text for text in references if _YEAR.search(text)]  # others are gazekit's own or usual definitions
    listed = [*dict.fromkeys(dated), GAZEKIT.format(versions.get("gazekit", ""))]
    numbered = "\n".join(f"- {text}" for text in listed)
    return "\n\n".join([*(p for p in paragraphs if p), software, f"References\n{numbered}"])


def _folds(request: Mapping[str, Any]) -> str:
    if (dealt := request.get("folds")) is None:
        return ""
    return (
        f" Models that learn were fitted in {dealt['folds']} folds (split by {dealt['by']}): each fit was scored on "
        "the fold that it had not learned from."
    )


def _models(described: Sequence[Mapping[str, Any]], references: list[str], unused: Collection[str] = ()) -> str:
    """A sentence about each model; of a second one of a class only what differs from the first."""
    sentences, told, firsts = [], dict[str, str](), dict[str, tuple[str, Mapping[str, Any], Any]]()
    for model in described:
        where, name = str(model.get("class", "")), str(model.get("row", model.get("name", "")))
        doc, papers, usual = _documented(where)
        options = {k: v for k, v in _own_options(model).items() if k not in unused}
        about = model.get("provenance")
        mine = name, options, about
        first, before, source = firsts.setdefault(where, mine) if doc else mine
        if first == name:
            stated = {k: v for k, v in options.items() if v != name and not _says_nothing(v, usual.get(k, ...))}
            given = _options(stated, told, name)
            sentence = f"{name}{f' ({given})' if given else ''}{f': {doc}' if doc else '.'}"
        else:
            changed = {k: v for k, v in options.items() if v != name and v != before.get(k, ...)}
            given = _options({k: "none" if v is None else v for k, v in changed.items()}, told, name)
            sentence = f"{name}: as {first}{f', with {given}' if given else ''}."
        if about and (first == name or about != source):
            sentence += f" Provenance: {about}."
        sentences.append(sentence)
        references += papers
    return " ".join(sentences)


def _says_nothing(value: Any, usual: Any) -> bool:
    """Whether an option is a switch, or empty, as it is by default."""
    return (isinstance(value, bool) or value in (None, "")) and value == usual


def _documented(where: str) -> tuple[str, list[str], dict[str, Any]]:
    """First line and references of a registered model's docstring, and the defaults of its options.

    A manifest's class is never imported by its name.
    """
    for name in registry:
        if registry.where(name).replace(":", ".") == where:
            try:
                model = registry[name]
            except ImportError:  # its libraries are not installed here
                return "", [], {}
            usual = {option.name: option.default for option in inspect.signature(model).parameters.values()}
            return (inspect.getdoc(model) or "").splitlines()[0].replace("`", ""), references_of(model), usual
    return "", [], {}


def _metrics(chosen: Mapping[str, Mapping[str, Any]], references: list[str]) -> str:
    sentences = []
    for name, given in chosen.items():
        if name not in measures:
            sentences.append(f"{name}.")
            continue
        usual = measures[name].parameters
        options = _options({k: v for k, v in given.items() if not _says_nothing(v, usual.get(k, ...))}, {}, name)
        title = title_of(measures[name].outputs[0]).partition(":")[0]
        sentences.append(f"{title}{f' ({options})' if options else ''}: {measures[name].summary}.")
        references.append(measures[name].source)
    return " ".join(sentences)


def _own_options(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options of a model; of one that says itself what makes it what it is, these facts."""
    options: Mapping[str, Any] = model.get("options", {})
    return options["identity"] if isinstance(options.get("identity"), Mapping) else options


def _options(options: Mapping[str, Any], told: dict[str, str], of: str) -> str:
    """Options that were set, one after the other; a model among them in full once, and then by who had it."""
    found = []
    for key, value in options.items():
        if isinstance(value, Mapping) and "class" in value:
            text = f"{value.get('name', key)} ({_options(_own_options(value), told, of)})"
            first = told.setdefault(text, of)
            found.append(f"{_words(key)} = {text}" if first == of else f"{_words(key)} as of {first}")
        elif (plain := _plain(value)) is not None:
            found.append(f"{_words(key)} = {plain}")
    return ", ".join(found)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: Any) -> Any:
    """An option as readers want it: a function by its name, files and paths by a SHA-256, of a class nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        parts = [str(_plain(part)) for part in value]
        return f"({', '.join(parts)})" if any(isinstance(part, list | tuple) for part in value) else " x ".join(parts)
    if isinstance(value, Mapping) and "function" in value:
        return str(value["function"]).rpartition(".")[2]
    if isinstance(value, Mapping) and {"name", "object", "weights"} <= set(value):
        return f"{value['name']}, weights {value['weights']}"
    if isinstance(value, Mapping) and "sha256" in value:
        return " ".join([*([value["file"]] if "file" in value else []), "SHA-256", str(value["sha256"])[:12]])
    if not (isinstance(value, str) and value.startswith("gazekit.")):
        return value
    name = value.rpartition(".")[2]
    return None if name[:1].isupper() else name
