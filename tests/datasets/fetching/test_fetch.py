"""Fetching against servers on the loopback: ranges, broken transfers, wrong content, dead mirrors, archives."""

import contextlib
import hashlib
import io
import re
import socket
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gazekit.core.card import Download
from gazekit.datasets import datasets
from gazekit.datasets.fetching.fetch import fetch
from gazekit.datasets.fetching.integrity import check
from gazekit.datasets.fetching.unpacking import unpack
from gazekit.foundations.errors import DataError, UnknownNameError

BIG = bytes(range(256)) * 4096  # 1 MiB
FILES = {"Amazon.json": b'{"whole": true}', "images/one two.bin": BIG}
HASHES = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}


class Server(ThreadingHTTPServer):
    """Serves FILES; `limits` break a path's first answers off after so many bytes; counts what was sent.

    A reader has its last byte before the handler counts it: read the counts once `serving` has ended.
    """

    daemon_threads = False  # closing waits for every handler

    def __init__(self, files, *, ranges=True, limits=None):
        self.files, self.ranges, self.limits = dict(files), ranges, dict(limits or {})
        self.sent, self.requests = dict.fromkeys(files, 0), []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        from urllib.parse import unquote

        path = unquote(self.path).lstrip("/")
        self.server.requests.append((path, self.headers.get("Range")))
        if path not in self.server.files:
            self.send_error(404)
            return
        content, start = self.server.files[path], 0
        if self.server.ranges and (match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))):
            start = int(match[1])
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if limits := self.server.limits.get(path):
            body = body[: limits.pop(0)]
        self.wfile.write(body)
        self.server.sent[path] += len(body)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(files=FILES, **options):
    with Server(files, **options) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def only_given_addresses(monkeypatch):
    """The card's own addresses are out of reach here, and must not be tried."""
    read = type(datasets).__getitem__
    monkeypatch.setattr(type(datasets), "__getitem__", lambda self, name: replace(read(self, name), addresses=()))


@pytest.fixture
def dead():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}"


pytestmark = pytest.mark.usefixtures("only_given_addresses")


def get(root, *addresses, **options):
    return fetch("bookcovers", root, mirrors=addresses, checksums=HASHES, progress=False, **options)


def test_all_files_arrive_whole(tmp_path):
    with serving() as server:
        report = get(tmp_path / "new", server.address)
    assert {p: (tmp_path / "new" / p).read_bytes() for p in FILES} == FILES
    assert report.fetched == tuple(FILES)
    assert report.present == report.replaced == ()
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["Amazon.json", "one two.bin"]


def test_files_that_are_there_are_not_fetched_again(tmp_path):
    with serving() as server:
        get(tmp_path, server.address)
        server.requests.clear()
        report = get(tmp_path, server.address)
        assert server.requests == []
    assert report.fetched == ()
    assert report.present == tuple(FILES)


def test_a_broken_transfer_goes_on_where_it_stopped(tmp_path):
    """Proven by the bytes that the server sent: the file's size, not twice that."""
    with serving(limits={"images/one two.bin": [300_000, 300_000]}) as server:
        get(tmp_path, server.address)
    assert server.sent["images/one two.bin"] == len(BIG)
    assert [r for p, r in server.requests if p == "images/one two.bin"] == [None, "bytes=300000-", "bytes=600000-"]
    assert (tmp_path / "images" / "one two.bin").read_bytes() == BIG


def test_a_later_call_goes_on_with_the_part(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "one two.bin.part").write_bytes(BIG[:1_000_000])
    with serving() as server:
        get(tmp_path, server.address)
    assert server.sent["images/one two.bin"] == len(BIG) - 1_000_000
    assert (tmp_path / "images" / "one two.bin").read_bytes() == BIG


def test_a_part_that_is_whole_already_is_used(tmp_path):
    (tmp_path / "Amazon.json.part").write_bytes(FILES["Amazon.json"])
    with serving() as server:
        get(tmp_path, server.address)
    assert server.sent["Amazon.json"] == 0
    assert (tmp_path / "Amazon.json").read_bytes() == FILES["Amazon.json"]


@pytest.mark.parametrize("length", [pytest.param(100, id="shorter"), pytest.param(2_000_000, id="longer")])
def test_a_part_of_something_else_is_thrown_away(tmp_path, length):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "one two.bin.part").write_bytes(b"x" * length)
    with serving() as server:
        get(tmp_path, server.address)
    assert (tmp_path / "images" / "one two.bin").read_bytes() == BIG


def test_a_server_without_ranges_sends_anew(tmp_path):
    with serving(ranges=False, limits={"images/one two.bin": [300_000]}) as server:
        get(tmp_path, server.address)
    assert (tmp_path / "images" / "one two.bin").read_bytes() == BIG


