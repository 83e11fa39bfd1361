"""Workers that die or run out of memory: said in a sentence, what is finished is kept, and the run goes on."""

import sys
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor

from gazekit.foundations.errors import GazekitError


@pytest.fixture
def failing(monkeypatch, tmp_path):
    """failing(how): a model that fails while the file `fail` is there, and the file."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    get_reusable_executor().shutdown(wait=True)  # workers of another test do not know that path
    from failing_models import Failing

    monkeypatch.setenv("GAZEKIT_TEST_FAILS", str(tmp_path / "fail"))
    yield lambda how: (Failing(how), tmp_path / "fail")
    sys.modules.pop("failing_models", None)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        pytest.param("killed", GazekitError, "a worker process died: it was killed, or memory ran out", id="killed"),
        pytest.param("memory", (MemoryError, GazekitError), None, id="memory"),  # or it dies of it,
    ],
)
def test_a_worker_that_fails(small_dataset, run, tables, tmp_path, failing, how, error, message):
    model, file = failing(how)
    run(small_dataset, tmp_path / "whole", models=[model])
    file.touch()
    with pytest.raises(error, match=message):
        run(small_dataset, tmp_path / "run", models=[model], workers=2)
    file.unlink()
    kept = list((tmp_path / "run" / "parts").glob("*.sha256"))
    run(small_dataset, tmp_path / "run", models=[model], workers=2)
    assert kept
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


def test_the_command_says_that_memory_ran_out(gazekit, monkeypatch):
    def out_of_memory(*_, **__):
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr("gazekit.datasets.fetching.integrity.check", out_of_memory)
    code, said = gazekit("datasets", "check", "osie", "--root", ".")
    assert code == 2
    assert said.startswith("gazekit: memory ran out (Unable to allocate 9 TiB); what was finished is kept")
    assert said.count("\n") == 1
