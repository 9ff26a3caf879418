"""Make faces.npz: drawn grey faces, 48 x 48, in seven expressions.

Run from anywhere; the file is written beside this script:

    python data/make_faces.py

Each face is drawn from about seventy numbers: who it is (head, hair, brows, tones), what the face does
(the facial actions in EXPRESSIONS, at an intensity that varies), and how it was taken (pose, scale,
light, contrast, noise). Nothing is shared between two faces but the distributions, so the splits are
independent.

The file is the same on every platform: random numbers come from the raw output of PCG64, which NumPy
keeps for good, and a picture is made with + - * / and square roots only, which IEEE 754 rounds exactly.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

HERE = Path(__file__).resolve().parent
SEED = 48
SIZE = 48  # pixels a side
SPLITS = {"train": 3374, "valid": 419, "test": 385}
GREYS = 17  # steps of grey between black and white; few of them, so that the file compresses
CHUNK = 3  # faces drawn at a time, few enough to stay in the processor's cache
# The part of the picture outside which nothing of a feature is ever drawn, to save time.
LEFT_EYE, RIGHT_EYE = np.s_[:, :40, :30], np.s_[:, :40, 18:]
NOSE, MOUTH = np.s_[:, :, 7:41], np.s_[:, 16:, 2:46]


def act(**actions: float) -> dict[str, float]:
    """Name the facial actions of an expression, each with its size at full intensity; the others are 0."""
    return actions


# What a face does, in the order of the labels. An expression has one or more variants, chosen at random.
# After the facial actions of Ekman and Friesen (1978).
#   brow_up, brow_inner   brows raised; their inner ends up (sad, fear) or down (anger)
#   frown, forehead       lines between the brows; lines above them
#   lid_up, lid_low       upper lid raised (or drooping); lower lid raised
#   nose                  nose wrinkled, with the folds beside it
#   fold, cheek           folds from nose to mouth; cheeks raised
#   corner, stretch       mouth corners up (or down); mouth wider (or narrower)
#   jaw, round            mouth open; the opening oval instead of pointed at its corners
#   teeth, low_teeth      teeth seen in an open mouth, upper and lower
#   lip_up, press         upper lip raised; lips pressed thin
#   tongue                tongue seen in an open mouth
#   sneer                 one side of the upper lip raised
# fmt: off
EXPRESSIONS = {
    "anger": [
        act(brow_up=-0.9, brow_inner=-1.0, frown=1.0, lid_up=-0.1, lid_low=0.4, corner=-0.25, stretch=-0.2,
            press=1.0),
        act(brow_up=-0.8, brow_inner=-1.0, frown=1.0, lid_up=0.1, lid_low=0.3, corner=-0.2, stretch=0.2, jaw=0.55,
            round=0.9, teeth=1.0, low_teeth=1.0, fold=0.5, nose=0.2),
    ],
    "disgust": [
        act(brow_up=-0.5, brow_inner=-0.4, lid_up=-0.45, lid_low=0.7, nose=1.0, fold=1.0, cheek=0.4, corner=-0.55,
            lip_up=1.0, sneer=0.6),
        act(brow_up=-0.5, brow_inner=-0.4, lid_up=-0.5, lid_low=0.7, nose=1.0, fold=1.0, corner=-0.45, lip_up=0.7,
            jaw=0.5, tongue=1.0),
    ],
    "fear": [
        act(brow_up=0.7, brow_inner=0.75, frown=0.3, forehead=0.5, lid_up=0.9, corner=-0.35, stretch=0.5, jaw=0.4,
            round=0.4, teeth=0.3),
        act(brow_up=0.7, brow_inner=0.8, frown=0.4, forehead=0.5, lid_up=1.0, corner=-0.45, stretch=0.7, jaw=0.2,
            low_teeth=1.0, round=0.6),
    ],
    "happy": [
        act(brow_up=0.1, lid_low=0.5, fold=0.6, cheek=0.8, corner=0.9, stretch=0.6, jaw=0.5, teeth=1.0),
        act(brow_up=0.1, lid_low=0.4, fold=0.5, cheek=0.7, corner=0.9, stretch=0.5),
    ],
    "sad": [
        act(brow_up=0.15, brow_inner=1.0, frown=0.3, lid_up=-0.55, corner=-0.9, stretch=-0.2),
        act(brow_inner=1.0, frown=0.4, lid_up=-0.8, lid_low=0.2, corner=-1.0, stretch=-0.1, fold=0.2),
    ],
    "surprise": [
        act(brow_up=1.2, forehead=0.8, lid_up=0.9, stretch=-0.5, jaw=1.1, round=1.0),
        act(brow_up=1.2, forehead=0.6, lid_up=0.8, stretch=-0.6, jaw=0.6, round=1.0, teeth=0.2),
    ],
    "neutral": [act()],
}
# fmt: on
NAMES = list(EXPRESSIONS)
ACTIONS = sorted({action for variants in EXPRESSIONS.values() for variant in variants for action in variant})


class Draws:
    """Random numbers for `count` faces at a time, the same in every version of NumPy."""

    def __init__(self, count: int, seed: int):
        self.count = count
        self.bits = np.random.PCG64(seed)

    def raw(self, *shape: int) -> np.ndarray:
        """Uniform on [0, 1), of the given shape or one number a face."""
        return (self.bits.random_raw(shape or self.count) >> np.uint64(11)) * 2.0**-53

    def uniform(self, low: float, high: float) -> np.ndarray:
        return low + (high - low) * self.raw()

    def bell(self, mean: float, spread: float) -> np.ndarray:
        """Nearly normal, never further than 3 spreads from the mean: three uniform numbers added."""
        a, b, c = (self.raw() for _ in range(3))
        return mean + 2.0 * spread * (a + b + c - 1.5)

    def chance(self, probability: float) -> np.ndarray:
        return (self.raw() < probability) * 1.0


def draw_actions(labels: np.ndarray, draws: Draws) -> dict[str, np.ndarray]:
    """Return the size of every facial action for every face: intensity times the variant, and a little unrest."""
    intensity = 0.4 + 0.9 * np.sqrt(draws.raw())
    pick, side, age = draws.raw(), np.where(draws.raw() < 0.5, -1.0, 1.0), draws.uniform(0.0, 0.4)
    sizes = {action: np.zeros(len(labels)) for action in ACTIONS}
    for label, variants in enumerate(EXPRESSIONS.values()):
        for number, variant in enumerate(variants):
            chosen = (labels == label) & (np.floor(pick * len(variants)) == number)
            for action, size in variant.items():
                sizes[action][chosen] = size
    for action, size in sizes.items():
        size *= intensity * draws.bell(1.0, 0.15)
        if action in {"brow_up", "brow_inner", "lid_up", "corner", "stretch"}:
            size += draws.bell(0.0, 0.12)
        elif action in {"fold", "forehead", "frown", "cheek"}:
            size += age * draws.raw()
    sizes["sneer"] *= side
    return sizes


def draw_people(draws: Draws) -> SimpleNamespace:
    """Return what belongs to the person. Lengths are in pixels at scale 1, tones run from 0 to 1."""
    skin = draws.uniform(0.5, 0.74)
    hair = np.where(draws.raw() < 0.75, draws.uniform(0.04, 0.22), draws.uniform(0.3, 0.55))
    return SimpleNamespace(
        width=draws.bell(15.6, 0.8), height=draws.bell(20.5, 1.0), jowl=draws.uniform(0.05, 0.34),
        skin=skin, hair=hair, hairline=draws.bell(-14.0, 1.3), fringe=draws.uniform(-0.02, 0.05),
        parting=draws.uniform(-0.2, 0.2), bald=draws.chance(0.12), long=draws.chance(0.35),
        shirt=draws.uniform(0.1, 0.5), eye_x=draws.bell(7.0, 0.4), eye_y=draws.bell(-3.6, 0.5),
        eye_w=draws.bell(4.0, 0.25), eye_h=draws.bell(2.0, 0.17), slant=draws.bell(0.0, 0.06),
        iris=draws.uniform(0.05, 0.3), brow_y=draws.bell(5.0, 0.45), brow_w=draws.bell(4.3, 0.3),
        brow_t=draws.uniform(1.5, 2.5), brow_arch=draws.bell(0.9, 0.35), nose_y=draws.bell(4.6, 0.5),
        nose_w=draws.bell(2.5, 0.3), mouth_y=draws.bell(11.2, 0.6), mouth_w=draws.bell(6.0, 0.4),
        lip=draws.uniform(0.7, 1.4), lip_tone=draws.uniform(0.5, 0.75),
        beard=draws.chance(0.08) * draws.uniform(0.1, 0.4), moustache=draws.chance(0.06), glasses=draws.chance(0.08),
    )  # fmt: skip


def draw_shots(draws: Draws) -> SimpleNamespace:
    """Return what belongs to the shot: pose, scale, light, background."""
    return SimpleNamespace(
        dx=draws.bell(0.0, 0.35), dy=draws.uniform(-9.5, 5.5), tilt=draws.bell(0.0, 0.015),
        scale=draws.bell(1.33, 0.02), shear=draws.bell(0.0, 0.02), turn=draws.bell(0.0, 0.25),
        nod=draws.bell(0.0, 0.4), gaze=draws.bell(0.0, 0.4), light_x=draws.bell(0.0, 0.07),
        light_y=draws.bell(-0.05, 0.04), shade=draws.uniform(0.05, 0.25), contrast=draws.uniform(1.0, 1.35),
        black=draws.bell(0.13, 0.03), blur=draws.raw(), back=draws.uniform(0.05, 0.2),
        back_x=draws.bell(0.0, 0.03), noise=draws.uniform(0.2, 0.9),
    )  # fmt: skip


def cover(distance: np.ndarray) -> np.ndarray:
    """How much of a pixel lies inside a shape, from the signed distance (in pixels) to its edge."""
    return np.clip(0.5 - distance, 0.0, 1.0)


def stroke(distance: np.ndarray, thick) -> np.ndarray:
    """How much of a pixel a line covers, from the distance to its middle."""
    return np.clip(0.5 + 0.5 * thick - np.abs(distance), 0.0, np.minimum(thick, 1.0))


def ellipse(x, y, a, b) -> np.ndarray:
    """Signed distance to an ellipse, right to first order at its edge."""
    p, q = x / a, y / b
    k = np.sqrt(p * p + q * q)
    return k * (k - 1.0) / np.sqrt(p * p / (a * a) + q * q / (b * b) + 1e-6)


def lens(u, v, w, top, bottom, rounded=0.0) -> np.ndarray:
    """Signed distance to the shape between two arcs over [-w, w], `top` above and `bottom` below v = 0."""
    q = (u / w) * (u / w)
    arc = 1.0 - q
    arc = arc + rounded * (np.sqrt(np.maximum(arc, 0.0)) - np.maximum(arc, 0.0))
    steep = 2.0 * u / (w * w)
    up, down = steep * top, steep * bottom
    return np.maximum(
        (-v - top * arc) / np.sqrt(1.0 + up * up),
        (v - bottom * arc) / np.sqrt(1.0 + down * down),
    )


def paint(picture: np.ndarray, tone, cover: np.ndarray) -> None:
    """Lay a tone over the picture where it is covered."""
    picture += cover * (tone - picture)


def smooth(x) -> np.ndarray:
    """Rise from 0 at x = 0 to 1 at x = 1, with flat ends."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def soften(picture: np.ndarray) -> np.ndarray:
    """Blur with the weights 1 2 1 down and across, the border repeated."""
    wide = np.concatenate([picture[:, :1], picture, picture[:, -1:]], axis=1)
    picture = 0.25 * (wide[:, :-2] + wide[:, 2:]) + 0.5 * picture
    wide = np.concatenate([picture[:, :, :1], picture, picture[:, :, -1:]], axis=2)
    return 0.25 * (wide[:, :, :-2] + wide[:, :, 2:]) + 0.5 * picture


