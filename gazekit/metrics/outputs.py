"""What a column of results is: which measure it belongs to, which way is better, and what to print beside it."""

from functools import cache

from gazekit.metrics.kinds.densities import DENSITIES
from gazekit.metrics.measure import Measure, all_measures, measures


def measure_of(output: str) -> Measure | None:
    """The measure that has a column of this name, or None.

    Examples
    --------
    >>> measure_of("multimatch_vector").name, measure_of("no such column")
    ('multimatch', None)
    """
    return _by_output(tuple(measures)).get(output)


@cache
def _by_output(names: tuple[str, ...]) -> dict[str, Measure]:
    """The measure of each column, while measures of these names are registered."""
    return {output: measure for measure in reversed(all_measures()) for output in measure.outputs}


def higher_is_better(output: str) -> bool | None:
    """Whether more of this output is better; None for a description, True for a name that no measure has.

    Examples
    --------
    >>> [higher_is_better(name) for name in ("multimatch_vector", "edit_distance", "tfp_auc")]
    [True, False, None]
    """
    measure = measure_of(output)
    return True if measure is None else measure.higher_is_better


# Words of columns' names that are names of measures or abbreviations, as the field writes them.
_WRITTEN = {
    **{"scanmatch": "ScanMatch", "multimatch": "MultiMatch", "frechet": "Fréchet", "sbtde": "SBTDE", "tde": "TDE"},
    **{"cig": "cIG", "cnss": "cNSS", "cauc": "cAUC", "wasserstein": "Wasserstein", "kuiper": "Kuiper"},
    **{"eyenalysis": "Eyenalysis", "mannan": "Mannan", "damerau": "Damerau", "euclidean": "Euclidean"},
    **{name: name.upper() for name in ("auc", "cc", "dtw", "js", "kl", "ks", "nss", "sim", "stde", "tfp")},
}
_TITLES = {
    **{"multimatch_vector": "MultiMatch: shape", "multimatch": "MultiMatch", "ssx": "SSx", "sim": "SIM"},
    **{"nll": "NLL per step", "end_on_target": "Stop on target", "end_elsewhere": "Stop elsewhere"},
}


def title_of(output: str) -> str:
    """A column's name for people, for a heading: that of the measure, and which of its values this is.

    Examples
    --------
    >>> [title_of(name) for name in ("scanmatch", "multimatch_vector", "multimatch_length", "amplitude_js")]
    ['ScanMatch', 'MultiMatch: shape', 'MultiMatch: length', 'Amplitude JS']
    """
    words = words_of(output)
    known = measure_of(output) is not None and words.split(" ")[0] not in _WRITTEN.values()
    return words[0].upper() + words[1:] if known else words


def words_of(output: str) -> str:
    """The same within a sentence.

    Examples
    --------
    >>> words_of("edit_distance"), words_of("scanmatch"), words_of("a column of a plugin")
    ('edit distance', 'ScanMatch', 'a column of a plugin')
    """
    measure = measure_of(output)
    if measure is None or output in _TITLES:
        return _TITLES.get(output, output)
    whole, which = output, ""
    if output.startswith(f"{measure.name}_"):
        whole, which = measure.name, output.removeprefix(f"{measure.name}_")
    words = " ".join(_WRITTEN.get(word, word) for word in whole.split("_"))
    return f"{words}: {which.replace('_', ' ')}" if which else words


def better_words(output: str) -> str:
    """The direction in words, for a heading: nothing where higher is better.

    Examples
    --------
    >>> better_words("edit_distance"), better_words("scanmatch")
    (', lower is better', '')
    """
    words = {True: "", False: ", lower is better", None: ", a description: read it beside people's"}
    return words[higher_is_better(output)]


def has_zero(output: str) -> bool:
    """Whether 0 means none of it, so that a value may be divided by people's: not for a log-likelihood.

    Examples
    --------
    >>> has_zero("log_likelihood"), has_zero("scanmatch")
    (False, True)
    """
    measure = measure_of(output)
    return measure is None or measure.bounds[1] > 0


def caution(output: str) -> str:
    """The sentence that must stand beside this output wherever it is shown; empty for none."""
    measure = measure_of(output)
    return "" if measure is None else measure.caution


def why_undefined(output: str) -> str:
    """What leaves a stimulus without a value of this output, in a sentence for tables that count such; empty elsewhere.

    Examples
    --------
    >>> why_undefined("log_likelihood"), why_undefined("scanmatch")
    ('undefined: stimuli on which the model gives a fixation the probability 0', '')
    """
    measure = measure_of(output)
    infinite = measure is not None and measure.kind is DENSITIES and measure.values_in in ("nat", "bit")
    return "undefined: stimuli on which the model gives a fixation the probability 0" if infinite else ""
