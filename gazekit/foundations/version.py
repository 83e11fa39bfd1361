"""The package's version, and the name under which it is installed, where every room can read them."""

from importlib.metadata import PackageNotFoundError, version

__version__ = "0.1.0"
DISTRIBUTION = "gazekit-scanpaths"  # `gazekit` on the public package index is another project
OTHER_PROJECT = "gazekit"


def pip_install(*extras: str) -> str:
    """Command that installs this toolkit with some of its extras.

    Examples
    --------
    >>> pip_install("models", "weights")
    "pip install 'gazekit-scanpaths[models,weights]'"
    """
    return f"pip install '{DISTRIBUTION}[{','.join(extras)}]'"


def mixed_up() -> str:
    """What to do where the other project called gazekit is installed too; empty where it is not.

    Both bring a package called `gazekit`, so the files of one may have replaced the other's.
    """
    try:
        found = version(OTHER_PROJECT)
    except PackageNotFoundError:
        return ""
    return (
        f"a distribution called {OTHER_PROJECT} ({found}) is installed here. This toolkit is {DISTRIBUTION}; both "
        f"bring a package called gazekit, so files of one may have replaced the other's. Run: pip uninstall "
        f"{OTHER_PROJECT} {DISTRIBUTION}, then install {DISTRIBUTION} again"
    )
