"""The other end of `worker`: run by another Python, it answers requests with what an adapter file predicts.

It needs Python 3.6 and its standard library only; gazekit is not installed there. A line of JSON on standard input is a
request, a line of JSON on the standard output that this program was started with is its answer.
"""

import importlib.util
import json
import os
import sys
import traceback

ABOUT = ("NEEDS", "STOPS", "FORCED_FIRST", "DETERMINISTIC", "ABOUT")  # what an adapter may say of its model


def main(adapter: str) -> None:
    """Load the adapter, say what it is, then answer until standard input ends."""
    # What an adapter or a library prints goes to the errors, so that nothing but answers is where answers are.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(message: dict) -> None:
        answers.write(json.dumps(message, default=lambda value: value.tolist()) + "\n")  # arrays and tensors
        answers.flush()

    try:
        sys.path.insert(0, os.path.dirname(os.path.abspath(adapter)))  # noqa: PTH100, PTH120
        spec = importlib.util.spec_from_file_location("adapter", adapter)
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        spec.loader.exec_module(module)  # type: ignore[union-attr]
        if not callable(getattr(module, "predict", None)):
            raise AttributeError("it has no function predict(model, trial, seeds, lengths)")
        about = {name: getattr(module, name) for name in ABOUT if hasattr(module, name)}
        answer({"about": {**about, "has_density": callable(getattr(module, "log_density", None))}})
    except Exception as error:
        answer({"error": describe(error)})
        return
    model, loaded = None, False
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            if not loaded and hasattr(module, "load"):
                model = module.load(asked["device"])
            loaded = True
            if "histories" in asked:
                answer({"found": module.log_density(model, asked["trial"], asked["histories"])})
            else:
                answer({"found": module.predict(model, asked["trial"], asked["seeds"], asked["lengths"])})
        except Exception as error:
            answer({"error": describe(error)})


def describe(error: Exception) -> str:
    """An error with the place that raised it, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " (line {} of {})".format(frames[-1].lineno, os.path.basename(frames[-1].filename))  # noqa: PTH119, UP032
    return "{}: {}{}".format(type(error).__name__, error, where)  # noqa: UP032


if __name__ == "__main__":
    main(sys.argv[1])
