import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.datasets.published.mit1003.detection import acceleration, detect_fixations
from gazekit.foundations.errors import DataError


def path(*segments, y=50.0):
    """Gaze along x: a number of samples to rest for, or (samples, px per sample) to move."""
    x, now = [], 100.0
    for segment in segments:
        samples, step = segment if isinstance(segment, tuple) else (segment, 0.0)
        for _ in range(samples):
            now += step
            x.append(now)
    return np.column_stack([x, np.full(len(x), y)])


def oracle(gaze):
    """The rule of the specification, sample by sample, with samples numbered from 1 as there."""
    n = len(gaze)
    p = [None, *[(float(a), float(b)) for a, b in gaze]]
    d = [0.0] * (n + 1)
    for i in range(2, n + 1):
        d[i] = float(np.hypot(p[i][0] - p[i - 1][0], p[i][1] - p[i - 1][1]))
    s = [0.0] * (n + 1)
    for i in range(1, n + 1):
        total = 0.0
        for k in range(i - 3, i + 1):
            total += d[k] if k >= 1 else 0.0
        s[i] = total / 4
    accel = [0.0] * (n + 1)
    for k in range(2, n - 4):  # 2 .. N-5
        v1 = v2 = 0.0
        for j in range(5):
            v1 += s[k + j]
            v2 += s[k + 1 + j]
        accel[k] = v2 / (4 / 240) - v1 / (4 / 240)
    runs, k = [], 1
    while k <= n:
        if accel[k] > 204:
            stop = k
            while stop + 1 <= n and accel[stop + 1] > 204:
                stop += 1
            if stop > k:
                runs.append((k, stop))
            k = stop
        k += 1
    if sum(b - a + 1 for a, b in runs) < 3:
        return [(1, n)]
    saccades = []
    for a, b in runs:
        end = None
        for k in range(b + 1, min(b + 25, n) + 1):
            if accel[k] < -204:
                end = k
                while end + 1 <= min(b + 25, n) and accel[end + 1] < -204:
                    end += 1
                break
        if end is None and b + 25 > n:
            end = n
        if end is None:
            continue
        if saccades and a - saccades[-1][1] - 1 <= 12:
            saccades[-1] = (saccades[-1][0], max(end, saccades[-1][1]))
        else:
            saccades.append((a, end))
    fixations, begin = [], 1
    for k, (a, b) in enumerate(saccades):
        fixations.append((begin, a - 1))
        begin = b + 1
        if k == len(saccades) - 1 and n - b > 12:
            fixations.append((begin, n))
    return fixations or [(1, n)]


def samples(found):
    return list(zip((found.first + 1).tolist(), (found.last + 1).tolist(), strict=True))


def test_acceleration_of_a_hand_worked_movement():
    # Steps of 10 px at samples 20..23 (from 0). The moving mean of 4 is 2.5, 5, 7.5, 10, 7.5, 5, 2.5 at samples 20..26,
    # 0 elsewhere, and acceleration is 60 (s[k+5] - s[k]).
    accel = acceleration(path(20, (4, 10.0), 30))
    expected = np.zeros(54)
    expected[15:22] = [150, 300, 450, 600, 450 - 0, 300 - 150, 150 - 300]
    expected[22:27] = [-450, -600, -450, -300, -150]
    np.testing.assert_allclose(accel, expected, atol=1e-9)


def test_acceleration_is_zero_where_it_has_no_room():
    accel = acceleration(np.cumsum(np.random.default_rng(0).normal(0, 50, (40, 2)), axis=0))
    assert accel[0] == 0
    assert (accel[-5:] == 0).all()
    assert (accel[1:-5] != 0).all()
    assert (acceleration(np.ones((6, 2))) == 0).all()


def test_fixations_of_a_hand_worked_movement():
    # Above 204 at 16..19, below -204 at 22..25: the saccade is 16..25.
    found = detect_fixations(path(20, (4, 10.0), 30))
    assert found.first.tolist() == [0, 26]
    assert found.last.tolist() == [15, 53]
    assert found.x.tolist() == [100, 140]
    assert found.y.tolist() == [50, 50]
    np.testing.assert_allclose(found.durations(), [1000 * 16 / 240, 1000 * 28 / 240])
    np.testing.assert_allclose(found.onsets(), [1000 / 240, 1000 * 27 / 240])


@pytest.mark.parametrize(
    ("step", "fixations"),
    [
        # Peak of acceleration 60 * step, neighbours 45 * step: 204 is passed by three samples from step 4.54 on.
        pytest.param(3.3, 1, id="never above 204"),
        pytest.param(3.5, 1, id="one sample above"),
        pytest.param(4.5, 1, id="still one: 202.5 beside 270"),
        pytest.param(4.6, 2, id="three samples: 207, 276, 207"),
    ],
)
def test_the_threshold_is_204(step, fixations):
    assert len(detect_fixations(path(40, (4, step), 40)).x) == fixations


def test_two_fast_samples_are_too_few():
    # A step over 3 samples: the moving mean is 1/4, 2/4, 3/4, 3/4, 2/4, 1/4 of it, so accelerations rise through
    # 15, 30, 45, 45 - 15, ... times the step: with 6 px two samples (270, 270) pass 204.
    gaze = path(40, (3, 6.0), 40)
    assert (acceleration(gaze) > 204).sum() == 2
    assert len(detect_fixations(gaze).x) == 1


