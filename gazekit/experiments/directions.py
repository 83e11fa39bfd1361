"""Which way is better, by the name of a column of results."""

from gazekit.metrics import metrics


def higher_is_better(output: str) -> bool:
    """Whether more of this output is better; True for a name that no registered metric has.

    Examples
    --------
    >>> higher_is_better("multimatch_vector"), higher_is_better("edit_distance")
    (True, False)
    """
    for name in metrics:
        if output in metrics[name].outputs:
            return bool(metrics[name].higher_is_better)
    return True
