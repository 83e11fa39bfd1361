"""Good files, changed as people's files are: the same numbers, or a warning, or an error; never others in silence."""

import csv
import json
import random

import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.foundations.errors import DataError
from gazekit.interchange import dataset_from_table, own_shelf, read_scanpaths, write_csv, write_pysaliency
from gazekit.interchange.tables import from_table
from gazekit.models import load_model

SIZE = {"width": 320, "height": 240}
ROWS = [
    (stimulus, subject, k, 10 + 31 * k + 7 * s + p, round(20.5 + 17 * k + 3 * p + s, 1), 200 + 10 * k)
    for s, stimulus in enumerate(("kitchen", "street"))
    for p, subject in enumerate(("7", "8", "9"))
    for k in range(3)
]
TABLE = pd.DataFrame(ROWS, columns=["stimulus", "subject", "fixation", "x", "y", "duration_ms"])


def content(paths):
    """Who saw what and where, whatever the order of the paths."""
    return sorted(
        (p.ids["stimulus"], p.ids["subject"], p.x.tolist(), p.y.tolist(), p.durations().tolist()) for p in paths
    )


GOOD = content(from_table(TABLE, **SIZE))
changes = st.lists(
    st.sampled_from([
        "comma-after-rows", "comma-after-header", "comma-after-one", "value-after-rows", "value-after-one", "cut-one",
        "upper", "title", "blank-before-names", "semicolons", "tabs", "decimal-comma", "blank-lines", "comments",
        "sep=", "columns", "rows", "crlf", "cr", "utf-8-sig", "utf-16", "quotes", "row-names", "participant",
        "twice-a-row", "header-again", "blanks", "no-header", "duration", "index", "x-again", "empty-rows",
    ]),
    max_size=4,
    unique=True,
)  # fmt: skip


def disguised(change, seed):
    """Bytes of the table, changed in every way that is named."""
    draw, table, has = random.Random(seed), TABLE.copy(), set(change).__contains__
    if has("rows"):
        table = table.sample(frac=1, random_state=seed)
    if has("columns"):
        table = table[draw.sample(list(table.columns), len(table.columns))]
    names = list(table.columns)
    names = [n.upper() if has("upper") else n.title() if has("title") else n for n in names]
    for old, new in (("subject", "participant"), ("duration_ms", "duration")):
        names = [new if has(new) and n.lower() == old else n for n in names]
    lines = [[str(v) for v in row] for row in table.itertuples(index=False)]
    if has("decimal-comma"):
        lines = [[v.replace(".", ",") for v in row] for row in lines]
    lines.insert(0, [f" {n}" for n in names] if has("blank-before-names") else names)
    one = draw.randrange(1, len(lines))
    if has("x-again"):
        lines = [[*row, row[0]] for row in lines]
    if has("cut-one"):
        lines[one] = lines[one][:-1]
    if has("index"):
        lines = [[str(k - 1) if k else "", *row] for k, row in enumerate(lines)]
    if has("row-names"):
        lines = [lines[0], *([str(k), *row] for k, row in enumerate(lines[1:], 1))]
    for k, row in enumerate(lines):
        first, chosen = k == 0, k == one
        if chosen and has("cut-one"):  # with a field more its last cell would be empty, or another number, rightly
            continue
        if (has("comma-after-rows") and not first) or (has("comma-after-header") and first):
            row.append("")
        if (has("value-after-rows") and not first) or (has("value-after-one") and chosen):
            row.append("5")
        if has("comma-after-one") and chosen:
            row.append("")
    if has("twice-a-row"):
        lines.insert(one, lines[one])
    if has("header-again"):
        lines.insert(one, lines[0])
    sep = ";" if has("semicolons") else "\t" if has("tabs") else ","
    text = [(f"{sep} " if has("blanks") else sep).join(f'"{v}"' if has("quotes") else v for v in row) for row in lines]
    if has("no-header"):
        text = text[1:]
    if has("empty-rows"):
        text += [sep * (len(names) - 1), ""]
    text = [
        *(["", ""] * has("blank-lines")),
        *(["## a", "# b, c"] * has("comments")),
        *([f"sep={sep}"] * has("sep=")),
        *text,
    ]
    end = "\r\n" if has("crlf") else "\r" if has("cr") else "\n"
    encoding = "utf-16" if has("utf-16") else "utf-8-sig" if has("utf-8-sig") else "utf-8"
    return "".join(f"{line}{end}" for line in text).encode(encoding)


