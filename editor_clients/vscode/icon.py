# ruff: noqa: INP001 -- a script, of no package
"""Draws icon.png: five strokes, the middle one closed into a check mark. Run it after a change here."""

import struct
import zlib
from pathlib import Path

SIZE = 128
BACK, STROKE, MARK = (32, 36, 48), (122, 162, 247), (115, 218, 160)


def near(x: float, y: float, line: tuple[float, float, float, float], width: float) -> bool:
    """Whether a point lies on a thick line from (x0, y0) to (x1, y1)."""
    x0, y0, x1, y1 = line
    dx, dy = x1 - x0, y1 - y0
    t = max(0.0, min(1.0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)))
    return (x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2 <= width * width


def colour(x: int, y: int) -> tuple[int, int, int, int]:
    """The colour of one pixel, transparent outside the rounded square."""
    if not near(x, y, (28, max(28, min(100, y)), 100, max(28, min(100, y))), 24):
        return (0, 0, 0, 0)
    if near(x, y, (40, 86, 56, 102), 6) or near(x, y, (56, 102, 96, 62), 6):
        return (*MARK, 255)
    staves = [(24, 26 + 14 * row, 104 - 16 * max(0, row - 1), 26 + 14 * row) for row in range(3)]
    return (*(STROKE if any(near(x, y, stave, 3) for stave in staves) else BACK), 255)


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png() -> bytes:
    """The whole picture."""
    rows = b"".join(b"\0" + bytes(v for x in range(SIZE) for v in colour(x, y)) for y in range(SIZE))
    head = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


if __name__ == "__main__":
    (Path(__file__).parent / "icon.png").write_bytes(png())
