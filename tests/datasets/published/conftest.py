"""Small folders in the published formats of DAEMONS, UEyes, CAT2000, SALICON and PolyCAT."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

SAC = "Start,End,VP,trial,Img,x,y,fixdur,sticky,blinkFix,forced_fix,mask_shown,forced_end,VT"
# A containers.Map as mat-io 1.0.2 writes it: two people on Action/001.jpg (a repeat, a lost point), one on Art/001.jpg.
CONTAINERS_MAP = Path(__file__).with_name("containers_map.mat")
GAZEPOINT = "MEDIA_ID,MEDIA_NAME,CNT,FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV,BPOGX,BPOGY,USER,"
POLYCAT = "fixation_index,eye,start_time_ms,end_time_ms,duration_ms,x_px,y_px"


def picture(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "grey").save(path)


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def daemons(root):
    rows = [
        "NA,NA,1,1,a.jpg,16,9,300,0,False,1,0,310,train",
        "290,310,1,1,a.jpg,16.1,9.1,40,0,False,1,0,310,train",  # a second forced fixation
        "350,380,1,1,a.jpg,1,17,250,0,True,0,0,310,train",
        "640,660,1,1,a.jpg,31,1,200,1,False,0,0,310,train",
        "870,NA,1,1,a.jpg,NA,NA,NA,0,NA,0,0,310,train",  # the recording ended in a saccade
        "NA,NA,2,1,a.jpg,16,9,300,0,False,1,1,500,train",
        "500,520,2,1,a.jpg,8,4.5,250,0,False,0,1,500,train",
        "NA,NA,2,2,b.jpg,16,9,300,0,False,1,0,300,train",
    ]
    write(root / "eye_movement" / "SAC_train.csv", SAC, *rows)
    val = ["NA,NA,1,2,c.jpg,16,9,300,0,False,1,0,300,val", "300,330,1,2,c.jpg,4,4,250,0,False,0,0,300,val"]
    write(root / "eye_movement" / "SAC_val.csv", SAC, *val)
    write(root / "__MACOSX" / "eye_movement" / "SAC_train.csv", "left by a Mac")


def gaze(name, *fixations, valid=1):
    return [
        f"1,{name},9,{x},{y},{onset},{ms / 1000},{k},{valid},.9,.9,," for k, (x, y, onset, ms) in enumerate(fixations)
    ]


def ueyes(root, images=True):
    info = ["w.png;web;0;Train", "m.png;mobile;0,00E+00;Train", "t.png;desktop;1;Test"]
    write(root / "info.csv", "Image Name;Category;Block;Train/Test", *info)
    logs = root / "eyetracker_logs"
    first = [
        *gaze("w.png", (0.5, 0.5, 0, 250), (0.25, 0.25, 0.3, 200)),
        *gaze("m.png", (0.5, 0.5, 0, 300), (0.1, 0.5, 2, 90)),
    ]
    write(logs / "00_KH005_fixations.csv", GAZEPOINT, *first, *gaze("w.png", (0, 0, 5, 100), valid=0))
    second = [*gaze("t.png", (0.5, 0.5, 0, 250), (0.5, 0.75, 1, 200)), *gaze("ad.png", (0.5, 0.5, 0, 250))]
    write(logs / "01_kh005_fixations.csv", GAZEPOINT, *second)
    write(logs / "00_kh006_fixations.csv", GAZEPOINT, *gaze("w.png", (0.4, 0.4, 0, 250), (0.6, 0.6, 1, 99)))
    write(logs / "00_kh007_fixations.csv", GAZEPOINT, *gaze("w.png", (0.4, 0.4, 0, 250)), "1,w.png,2")
    write(logs / "c_kh006_fixations.csv", GAZEPOINT, *gaze("w.png", (0.5, 0.5, 0, 250)))
    write(logs / ".~lock.53_kh035_fixations.csv#", "left by a spreadsheet")
    if images:
        picture(root / "images" / "w.png", (960, 600))  # as the screen: scaled by 2
        picture(root / "images" / "m.png", (300, 600))  # 600 x 1200 in the middle
        picture(root / "images" / "block 1" / "t.png", (1920, 600))  # bars above and below


def cat2000(root):
    (root / "trainSet").mkdir(parents=True)
    (root / "trainSet" / "allFixData.mat").write_bytes(CONTAINERS_MAP.read_bytes())


def salicon(root):
    def person(*points):
        xy = np.asarray(points, dtype=float).reshape(-1, 2)
        return {"location": np.vstack([xy, xy + 1]), "timestamp": np.arange(2.0 * len(xy)), "fixations": xy}

    for part, name, people in (
        ("train", "COCO_train2014_000000000009", [person((1, 1), (321, 241)), person((640, 480))]),
        ("train", "COCO_train2014_000000000025", [person((10, 20), (30, 40)), person()]),
        ("val", "COCO_val2014_000000000042", [person((5, 6)), person((7, 8), (9, 10))]),
    ):
        (root / part).mkdir(parents=True, exist_ok=True)
        gaze_of = np.empty(len(people), dtype=object)
        gaze_of[:] = people
        savemat(root / part / f"{name}.mat", {"gaze": gaze_of, "image": name}, oned_as="column")


def polycat(root):
    trials = [
        "P01_A_b01_t01,P01,A,Fractal_001,polygon_01",
        "P01_A_b01_t02,P01,A,,polygon_02",  # a polygon without an image
        "P01_B_b01_t01,P01,B,Fractal_001,polygon_02",
        "P01_B_b09_t09,P01,B,Fractal_001,polygon_01",  # again
        "P02_A_b01_t01,P02,A,Fractal_001,polygon_01",
        "P02_A_b01_t02,P02,A,Sketch_007,polygon_03",
    ]
    write(root / "data" / "metadata" / "trials.csv", "trial_uid,participant_id,part,image_id,polygon_id", *trials)
    both = ["1,L,200,400,200,1900,1000", "2,L,450,700,250,1000,500"]
    both += ["1,R,202,400,198,1910,1010", "2,R,452,700,248,1010,510"]
    for trial in (row.split(",")[0] for row in trials):
        lines = both if trial != "P02_A_b01_t02" else both[2:]
        write(root / "data" / "scanpaths" / trial[:3] / f"{trial}.csv", POLYCAT, *lines)
    write(root / "data" / "scanpaths" / "P09" / "P09_A_b01_t01.csv", POLYCAT, *both)


MAKERS = {"daemons": daemons, "ueyes": ueyes, "cat2000": cat2000, "salicon": salicon, "polycat": polycat}


@pytest.fixture
def published(tmp_path):
    """Make the folder of a data set; returns where it is."""

    def make(name, **options):
        MAKERS[name](tmp_path / name, **options)
        return tmp_path / name

    return make