def draw_head(picture: np.ndarray, x, y, f: SimpleNamespace) -> None:
    """Hair behind the head, neck, shirt, ears, the head itself and the hair in front."""
    behind = np.maximum(np.abs(x) - f.width - 2.6 - 0.05 * y, np.maximum(-y - 6.0, y - 19.0))
    paint(picture, 0.85 * f.hair, cover(behind) * f.long)
    paint(picture, f.shirt, cover(ellipse(x, y - 33.0, 22.0, 12.0)))
    paint(picture, 0.7 * f.skin, cover(np.maximum(np.abs(x) - 7.5, np.maximum(12.0 - y, y - 24.0))))
    crown = ellipse(x, y + 2.2, f.width + 1.9, f.height + 0.6)
    paint(picture, f.hair, cover(np.maximum(crown, y + 2.0)) * (1.0 - f.bald))
    for side in (-1.0, 1.0):
        paint(picture, 0.85 * f.skin, cover(ellipse(x - side * (f.width + 0.3), y + 0.5, 2.0, 4.0)) * (1.0 - f.long))
    below = np.maximum(y, 0.0) / f.height
    wide = f.width * (1.0 - f.jowl * below * below)
    head = ellipse(x, y, wide, f.height)
    p, q = x / f.width, y / f.height
    skin = f.skin * (1.0 + 0.06 - f.shade * (p * p + 0.6 * q * q))
    face = cover(head)
    paint(picture, skin, face)
    chin = smooth((y - 4.0) / 5.0) * face
    hole = 1.0 - cover(ellipse(x, y - f.mouth_y, 6.5, 3.4))
    paint(picture, 0.5 * f.hair + 0.2 * f.skin, chin * hole * f.beard)
    line = f.hairline + f.fringe * x * x + f.parting * x
    paint(picture, f.hair, np.minimum(cover(np.maximum(y - line, crown)), 1.0) * (1.0 - f.bald))


