"""`Measure`: one class for everything that scores gaze, whatever it is given; and the registry of all measures."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, NamedTuple, Self

import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.foundations.option_kinds import holds_truth, wanted
from gazekit.foundations.registry import Registry
from gazekit.metrics.context import Context, Source

Unit = Literal["pair", "path", "fixation", "stimulus", "data set"]
ROW_COLUMNS = ["model", "metric", "stimulus", "value", "pairs", "undefined"]
CELL_COLUMNS = ["model", "metric", "stimulus", "donor", "subject", "value", "pairs", "x", "y"]
NEGATIVES = "fixations on other images"  # a number on which scores depend, see `Scored.cells`
measures = Registry("metric", group="gazekit.metrics")


class Scored(NamedTuple):
    """What one source of gaze is worth, by stimulus and by who has a part in it.

    Attributes
    ----------
    rows : pandas.DataFrame
        See `Measure.rows`.
    cells : pandas.DataFrame
        model, metric, stimulus, donor, subject, value (mean over the defined pairs), pairs (how many), x, y. Without
        `donor`: the pairs in which this person takes part, on whichever side. With `donor`: those of one path of the
        source, once for everything in it that comes from this person on the stimulus `donor`; x and y are then the
        place of a fixation (shares of the image), NaN of a whole path or its length. Empty where there are no parts.
        With `pairs` 0, `donor` is a number that the model has learned: without a subject `value` is how far the score
        moves where the number is moved by one step, with one how many steps the number owes to this person here.
        `NEGATIVES` is such a number, of measures that judge against fixations on other images: what it owes to a person
        here is how far it has moved the sum over the scored stimuli, each of which has `value` 1 in it.
    """

    rows: pd.DataFrame
    cells: pd.DataFrame


@dataclass(frozen=True)
class Kind:
    """What the measures of a kind are given, and how they are scored; one file of `gazekit.metrics.kinds` each.

    Parameters
    ----------
    given : str
        What they are given, for lists: "pairs of scanpaths".
    place : int
        Place of the kind in lists.
    lacking : callable
        `lacking(measure, context)`: see `Measure.lacking`.
    rows : callable
        `rows(measures, source, people, context)` gives `Scored`, for several measures, which share their work.
    """

    given: str
    place: int
    lacking: Callable[..., str] = field(repr=False)
    rows: Callable[..., Scored] = field(repr=False)


@dataclass(frozen=True)
class Measure:
    """A measure of gaze with its options, as the registry knows it.

    Do not call this class: the kind's builder does (`pair_measure`, `label_measure`, `set_measure`, `density_measure`
    in `gazekit.metrics.kinds`).

    Parameters
    ----------
    name : str
        Its name in tables and on the command line.
    kind : Kind
        What it is given, and how it is scored.
    unit : {"pair", "path", "fixation", "stimulus", "data set"}
        What has a value of its own. An evaluation averages the values of each stimulus; a measure of the data set is
        computed anew on resampled stimuli.
    steps : object
        What computes it, as its kind wants it.
    options : mapping of str to value
        Its options, read from the signature of its function: the defaults, or what `with_options` set.
    outputs : tuple of str
        Names of the columns that it gives, each a metric of its own in a table of results.
    higher_is_better : bool or None
        True for a similarity, False for a distance, None for a description, of which neither more nor less is better:
        it is read beside the same description of people.
    bounds : (float, float)
        Least and greatest value of every output with the default options.
    summary : str
        What it measures, in one sentence.
    source : str
        The paper that defined it.
    values_in : str
        Unit of the values; "1" for none.
    needs : tuple of str
        What it cannot do without besides positions: "duration", "objects", "degrees", "target_box", ...
    px_defaults : tuple of str
        Options whose default, None, stands for a number of px: on scanpaths in degrees they must be given.
    caution : str
        A sentence to be printed wherever the measure is shown; empty for none.
    symmetric : bool or None
        Whether an exchange of the two paths never changes a value, with the default options. False promises nothing;
        None where there are no two paths.
    equal_sets : bool
        Whether models and people can only be compared as equally large sets, which an evaluation draws.
    fixed : mapping of str to value
        What it does beyond its options, for the manifest.
    """

    name: str
    kind: Kind = field(repr=False)
    unit: Unit
    steps: Any = field(repr=False)
    options: Mapping[str, Any]
    outputs: tuple[str, ...]
    higher_is_better: bool | None
    bounds: tuple[float, float]
    summary: str
    source: str
    values_in: str = "1"
    needs: tuple[str, ...] = ()
    px_defaults: tuple[str, ...] = ()
    caution: str = ""
    symmetric: bool | None = None
    equal_sets: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def with_options(self, **given: Any) -> Self:
        """The same measure with other options.

        Raises
        ------
        UnknownNameError
            An option that it does not have.
        GazekitError
            A switch that is neither true nor false, or a number that is one of these.

        Examples
        --------
        >>> measures["scanmatch"].with_options(bins=(6, 4)).options["bins"]
        (6, 4)
        """
        return replace(self, options=self.options_with(given))

    def options_with(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All options, those given among them; refused as in `with_options`."""
        for name in given:
            if name not in self.options:
                raise UnknownNameError(f"option of {self.name}", name, self.options)
        for name, value in given.items():
            usual, switch = self.options[name], isinstance(self.options[name], bool)
            if (wanted(bool, value) is not None) if switch else holds_truth(value):  # true is 1 to Python
                no_switch = "a number" if isinstance(usual, int | float) else "neither true nor false"
                raise GazekitError(
                    f"{self.name}: {name} must be {'true or false' if switch else no_switch}, not {value!r}"
                )
        return {**self.options, **given}

    @property
    def parameters(self) -> dict[str, Any]:
        """All that decides its values, for the manifest."""
        return {**self.fixed, **self.options}

    def lacking(self, context: Context) -> str:
        """Why the measure cannot be computed on these data, one clause; empty if it can."""
        absent = [name for name in self.px_defaults if self.options[name] is None]
        if absent and context.people.facts.unit != "px":
            name = absent[0]
            return f"its {name} has a default in px only, and the human scanpaths are in degrees; give {name}"
        return self.kind.lacking(self, context)

    def rows(self, source: Source, people: Scanpaths, context: Context) -> pd.DataFrame:
        """Score one source of gaze against people.

        Parameters
        ----------
        source : Source
            A model, or people, of whom each is compared with the others.
        people : Scanpaths
            Whom it is compared with.
        context : Context
            What the trials showed, and what the measure needs besides.

        Returns
        -------
        pandas.DataFrame
            model, metric, stimulus, value (mean over the defined pairs, NaN if none), pairs (pairs, paths, people or
            draws behind the value), undefined (of these). A measure of the data set has one row per output, with an
            empty stimulus.
        """
        return self.kind.rows([self], source, people, context).rows


