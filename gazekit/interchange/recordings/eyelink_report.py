"""The fixation report of EyeLink Data Viewer (SR Research): tab-separated text, a row per fixation.

Source: EyeLink Data Viewer User's Manual, "Fixation Report" and the list of its variables (1.8 of 2007 and later):
positions are px of the display, origin top left; times are ms; a value that is not there is a full stop. Text reports
may have the suffix .xls. Which variable names the image is up to the experiment.
"""

from gazekit.interchange.recordings.recording import Column, Format, Written

FORMAT = Format(
    name="eyelink-report",
    title="a fixation report of EyeLink Data Viewer",
    knows_any=(("CURRENT_FIX_X", "CURRENT_FIX_Y"),),
    columns=(
        Column("subject", ("RECORDING_SESSION_LABEL", "DATA_FILE")),
        Column("trial", ("TRIAL_INDEX", "TRIAL_LABEL")),
        Column("fixation", ("CURRENT_FIX_INDEX",)),
        Column("x", ("CURRENT_FIX_X",)),
        Column("y", ("CURRENT_FIX_Y",)),
        Column("duration_ms", ("CURRENT_FIX_DURATION",), "ms"),
        Column("onset_ms", ("CURRENT_FIX_START",), "ms"),
        Column("eye", ("EYE_REPORTED", "EYE_USED")),
    ),
    details=r"^(CURRENT|NEXT|PREVIOUS)_(FIX|SAC)",
    written=Written((".txt", ".tsv", ".xls"), "\t", ".", "image", {}, "CURRENT_FIX_END"),
)
