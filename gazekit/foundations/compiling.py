"""How kernels are compiled: by numba, kept on disk if possible, without the interpreter's lock, announced."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, TypeVar, cast

import numba
from numba.core import event
from numba.core.caching import FunctionCache

from gazekit.foundations.notices import notify_once

Kernel = TypeVar("Kernel", bound=Callable[..., object])


class KeptKernels(FunctionCache):
    """Machine code on disk that is made again where it is damaged, and done without where the disk is full."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code of a signature; None where there is none that can be read."""
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:  # pickle and LLVM raise many kinds for a damaged file
            self._say(error)
            with suppress(OSError):
                self.flush()  # whose index is empty then: what is compiled now takes the damaged files' place
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code of a signature, if that can be written."""
        try:
            super().save_overload(sig, data)
        except Exception as error:
            self._say(error)
            self.disable()

    def _say(self, error: Exception) -> None:
        notify_once(
            "kept kernels",
            f"compiled kernels cannot be kept in {self.cache_path} ({type(error).__name__}: {error}), and are compiled "
            f"again; if this is said every time, delete that folder, or make room",
        )


def compiled(function: Kernel, *, error_model: Literal["numpy", "python"] = "numpy") -> Kernel:
    """Compile a kernel at its first call and keep the machine code on disk for the next process.

    Strict IEEE arithmetic (no `fastmath`): ties between alignments are decided by exact equality of sums,
    so a reordered addition would choose another path. The kernel runs without the interpreter's lock, so
    threads over chunks of pairs run at the same time; it starts no threads of its own and is therefore safe
    inside worker processes.

    Where neither the installation nor the user's cache folder can be written (a read-only container), numba
    refuses to cache; the kernel is then compiled anew by each process, which costs seconds and changes
    nothing else. Files of the cache that are damaged, and a full disk, are answered in the same way, with a line that
    names the folder. The first compilation of a process is announced on standard error.

    Parameters
    ----------
    function : callable
        A function of the subset of Python that numba compiles.
    error_model : {"numpy", "python"}
        What a division by zero is: infinite, or an error.

    Returns
    -------
    callable
        The compiled function.
    """
    kernel = numba.njit(nogil=True, error_model=error_model)(function)
    with suppress(RuntimeError):  # numba: "cannot cache function ...: no locator available"
        kernel._cache = KeptKernels(function)  # type: ignore[attr-defined]  # what cache=True would set
    return cast(Kernel, kernel)


class _Announcement(event.Listener):
    """Says once per process that kernels are being compiled; numba tells it, and not when it finds them on disk."""

    def on_start(self, event: Any) -> None:
        kernel = event.data["dispatcher"]
        if kernel.py_func.__module__.startswith("gazekit."):
            folder = kernel.stats.cache_path
            where = f"kept in {folder} for next time" if folder else "no folder can be written, so each process does it"
            notify_once("compiling", f"compiling the kernels of the metrics in use, seconds each; {where}")

    def on_end(self, event: Any) -> None:
        pass


event.register("numba:compile", _Announcement())