def test_a_slow_end_is_no_saccade():
    # Speeds up at once to 20 px per sample, then loses 0.2 px each sample: it never brakes below -204.
    slowing = np.concatenate([np.zeros(40), np.linspace(20, 0, 100), np.zeros(60)])
    gaze = np.column_stack([np.cumsum(slowing), np.zeros(200)])
    assert (acceleration(gaze) > 204).sum() >= 3
    assert acceleration(gaze).min() > -204
    assert len(detect_fixations(gaze).x) == 1


def test_a_saccade_that_the_recording_cuts_lasts_to_its_end():
    # Speeds up 12 samples before the end and does not brake.
    gaze = path(60, (12, 20.0))
    assert samples(detect_fixations(gaze))[0][0] == 1
    assert len(detect_fixations(gaze).x) == 1
    assert detect_fixations(gaze).last[0] < 60
    assert samples(detect_fixations(gaze)) == oracle(gaze)


@pytest.mark.parametrize(("between", "fixations"), [pytest.param(12, 2, id="12"), pytest.param(13, 3, id="13")])
def test_pieces_of_12_samples_between_saccades_are_no_fixations(between, fixations):
    # Each saccade covers 10 samples for 4 of movement, from 4 before it: `between` is left of between + 6 at rest.
    assert len(detect_fixations(path(40, (4, 10.0), between + 6, (4, 10.0), 40)).x) == fixations


@pytest.mark.parametrize(("left", "fixations"), [pytest.param(12, 1, id="12"), pytest.param(13, 2, id="13")])
def test_a_last_piece_of_12_samples_belongs_to_the_saccade(left, fixations):
    assert len(detect_fixations(path(40, (4, 10.0), left + 2)).x) == fixations


def test_the_first_fixation_may_be_short():
    found = detect_fixations(path(9, (4, 10.0), 40))
    assert found.last[0] == 4
    assert len(found.x) == 2


def test_positions_are_medians_and_nan_is_left_out():
    gaze = path(20, (4, 10.0), 31)
    gaze[30:33, 1] = 999.0
    gaze[33, 0] = np.nan
    found = detect_fixations(np.where(np.isnan(gaze), np.nan, gaze))
    assert found.y[0] == 50
    assert found.x[0] == 100
    assert np.isnan(detect_fixations(np.full((50, 2), np.nan)).x).all()


def test_lost_gaze_is_a_fixation_at_a_negative_place():
    gaze = path(60, 60, 60)
    gaze[60:120] = -1
    found = detect_fixations(gaze)
    assert (found.x < 0).any()
    assert samples(found) == oracle(gaze)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 12])
def test_short_recordings_are_one_fixation(n):
    found = detect_fixations(np.full((n, 2), 7.0))
    assert samples(found) == [(1, n)]
    assert found.x.tolist() == [7]


def test_an_empty_recording_has_no_fixation():
    assert len(detect_fixations(np.empty((0, 2))).x) == 0


@pytest.mark.parametrize("shape", [(5,), (5, 3)])
def test_another_shape_is_named(shape):
    with pytest.raises(DataError, match=r"raw gaze must have the shape \(samples, 2\)"):
        detect_fixations(np.zeros(shape))


@st.composite
def gazes(draw):
    """Rests, movements and blinks in any order: near the thresholds more often than real gaze."""
    segment = st.one_of(
        st.integers(1, 40),
        st.tuples(st.integers(1, 8), st.sampled_from([-60.0, -10.0, -5.0, 3.4, 3.41, 4.5, 4.6, 6.0, 10.0, 40.0])),
        st.tuples(st.integers(10, 60), st.sampled_from([0.3, 1.0])),
    )
    gaze = path(*draw(st.lists(segment, min_size=1, max_size=14)))
    noise = draw(st.sampled_from([0.0, 0.5, 3.0]))
    gaze += np.random.default_rng(draw(st.integers(0, 99))).normal(0, noise, gaze.shape)
    if draw(st.booleans()):
        begin = draw(st.integers(0, len(gaze) - 1))
        gaze[begin : begin + draw(st.integers(1, 60))] = -1
    return gaze


@settings(max_examples=150, deadline=None)
@given(gazes())
def test_it_equals_the_plain_loop(gaze):
    found = detect_fixations(gaze)
    assert samples(found) == oracle(gaze)
    for k, (a, b) in enumerate(oracle(gaze)):
        assert found.x[k] == np.median(gaze[a - 1 : b, 0])
        assert found.y[k] == np.median(gaze[a - 1 : b, 1])


@settings(max_examples=50, deadline=None)
@given(gazes(), st.integers(-500, 500), st.sampled_from([(1, 1), (-1, 1), (1, -1)]))
def test_fixations_move_with_the_gaze(gaze, by, mirrored):
    # Whole numbers, so that the distances between samples, and with them every decision, stay the same bits.
    gaze = np.round(gaze)
    plain, moved = detect_fixations(gaze), detect_fixations(gaze * mirrored + by)
    assert samples(plain) == samples(moved)
    np.testing.assert_allclose(moved.x, plain.x * mirrored[0] + by)
    np.testing.assert_allclose(moved.y, plain.y * mirrored[1] + by)