def score(chosen: Iterable[Measure], source: Source, people: Scanpaths, context: Context) -> pd.DataFrame:
    """Rows of several measures, as `Measure.rows`; those of a kind share their work."""
    return score_parts(chosen, source, people, context).rows


def score_parts(chosen: Iterable[Measure], source: Source, people: Scanpaths, context: Context) -> Scored:
    """As `score`, with the parts that single persons have in each value."""
    by_kind: dict[str, list[Measure]] = {}
    for measure in chosen:
        by_kind.setdefault(measure.kind.given, []).append(measure)
    found = [of_kind[0].kind.rows(of_kind, source, people, context) for of_kind in by_kind.values()]
    return join_scored([each.rows for each in found], [each.cells for each in found])


def join_scored(rows: Sequence[pd.DataFrame], cells: Sequence[pd.DataFrame] = ()) -> Scored:
    """Tables of rows and of cells as one each; those without a row are left out."""

    def joined(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
        filled = [part for part in parts if len(part)]
        return (
            pd.concat(filled, ignore_index=True).reindex(columns=columns) if filled else pd.DataFrame(columns=columns)
        )

    return Scored(joined(rows, ROW_COLUMNS), joined(cells, CELL_COLUMNS))


def options_of(function: Callable[..., Any], inputs: int) -> dict[str, Any]:
    """Options of a function and their defaults: its parameters after the inputs, but for `size`.

    An option without a default has None. What a partial function binds by name is no option.

    Examples
    --------
    >>> options_of(lambda a, b, *, size=None, over_diagonal=False: 0.0, 2)
    {'over_diagonal': False}
    """
    parameters = list(inspect.signature(function).parameters.values())[inputs:]
    bound = {"size", *(function.keywords if isinstance(function, partial) else ())}
    return {
        p.name: None if p.default is p.empty else p.default
        for p in parameters
        if p.name not in bound and p.kind is not p.VAR_KEYWORD
    }


def make(*fields: Any, registered: bool = True, **more: Any) -> Measure:
    """A measure of these fields, added to the registry under its name: what the builders of kinds call.

    Without `registered` it can be used all the same, but not by its name.
    """
    made = Measure(*fields, **more)
    if registered:
        measures.add(made.name, made)
    return made


def find(measure: str | Measure) -> Measure:
    """A measure by name, or itself.

    Raises
    ------
    UnknownNameError
        There is none; the message offers the closest.
    GazekitError
        The name is that of an output of a measure that has several.
    """
    try:
        found: Measure = measures[measure] if isinstance(measure, str) else measure
    except UnknownNameError:
        if of := next((each.name for each in all_measures() if measure in each.outputs), None):
            raise GazekitError(f"{measure} is an output of the metric {of}; ask for that") from None
        raise
    return found


def all_measures(kind: Kind | None = None) -> list[Measure]:
    """Every registered measure, or those of one kind, by kind and name; those that cannot be loaded are left out."""
    wanted = [measure for measure in measures.usable() if kind is None or measure.kind == kind]
    return sorted(wanted, key=lambda measure: (measure.kind.place, measure.name))