def draw_eye(picture: np.ndarray, x, y, f: SimpleNamespace, side: float) -> None:
    """One eye with its lids, the brow above it and the lines around it; side is -1 for the left."""
    u, v = side * x - f.eye_x, y - f.eye_y  # u grows outward
    v = v + f.slant * u
    top = f.eye_h * np.maximum(1.0 + 0.62 * f.lid_up - 0.1 * f.lid_low, 0.25)
    low = f.eye_h * np.maximum(0.75 + 0.1 * f.lid_up - 0.5 * f.lid_low, 0.12)
    paint(picture, 0.72 * f.skin, cover(lens(u, v + 0.4, f.eye_w + 0.9, top + 1.0, low + 0.5)) * 0.5)
    opening = cover(lens(u, v, f.eye_w, top, low))
    paint(picture, np.minimum(0.3 + 0.75 * f.skin, 1.0), opening)
    iris = ellipse(u - side * f.gaze, v + 0.1, 1.95, 1.95)
    paint(picture, f.iris, np.minimum(cover(iris), opening))
    paint(picture, 0.02, np.minimum(cover(iris + 0.9), opening))
    q = (u / f.eye_w) * (u / f.eye_w)
    inside = cover(np.abs(u) - f.eye_w - 0.3)
    paint(picture, 0.22 * f.skin, stroke(v + top * (1.0 - q), 1.1) * inside)
    paint(picture, 0.5 * f.skin, stroke(v - low * (1.0 - q), 0.6) * inside * 0.7)
    bag = np.clip(0.25 + f.cheek, 0.0, 1.0)
    paint(picture, 0.6 * f.skin, stroke(v - low - 1.6 + 0.07 * u * u, 0.8) * cover(np.abs(u) - 3.2) * 0.4 * bag)
    rise = f.brow_y + 2.1 * f.brow_up
    along = u + 0.5 * np.clip(f.frown, 0.0, 1.0)
    bend = f.brow_arch + 0.45 * np.maximum(f.brow_up, 0.0)
    r = along / f.brow_w
    ridge = v + rise - 2.0 * f.brow_inner * r + bend * (r * r - 0.4)
    ridge = ridge - 2.0 * bend * (r * r - 0.4) + bend * 0.4
    thick = f.brow_t * np.clip(1.15 - 0.35 * r, 0.5, 1.4)
    paint(picture, 0.75 * np.minimum(f.hair, f.skin), stroke(ridge, thick) * cover(np.abs(along) - f.brow_w))


