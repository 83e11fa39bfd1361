"""What is fuzzed: every reader of files that others made, with good files to begin from.

A target is given bytes. It packs them where a checksum or a compression would hide them from the reader, writes them to
the file that the reader expects, and reads it. Targets bear the name of what they read.
"""

import gzip
import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# Imported here, so that what the readers import when they are used is watched too.
import h5py
import numpy as np
import pandas as pd
import safetensors.torch
import scipy.io
import torch
from PIL import Image

import gazekit.datasets
import gazekit.metrics
import gazekit.models
from gazekit.array_files import read_npz
from gazekit.datasets import load_dataset
from gazekit.datasets.hashes import parse_checksums
from gazekit.datasets.mit1003.recordings import read_recording
from gazekit.errors import GazekitError
from gazekit.experiments.asymmetry.stored_counts import read_counts
from gazekit.experiments.oat_study.plan import read_plan
from gazekit.experiments.verify import eccnet, neva
from gazekit.experiments.verify.conformance import verify_conformance
from gazekit.image_files import read_image_file
from gazekit.interchange import dataset_from_table, own_shelf, read_scanpaths, write_scanpaths
from gazekit.interchange.own_data import image_frame
from gazekit.metrics.clusters import Clusters
from gazekit.models.backbones.keras_vgg import read_keras_vgg16
from gazekit.models.oat.checkpoint import load_checkpoint
from gazekit.models.weights import read_weights
from gazekit.report import write_report
from gazekit.scanpaths import Scanpaths


@dataclass(frozen=True)
class Target:
    """A reader and what it is fed.

    Parameters
    ----------
    name : str
        Of the target.
    file : str
        The file that the bytes become, below a folder that is empty otherwise.
    read : callable
        The reader; it is given the file.
    seeds : callable
        Good inputs, and others worth beginning from, as they are before packing.
    pack : callable
        From input to file.
    beside : callable
        Writes the other files of the folder, once.
    """

    name: str
    file: str
    read: Callable[[Path], Any]
    seeds: Callable[[], list[bytes]]
    pack: Callable[[bytes], bytes] = bytes
    beside: Callable[[Path], None] = lambda folder: None

    @contextmanager
    def reader(self) -> Iterator[Callable[[bytes], Any]]:
        """A function of bytes that reads them; its folder is removed at the end."""
        with tempfile.TemporaryDirectory(prefix="gazekit-fuzz-") as folder:
            file = Path(folder, self.file)
            file.parent.mkdir(parents=True, exist_ok=True)
            self.beside(Path(folder))

            def read(content: bytes) -> Any:
                file.write_bytes(self.pack(content))
                return self.read(file)

            yield read


# ---------------------------------------------------------------- scanpaths


@cache
def _paths() -> Scanpaths:
    table = pd.DataFrame({"stimulus": ["a", "b", "c"], "subject": ["p", "q", "p"], "width": 9.0, "height": 8.0})
    return Scanpaths([1, 2.5, 3], [4, 5, 6.25], [0, 2, 2, 3], table, duration=[100, 200.5, 300])


