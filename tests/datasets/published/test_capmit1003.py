import contextlib
import sqlite3
import threading
from functools import partial

import pytest
from PIL import Image

from gazekit.datasets import datasets, load_dataset
from gazekit.datasets.fetching.integrity import check as check_folder
from gazekit.datasets.published.capmit1003 import read_database
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.foundations.errors import DataError, MismatchError
from gazekit.metrics import pairwise

load, check = partial(load_dataset, "capmit1003"), partial(check_folder, "capmit1003")
SCHEMA = """
CREATE TABLE captions (obs_uid TEXT, usr_uid TEXT, img_uid TEXT, start_time TIMESTAMP, caption TEXT);
CREATE TABLE images (img_uid TEXT, img_path TEXT);
CREATE TABLE clicks (click_id INTEGER, obs_uid TEXT, x INTEGER, y INTEGER, click_time TIMESTAMP);
"""
IMAGES = [("m1", "i10.jpeg"), ("m2", "i9.jpeg")]
CAPTIONS = [
    ("o1", "anna", "m1", "2022-01-01 10:00:00", "a dog on a <b>red</b> sofa &amp; a cat"),
    ("o2", "ben", "m1", "2022-01-01 10:01:00", "Ein Hund, 犬"),
    ("o3", "anna", "m2", "2022-01-01 10:02:00", "a street at night"),
]
CLICKS = [
    (3, "o1", 30, 40, "2022-01-01 10:00:03"),
    (1, "o1", 10, 20, "2022-01-01 10:00:01"),
    (4, "o2", 5, 6, "2022-01-01 10:01:01"),
    (2, "o1", 20, 30, "2022-01-01 10:00:02"),
    (5, "o3", 7, 8, "2022-01-01 10:02:01"),
]


def write(root, captions=CAPTIONS, images=IMAGES, clicks=CLICKS, schema=SCHEMA, after=""):
    root.mkdir(parents=True, exist_ok=True)
    file = root / "capmit1003.db"
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.executescript(schema)
        for table, rows in (("captions", captions), ("images", images), ("clicks", clicks)):
            for row in rows:
                db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608
        db.commit()
        db.executescript(after)
    return root


def add_images(root, stems=("i9", "i10")):
    (root / "ALLSTIMULI").mkdir(parents=True, exist_ok=True)
    for stem in stems:
        Image.new("RGB", (64, 48), "red").save(root / "ALLSTIMULI" / f"{stem}.jpeg")
    return root


@pytest.fixture
def root(tmp_path):
    return add_images(write(tmp_path / "cap"))


def test_a_trial_is_one_observation_with_its_caption(root):
    data = load(root)
    assert [(t.id, t.stimulus) for t in data.trials] == [
        ("o3", "i9.jpeg"),  # images in natural order, observations in that of the table
        ("o1", "i10.jpeg"),
        ("o2", "i10.jpeg"),
    ]
    assert data.trial("o1").caption == "a dog on a <b>red</b> sofa &amp; a cat"  # text is kept as it was written
    assert data.trial("o2").caption == "Ein Hund, 犬"
    assert data.trial("o1").image.shape == (48, 64, 3)
    assert data.dropped == {}
    table = data.scanpaths.table.set_index("trial")
    assert table.loc["o2", "subject"] == "ben"
    assert table.loc["o2", "start_time"] == "2022-01-01 10:01:00"


def test_the_three_captions_of_the_experiment_can_be_found(root):
    data = load(root)
    own = data.trial("o1")
    same = [t.caption for t in data.trials if t.stimulus == own.stimulus and t.id != own.id]
    other = [t.caption for t in data.trials if t.stimulus != own.stimulus]
    assert same == ["Ein Hund, 犬"]
    assert other == ["a street at night"]


def test_clicks_are_in_the_order_of_click_id(root):
    path = load(root).scanpaths.filter(trial="o1")[0]
    assert path.x.tolist() == [10, 20, 30]
    assert path.y.tolist() == [20, 30, 40]
    assert path.duration is None


def test_identifiers_beyond_the_whole_numbers_of_a_float_keep_their_order(tmp_path):
    big = 2**53
    clicks = [(big + 1, "o1", 2, 2, ""), (big, "o1", 1, 1, ""), (big + 2, "o1", 3, 3, "")]
    data = load(add_images(write(tmp_path / "cap", clicks=clicks)))
    assert data.scanpaths[0].x.tolist() == [1, 2, 3]


def test_clicks_are_called_clicks_and_are_not_compared_with_fixations(root, scanpaths_of):
    clicks = load(root).scanpaths
    assert clicks.facts.points == "clicks"
    assert clicks.facts.forced_first is None
    with pytest.raises(MismatchError, match="nothing converts clicks to fixations"):
        pairwise("scanmatch", clicks, scanpaths_of([3, 3, 3]), [[0, 0]])