def test_a_dead_first_mirror_is_passed_over(tmp_path, dead):
    with serving() as server:
        get(tmp_path, dead, server.address)
    assert (tmp_path / "Amazon.json").is_file()


def test_the_next_mirror_goes_on_with_what_the_first_one_sent(tmp_path):
    cut = {"images/one two.bin": [500_000] + [0] * 9}
    with serving(limits=cut) as first, serving() as second:
        get(tmp_path, first.address, second.address)
        assert first.sent["images/one two.bin"] == 500_000
        assert second.sent["images/one two.bin"] == len(BIG) - 500_000
    assert (tmp_path / "images" / "one two.bin").read_bytes() == BIG


def test_a_mirror_with_wrong_content_is_passed_over(tmp_path):
    with serving(FILES | {"Amazon.json": b"<html>moved</html>"}) as wrong, serving() as right:
        get(tmp_path, wrong.address, right.address)
    assert (tmp_path / "Amazon.json").read_bytes() == FILES["Amazon.json"]


def test_wrong_content_everywhere_names_file_expected_and_got(tmp_path):
    other = b"<html>moved</html>"
    with serving(FILES | {"Amazon.json": other}) as server, pytest.raises(DataError) as caught:
        get(tmp_path, server.address)
    message = str(caught.value)
    assert "Amazon.json of the data set 'bookcovers' could not be fetched" in message
    assert f"expected sha256 {HASHES['Amazon.json']}, got {hashlib.sha256(other).hexdigest()}" in message
    assert "put your own copy at" in message
    assert not (tmp_path / "Amazon.json").exists()
    assert not list(tmp_path.rglob("*.part"))


def test_a_transfer_that_always_breaks_keeps_its_part_and_says_how_far_it_came(tmp_path):
    with (
        serving(limits={"images/one two.bin": [1000] + [0] * 20}) as server,
        pytest.raises(DataError, match=r"broke off after 1,000 bytes .*Run the same command again") as caught,
    ):
        get(tmp_path, server.address)
    assert server.address in str(caught.value)
    assert (tmp_path / "images" / "one two.bin.part").stat().st_size == 1000
    assert not (tmp_path / "images" / "one two.bin").exists()


def test_a_file_that_no_address_has(tmp_path, dead):
    with serving({"images/one two.bin": BIG}) as server, pytest.raises(DataError) as caught:
        get(tmp_path, server.address, dead)
    assert "the server answered 404" in str(caught.value)
    assert "could not be reached (ConnectionError)" in str(caught.value)


def test_an_address_that_is_none(tmp_path):
    with pytest.raises(DataError, match="is no address to fetch from"):
        get(tmp_path, "not-an-address")


def test_a_file_of_other_content_is_not_overwritten_unless_told(tmp_path):
    (tmp_path / "Amazon.json").write_text("mine")
    with serving() as server:
        with pytest.raises(DataError, match=r"not the published ones, first Amazon\.json: .*nothing was overwritten"):
            get(tmp_path, server.address)
        assert server.requests == []
        assert (tmp_path / "Amazon.json").read_text() == "mine"
        report = get(tmp_path, server.address, replace=True)
    assert report.replaced == ("Amazon.json",)
    assert (tmp_path / "Amazon.json").read_bytes() == FILES["Amazon.json"]


def test_a_failed_replacement_leaves_the_old_file(tmp_path, dead):
    (tmp_path / "Amazon.json").write_text("mine")
    with pytest.raises(DataError, match="could not be fetched"):
        get(tmp_path, dead, replace=True)
    assert (tmp_path / "Amazon.json").read_text() == "mine"


def test_a_set_without_address_says_where_to_get_it_and_where_to_put_it(tmp_path):
    with pytest.raises(DataError, match=r"'mit1003' cannot be fetched by program: .*http://.*folder should hold"):
        fetch("mit1003", tmp_path, progress=False)