def draw_nose(picture: np.ndarray, x, y, f: SimpleNamespace) -> None:
    """Nose, its wrinkles, the folds to the mouth, and the lines of brow and forehead."""
    y = y + 0.5 * f.nose
    down = smooth((y - f.eye_y) / 7.0) * cover(y - f.nose_y)
    paint(picture, 1.12 * f.skin, cover(np.abs(x) - 1.0) * down * 0.5)
    flank = np.sign(f.light_x + 1e-9)
    paint(picture, 0.7 * f.skin, stroke(x + flank * (0.7 + 0.14 * (y - f.eye_y)), 1.2) * down * 0.6)
    base = y - f.nose_y - 0.12 * x * x / f.nose_w
    paint(picture, 0.5 * f.skin, stroke(base, 0.9) * cover(np.abs(x) - f.nose_w) * 0.7)
    for side in (-1.0, 1.0):
        u = side * x
        paint(picture, 0.25 * f.skin, cover(ellipse(u - 1.3, y - f.nose_y - 0.3, 0.9, 0.55)))
        for height in (-1.4, 0.6):
            wrinkle = y - height + 0.7 * (u - 1.8)
            dark = stroke(wrinkle, 0.8) * cover(np.abs(u - 1.9) - 1.2)
            paint(picture, 0.45 * f.skin, dark * np.clip(f.nose, 0.0, 1.0) * 0.8)
        run = (y - f.nose_y + 1.2) / 7.5
        fold = u - f.nose_w - 1.2 - (3.0 + f.stretch + f.cheek) * run
        dark = stroke(fold, 1.0) * cover(np.abs(run - 0.45) * 7.5 - 3.4)
        paint(picture, 0.5 * f.skin, dark * np.clip(0.08 + 0.75 * f.fold, 0.0, 1.0))
        between = stroke(u - 1.5 - 0.1 * (f.eye_y - 4.0 - y), 0.8) * cover(np.abs(y - f.eye_y + 3.6) - 1.6)
        paint(picture, 0.45 * f.skin, between * np.clip(f.frown, 0.0, 1.0) * 0.8)
    for row in (0.0, 2.2):
        line = y - f.eye_y + f.brow_y + 4.2 + row + 1.9 * f.brow_up * 0.6 - 0.012 * x * x
        dark = stroke(line, 0.8) * cover(np.abs(x) - 7.0)
        paint(picture, 0.6 * f.skin, dark * np.clip(f.forehead, 0.0, 1.0) * 0.6)