def test_the_file_itself_and_another_folder_of_images(tmp_path):
    root = write(tmp_path / "cap")
    add_images(tmp_path / "mit")
    data = load(root / "capmit1003.db", mit1003_root=tmp_path / "mit", px_per_degree=35)
    assert len(data.trials) == 3
    assert data.trials[0].frame.px_per_degree == 35


def test_sizes_without_images(tmp_path):
    root = write(tmp_path / "cap")
    (root / "image_sizes.csv").write_text("stimulus,width,height\ni9,64,48\ni10,64,48\n")
    data = load(root)
    assert not data.trials[0].has("image")
    assert data.dropped == {"images that are not in the folder (their trials have none)": 2}


def test_without_sizes_it_says_what_to_give(tmp_path):
    with pytest.raises(DataError, match=r"neither MIT1003's ALLSTIMULI.* give the folder of MIT1003 as mit1003_root"):
        load(write(tmp_path / "cap"))


def test_everything_that_cannot_be_used_is_counted(tmp_path):
    captions = [
        *CAPTIONS,
        ("o4", None, "m1", None, "no user"),
        ("o5", "ben", None, None, "no image"),
        ("o6", "ben", "m9", None, "unknown image"),
        ("o7", "ben", "m3", None, "path is NULL"),
        ("o8", "ben", "m4", None, "image is not in MIT1003"),
        ("o9", "ben", "m2", None, None),
        ("o10", "ben", "m2", None, "  "),
        ("o11", "ben", "m2", None, " no "),
        ("o12", "ben", "m2", None, "no clicks"),
        (None, "ben", "m2", None, "no id"),
        ("o3", "ben", "m2", None, "twice"),
    ]
    images = [*IMAGES, ("m3", None), ("m4", "holiday.jpeg"), (None, "i9.jpeg")]
    clicks = [
        *CLICKS,
        *((20 + k, f"o{k}", 1, 2, None) for k in range(4, 12)),
        (40, None, 1, 2, None),
        (41, "o99", 1, 2, None),
        (None, "o3", 1, 2, None),
        (43, "o3", None, 2, None),
        (44, "o3", 1, "left", None),
        (45, "o3", 1, b"\x00", None),
        (46, "o3", float("inf"), 2, None),
        (47, "o3", " 9 ", "10.5", None),  # numbers as text are numbers
        (48, "o3", 400, 2, None),
    ]
    data = load(add_images(write(tmp_path / "cap", captions, images, clicks)))
    assert [t.id for t in data.trials] == ["o3", "o1", "o2", "o4"]
    assert data.scanpaths.filter(trial="o3")[0].xyt[:, :2].tolist() == [[7, 8], [9, 10.5], [400, 2]]
    assert data.dropped == {
        "observations without usr_uid (subject '')": 1,
        "observations without obs_uid (left out)": 1,
        "observations listed twice (the first taken)": 1,
        "observations of no known image (left out)": 3,
        "observations of an image whose size is not known (left out)": 1,
        "observations without a caption (left out)": 2,
        "observations whose caption has fewer than 3 characters (left out)": 1,
        "observations without clicks (left out)": 1,
        "clicks of no known observation (left out)": 2,
        "clicks whose click_id is not a number (left out)": 1,
        "clicks whose x or y is not a number (left out)": 4,
        "points outside the image (kept)": 1,
    }


def test_captions_of_other_types_are_text(tmp_path):
    captions = [
        ("o1", 7, "m1", 1.5, 12345),
        ("o2", "b", "m1", None, b"caf\xc3\xa9"),
        ("o3", "c", "m2", None, b"\xff\xfe!"),
    ]
    data = load(add_images(write(tmp_path / "cap", captions)))
    assert data.trial("o1").caption == "12345"
    assert data.trial("o2").caption == "café"
    assert data.trial("o3").caption == "\ufffd\ufffd!"
    assert data.scanpaths.filter(trial="o1").table["subject"].tolist() == ["7"]


def test_short_captions_can_be_kept(tmp_path):
    captions = [("o1", "a", "m1", None, "a")]
    data = load(add_images(write(tmp_path / "cap", captions)), min_caption=1)
    assert len(data.trials) == 1


def test_nothing_left_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"has no observation that can be used: .*3 observations without clicks"):
        load(add_images(write(tmp_path / "cap", clicks=[])))
    with pytest.raises(DataError, match="its tables are empty"):
        load(add_images(write(tmp_path / "empty", [], [], [])))


# ---------------------------------------------------------------- the file


def test_nothing_is_written(root):
    before = (root / "capmit1003.db").read_bytes()
    load(root)
    assert (root / "capmit1003.db").read_bytes() == before
    assert sorted(p.name for p in root.iterdir()) == ["ALLSTIMULI", "capmit1003.db"]