def test_an_unknown_set(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'osie'"):
        fetch("ozie", tmp_path)


def test_progress_is_shown_when_asked_for(tmp_path, capsys):
    with serving() as server:
        fetch("bookcovers", tmp_path, mirrors=[server.address], checksums=HASHES, progress=True)
    assert "fetch bookcovers" in capsys.readouterr().err


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


RECORDS = b"[]"
ARCHIVE = zipped(**{"images/fork/1.jpg": b"one", "images/cup/2.jpg": b"two", "__MACOSX/images/._1.jpg": b"x"})


# 3 KiB that say of themselves that they unpack to 2 GiB
BOMB = zipped(big=bytes(1 << 20)).replace((1 << 20).to_bytes(4, "little"), (1 << 31).to_bytes(4, "little"))


@pytest.fixture
def downloading(monkeypatch):
    """A function that gives the card of book covers downloads of its own at a server, and no other address."""

    def at(server, **about):
        downloads = (
            Download(f"{server.address}gaze.json", hashlib.md5(RECORDS, usedforsecurity=False).hexdigest()),
            Download(
                f"{server.address}get/7/",
                hashlib.md5(ARCHIVE, usedforsecurity=False).hexdigest()[:8],
                file="images.zip",
                unpack=".",
                **about,
            ),
        )
        card = replace(datasets["bookcovers"], downloads=downloads, addresses=())
        monkeypatch.setattr(type(datasets), "__getitem__", lambda self, name: card)

    return at


def test_downloads_have_addresses_of_their_own_and_archives_are_unpacked(tmp_path, downloading):
    with serving({"gaze.json": RECORDS, "get/7/": ARCHIVE}) as server:
        downloading(server)
        report = fetch("bookcovers", tmp_path, progress=False)
        again = fetch("bookcovers", tmp_path, progress=False)
    assert report.fetched == ("gaze.json", "images.zip")
    assert again.fetched == ()
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"gaze.json", "images.zip", "images/fork/1.jpg", "images/cup/2.jpg"}


def test_an_archive_that_somebody_put_there_is_unpacked(tmp_path, downloading):
    (tmp_path / "images.zip").write_bytes(ARCHIVE)
    with serving({"gaze.json": RECORDS}) as server:
        downloading(server)
        assert fetch("bookcovers", tmp_path, progress=False).fetched == ("gaze.json",)
    assert (tmp_path / "images" / "fork" / "1.jpg").read_bytes() == b"one"


def test_an_archive_whose_content_is_there_is_not_fetched_and_not_missed(tmp_path, downloading):
    (tmp_path / "images" / "fork").mkdir(parents=True)
    (tmp_path / "images" / "fork" / "1.jpg").write_bytes(b"one")
    with serving({"gaze.json": RECORDS}) as server:
        downloading(server, holds=["images/*/*.jpg"])
        assert fetch("bookcovers", tmp_path, progress=False).fetched == ("gaze.json",)
    report = check("bookcovers", tmp_path, progress=False)
    assert "missing  Amazon.json" in report.problems
    assert not any("images.zip" in problem for problem in report.problems)
    assert "of 1 archives the content, 1 missing" in report.found


def test_an_archive_of_other_content_is_not_kept(tmp_path, downloading):
    with serving({"gaze.json": RECORDS, "get/7/": b"moved"}) as server:
        downloading(server)
        with pytest.raises(DataError, match="images.zip .*expected md5 [0-9a-f]{8}, got [0-9a-f]{32}"):
            fetch("bookcovers", tmp_path, progress=False)
    assert not (tmp_path / "images.zip").exists()


def test_an_md5_is_hex_digits():
    with pytest.raises(DataError, match=r"the md5 of https://x/a\.zip must be 8 to 32 hex digits"):
        Download("https://x/a.zip", "A572")


def test_unpacking_overwrites_nothing(tmp_path):
    (tmp_path / "a.zip").write_bytes(ARCHIVE)
    (tmp_path / "images" / "fork").mkdir(parents=True)
    (tmp_path / "images" / "fork" / "1.jpg").write_bytes(b"own")
    with pytest.raises(DataError, match=r"1\.jpg is not the file that the archive has; nothing was overwritten"):
        unpack(tmp_path, "a.zip", progress=False)
    assert (tmp_path / "images" / "fork" / "1.jpg").read_bytes() == b"own"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no archive", "cannot be unpacked", id="no zip"),
        pytest.param(ARCHIVE[:48] + b"x" + ARCHIVE[49:], "cannot be unpacked", id="damaged"),
        pytest.param(ARCHIVE[:-30], "cannot be unpacked", id="cut"),
        pytest.param(zipped(**{"../a.txt": b"x"}), "not a plain name within a folder", id="outside"),
        pytest.param(zipped(**{"/etc/a": b"x"}), "not a plain name within a folder", id="absolute"),
        pytest.param(BOMB, "asks for more than", id="fills the disk"),
    ],
)
def test_archives_that_are_refused(tmp_path, content, message):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(content)
    with pytest.raises(DataError, match=message):
        unpack(tmp_path / "in", "a.zip", progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["in"]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["a.zip"]


def test_nothing_is_unpacked_through_a_link(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(ARCHIVE)
    (tmp_path / "in" / "images").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(DataError, match="is a symbolic link"):
        unpack(tmp_path / "in", "a.zip", progress=False)
