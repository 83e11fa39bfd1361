"""Fetching against servers on the loopback: ranges, broken transfers, wrong content, dead mirrors."""

import contextlib
import hashlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gazekit.datasets.fetching.fetch import fetch
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
    from dataclasses import replace

    from gazekit.datasets import datasets

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
        with pytest.raises(DataError, match=r"not the published ones, first Amazon\.json .*nothing was overwritten"):
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
    with pytest.raises(
        DataError, match=r"'coco-search18' cannot be fetched by program: .*https://.*folder should hold"
    ):
        fetch("coco-search18", tmp_path, progress=False)


def test_an_unknown_set(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'osie'"):
        fetch("ozie", tmp_path)


def test_progress_is_shown_when_asked_for(tmp_path, capsys):
    with serving() as server:
        fetch("bookcovers", tmp_path, mirrors=[server.address], checksums=HASHES, progress=True)
    assert "fetch bookcovers" in capsys.readouterr().err