@settings(max_examples=60, deadline=None)
@given(
    change=changes,
    seed=st.integers(0, 50),
    suffix=st.sampled_from(["csv", "tsv", "txt", "CSV", "xls"]),
    options=st.sampled_from([{}, {"decimal": ","}, {"columns": {"subject": "participant"}}]),
)
def test_delimited_text(tmp_path_factory, change, seed, suffix, options):
    file = tmp_path_factory.mktemp("text") / f"a.{suffix}"
    file.write_bytes(disguised(change, seed))
    try:
        data = dataset_from_table(file, **SIZE, **options)
    except DataError:
        return
    assert content(data.scanpaths) == GOOD or data.dropped


@pytest.mark.parametrize(
    "change",
    [["upper", "tabs"], ["comma-after-rows"], ["row-names", "quotes"], ["comments", "semicolons", "utf-16"],
     ["semicolons", "decimal-comma"], ["columns", "rows", "blank-before-names"], ["sep=", "semicolons", "crlf"]],
    ids="-".join,
)  # fmt: skip
def test_what_can_be_known_is_read(tmp_path, change):
    file = tmp_path / "a.txt"
    file.write_bytes(disguised(change, 1))
    data = dataset_from_table(file, **SIZE, decimal="," if "decimal-comma" in change else None)
    assert content(data.scanpaths) == GOOD


# ---------------------------------------------------------------- the other formats


def records():
    groups = TABLE.groupby(["stimulus", "subject"], sort=False)
    return [
        {"name": stimulus, "subject": int(subject), "X": g.x.tolist(), "Y": g.y.tolist(), "T": g.duration_ms.tolist()}
        for (stimulus, subject), g in groups
    ]


@settings(max_examples=25, deadline=None)
@given(
    change=st.lists(
        st.sampled_from(
            ["T-longer", "T-shorter", "size", "order", "keys", "task", "length", "twice", "float", "one-without-T"]
        ),
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 20),
)
def test_json(tmp_path_factory, change, seed):
    made, draw, has = records(), random.Random(seed), set(change).__contains__
    one = draw.choice(made)
    if has("T-shorter"):
        one["T"] = one["T"][:-1]
    elif has("T-longer"):
        one["T"] = [*one["T"], 90]
    for record in made:
        record |= {"width": 320, "height": 240} if has("size") else {}
        record |= {"task": "none"} if has("task") else {}
        record |= {"length": 3} if has("length") else {}
        record |= {"subject": float(record["subject"])} if has("float") else {}
    if has("one-without-T"):
        del one["T"]
    if has("twice"):
        made.append(dict(one))
    if has("order"):
        draw.shuffle(made)
    if has("keys"):
        made = [dict(draw.sample(list(record.items()), len(record))) for record in made]
    file = tmp_path_factory.mktemp("json") / "a.JSON"
    file.write_text(json.dumps(made))
    try:
        data = dataset_from_table(file, **({} if has("size") else SIZE))
    except DataError:
        assert has("T-shorter") or has("twice")
        return
    if has("one-without-T"):  # it says itself that these are not known
        known = [path for path in content(data.scanpaths) if not np.isnan(path[4]).any()]
        assert len(known) == len(GOOD) - 1
        assert all(p in GOOD for p in known)
        return
    assert content(data.scanpaths) == GOOD
    assert bool(data.dropped) == (has("T-longer") and not has("T-shorter"))


