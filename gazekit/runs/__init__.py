"""Running a run: its folder, its pieces in processes or on a cluster, and what says that they are done."""