def draw_mouth(picture: np.ndarray, x, y, f: SimpleNamespace) -> None:
    """Lips, the opening between them, teeth and tongue, and the shadow under the lower lip."""
    w = f.mouth_w * (1.0 + 0.3 * f.stretch)
    q = np.minimum((x / w) * (x / w), 1.6)
    v = y - f.mouth_y + 2.7 * f.corner * (q - 0.45) + 0.9 * f.lip_up * (1.0 - q) + 0.9 * f.sneer * f.lip_up * x / w
    jaw = np.maximum(f.jaw, 0.0)
    top = 0.35 + 1.5 * jaw
    low = 0.4 + 4.2 * jaw
    lip = f.lip * np.clip(1.0 - 0.75 * f.press, 0.2, 1.0)
    tone = f.skin * f.lip_tone
    shadow = v - low - 1.5 * lip - 1.6
    paint(picture, 0.72 * f.skin, stroke(shadow, 1.4) * cover(np.abs(x) - 0.5 * w) * 0.5)
    paint(picture, tone, cover(lens(x, v, w + 0.5, top + lip + 0.5 * f.lip_up, low + 1.4 * lip, f.round)))
    opening = cover(lens(x, v, w, top, low, f.round))
    paint(picture, 0.1 * f.skin, opening)
    white = np.minimum(0.35 + 0.75 * f.skin, 1.0)
    upper = cover(v + top - 0.5 * (top + low)) * np.clip(1.4 * f.teeth, 0.0, 1.0)
    paint(picture, white, np.minimum(cover(lens(x, v, w - 0.5, top - 0.35, low - 0.35, f.round)), upper) * (jaw > 0.08))
    lower = cover(0.62 * low - 0.1 - v) * np.clip(1.4 * f.low_teeth, 0.0, 1.0)
    paint(picture, 0.92 * white, np.minimum(cover(lens(x, v, w - 0.5, top, low - 0.35, f.round)), lower) * (jaw > 0.08))
    tongue = cover(ellipse(x, v - low, 0.55 * w, 0.9 * low + 0.1)) * np.clip(1.3 * f.tongue, 0.0, 1.0)
    paint(picture, 0.7 * f.skin, np.minimum(opening, tongue))
    hairs = cover(lens(x, v + top + lip + 1.1, w, 0.8, 0.9)) * f.moustache
    paint(picture, 0.8 * np.minimum(f.hair, f.skin), hairs)


