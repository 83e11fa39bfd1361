"""Links in folders that others made: no file that they lead to changes, and each is refused in one sentence."""

import contextlib
import functools
import hashlib
import json
import os
import shutil
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from gazekit.cli.app import main
from gazekit.datasets.fetching.fetch import fetch
from gazekit.files.atomic import remove_leftovers
from gazekit.files.links import make_folder, open_plain
from gazekit.files.locking import LOCK, FolderLock
from gazekit.foundations.errors import DataError, RunFolderError
from gazekit.interchange import write_image_folder, write_scanpaths
from gazekit.runs.folder import RunFolder, write_table
from gazekit.runs.seals import check_seals
from gazekit.testing.example_trials import example_dataset

TABLE = "stimulus,subject,x,y,width,height\na,p,1,2,9,8\na,q,3,4,9,8\nb,p,5,6,9,8\nb,q,1,1,9,8\n"
EVALUATE = ("evaluate", "--data", "data.csv", "--models", "uniform", "--metrics", "scanmatch", "--quiet", "--out")
MINE = b"my own file\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a table of fixations."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("data.csv").write_text(TABLE)
    return tmp_path / "work"


@pytest.fixture
def mine(tmp_path):
    """A folder of one's own that links lead to; afterwards nothing in it has changed."""
    home = tmp_path / "mine"
    home.mkdir()
    (home / "file").write_bytes(MINE)
    (home / "empty").mkdir()
    os.utime(home / "file", (0, 0))
    yield home
    assert sorted(f.name for f in home.rglob("*")) == ["empty", "file"]
    assert ((home / "file").read_bytes(), (home / "file").stat().st_mtime) == (MINE, 0)


