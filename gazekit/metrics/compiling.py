"""How the pair kernels are compiled: by numba, kept on disk if possible, without the interpreter's lock."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel at its first call and keep the machine code on disk for the next process.

    Strict IEEE arithmetic (no `fastmath`): ties between alignments are decided by exact equality of sums,
    so a reordered addition would choose another path. The kernel runs without the interpreter's lock, so
    threads over chunks of pairs run at the same time; it starts no threads of its own and is therefore safe
    inside worker processes.

    Where neither the installation nor the user's cache folder can be written (a read-only container), numba
    refuses to cache; the kernel is then compiled anew by each process, which costs seconds and changes
    nothing else.

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
