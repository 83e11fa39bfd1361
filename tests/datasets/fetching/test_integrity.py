import shutil

import pytest

from gazekit.datasets.fetching.integrity import check, hash_folder, parse_checksums, read_checksums
from gazekit.files.atomic import sha256_of
from gazekit.foundations.errors import DataError, UnknownNameError

WHERE = {
    "bookcovers": "bookcovers",
    "object-arrays": "visual_search/saccade/ObjArr",
    "osie": "osie",
    "interiors": "interiors",
    "waldo": "visual_search/saccade",
}


@pytest.fixture
def waldo_copy(data_root, tmp_path):
    return shutil.copytree(
        data_root / "visual_search" / "saccade" / "Waldo", tmp_path / "copy", copy_function=shutil.copyfile
    )


def test_sha256_of_a_known_text(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.data
@pytest.mark.parametrize("name", list(WHERE))
def test_the_published_folders_are_whole(name, data_root):
    report = check(name, data_root / WHERE[name], progress=False)
    assert report.whole
    assert report.lines() == []
    published = len(read_checksums(name))
    assert report.summary.startswith(f"{name}: whole: {published} of {published} files as published")


@pytest.mark.data
def test_a_part_of_a_data_set_is_said_to_be_one(data_root):
    """One of the files of COCO-Search18: its hash is right, the others are missed, and the counts differ."""
    report = check("coco-search18", data_root / "coco_search18", progress=False)
    assert report.summary.startswith("coco-search18: NOT whole: 1 of 5 files as published, 4 missing, 0 changed, ")
    assert "missing  coco_search18_fixations_TA_trainval.json" in report.lines()
    assert "differs  fixations: expected 239,731, got 12,111" in report.lines()
    assert report.summary.endswith("; 1 of 3 known numbers of the data set")


@pytest.mark.data
def test_the_lists_can_be_made_again(data_root):
    for name in ("waldo", "object-arrays", "bookcovers"):
        assert parse_checksums(hash_folder(name, data_root / WHERE[name]), "x") == read_checksums(name)


@pytest.mark.data
def test_missing_changed_and_extra_files_are_told_apart(waldo_copy):
    (waldo_copy / "target_pos.npy").unlink()
    (waldo_copy / "fix" / "IVSN.npy").write_bytes(b"half")
    (waldo_copy / "notes.txt").write_text("mine")
    report = check("waldo", waldo_copy, progress=False)
    assert not report.whole
    assert report.summary == "waldo: NOT whole: 11 of 13 files as published, 1 missing, 1 changed, 1 extra"
    assert report.lines()[0] == "missing  target_pos.npy"
    assert report.lines()[1].startswith("changed  fix/IVSN.npy: expected sha256 ")
    assert report.lines()[1].endswith(f", got {sha256_of(waldo_copy / 'fix' / 'IVSN.npy')}")
    assert len(report.lines()) == 2
    assert report.lines(limit=1) == ["missing  target_pos.npy", "... and 1 more"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="there is no folder"):
        check("osie", tmp_path / "nowhere", progress=False)


def test_an_unknown_name_is_an_error(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'waldo'"):
        check("wally", tmp_path, progress=False)


def test_a_line_of_another_form_is_named():
    with pytest.raises(DataError, match="line 2 of here is not 'sha256  path'"):
        parse_checksums("0" * 64 + "  a\nnonsense", "here")


def test_hashing_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(DataError, match="has no file of the data set 'osie'"):
        hash_folder("osie", tmp_path)
