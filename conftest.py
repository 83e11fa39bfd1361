"""Import the packages before pytest does.

Asked for one file (`pytest gazekit/metrics/dtw.py`), pytest imports its package, which imports the file, and then runs
the file once more: its metric would be registered twice. A module that is there already is not run again.
"""

import gazekit.datasets
import gazekit.metrics
import gazekit.models  # noqa: F401
