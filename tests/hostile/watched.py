"""Run a gazekit command and write down what it opens for writing, makes, moves, removes, starts and connects to.

python watched.py EVENTS.json ARGUMENT...
"""

import atexit
import json
import os
import sys
from pathlib import Path

EVENTS = []
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")
CHANGES = {  # where the path stands among the arguments, and where the folder that it is relative to, if there is one
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.symlink": ((1, 2),),
    "os.link": ((1, 3),),
    "os.truncate": ((0, None),),
    "sqlite3.connect": ((0, None),),
}
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")


def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str | bytes) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        EVENTS.append(["write", absolute(arguments[0])])
    elif event in CHANGES:
        for path, folder in CHANGES[event]:
            if isinstance(arguments[path], str | bytes | os.PathLike):
                EVENTS.append(["change", absolute(arguments[path], -1 if folder is None else arguments[folder])])
    elif event in NETWORK:
        EVENTS.append(["network", f"{event} {arguments[1:]}"])
    elif event in STARTS:
        EVENTS.append(["start", str(arguments[:2])])


def absolute(path, folder=-1):
    base = Path.cwd() if folder < 0 else Path(os.readlink(f"/proc/self/fd/{folder}"))  # noqa: PTH115
    return str(base / os.fsdecode(path))


def main():
    file, *arguments = sys.argv[1:]
    out = Path(file).open("w")  # noqa: SIM115 -- before anything is watched
    atexit.register(lambda: (json.dump(EVENTS, out), out.close()))
    sys.addaudithook(hook)
    sys.argv = ["gazekit", *arguments]
    from gazekit.cli import main as gazekit

    gazekit()


if __name__ == "__main__":
    main()