def _written(suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_scanpaths(_paths(), file := Path(folder, f"a{suffix}"))
        return file.read_bytes()


def _csv() -> list[bytes]:
    foreign = b"stimulus;x;y;width;height\na;1,5;2;9;8\nb;;;9;8\n"
    marked = b"\xef\xbb\xbfstimulus\tsubject\tfixation\tx\ty\twidth\theight\n1\tNA\t0\t1e-3\t.\t800\t600\n"
    return [_written(".csv"), foreign, marked]


def _own_table() -> list[bytes]:
    return [
        b"stimulus,trial,subject,fixation,x,y,caption,task,target_x0,target_y0,target_x1,target_y1,start_x,start_y,"
        b"max_fixations\ni,t1,p,0,1,2,a dog,search,1,1,3,3,4,4,6\ni,t1,p,1,3,2,a dog,search,1,1,3,3,4,4,6\n",
        b"stimulus,x,y\ni.png,1,2\ni.png,3,4\n",
    ]


def _parquet() -> list[bytes]:
    foreign, odd = io.BytesIO(), io.BytesIO()
    pd.DataFrame({"stimulus": ["a", "b"], "x": [1.0, 2], "y": [2, 3], "width": 9, "height": 8}).to_parquet(foreign)
    pd.DataFrame({"stimulus": ["a"], "x": [[1.0]], "y": [{"a": 1}], "t": [pd.Timestamp(0)]}).to_parquet(odd)
    return [_written(".parquet"), foreign.getvalue(), odd.getvalue()]


def _hdf5() -> list[bytes]:
    trains = io.BytesIO()
    with h5py.File(trains, "w", libver="latest") as file:
        file.attrs.update(type="FixationTrains", version="1.0")
        for name, values in (("xs", [[1.0, 2]]), ("ys", [[3.0, 4]]), ("ns", [0]), ("subjects", [0])):
            file[f"train_{name}"] = values
        group = file.create_group("scanpath_attributes")
        group["task"] = [b"free"]
        group.attrs["__attributes__"] = '["task"]'
    return [_written(".hdf5"), trains.getvalue()]


def _records() -> list[bytes]:
    record = {"name": "1.jpg", "subject": 2, "task": "cup", "X": [1, 2.5], "Y": [3, 4], "T": [9, 9], "length": 2}
    more = {**record, "subject": 3, "bbox": [1, 2, 3, 4], "sample": 1, "trial": "t", "source": "m", "points": "clicks"}
    return [json.dumps([record, more]).encode(), _written_records()]


def _written_records() -> bytes:
    return _written(".json")


def _read_paths(file: Path) -> Any:
    if file.suffix in (".hdf5", ".h5"):
        return read_scanpaths(file, stimuli=["a", "b", "c"], width=9, height=8)
    return read_scanpaths(file)


# ---------------------------------------------------------------- data sets


def _mat(compress: bool = False, **variables: Any) -> bytes:
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, variables, do_compression=compress, oned_as="column")
    return buffer.getvalue()


def _structs(*records: dict[str, Any]) -> np.ndarray:
    array = np.empty(len(records), dtype=object)
    array[:] = records
    return array


def _osie() -> list[bytes]:
    eye = {"fix_x": [1.0, 2], "fix_y": [3.0, 4], "fix_duration": [5.0, 6]}
    fixations = _structs({"img": "1001.jpg", "subjects": _structs(eye, eye)})
    return [_mat(fixations=fixations), _mat(fixations=np.arange(3)), _mat(fixations="text")]


def _interiors() -> list[bytes]:
    record = {
        "x": [1.0, 2, 3],
        "y": [4.0, 5, 6],
        "t": [1.0, 2, 3],
        "dur": [200.0, 300, 6000],
        "old": {"x": [1.0, 2, 3], "y": [4.0, 5, 6], "t": [1.0, 2, 3]},
        "initial_position": [5.0, 5],
        "screen_rect": [-10, -20, 100, 100],
        "image_size": [768, 1024],
        "image_name": "a.jpg",
        "target_name": "t.jpg",
        "target_rect": [2, 2, 9, 9],
        "nsaccades_allowed": 4,
        "target_found": 1,
        "trial_order": 3,
        "screen_size": [768, 1024],
    }
    return [_mat(info_per_subj=_structs(record, {**record, "image_name": "b.jpg"}))]


def _recording() -> list[bytes]:
    return [_mat(v={"DATA": {"eyeData": np.ones((5, 2))}, "imgName": "v.jpeg"})]


def _mat_elements(content: bytes) -> bytes:
    """A MATLAB file of one compressed element, which holds the bytes."""
    packed = zlib.compress(content)
    return _mat(v=1.0)[:128] + struct.pack("<II", 15, len(packed)) + packed


def _collages() -> list[bytes]:
    collage = {
        "size": {"width": 100, "height": 90},
        "ground_truth": [{"xmin": 0, "ymin": 0, "xmax": 10, "ymax": 10}],
        "target": "t.jpg",
        "fixations": {"1": [[1, 2], [3, 4]], "2": [[5, 6]]},
    }
    return [json.dumps({"1.jpg": collage, "2.jpg": collage}).encode()]