@pytest.fixture
def gazekit(gazekit):
    """A command line in this process: gazekit(*arguments) gives (exit code, standard error)."""
    return lambda *arguments: gazekit(*arguments)[::2]


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished run of `EVALUATE`."""
    home = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        Path("data.csv").write_text(TABLE)
        patch.setattr(sys, "argv", ["gazekit", *EVALUATE, "run"])
        with contextlib.suppress(SystemExit):
            main()
    return home / "run"


@pytest.fixture
def run(finished, here):
    """A copy of it."""
    return Path(shutil.copytree(finished, here / "run"))


def unfinished(run):
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "status": "running"}))
    for file in run.iterdir():
        if file.name != "manifest.json":
            file.unlink()
    return run


def link(path, to):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(to)
    return path


def refused(answer, name):
    """One sentence that names the link, says where it leads and what to do."""
    code, said = answer
    assert (code, said.count("\n")) == (2, 1), said
    assert f"{name} is a symbolic link to '" in said
    assert "and gazekit writes through no link that somebody may have put there; remove the link, or choose" in said


class TestRunFolders:
    @pytest.mark.parametrize(
        ("name", "to"),
        [
            (LOCK, "file"),
            (LOCK, "absent"),
            ("scores.parquet", "file"),
            ("predictions.parquet", "absent"),
            ("summary.csv", "file"),
            ("report.html", "file"),
            ("parts", "empty"),
            ("parts", "absent"),
            ("parts", "file"),
            ("inputs.json", "file"),
            ("parts/00-00000.sha256", "file"),
            ("parts/00-00000.scores.parquet", "absent"),
            ("parts/00", "empty"),
            ("parts/fold-0/state.safetensors", "file"),
            ("trainings", "empty"),
        ],
    )
    def test_an_unfinished_run(self, run, mine, gazekit, name, to):
        unfinished(run)
        link(run / name, mine / to)
        refused(gazekit(*EVALUATE, "run"), f"run/{name}")

    def test_a_manifest_of_a_run_elsewhere(self, run, tmp_path, gazekit):
        elsewhere = Path(shutil.move(unfinished(run) / "manifest.json", tmp_path / "theirs.json"))
        before = elsewhere.read_bytes()
        link(run / "manifest.json", elsewhere)
        refused(gazekit(*EVALUATE, "run"), "run/manifest.json")
        assert elsewhere.read_bytes() == before

    def test_what_a_finished_run_has_left_is_not_followed(self, run, mine, gazekit):
        """Nothing is written there, so the tables are shown."""
        link(run / LOCK, mine / "file")
        link(run / "parts", mine)
        link(run / ".a.0123abcd.part", mine / "file")
        (run / "report.html").unlink()
        assert gazekit(*EVALUATE, "run")[0] == 0

    @pytest.mark.parametrize("command", ["evaluate", "report"])
    def test_the_report_of_a_finished_run(self, run, mine, gazekit, command):
        link(run / "report.html", mine / "file")
        refused(gazekit(*(EVALUATE if command == "evaluate" else ["report"]), "run"), "run/report.html")

    def test_markdown(self, run, mine, gazekit):
        link(run / "tables.md", mine / "file")
        refused(gazekit("report", "run", "--images", "none", "--markdown", "run/tables.md"), "run/tables.md")

    def test_the_folder_of_a_score(self, here, mine, gazekit):
        (here / "p.csv").write_text(TABLE)
        command = ("score", "p.csv", "--data", "data.csv", "--metrics", "scanmatch", "--no-forced-first", "--quiet")
        assert gazekit(*command)[0] == 0
        folder = unfinished(here / "runs" / "score-p")
        link(folder / "parts", mine / "empty")
        refused(gazekit(*command), "runs/score-p/parts")
        (folder / "parts").unlink()
        assert gazekit(*command)[0] == 0
        link(folder / "report.html", mine / "file")
        refused(gazekit(*command), "runs/score-p/report.html")

    def test_a_pipe_in_the_place_of_a_table(self, run, gazekit):
        os.mkfifo(unfinished(run) / "scores.parquet")
        code, said = gazekit(*EVALUATE, "run")
        assert (code, said.count("\n")) == (2, 1)
        assert "run/scores.parquet is a pipe, a device or a socket, not a file; remove it, or choose" in said

    def test_names_that_a_terminal_obeys_are_shown_harmless(self, run, mine, gazekit):
        link(unfinished(run) / "a\x1b[2J", f"{mine}/\x1b[2J")
        code, said = gazekit(*EVALUATE, "run")
        assert code == 2
        assert "\x1b" not in said

    @pytest.mark.parametrize("name", ["../../mine/file", "{mine}/file", ".."])
    def test_a_seal_of_files_elsewhere(self, tmp_path, mine, name):
        """Its message would say: delete it."""
        (tmp_path / "run" / "parts").mkdir(parents=True)
        (tmp_path / "run" / "parts" / "00.sha256").write_text(f"{'0' * 64}  {name.format(mine=mine)}\n")
        with pytest.raises(RunFolderError, match=r"00\.sha256 is damaged; delete it and run the same command again"):
            check_seals(tmp_path / "run" / "parts")


class TestFilesOfAName:
    @pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.parquet.parts"])
    def test_predict(self, here, mine, gazekit, name):
        link(here / name, mine / ("empty" if name.endswith("parts") else "file"))
        out = name.removesuffix(".parts")
        refused(
            gazekit("predict", "uniform", "--data", "data.csv", "-o", out, "--overwrite", "--quiet"),
            name,
        )

    def test_predict_onto_a_link_to_nothing(self, here, mine, gazekit):
        link(here / "p.csv", mine / "absent")
        refused(gazekit("predict", "uniform", "--data", "data.csv", "-o", "p.csv", "--quiet"), "p.csv")

    @pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.csv.gz", "p.hdf5", "p.json"])
    def test_scanpaths(self, small_dataset, tmp_path, mine, name):
        paths = small_dataset.scanpaths
        with pytest.raises(DataError, match=f"{name} is a symbolic link"):
            write_scanpaths(paths, link(tmp_path / name, mine / "file"))

    def test_tables(self, tmp_path, mine):
        table = example_dataset().scanpaths.table
        for name in ("t.csv", "t.parquet"):
            with pytest.raises(DataError, match=f"{name} is a symbolic link"):
                write_table(table, link(tmp_path / name, mine / "file"))

    def test_figures(self, tmp_path, mine):
        import matplotlib.pyplot as plt

        from gazekit.plots.saving import save_figure

        with pytest.raises(DataError, match=r"f\.png is a symbolic link"):
            save_figure(plt.figure(), link(tmp_path / "f.png", mine / "file"))

    def test_checkpoints(self, tmp_path, mine):
        torch = pytest.importorskip("torch")
        from gazekit.models.tensor_files import save_tensors

        with pytest.raises(DataError, match=r"c\.safetensors is a symbolic link"):
            save_tensors(link(tmp_path / "c.safetensors", mine / "file"), {"a": torch.zeros(1)}, {})

    @pytest.mark.parametrize("name", ["a.gif", "a.html"])
    def test_films(self, small_dataset, tmp_path, mine, name):
        pytest.importorskip("torch")
        from gazekit.models.networks.filters import FilterBank
        from gazekit.models.neva.film import write_film
        from gazekit.models.neva.model import Neva

        scene = Neva(FilterBank(size=64)), small_dataset.trials[0], small_dataset.scanpaths[0]
        with pytest.raises(DataError, match=f"{name} is a symbolic link"):
            write_film(link(tmp_path / name, mine / "absent"), *scene, side=40)

    def test_clusters(self, tmp_path, mine):
        from gazekit.metrics.labels.clusters import mean_shift_clusters

        with pytest.raises(DataError, match=r"c\.json is a symbolic link"):
            mean_shift_clusters(example_dataset().scanpaths).save(link(tmp_path / "c.json", mine / "file"))

    @pytest.mark.parametrize("to", ["empty", "absent"])
    def test_image_folders(self, tmp_path, mine, to):
        with pytest.raises(DataError, match="images is a symbolic link"):
            write_image_folder(example_dataset(), link(tmp_path / "images", mine / to), progress=False)


class TestLocks:
    @pytest.mark.parametrize("to", ["file", "absent", "empty"])
    def test_a_link(self, tmp_path, mine, to):
        link(tmp_path / LOCK, mine / to)
        with pytest.raises(DataError, match=rf"{LOCK} is a symbolic link to '.*/mine/{to}', and .*; remove the link"):
            FolderLock(tmp_path)

    def test_a_file_that_has_another_name(self, tmp_path, mine):
        os.link(mine / "file", tmp_path / LOCK)
        with pytest.raises(DataError, match=rf"{LOCK} is not a file of this name alone \(2 hard links\).*; remove it"):
            FolderLock(tmp_path)
        assert (tmp_path / LOCK).exists()

    def test_a_pipe_does_not_hang(self, tmp_path):
        os.mkfifo(tmp_path / LOCK)
        with pytest.raises(DataError, match=f"{LOCK} is a pipe, a device or a socket, not a file; remove it"):
            FolderLock(tmp_path)

    @pytest.mark.parametrize("kind", ["link", "pipe"])
    def test_what_came_after_the_look(self, tmp_path, mine, monkeypatch, kind):
        """The system itself follows no link; a pipe is known by its handle."""
        monkeypatch.setattr("gazekit.files.links.refuse_link", lambda path: None)
        link(tmp_path / LOCK, mine / "file") if kind == "link" else os.mkfifo(tmp_path / LOCK)
        with pytest.raises((OSError, DataError)):
            open_plain(tmp_path / LOCK)

    def test_leftovers(self, tmp_path, mine):
        link(tmp_path / ".a.0123abcd.part", mine / "file")
        os.link(mine / "file", tmp_path / ".b.0123abcd.part")
        os.mkfifo(tmp_path / ".c.0123abcd.part")
        (tmp_path / ".d.0123abcd.part").write_bytes(b"")
        remove_leftovers(tmp_path)
        assert [f.name[1] for f in sorted(tmp_path.glob(".*.part"))] == ["a", "b", "c"]


class TestFetch:
    CONTENT = bytes(range(200)) * 50
    HASHES = {"images/a.bin": hashlib.sha256(CONTENT).hexdigest()}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def server(self, tmp_path):
        (tmp_path / "served" / "images").mkdir(parents=True)
        (tmp_path / "served" / "images" / "a.bin").write_bytes(self.CONTENT)

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=tmp_path / "served")) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            thread.start()
            self.address = f"http://127.0.0.1:{server.server_port}/"
            yield
            server.shutdown()
            thread.join()

    def get(self, root, **options):
        return fetch("bookcovers", root, mirrors=[self.address], checksums=self.HASHES, progress=False, **options)

    @pytest.mark.parametrize(
        ("name", "to"),
        [
            ("images/a.bin.part", "file"),
            ("images/a.bin.part", "absent"),
            ("images/a.bin", "absent"),
            ("images/a.bin", "file"),
            ("images", "empty"),
            ("images", "absent"),
            (LOCK, "file"),
        ],
    )
    def test_links(self, tmp_path, mine, name, to):
        link(tmp_path / "data" / name, mine / to)
        with pytest.raises(DataError, match=f"data/{name} is a symbolic link to '.*/mine/{to}'.*; remove the link"):
            self.get(tmp_path / "data", replace=True)

    def test_a_part_that_has_another_name(self, tmp_path, mine):
        (tmp_path / "data" / "images").mkdir(parents=True)
        os.link(mine / "file", tmp_path / "data" / "images" / "a.bin.part")
        with pytest.raises(DataError, match=r"a\.bin\.part is not a file of this name alone \(2 hard links\)"):
            self.get(tmp_path / "data")

    def test_a_part_that_is_a_pipe_does_not_hang(self, tmp_path):
        (tmp_path / "data" / "images").mkdir(parents=True)
        os.mkfifo(tmp_path / "data" / "images" / "a.bin.part")
        with pytest.raises(DataError, match=r"a\.bin\.part is a pipe, a device or a socket, not a file"):
            self.get(tmp_path / "data")

    def test_a_longer_part_is_emptied_where_the_server_sends_all(self, tmp_path):
        (tmp_path / "data" / "images").mkdir(parents=True)
        (tmp_path / "data" / "images" / "a.bin.part").write_bytes(bytes(20_000))
        self.get(tmp_path / "data")
        assert (tmp_path / "data" / "images" / "a.bin").read_bytes() == self.CONTENT

    def test_a_root_that_is_a_link_is_followed(self, tmp_path):
        (tmp_path / "disk").mkdir()
        self.get(link(tmp_path / "data", tmp_path / "disk"))
        assert (tmp_path / "disk" / "images" / "a.bin").read_bytes() == self.CONTENT


class TestOnesOwnLinks:
    """Links that lead to the folder that was named, or stand in its place, are one's own."""

    @pytest.mark.parametrize("named", ["runs/mine", "mine"])
    def test_an_evaluation(self, here, tmp_path, gazekit, named):
        (tmp_path / "disk" / "mine").mkdir(parents=True)
        link(here / "runs", tmp_path / "disk")
        link(here / "mine", tmp_path / "disk" / "mine")
        assert gazekit(*EVALUATE, named)[0] == 0
        assert gazekit("report", named, "--markdown", "runs/tables.md")[0] == 0
        assert {"scores.parquet", "report.html"} <= {f.name for f in (tmp_path / "disk" / "mine").iterdir()}
        assert (tmp_path / "disk" / "tables.md").is_file()
        unfinished(tmp_path / "disk" / "mine")
        assert gazekit(*EVALUATE, named)[0] == 0

    def test_a_prediction(self, here, tmp_path, gazekit):
        (tmp_path / "disk").mkdir()
        link(here / "out", tmp_path / "disk")
        assert gazekit("predict", "uniform", "--data", "data.csv", "-o", "out/p.csv", "--quiet")[0] == 0
        assert [f.name for f in (tmp_path / "disk").iterdir()] == ["p.csv"]


class TestFolders:
    def test_within_a_folder_that_was_named(self, tmp_path, mine):
        home = link(tmp_path / "run", tmp_path)
        make_folder(home / "parts" / "00", within=home)
        assert (tmp_path / "parts" / "00").is_dir()
        link(tmp_path / "parts" / "01", mine / "empty")
        for path in (home / "parts" / "01", home / "parts" / "01" / "below"):
            with pytest.raises(DataError, match="run/parts/01 is a symbolic link"):
                make_folder(path, within=home)

    def test_a_run_folder_may_be_a_link_and_hold_none(self, tmp_path, mine):
        (tmp_path / "disk").mkdir()
        home = link(tmp_path / "run", tmp_path / "disk")
        with RunFolder(home, {"seed": 0}, kind="evaluation", command="x", about={}):
            pass
        link(home / "parts" / "00" / "paths.parquet", mine / "file")
        with pytest.raises(DataError, match=r"run/parts/00/paths\.parquet is a symbolic link"):
            RunFolder(home, {"seed": 0}, kind="evaluation", command="x", about={})
        assert not (home / LOCK).exists()  # others may come in
        assert np.all([not f.is_symlink() for f in tmp_path.iterdir() if f != home])