def test_a_database_in_wal_mode_leaves_no_files_beside_it(tmp_path):
    root = add_images(write(tmp_path / "cap", schema="PRAGMA journal_mode = WAL;" + SCHEMA))
    assert sorted(p.name for p in root.iterdir()) == ["ALLSTIMULI", "capmit1003.db"]
    assert len(load(root).trials) == 3
    assert sorted(p.name for p in root.iterdir()) == ["ALLSTIMULI", "capmit1003.db"]


def test_rows_that_are_still_in_the_wal_file_are_read(tmp_path):
    root = add_images(write(tmp_path / "cap", schema="PRAGMA journal_mode = WAL;" + SCHEMA))
    with contextlib.closing(sqlite3.connect(root / "capmit1003.db")) as other:
        other.execute("INSERT INTO captions VALUES ('o4', 'cleo', 'm1', NULL, 'written just now')")
        other.execute("INSERT INTO clicks VALUES (9, 'o4', 1, 2, NULL)")
        other.commit()
        assert load(root).trial("o4").caption == "written just now"


def test_a_locked_database_says_so(root, monkeypatch):
    monkeypatch.setattr("gazekit.datasets.published.capmit1003.WAIT", 0.05)
    with contextlib.closing(sqlite3.connect(root / "capmit1003.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataError, match=r"capmit1003\.db is locked: another program .* read a copy"):
            load(root)
    assert len(load(root).trials) == 3


def test_a_lock_that_is_soon_gone_is_waited_for(root):
    other = sqlite3.connect(root / "capmit1003.db", check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.2, other.close)
    timer.start()
    try:
        assert len(load(root).trials) == 3
    finally:
        timer.join()


def test_triggers_do_nothing(tmp_path):
    after = "CREATE TRIGGER t BEFORE INSERT ON clicks BEGIN DELETE FROM captions; END;"
    data = load(add_images(write(tmp_path / "cap", after=after)))
    assert data.scanpaths.filter(trial="o1")[0].x.tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        pytest.param("CREATE TABLE a (b);", "it has no table 'captions'; its tables: a", id="other tables"),
        pytest.param("", "it has no table 'captions'; its tables: none", id="no tables"),
        pytest.param(
            SCHEMA.replace("caption TEXT", "text TEXT"),
            "its table 'captions' has no column 'caption'; it has obs_uid, usr_uid, img_uid, start_time, text",
            id="another column",
        ),
        pytest.param(
            SCHEMA.replace("CREATE TABLE images", "CREATE TABLE pictures"),
            "it has no table 'images'; its tables: captions, clicks, pictures",
            id="a table less",
        ),
    ],
)
def test_another_schema_is_named(tmp_path, schema, message):
    root = write(tmp_path / "cap", [], [], [], schema + "PRAGMA user_version = 1;")
    with pytest.raises(DataError, match=rf"capmit1003\.db does not have the published structure: {message}"):
        load(add_images(root))


def test_an_empty_file_a_text_and_half_a_database_are_named(root):
    file = root / "capmit1003.db"
    whole = file.read_bytes()
    file.write_bytes(b"")
    with pytest.raises(DataError, match="it is empty"):
        load(root)
    file.write_bytes(b"obs_uid,caption\n" * 200)
    with pytest.raises(DataError, match=r"cannot be read \(file is not a database\)"):
        load(root)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"capmit1003\.db cannot be read"):
        load(root)


def test_a_missing_database_is_named(tmp_path):
    with pytest.raises(DataError, match=r"capmit1003\.db is missing; .*github\.com/mad-lab-fau/CapMIT1003"):
        load(tmp_path)


def test_the_time_of_every_click_can_be_had(root):
    _, clicks = read_database(PublishedFolder(datasets["capmit1003"], root))
    assert clicks.loc[clicks["obs_uid"] == "o1", "click_time"].str[-1].tolist() == ["1", "2", "3"]


# ---------------------------------------------------------------- check


def test_check_counts_the_observations_that_can_be_used(root, monkeypatch):
    report = check(root, progress=False)
    assert not report.whole
    assert report.lines() == ["differs  observations with a caption and clicks: expected 3,848, got 3"]
    monkeypatch.setattr("gazekit.datasets.published.capmit1003.OBSERVATIONS", 3)
    assert check(root).whole
    assert check(root).summary == "capmit1003: whole: 1 of 1 known numbers of capmit1003.db"


@pytest.mark.data
def test_it_goes_with_the_real_images(tmp_path, data_root):
    images = [("m1", "i05june05_static_street_boston_p1010764.jpeg"), ("m2", "i1000274881.jpeg")]
    data = load(write(tmp_path / "cap", images=images), mit1003_root=data_root / "mit1003")
    assert data.trial("o1").frame.size == (1024, 768)
    assert data.trial("o1").image.shape == (768, 1024, 3)


def test_the_card_is_whole():
    assert datasets["capmit1003"].counts == {"observations": 3848}
    assert datasets["capmit1003"].points == "clicks"
