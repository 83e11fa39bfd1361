"""Names that the shell completes: models, metrics, data sets."""


def model_names(incomplete: str) -> list[str]:
    """Models whose name begins so; for a list, those that go on with its last name.

    Examples
    --------
    >>> model_names("cent")
    ['centre', 'centre-object', 'centre-point']
    >>> model_names("uniform,itti")
    ['uniform,ittikoch']
    """
    from gazekit.models.registry import models

    return _going_on(incomplete, list(models))


def metric_names(incomplete: str) -> list[str]:
    """Metrics, likewise.

    Examples
    --------
    >>> metric_names("scanm")
    ['scanmatch']
    """
    from gazekit.metrics import measures

    return _going_on(incomplete, list(measures))


def dataset_names(incomplete: str) -> list[str]:
    """Data sets, likewise.

    Examples
    --------
    >>> dataset_names("os")
    ['osie']
    """
    from gazekit.datasets.registry import datasets

    return _going_on(incomplete, list(datasets))


def _going_on(incomplete: str, names: list[str]) -> list[str]:
    before, comma, last = incomplete.rpartition(",")
    return sorted({f"{before}{comma}{name}" for name in names if name.startswith(last)})
