"""Cards: what a data set is, where it comes from, in which units, under which licence, and what was counted in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gazekit.core.frames import Facts


@dataclass(frozen=True)
class Card:
    """The facts about a data set, read from a TOML file.

    Parameters
    ----------
    name : str
        The registered name: that of the file, which does not say it again.
    loader : str
        The function that reads the data, "module:function".
    title : str
        What the data are in a few words.
    licence, citation : str
        The licence as the source states it ("none stated" where it states none), and the paper to cite.
    coordinate_unit, time_unit : str
        Units of the published files; loaders give px of the shown image and ms.
    points : {"fixations", "clicks"}
        What a point is.
    layout : str
        What the folder looks like, for messages.
    files : tuple of str
        Patterns (relative to the folder) of the published files whose hashes are kept.
    subfolder : str, optional
        Published folder inside the given one that may hold the files; both are accepted.
    homepage : str, optional
        The data set's page.
    addresses : tuple of str
        Base addresses of the single files, in the order of trying; the first is the main one, the rest are mirrors.
        Empty where the files can only be fetched by hand.
    by_hand : str, optional
        How to get the data where there is no address.
    forced_first, cut_at_target : bool, optional
        The facts that the loaded scanpaths declare by default; None where the published data are mixed.
    forced_first_note, cut_at_target_note : str
        How these two facts were found.
    px_per_degree : float, optional
        Pixels per degree of visual angle; None where the source does not say. It is never guessed.
    simulated : bool
        Whether the observers are a simulation and not people; every page made from such data says so.
    counts : mapping of str to int
        Stimuli, subjects, scanpaths and fixations of the complete published set.
    notes : tuple of str
        Traps in the published files.
    checked_by : str, optional
        "module:function" that checks a folder by what its files add up to, where their hashes are not known.
    """

    name: str
    loader: str
    title: str
    licence: str
    citation: str
    coordinate_unit: str
    time_unit: str
    points: Literal["fixations", "clicks"]
    layout: str
    files: tuple[str, ...]
    subfolder: str | None = None
    homepage: str | None = None
    addresses: tuple[str, ...] = ()
    by_hand: str | None = None
    forced_first: bool | None = None
    forced_first_note: str = ""
    cut_at_target: bool | None = None
    cut_at_target_note: str = ""
    px_per_degree: float | None = None
    simulated: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    checked_by: str | None = None

    @property
    def made_here(self) -> bool:
        """Whether gazekit makes the data set itself, so that it has no folder and nothing to fetch."""
        return not self.files

    @property
    def facts(self) -> Facts:
        """The facts that the loaded scanpaths declare by default."""
        return Facts(self.forced_first, self.cut_at_target, self.points)

    def folder(self, root: Path) -> Path:
        """Find the folder with the files: `root`, or its subfolder of the published name where there is one."""
        return root / self.subfolder if self.subfolder and (root / self.subfolder).is_dir() else root

    @property
    def where(self) -> str:
        """One sentence: how to get the files."""
        if self.addresses:
            page = self.homepage or self.addresses[0]
            return f"get it with `gazekit datasets fetch {self.name} --root DIR`, or from {page}"
        return self.by_hand or f"it has to be fetched by hand from {self.homepage}"
