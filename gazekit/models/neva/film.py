"""What a gaze that moves over an image lets be seen, fixation by fixation: a list of images, a GIF, or a page."""

import base64
import html
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.files.atomic import write_atomically
from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.model import Neva

SIDE = 640  # px; longer side of the pictures
MILLISECONDS = 700  # per fixation


def perceived_images(model: Neva, trial: Trial, path: Scanpath, *, side: int = SIDE) -> list[np.ndarray]:
    """Compute the image perceived during each fixation of a path, at a resolution for people.

    Same fovea, blur and memory as the model's, in px of the shown image instead of cells of the encoder's input.

    Parameters
    ----------
    model : Neva
        Its fovea, blur, view and gamma are used, not its encoder.
    trial : Trial
        The image.
    path : Scanpath
        Any path on that image, also a person's; px.
    side : int
        Longer side of the pictures, px.

    Returns
    -------
    list of (h, w, 3) uint8
        One per fixation.

    Raises
    ------
    GazekitError
        The path has no fixation, or is of another frame.
    """
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    if not len(path):
        raise GazekitError(f"the path on trial {trial.id!r} has no fixation, so there is nothing to show")
    if path.frame.size != trial.frame.size:
        raise GazekitError(
            f"the path is of {path.frame}, the trial {trial.id!r} of {trial.frame}; give a path on its image"
        )
    view = model.view_of(trial)
    width, height = trial.frame.size
    scale = side / max(width, height)
    columns, rows = max(round(width * scale), 1), max(round(height * scale), 1)
    sharp = np.asarray(Image.fromarray(trial.image).resize((columns, rows), Image.Resampling.BICUBIC), dtype=float)
    across_px, down_px = columns / view.content[1], rows / view.content[0]  # px of the picture per cell
    spread = (model.blur_sigma * down_px, model.blur_sigma * across_px)
    reach = model.blur_kernel // 2 / model.blur_sigma  # standard deviations at which the model's kernel ends
    soft = gaussian_filter(sharp, (*spread, 0), mode="mirror", truncate=reach)
    x, y = (np.arange(columns) + 0.5) * width / columns, (np.arange(rows) + 0.5) * height / rows
    grid = view.to_grid(*np.meshgrid(x, y))  # of the picture's px; the fovea is the paper's, on the same grid
    fading, kept, pictures = np.zeros((rows, columns)), np.zeros((rows, columns)), []
    for fixation in view.to_grid(path.x, path.y):
        fovea = np.exp(-((grid - fixation) ** 2 / model.fovea.on(view)).sum(axis=-1))
        share = np.clip(kept + fading + fovea, 0, 1)[:, :, None]
        pictures.append(np.clip(np.round(soft + share * (sharp - soft)), 0, 255).astype(np.uint8))
        fading, kept = model.gamma * fading + (1 - model.lasting) * fovea, kept + model.lasting * fovea
    return pictures


def marked(pictures: Sequence[np.ndarray], path: Scanpath) -> list[np.ndarray]:
    """Draw the fixations so far on each picture: rings joined by lines, the present one filled and numbered."""
    from PIL import Image, ImageDraw

    out = []
    for t, picture in enumerate(pictures):
        rows, columns = picture.shape[:2]
        x, y = path.x * columns / path.frame.width, path.y * rows / path.frame.height
        points = [(float(a), float(b)) for a, b in zip(x[: t + 1], y[: t + 1], strict=True)]
        radius = max(columns, rows) / 50
        image = Image.fromarray(picture)
        draw = ImageDraw.Draw(image)
        for width, colour in ((5, "white"), (2, "#0072B2")):
            if len(points) > 1:
                draw.line(points, fill=colour, width=width)
        for k, (a, b) in enumerate(points):
            box = (a - radius, b - radius, a + radius, b + radius)
            draw.ellipse(box, fill="#D55E00" if k == t else None, outline="white", width=2)
        draw.text(points[-1], str(t + 1), fill="white", anchor="mm", font_size=max(int(1.3 * radius), 6))
        out.append(np.asarray(image))
    return out


def write_film(
    target: str | Path,
    model: Neva,
    trial: Trial,
    path: Scanpath,
    *,
    marks: bool = True,
    side: int = SIDE,
    milliseconds: int = MILLISECONDS,
) -> Path:
    """Write the perceived images as an animated GIF, or as a self-contained HTML strip.

    Parameters
    ----------
    target : path
        `.gif` or `.html`; a new file.
    model, trial, path, side
        See `perceived_images`.
    marks : bool
        Draw the fixations.
    milliseconds : int
        Per picture of the GIF, where the path has no durations; with durations, each picture lasts its fixation.

    Raises
    ------
    GazekitError
        Another kind of file, or one that is there already.
    """
    from PIL import Image

    target = Path(target)
    if target.suffix not in (".gif", ".html"):
        raise GazekitError(f"a film is written as .gif or .html, not {target.name!r}")
    if target.exists():
        raise GazekitError(f"{target} is there already; give the name of a new file")
    pictures = perceived_images(model, trial, path, side=side)
    frames = [Image.fromarray(p) for p in (marked(pictures, path) if marks else pictures)]
    if target.suffix == ".gif":
        known = np.full(len(path), np.nan) if path.duration is None else path.duration
        lasting = [int(milliseconds if np.isnan(ms) else max(ms, 20)) for ms in known]  # viewers skip shorter ones
        film = BytesIO()
        frames[0].save(film, "GIF", save_all=True, append_images=frames[1:], duration=lasting, loop=0)
        write_atomically(target, film.getvalue())
        return target
    parts = []
    for t, frame in enumerate(frames):
        buffer = BytesIO()
        frame.save(buffer, "JPEG", quality=85)
        code = base64.b64encode(buffer.getvalue()).decode()
        where = f"fixation {t + 1}: x {path.x[t]:.0f}, y {path.y[t]:.0f} px"
        parts.append(
            f'<figure><img src="data:image/jpeg;base64,{code}" alt="{where}"><figcaption>{where}</figcaption></figure>'
        )
    title = html.escape(f"{trial.stimulus}" + (f": {trial.caption}" if trial.caption else ""))
    style = "main{display:flex;gap:8px;overflow-x:auto}figure{margin:0}img{height:300px}body{font:14px sans-serif}"
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    write_atomically(target, f"{page}<h1>{title}</h1><main>{''.join(parts)}</main></html>\n".encode())
    return target