@settings(max_examples=20, deadline=None)
@given(
    change=st.lists(
        st.sampled_from(["upper", "columns", "rows", "int", "category", "index", "float32", "participant", "x-again"]),
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 20),
)
def test_tables_in_memory_and_parquet(tmp_path_factory, change, seed):
    table, has = TABLE.copy(), set(change).__contains__
    table = table.sample(frac=1, random_state=seed) if has("rows") else table
    table = table.astype({"subject": int}) if has("int") else table
    table = table.astype({"x": "float32", "y": "float32"}) if has("float32") else table
    table = table.astype({"stimulus": "category"}) if has("category") else table
    table = table[random.Random(seed).sample(list(table.columns), 6)] if has("columns") else table
    table = table.rename(columns={"subject": "participant"}) if has("participant") else table
    table = table.rename(columns=str.upper) if has("upper") else table
    table = table.assign(**{"x ": 9}) if has("x-again") else table
    table = table.set_index(table.columns[0]) if has("index") else table
    file = tmp_path_factory.mktemp("parquet") / "a.parquet"
    table.to_parquet(file)
    for source in (table, file):
        try:
            data = dataset_from_table(source, **SIZE)
        except DataError:
            assert has("participant") or (has("x-again") and has("upper"))
            continue
        assert content(data.scanpaths) == GOOD or data.dropped, change


@settings(max_examples=20, deadline=None)
@given(
    change=st.lists(
        st.sampled_from([
            "order", "wider", "float32", "numbers-float", "half-number", "minus-one", "subject-more", "no-lengths",
            "length-more", "length-less", "short-durations", "no-durations", "path-less", "x-less", "names-swapped",
        ]),
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 20),
)  # fmt: skip
def test_hdf5(tmp_path_factory, change, seed):
    has, draw = set(change).__contains__, random.Random(seed)
    file = tmp_path_factory.mktemp("hdf5") / "a.hdf5"
    paths = from_table(TABLE, **SIZE)
    order = list(range(len(paths)))
    if has("order"):
        draw.shuffle(order)
    write_pysaliency(paths[order], file)
    durations, one = "scanpath_fixation_attributes/durations", draw.randrange(len(paths))
    with h5py.File(file, "r+") as inside:

        def put(name, change_of):
            values = change_of(inside[name][...])
            del inside[name]
            inside[name] = values

        if has("numbers-float") or has("half-number"):
            put("train_ns", lambda v: v + (0.5 if has("half-number") else 0.0))
        if has("minus-one") or has("subject-more"):
            put("train_subjects", lambda v: np.where(np.arange(len(v)) == one, -1 if has("minus-one") else 3, v))
        inside["train_lengths"] = np.full(len(paths), 3)
        if has("length-more") or has("length-less"):
            put("train_lengths", lambda v: np.where(np.arange(len(v)) == one, 9 if has("length-more") else -1, v))
        if has("no-lengths"):
            del inside["train_lengths"]
        for name in ("train_xs", "train_ys", durations):
            if has("wider"):
                put(name, lambda v: np.pad(v, ((0, 0), (0, 2)), constant_values=np.nan))
            if has("path-less"):
                put(name, lambda v: v[:-1])
        if has("x-less"):
            put("train_xs", lambda v: v[:-1])
        if has("float32"):
            put("train_xs", lambda v: v.astype("float32"))
        if has("short-durations"):
            put(durations, lambda v: v[:, :2])
        if has("no-durations"):
            del inside[durations]
            inside["scanpath_fixation_attributes"].attrs["__attributes__"] = np.bytes_("[]")
        if has("names-swapped"):
            put("gazekit/subjects", lambda v: v[:-1])
    try:
        data = dataset_from_table(file)
    except DataError:
        assert set(change) - {"order", "wider", "float32", "numbers-float", "no-lengths"}
        return
    found = content(data.scanpaths)
    if has("no-durations"):  # which the file itself does not have
        found = [(*path[:4], good[4]) for path, good in zip(found, GOOD, strict=True)]
    assert found == GOOD, change