SCHEMA = """
CREATE TABLE captions (obs_uid TEXT, usr_uid TEXT, img_uid TEXT, start_time TIMESTAMP, caption TEXT);
CREATE TABLE images (img_uid TEXT, img_path TEXT);
CREATE TABLE clicks (click_id INTEGER, obs_uid TEXT, x INTEGER, y INTEGER, click_time TIMESTAMP);
INSERT INTO captions VALUES ('o1', 'anna', 'm1', 't', 'a dog on a lawn');
INSERT INTO images VALUES ('m1', '../../i1.jpeg');
INSERT INTO clicks VALUES (1, 'o1', 3, 4, 't');
"""


def _database() -> list[bytes]:
    made = []
    for more in ("", "CREATE VIEW v AS SELECT * FROM clicks; CREATE INDEX i ON clicks (obs_uid);"):
        with tempfile.TemporaryDirectory() as folder:
            with closing(sqlite3.connect(Path(folder, "a.db"))) as db:
                db.executescript("PRAGMA page_size = 512;" + SCHEMA + more)
            made.append(Path(folder, "a.db").read_bytes())
    return made


def _sizes(folder: Path) -> None:
    (folder / "image_sizes.csv").write_text("stimulus,width,height\ni1,40,30\n")


def _sizes_tables() -> list[bytes]:
    return [b"stimulus,width,height\ni1,40,30\ni2,40.0,30\n", b"stimulus,width,height\n"]


def _read_sizes(file: Path) -> Any:
    return load_dataset("capmit1003", file.parent)


def _redetected() -> list[bytes]:
    head = (
        b"Participant,Stimulus,Fixation_Position_X_px,Fixation_Position_Y_px,Event_Start_Trial_Time_ms,"
        b"Event_Ende_Trial_Time_ms,Duration\n"
    )
    return [head + b"p,i1,1,2,0.0,0.3,0.3\np,i1,3,4,0.4,0.6,0.2\nq,i1,,,0.4,0.6,0.2\n"]


def _array(values: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(values))
    return buffer.getvalue()


