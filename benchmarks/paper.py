"""What a reader of paper sees of a page that was printed into a PDF file; the tests of reports measure by it, too."""

from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdf


class PrintedPage(NamedTuple):
    """What a reader of paper sees: points of the smallest letter, and shares of the page: right end, lowest letter."""

    smallest: float
    right: float
    bottom: float


def printed_page(page: pypdfium2.PdfPage) -> PrintedPage:
    """Measure a page of a PDF file; infinity points where it has no letter."""
    width, height = page.get_size()
    letters, matrix = page.get_textpage(), pdf.FS_MATRIX()
    sizes, right, bottom = [], 0.0, height
    for k in range(letters.count_chars()):
        if letters.get_text_range(k, 1).strip():
            pdf.FPDFText_GetMatrix(letters.raw, k, matrix)
            sizes.append(pdf.FPDFText_GetFontSize(letters.raw, k) * np.hypot(matrix.b, matrix.d))
            _, low, high, _ = letters.get_charbox(k)
            right, bottom = max(right, high), min(bottom, low)
    return PrintedPage(float(min(sizes, default=np.inf)), float(right / width), float(1 - bottom / height))
