"""Mean shift of points in the plane with a flat kernel (Comaniciu and Meer 2002)."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled

MOST_STEPS, STILL = 300, 1e-3  # scikit-learn's: steps of a point, and the share of the radius below which it stands


@compiled
def shift_points(x, y, radius, to_x, to_y, within):
    """Move each point to the mean of all points within `radius` of it, until it stands; `within` counts these points.

    Points are added in their order, so that the last bit does not depend on how they are searched for.
    """
    for k in range(len(x)):
        at_x, at_y = x[k], y[k]
        count = 0
        for _ in range(MOST_STEPS + 1):
            sum_x, sum_y, count = 0.0, 0.0, 0
            for j in range(len(x)):
                dx, dy = x[j] - at_x, y[j] - at_y
                if dx * dx + dy * dy <= radius * radius:
                    sum_x += x[j]
                    sum_y += y[j]
                    count += 1
            dx, dy = sum_x / count - at_x, sum_y / count - at_y
            at_x, at_y = sum_x / count, sum_y / count
            if np.sqrt(dx * dx + dy * dy) <= STILL * radius:
                break
        to_x[k], to_y[k], within[k] = at_x, at_y, count
