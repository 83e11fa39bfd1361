"""Protocols of the field on real data: ours, what is expected, the difference."""

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError
from gazekit.protocols import Protocol, protocols, score_protocol
from gazekit.verify.outcome import Outcome


def verify_protocols(dataset: Dataset, only: str | None = None, *, threads: int | None = None) -> Outcome:
    """Compare what protocols give on a data set with their check values.

    Parameters
    ----------
    dataset : Dataset
        A data set that protocols were made for, complete.
    only : str, optional
        One protocol; default all that have check values on the data set.
    threads : int, optional
        Threads to use; the result does not depend on it.

    Returns
    -------
    Outcome
        A row per check value. People's must agree to the digits that are given; those of drawn controls to what
        another draw moves. The figure is the largest difference over what is allowed.

    Raises
    ------
    DataError
        No protocol has check values on this data set.
    UnknownNameError
        No such protocol.
    """
    found: list[Protocol] = protocols.usable() if only is None else [protocols[only]]
    checked = [protocol for protocol in found if any(c.data == dataset.name for c in protocol.checks)]
    if not checked:
        known = sorted({c.data for protocol in protocols.usable() for c in protocol.checks})
        raise DataError(f"no protocol has check values on {dataset.name!r}; there are some on {', '.join(known)}")
    rows, shares, notes = [], [], []
    for protocol in checked:
        scores = score_protocol(protocol, dataset, threads=threads)
        notes += [f"{protocol.name}: {why}" for why in scores.departures.get("human", ())]
        for check in (c for c in protocol.checks if c.data == dataset.name):
            ours = scores.value(check.source, check.score)
            gap = ours - check.value
            rows.append((protocol.name, *check[1:3], ours, check.value, gap, check.within, f" {check.origin}"))
            shares.append(gap / check.within)
    columns = {"protocol": "", "source": "", "score": "", "ours": ".5f", "expected": ".4f", "difference": "+.5f"}
    notes += [
        "published: by the authors; measured: by another program that follows their description",
        "the figure is the largest difference over what is allowed: half of the last digit, more for drawn controls",
    ]
    return Outcome.of({**columns, "allowed": ".5f", " origin": ""}, rows, shares, 1.0, notes=notes)
