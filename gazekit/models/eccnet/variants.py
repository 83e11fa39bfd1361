"""The named variants of eccNET: which pools, and which levels are compared."""

from dataclasses import dataclass

from gazekit.foundations.errors import UnknownNameError


@dataclass(frozen=True)
class Variant:
    """What a variant changes in the network.

    Parameters
    ----------
    name : str
        Its name in tables and model texts.
    eccentricity : bool
        Whether pools grow with distance from the centre of gaze.
    pooling : {"average", "max"}
        What every pool takes of its window.
    last_only : bool
        Whether only the last level is compared.
    note : str
        Where it comes from.
    """

    name: str
    eccentricity: bool
    pooling: str
    last_only: bool
    note: str


VARIANTS = {
    v.name: v
    for v in (
        Variant("eccnet", True, "average", False, "published: eccNET"),
        Variant("18-17", True, "average", True, "published: eccNET 18->17, the last level alone"),
        Variant(
            "no-eccentricity",
            False,
            "max",
            False,
            "published: eccNET without eccentricity, which also turns averages into maxima",
        ),
        Variant("ivsn", False, "max", True, "published: IVSN as the authors ran it here, in eccNET's search loop"),
        Variant("no-eccentricity-average", False, "average", False, "ours: eccentricity alone taken away"),
        Variant("eccentricity-max", True, "max", False, "ours: averages alone turned into maxima"),
    )
}


def variant_named(name: str) -> Variant:
    """Look a variant up.

    Raises
    ------
    UnknownNameError
        No such variant; the message has the closest match.

    Examples
    --------
    >>> variant_named("ivsn").pooling
    'max'
    """
    text = str(name).replace("_", "-").lower()
    if text not in VARIANTS:
        raise UnknownNameError("variant of eccNET", str(name), VARIANTS)
    return VARIANTS[text]