def _waldo_beside(folder: Path) -> None:
    for name, values in (
        ("fix/human_all.npy", np.ones((15, 3, 2))),
        ("ifix/I_human_all.npy", np.full(15, 2)),
        ("cp/CP_human_all.npy", np.zeros((15, 3))),
        ("target_pos.npy", np.ones((1, 2))),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(_array(values))


# ---------------------------------------------------------------- pictures


def _picture(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    values = np.random.default_rng(0).integers(0, 256, (6, 8, 4), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(values).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def _pictures() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint16).reshape(6, 8)).save(deep, "PNG")
    return [
        *(_picture(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000")),
        _picture("PNG", "P", transparency=1),
        _picture("JPEG", "CMYK", exif=exif),
        _picture("TIFF", compression="tiff_lzw"),
        deep.getvalue(),
    ]


def _png(content: bytes) -> bytes:
    """The bytes as a PNG whose checksums are right, whatever the chunks say."""
    out, at = content[:8], 8
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        chunk = content[at + 4 : at + 8 + length]
        out += content[at : at + 4] + chunk + struct.pack(">I", zlib.crc32(chunk))
        at += 12 + length
    return out


def _pngs() -> list[bytes]:
    return [p for p in _pictures() if p.startswith(b"\x89PNG")]


def _read_picture(file: Path) -> Any:
    image_frame(file)
    return read_image_file(file)


# ---------------------------------------------------------------- weights


def _state() -> dict[str, torch.Tensor]:
    return {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2, dtype=torch.float16)}


def _tensors() -> list[bytes]:
    return [safetensors.torch.save(_state()), safetensors.torch.save({}, metadata={"a": "b"})]


@cache
def _torch() -> list[bytes]:
    made = []
    for content, zipped in ((_state(), True), ({"state_dict": _state()}, True), (_state(), False)):
        buffer = io.BytesIO()
        torch.save(content, buffer, _use_new_zipfile_serialization=zipped)
        made.append(buffer.getvalue())
    return made


def _torch_pickle(content: bytes) -> bytes:
    """The bytes as the pickle within an archive of PyTorch, which has checksums."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_torch()[0])) as good, zipfile.ZipFile(buffer, "w") as archive:
        for name in good.namelist():
            archive.writestr(name, content if name.endswith("data.pkl") else good.read(name))
    return buffer.getvalue()


def _torch_pickles() -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(_torch()[0])) as archive:
        return [archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl")))]


def _checkpoint() -> list[bytes]:
    from gazekit.models.oat.config import preset
    from gazekit.models.oat.network import OatNetwork

    config = preset("oat-small", width=8, heads=1, feed_forward=4, encoder_layers=1, decoder_layers=1)
    papers = {"format": "gazekit-oat", "version": "1", "longest": "3", "trained_on": "{}", "config": config.to_json()}
    state = {k: v.contiguous() for k, v in OatNetwork(config).state_dict().items()}
    return [safetensors.torch.save(state, metadata={"gazekit": json.dumps(papers)})]


def _keras() -> list[bytes]:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="latest") as file:
        for block, layers in enumerate((2, 2, 3, 3, 3), 1):
            for k in range(1, layers + 1):
                group = file.create_group(f"block{block}_conv{k}")
                group["W"], group["b"] = np.ones((1, 1, 1, 1), np.float32), np.ones(1, np.float32)
    return [buffer.getvalue()]


# ---------------------------------------------------------------- references


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _references() -> list[bytes]:
    variant = {"levels": [1, 1, 1], "item_masks": False, "inhibition_px": 9, "eccentricity": False, "pooling": "max"}
    parameters = {
        "variants": {"a": variant},
        "dog": [[1, 2], [3, 4]],
        "background": 128,
        "max_fixations": 0,
        "margin": 1,
    }
    image = {"image": np.zeros((8, 8, 3), np.uint8), "target": np.zeros((4, 4, 3), np.uint8)}
    masks = {"target_mask": np.zeros((8, 8)), "item_masks": np.zeros((1, 8, 8))}
    return [
        _npz(a=np.arange(5), b=np.ones((2, 3))),
        _npz(**image, **masks, parameters=json.dumps(parameters), a_fixations_rowcol=np.zeros((1, 2))),
        _npz(**image, **masks, parameters=json.dumps({"variants": {}})),
    ]


def _read_references(file: Path) -> Any:
    """Read as each kind of reference; the network that is then compared would take seconds to make."""
    read_npz(file)
    with suppress(GazekitError):
        neva._read(file)
    return eccnet._parameters(file, eccnet._read(file))


def _npz_member(content: bytes) -> bytes:
    """The bytes as the only member of an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("image.npy", content)
    return buffer.getvalue()


def _arrays() -> list[bytes]:
    return [_array(np.arange(5)), _array(np.array(["a", "b"])), _array(np.ones((2, 2), order="F"))]


def _vectors() -> list[bytes]:
    """Two of the package's paths and three of its metrics: the whole takes too long for each input."""
    from importlib.resources import files

    content = json.loads(files("gazekit.metrics").joinpath("conformance.json").read_bytes())
    content["paths"] = {name: content["paths"][name] for name in ("normal", "other")}
    kept = [k for k, pair in enumerate(content["pairs"]) if set(pair) <= set(content["paths"])]
    content["pairs"] = [content["pairs"][k] for k in kept]
    content["metrics"] = {
        name: {**content["metrics"][name], "values": [content["metrics"][name]["values"][k] for k in kept]}
        for name in ("scanmatch", "dtw", "mannan")
    }
    return [json.dumps(content).encode()]


def _clusters() -> list[bytes]:
    group = {"key": ["a"], "centres": [[1.0, 2.0], [3, 4]], "bandwidth": 2.0, "points": 9}
    made = {"format": "gazekit-clusters", "version": 1, "by": ["stimulus"], "groups": [group]}
    with tempfile.TemporaryDirectory() as folder:
        from gazekit.metrics.clusters import mean_shift_clusters

        mean_shift_clusters(_paths()[np.array([0, 2])]).save(file := Path(folder, "clusters.json"))
        return [file.read_bytes(), json.dumps(made).encode()]


BOXES = b"id,x0,y0,x1,y1\n007,2,2,28,38\nb,32,2,58,38\n"
PLAN = b"""[study]
data = { name = "bookcovers" }
seeds = [0, 1]
folds = 3
by = "layout"
references = ["move"]
[network]
width = 64
[training]
epochs = 2
[variants.plain]
[variants.blind]
target = false
only = [0]
"""


# ---------------------------------------------------------------- run folders


@cache
def _run() -> dict[str, bytes]:
    """The files of a finished run of two stimuli."""
    from gazekit.experiments.evaluation import evaluate

    with tempfile.TemporaryDirectory() as folder:
        data = dataset_from_table(
            pd.DataFrame(
                {
                    "stimulus": np.repeat(["a", "b"], 6),
                    "subject": np.tile(np.repeat(["p", "q"], 3), 2),
                    "x": np.arange(12.0) * 5,
                    "y": np.arange(12.0) % 7 * 6,
                }
            ),
            width=80,
            height=60,
        )
        out = Path(folder, "run")
        evaluate(data, ["uniform"], ["scanmatch"], out=out, resamples=20, progress=False)
        return {p.name: p.read_bytes() for p in out.iterdir() if p.is_file() and p.suffix != ".html"}


def _rest_of_run(folder: Path) -> None:
    for name, content in _run().items():
        (folder / name).write_bytes(content)


def _experiment_beside(folder: Path) -> None:
    """A run of another experiment, of whose tables only CSV files are read."""
    manifest = json.loads(_run()["manifest.json"])
    manifest["request"] = {"experiment": "mine"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name in ("summary.csv", "differences.csv", "shares.csv"):
        (folder / name).write_bytes(_run()[name])


def _of_run(name: str) -> Callable[[], list[bytes]]:
    return lambda: [_run()[name]]


def _report(file: Path) -> Any:
    from gazekit.cli.report import _dataset

    return write_report(file.parent, dataset=_dataset(file.parent, None, None), samples=1)


# ---------------------------------------------------------------- the command line

WORDS = (
    "models metrics datasets predict score evaluate report info train asymmetry captions shelf-search oat-study verify"
)


def _arguments() -> list[bytes]:
    lines = [
        "models",
        "models eccnet --json",
        "metrics scanmatch",
        "metrics multimatch --json",
        "datasets info osie",
        "datasets check waldo --root data",
        "predict uniform --data data.csv -o p.csv --samples 2 --overwrite",
        "predict levy --data data.csv -o p.parquet --seed 3 --max-fixations 3 --overwrite",
        "score data.csv --data data.csv --metrics scanmatch,dtw --outside clip --missing drop --no-forced-first",
        "evaluate --data data.csv --models uniform,centre --metrics scanmatch --out new",
        "report run --images none",
        "info",
        "train oat --data bookcovers --root data --out t --epochs 1",
        "asymmetry --model eccnet --out a",
        "captions --data capmit1003 --root data --out c",
        "shelf-search --data bookcovers --root data --out s",
        "oat-study plan.toml --out o",
        "verify conformance --reference data.csv",
        "--version",
        *(f"{word} --help" for word in WORDS.split()),
    ]
    return [line.replace(" ", "\n").encode() for line in lines]


def _data_table(folder: Path) -> None:
    (folder / "data.csv").write_text("stimulus,subject,x,y,width,height\na,p,1,2,9,8\na,q,3,4,9,8\nb,p,5,6,9,8\n")
    (folder / "run").mkdir()
    _rest_of_run(folder / "run")


def _read_arguments(file: Path) -> Any:
    """Parse the arguments (one per line) as the command line does, and run the commands that are over in a moment."""
    from commandline import parse_and_run

    return parse_and_run(file.read_bytes().decode("utf-8", "surrogateescape").split("\n"), file.parent)


TARGETS = {
    target.name: target
    for target in (
        Target("csv", "a.csv", _read_paths, _csv),
        Target("csv-gz", "a.csv.gz", _read_paths, lambda: [gzip.compress(c, mtime=0) for c in _csv()]),
        Target("own-table", "a.csv", lambda f: dataset_from_table(f, width=9, height=8), _own_table),
        Target("boxes", "a.csv", lambda f: own_shelf(np.zeros((40, 60, 3), np.uint8), f), lambda: [BOXES]),
        Target("parquet", "a.parquet", _read_paths, _parquet),
        Target("hdf5", "a.hdf5", _read_paths, _hdf5),
        Target("records", "a.json", _read_paths, _records),
        Target("osie", "eye/fixations.mat", lambda f: load_dataset("osie", f.parents[1]), _osie),
        Target(
            "osie-packed",
            "eye/fixations.mat",
            lambda f: load_dataset("osie", f.parents[1]),
            lambda: [m[128:] for m in _osie()],
            _mat_elements,
        ),
        Target(
            "interiors",
            "MatlabCode/data_new/new_matrix/sinfo_subj/info_per_subj_1.mat",
            lambda f: load_dataset("interiors", f.parents[4], subjects=[1]),
            _interiors,
        ),
        Target(
            "recording", "v.mat", lambda f: read_recording(f, gazekit.datasets.cards.read_card("mit1003")), _recording
        ),
        Target("bookcovers", "Amazon.json", lambda f: load_dataset("bookcovers", f.parent), _collages),
        Target("sqlite", "capmit1003.db", lambda f: load_dataset("capmit1003", f.parent), _database, beside=_sizes),
        Target(
            "image-sizes",
            "image_sizes.csv",
            _read_sizes,
            _sizes_tables,
            beside=lambda d: (d / "capmit1003.db").write_bytes(_database()[0]) and None,
        ),
        Target(
            "npy",
            "fix/human_all.npy",
            lambda f: load_dataset("waldo", f.parents[1]),
            lambda: [_array(np.ones((15, 3, 2))), *_arrays()],
            beside=_waldo_beside,
        ),
        Target(
            "checksums",
            "list.sha256",
            lambda f: parse_checksums(f.read_text("utf-8", "replace"), f.name),
            lambda: [b"0" * 64 + b"  a/b.jpg\n" + b"f" * 64 + b"  c.mat\n"],
        ),
        Target("images", "a.png", _read_picture, _pictures),
        Target("png", "a.png", _read_picture, _pngs, _png),
        Target("safetensors", "a.safetensors", read_weights, _tensors),
        Target("torch", "a.pt", read_weights, _torch),
        Target("torch-pickle", "a.pt", read_weights, _torch_pickles, _torch_pickle),
        Target("checkpoint", "a.safetensors", load_checkpoint, _checkpoint),
        Target("keras", "a.h5", read_keras_vgg16, _keras),
        Target("npz", "a.npz", _read_references, _references),
        Target("npz-member", "a.npz", read_npz, _arrays, _npz_member),
        Target("plan", "plan.toml", read_plan, lambda: [PLAN]),
        Target("clusters", "clusters.json", Clusters.load, _clusters),
        Target("vectors", "vectors.json", verify_conformance, _vectors),
        Target("counts", "a.csv", lambda f: read_counts(f, (1, 2)), lambda: [b"1,0\n0,1\n1,0\n0,0\n"]),
        Target("manifest", "manifest.json", _report, _of_run("manifest.json"), beside=_rest_of_run),
        Target("scores", "scores.parquet", _report, _of_run("scores.parquet"), beside=_rest_of_run),
        Target("predictions", "predictions.parquet", _report, _of_run("predictions.parquet"), beside=_rest_of_run),
        Target("summary", "summary.csv", _report, _of_run("summary.csv"), beside=_experiment_beside),
        Target("arguments", "arguments", _read_arguments, _arguments, beside=_data_table),
    )
}
