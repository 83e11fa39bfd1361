"""How the pair kernels are compiled: by numba, kept on disk if possible, without the interpreter's lock, announced."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core import event

from gazekit.metrics.notices import notify_once

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel at its first call and keep the machine code on disk for the next process.

    Strict IEEE arithmetic (no `fastmath`): ties between alignments are decided by exact equality of sums,
    so a reordered addition would choose another path. The kernel runs without the interpreter's lock, so
    threads over chunks of pairs run at the same time; it starts no threads of its own and is therefore safe
    inside worker processes.

    Where neither the installation nor the user's cache folder can be written (a read-only container), numba
    refuses to cache; the kernel is then compiled anew by each process, which costs seconds and changes
    nothing else. The first compilation of a process is announced on standard error.

    Parameters
    ----------
    function : callable
        A function of the subset of Python that numba compiles.

    Returns
    -------
    callable
        The compiled function.
    """
    try:
        kernel = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # numba: "cannot cache function ...: no locator available"
        kernel = numba.njit(nogil=True, error_model="numpy")(function)
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