BOXES = pd.DataFrame(
    [("007", 10, 20, 45.5, 80), ("b", 60, 22, 99, 81.5), ("c, d", 10, 120.5, 50, 180), ("4", 70, 121, 99, 181)],
    columns=["id", "x0", "y0", "x1", "y1"],
)
PHOTOGRAPH = np.full((240, 320, 3), 90, np.uint8)


def shelf(boxes):
    objects = own_shelf(PHOTOGRAPH, boxes).trials[0].objects
    return dict(zip(objects.names, objects.boxes.tolist(), strict=True))


@settings(max_examples=50, deadline=None)
@given(
    change=st.lists(
        st.sampled_from([
            "rows", "columns", "upper", "xmin", "semicolons", "tabs", "decimal-comma", "crlf", "utf-8-sig", "utf-16",
            "comma-after-rows", "value-after-rows", "cut-one", "index", "twice-a-row", "comments", "blanks", "x-again",
            "empty-rows", "exchanged", "no-id-name",
        ]),
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 20),
)  # fmt: skip
def test_boxes(tmp_path_factory, change, seed):
    has, good = set(change).__contains__, shelf(BOXES)
    table = BOXES.sample(frac=1, random_state=seed) if has("rows") else BOXES
    table = table[random.Random(seed).sample(list(table.columns), 5)] if has("columns") else table
    if has("xmin"):
        table = table.rename(columns={"x0": "xmin", "y0": "ymin", "x1": "xmax", "y1": "ymax"})
    if has("exchanged"):
        table = table.rename(columns={"x0": "x1", "x1": "x0", "xmin": "xmax", "xmax": "xmin"})
    table = table.rename(columns=str.upper) if has("upper") else table
    table = table.rename(columns={"id": "", "ID": ""}) if has("no-id-name") else table
    sep = ";" if has("semicolons") else "\t" if has("tabs") else ","
    text = table.to_csv(index=has("index"), sep=sep, decimal="," if has("decimal-comma") else ".")
    lines = text.splitlines()
    if has("comma-after-rows") or has("value-after-rows"):
        more = sep + ("5" if has("value-after-rows") else "")
        lines = [line + (more if k else "") for k, line in enumerate(lines)]
    if has("cut-one"):
        lines[-1] = lines[-1].rpartition(sep)[0]
    if has("x-again"):
        lines = [f"{line}{sep}{line.split(sep)[1]}" for line in lines]
    lines += [lines[-1]] * has("twice-a-row") + [sep * 4] * has("empty-rows")
    if has("blanks"):
        lines = [line.replace(sep, f"{sep} ") if '"' not in line else line for line in lines]
    lines = ["# a tool", *lines] if has("comments") else lines
    file = tmp_path_factory.mktemp("boxes") / "boxes.csv"
    encoding = "utf-16" if has("utf-16") else "utf-8-sig" if has("utf-8-sig") else "utf-8"
    file.write_bytes(("\r\n" if has("crlf") else "\n").join([*lines, ""]).encode(encoding))
    try:
        found = shelf(file)
    except DataError:
        return
    # Without a name the ids are row names, and objects are called by their rows.
    known = [*good.values()] if has("no-id-name") else good
    assert sorted(found.values()) == sorted(known) if has("no-id-name") else found == known, change


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12), min_size=2),
    sep=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_captions(tmp_path_factory, texts, sep, quoting):
    """Whatever a caption holds (separators, quotes, signs of comments), it is that text, or the file is refused."""
    rows = [(f"s{k}", 10.5, 20, text) for k, text in enumerate(texts)]
    file = tmp_path_factory.mktemp("captions") / "a.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=sep, quoting=quoting).writerows([("stimulus", "x", "y", "caption"), *rows])
    try:
        data = dataset_from_table(file, sep="|" if sep == "|" else None, **SIZE)
    except DataError:
        return
    found = {trial.stimulus: trial.caption or "" for trial in data.trials}
    assert {s: found[s].strip() for s, *_ in rows} == {s: text.strip() for s, *_, text in rows}
    assert data.scanpaths.x.tolist() == [10.5] * len(rows)