def draw_glasses(picture: np.ndarray, x, y, f: SimpleNamespace) -> None:
    """Round glasses, on those who wear them."""
    for side in (-1.0, 1.0):
        ring = ellipse(side * x - f.eye_x, y - f.eye_y - 0.3, 5.2, 4.4)
        paint(picture, 0.12, stroke(ring, 0.9) * f.glasses)
    paint(picture, 0.12, stroke(y - f.eye_y + 0.4, 0.9) * cover(np.abs(x) - f.eye_x + 5.0) * f.glasses)


def draw_faces(f: SimpleNamespace, grain: np.ndarray) -> np.ndarray:
    """Return one picture a face, (n, SIZE, SIZE) uint8; every number of f is (n, 1, 1)."""
    rows, columns = np.meshgrid(np.arange(SIZE) - 23.5, np.arange(SIZE) - 23.5, indexing="ij")
    t = 0.5 * f.tilt
    cosine, sine = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
    px, py = (columns - f.dx) / f.scale, (rows - f.dy) / f.scale
    x, y = cosine * px + sine * py, cosine * py - sine * px
    x = x + f.shear * y
    picture = f.back + f.back_x * columns / 24.0 + np.zeros_like(x)
    draw_head(picture, x, y, f)
    p, q = np.clip(x / f.width, -1.0, 1.0), np.clip(y / f.height, -1.0, 1.0)
    x = x - 1.5 * f.turn * (1.0 - p * p)  # a turned head: its features move more than its outline
    y = y - 1.5 * f.nod * (1.0 - q * q)
    draw_eye(picture[LEFT_EYE], x[LEFT_EYE], y[LEFT_EYE], f, -1.0)
    draw_eye(picture[RIGHT_EYE], x[RIGHT_EYE], y[RIGHT_EYE], f, 1.0)
    draw_nose(picture[NOSE], x[NOSE] - 0.5 * f.turn, y[NOSE], f)
    draw_mouth(picture[MOUTH], x[MOUTH], y[MOUTH], f)
    draw_glasses(picture, x, y, f)
    picture = soften(picture)
    paint(picture, soften(picture), f.blur)
    picture *= 1.0 + f.light_x * columns / 24.0 + f.light_y * rows / 24.0
    picture = f.contrast * (picture - f.black)
    steps = np.rint(np.clip(picture, 0.0, 1.0) * GREYS + f.noise * (grain - 0.5))
    return (np.clip(steps, 0.0, GREYS) * (255 // GREYS)).astype(np.uint8)


def make(splits: dict[str, int] = SPLITS, seed: int = SEED) -> dict[str, np.ndarray]:
    """Return inputs_<split>, (N, 2304) uint8, and target_<split>, (N,) int64, for every split."""
    arrays = {}
    for number, (name, count) in enumerate(splits.items()):
        draws = Draws(count, seed + number)
        labels = np.argsort(draws.raw(), kind="stable") % len(NAMES)  # each expression as often, shuffled
        numbers = draw_actions(labels, draws) | vars(draw_people(draws)) | vars(draw_shots(draws))
        pictures = np.empty((count, SIZE, SIZE), dtype=np.uint8)
        for start in range(0, count, CHUNK):
            part = slice(start, start + CHUNK)
            f = SimpleNamespace(**{key: value[part, None, None] for key, value in numbers.items()})
            grain = draws.raw(len(labels[part]), SIZE, SIZE)
            pictures[part] = draw_faces(f, grain)
        arrays[f"inputs_{name}"] = pictures.reshape(count, SIZE * SIZE)
        arrays[f"target_{name}"] = labels
    return arrays


if __name__ == "__main__":
    np.savez_compressed(HERE / "faces.npz", **make())
    print(HERE / "faces.npz")
