"""Read every input that once went wrong (tests/hostile/found): `python fuzz/replay.py`; 1 if one still goes wrong.

A process for each target: an input that ends its process is named by the line before.
"""

import faulthandler
import os
import resource
import sys
import time

from checking import KEPT, MEMORY, SLOWEST, check
from targets import TARGETS, Target


def replay(target: Target) -> int:
    """Read a target's inputs; how many are read or refused as they should be."""
    good = 0
    with target.reader() as read:
        used = resource.getpagesize() * int(open("/proc/self/statm").read().split()[0])  # noqa: PTH123, SIM115
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        for file in sorted((KEPT / target.name).iterdir()):
            print(f"{target.name}/{file.name}", end=": ", flush=True)
            started = time.process_time()
            try:
                said = "read" if check(read, file.read_bytes()) else "refused"
                seconds = time.process_time() - started
                good += seconds <= SLOWEST
                print(said if seconds <= SLOWEST else f"WRONG: it took {seconds:.0f} s", flush=True)
            except Exception as error:
                print(f"WRONG: {type(error).__name__}: {str(error)[:200]}", flush=True)
    return good


def main() -> int:
    """Replay all; 1 if anything is wrong."""
    faulthandler.enable()
    inputs = wrong = 0
    for folder in sorted(KEPT.iterdir()):
        expected = len(list(folder.iterdir()))
        child = os.fork()
        if child == 0:
            os._exit(min(expected - replay(TARGETS[folder.name]), 100))
        code = os.waitstatus_to_exitcode(os.wait4(child, 0)[1])
        if code < 0:
            print(f"WRONG: the process was ended by signal {-code}")
        inputs, wrong = inputs + expected, wrong + (code != 0)
    print(f"{inputs} inputs of {len(list(KEPT.iterdir()))} targets, {wrong or 'no'} targets with one that goes wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