def test_every_format_gives_one_data_set(tmp_path):
    paths = from_table(TABLE, **SIZE)
    write_csv(paths, tmp_path / "a.csv")
    write_pysaliency(paths, tmp_path / "a.hdf5")
    (tmp_path / "a.json").write_text(json.dumps(records()))
    paths.save(tmp_path / "a.parquet")
    for name in ("a.csv", "a.hdf5", "a.json", "a.parquet"):
        data = dataset_from_table(tmp_path / name, **({} if name == "a.parquet" else SIZE))
        assert content(data.scanpaths) == GOOD, name
        assert read_scanpaths(tmp_path / name, **({} if name == "a.parquet" else SIZE)).x.tolist() == paths.x.tolist()


def test_excel_where_its_engine_is_installed(tmp_path):
    pytest.importorskip("openpyxl")
    TABLE.rename(columns=str.title).to_excel(tmp_path / "a.xlsx", index=False)
    assert content(dataset_from_table(tmp_path / "a.xlsx", **SIZE).scanpaths) == GOOD
    with pd.ExcelWriter(tmp_path / "b.xlsx") as book:
        for sheet in ("one", "two"):
            TABLE.to_excel(book, sheet_name=sheet)
    with pytest.raises(DataError, match="has 2 sheets that hold something"):
        dataset_from_table(tmp_path / "b.xlsx", **SIZE)


def test_excel_without_its_engine(tmp_path, monkeypatch):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04")

    def absent(*_, **__):
        raise ImportError("Missing optional dependency 'openpyxl'")

    monkeypatch.setattr(pd, "read_excel", absent)
    with pytest.raises(DataError, match=r"needs openpyxl \(pip install openpyxl\); or save it as CSV"):
        dataset_from_table(tmp_path / "a.xlsx", **SIZE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sep": ","}, "sep= is for files; this table is in memory"),
        ({"widht": 320}, "no option of a table of one's own called 'widht'; did you mean 'width'"),
    ],
)
def test_options_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        dataset_from_table(TABLE, **{**SIZE, **options})


def test_numbers_that_count_viewings_are_trials_of_their_stimulus():
    seen = pd.concat([TABLE.assign(trial=1), TABLE.assign(trial=2, x=TABLE.x + 1)])
    data = dataset_from_table(seen, **SIZE)
    assert [t.id for t in data.trials] == ["kitchen/1", "kitchen/2", "street/1", "street/2"]


def test_no_result_depends_on_the_order_of_rows():
    """Uniform scored .2001 on one order of people's rows and .1918 on another: it draws lengths of their paths."""
    first, *others = (dataset_from_table(TABLE.sample(frac=1, random_state=seed), **SIZE) for seed in range(4))
    for other in others:
        assert other.fingerprint() == first.fingerprint()
        assert [t.id for t in other.trials] == [t.id for t in first.trials]
        for model in ("uniform", "empirical", "other-image"):
            made = [
                load_model(model).fit(data).predict(data.trials, n_samples=3, progress=False).to_table()
                for data in (first, other)
            ]
            pd.testing.assert_frame_equal(*made)


def test_numbers_of_a_shuffled_order_are_refused_with_the_way_out(tmp_path):
    order = TABLE.assign(
        trial=[(int(p) + (s == "street")) % 2 for s, p in zip(TABLE.stimulus, TABLE.subject, strict=True)]
    )
    with pytest.raises(DataError, match=r"trial '\d' shows 2 images .*--columns trial=\)"):
        dataset_from_table(order, **SIZE)
    assert content(dataset_from_table(order, columns={"trial": None}, **SIZE).scanpaths) == GOOD


def test_a_second_copy_of_the_data_is_refused(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(records() * 2))
    with pytest.raises(DataError, match="subject '7' has two paths in trial 'kitchen'"):
        dataset_from_table(tmp_path / "a.json", **SIZE)
