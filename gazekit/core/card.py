"""Cards: what a data set is, where it comes from, in which units, under which licence, and what was counted in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gazekit.core.frames import Facts
from gazekit.foundations.errors import DataError


@dataclass(frozen=True)
class Download:
    """One published file or archive at an address of its own, with its MD5.

    Parameters
    ----------
    address : str
        Where it is.
    md5 : str
        Of the whole file, hex; where the source states a part only, its first digits, at least 8.
    file : str, optional
        What it is called in the data set's folder; default the last part of the address.
    unpack : str, optional
        Of a zip archive: the folder below the data set's that its files go into, "." for that folder itself.
    holds : tuple of str
        Of a zip archive: patterns of what it unpacks to, relative to the data set's folder. Where each of them is
        there, the archive itself is not missed.

    Examples
    --------
    >>> Download("https://example.org/data/gaze.json", "c7f2fbc92afbe55d4dedc445ac2063d3").path
    'gaze.json'
    """

    address: str
    md5: str
    file: str | None = None
    unpack: str | None = None
    holds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9a-f]{8,32}", self.md5):
            raise DataError(f"the md5 of {self.address} must be 8 to 32 hex digits in lower case, not {self.md5!r}")
        object.__setattr__(self, "holds", tuple(self.holds))

    @property
    def path(self) -> str:
        """Relative to the data set's folder."""
        return self.file or self.address.rstrip("/").rsplit("/", 1)[-1]

    def needless_in(self, folder: Path) -> bool:
        """Whether all that the archive holds is there already."""
        return bool(self.holds) and all(any(folder.glob(pattern)) for pattern in self.holds)


@dataclass(frozen=True)
class Card:
    """The facts about a data set, read from a TOML file.

    Parameters
    ----------
    name : str
        The registered name: that of the file, which does not say it again.
    loader : str
        The function that reads the data, "module:function"; not needed where there is a section `[table]`.
    title : str
        What the data are in a few words.
    licence, citation : str
        The licence as the source states it ("none stated" where it states none), and the paper to cite.
    coordinate_unit, time_unit : str
        Units of the published files; loaders give px of the shown image and ms.
    points : {"fixations", "clicks", "mouse"}
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
    downloads : tuple of Download
        Published files and archives that have an address of their own each.
    by_hand : str, optional
        How to get the data, or the part of them that has no address.
    forced_first, cut_at_target : bool, optional
        The facts that the loaded scanpaths declare by default; None where the published data are mixed.
    forced_first_note, cut_at_target_note : str
        How these two facts were found.
    px_per_degree : float, optional
        Pixels per degree of visual angle; None where the source does not say. It is never guessed.
    simulated : bool
        Whether the observers are a simulation and not people; every page made from such data says so.
    splits : tuple of str
        Names of the parts of the published split, those to learn from first; the column `split` says which part a
        scanpath is in.
    counts : mapping of str to int
        Stimuli, trials, subjects, scanpaths and fixations of the complete published set, as far as they are known.
    notes : tuple of str
        Traps in the published files.
    checked_by : str, optional
        "module:function" that checks a folder by what its files add up to, where their hashes are not known.
    table : mapping, optional
        Of a data set that is a table with a row per fixation: `file`, `images` (a folder) where there are some, and
        options of `gazekit.interchange.own_data.dataset_from_table` (`columns`, `time_unit`, `width`, `space`, ...).
    card_file : str, optional
        The path that the card was named by, where it is not registered.
    """

    name: str
    loader: str
    title: str
    licence: str
    citation: str
    coordinate_unit: str
    time_unit: str
    points: Literal["fixations", "clicks", "mouse"]
    layout: str
    files: tuple[str, ...]
    subfolder: str | None = None
    homepage: str | None = None
    addresses: tuple[str, ...] = ()
    downloads: tuple[Download, ...] = ()
    by_hand: str | None = None
    forced_first: bool | None = None
    forced_first_note: str = ""
    cut_at_target: bool | None = None
    cut_at_target_note: str = ""
    px_per_degree: float | None = None
    simulated: bool = False
    splits: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    checked_by: str | None = None
    table: Mapping[str, Any] | None = None
    card_file: str | None = None

    @property
    def called(self) -> str:
        """What a command calls the data set by."""
        return self.card_file or self.name

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
    def fetched(self) -> bool:
        """Whether `gazekit datasets fetch` has an address to fetch from."""
        return bool(self.addresses or self.downloads)

    @property
    def where(self) -> str:
        """One sentence: how to get the files."""
        if self.fetched:
            page = self.homepage or [*self.addresses, *(d.address for d in self.downloads)][0]
            then = f"; {self.by_hand}" if self.by_hand else ""
            return f"get it with `gazekit datasets fetch {self.called} --root DIR`, or from {page}{then}"
        return self.by_hand or f"it has to be fetched by hand from {self.homepage}"
