"""Neovim's screen as a picture: a client that draws into SVG what the editor tells it to draw.

It knows the editor's interface protocol (`:help ui`) and no scenario. A scenario asks for a picture with
`vim.rpcrequest(1, 'picture', name)`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import msgspec

CELL, LINE, FONT = 8.4, 18, 14
"""Pixels of a character's width, of a line's height, and of the letters."""


NO_BREAK = "&#160;"
"""Other spaces are drawn once, however many there are."""


class Screen:
    """The cells of one grid and the colours they are drawn in."""

    def __init__(self, columns: int, lines: int) -> None:
        self.size = columns, lines
        self.cells = [[(" ", 0)] * columns for _ in range(lines)]
        self.styles: dict[int, dict[str, Any]] = {0: {}}
        self.colours = {"foreground": 0, "background": 0xFFFFFF, "special": 0}

    def hear(self, event: str, calls: Sequence[Sequence[Any]]) -> None:
        for call in calls:
            if method := getattr(self, f"on_{event}", None):
                method(*call)

    def on_default_colors_set(self, foreground: int, background: int, special: int, *_: int) -> None:
        self.colours = {"foreground": foreground, "background": background, "special": special}

    def on_hl_attr_define(self, number: int, rgb: dict[str, Any], *_: Any) -> None:
        self.styles[number] = rgb

    def on_grid_clear(self, _: int) -> None:
        self.cells = [[(" ", 0)] * self.size[0] for _ in range(self.size[1])]

    def on_grid_line(self, _: int, row: int, column: int, cells: Sequence[Sequence[Any]], *__: Any) -> None:
        style = 0
        for text, *more in cells:
            style = more[0] if more else style
            for _ in range(more[1] if len(more) > 1 else 1):
                self.cells[row][column] = (text, style)
                column += 1

    def on_grid_scroll(
        self, _: int, top: int, bottom: int, left: int, right: int, rows: int, __: int
    ) -> None:
        moved = range(top, bottom - rows) if rows > 0 else range(bottom - 1, top - rows - 1, -1)
        for row in moved:
            self.cells[row][left:right] = self.cells[row + rows][left:right]

    def svg(self) -> str:
        width, height = self.size[0] * CELL, self.size[1] * LINE
        return "\n".join((
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}">',
            f'<rect width="100%" height="100%" fill="{_hex(self.colours["background"])}"/>',
            f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{FONT}">',
            *(shape for row, cells in enumerate(self.cells) for shape in self._line(row, cells)),
            "</g></svg>\n",
        ))  # fmt: skip

    def _line(self, row: int, cells: Sequence[tuple[str, int]]) -> list[str]:
        """A background and a text for each stretch of one style."""
        shapes, column = [], 0
        while column < len(cells):
            style, end = cells[column][1], column
            while end < len(cells) and cells[end][1] == style:
                end += 1
            text = "".join(each for each, _ in cells[column:end])
            shapes += self._stretch(text, row, column, end - column, self.styles.get(style, {}))
            column = end
        return shapes

    def _stretch(self, text: str, row: int, column: int, length: int, style: Mapping[str, Any]) -> list[str]:
        ink = style.get("foreground", self.colours["foreground"])
        paper = style.get("background", self.colours["background"])
        if style.get("reverse"):
            ink, paper = paper, ink
        x, y, shapes = column * CELL, row * LINE, []
        if paper != self.colours["background"]:
            shapes.append(
                f'<rect x="{x:g}" y="{y}" width="{length * CELL:g}" height="{LINE}" fill="{_hex(paper)}"/>'
            )
        bare = text.lstrip()
        x += (len(text) - len(bare)) * CELL
        bare = bare.rstrip()
        if bare:
            more = ' font-weight="bold"' if style.get("bold") else ""
            more += ' font-style="italic"' if style.get("italic") else ""
            more += ' text-decoration="underline"' if style.get("underline") else ""
            place = f'x="{x:g}" y="{y + FONT}" textLength="{len(bare) * CELL:g}"'
            shapes.append(
                f'<text {place} fill="{_hex(ink)}"{more}>{escape(bare).replace(" ", NO_BREAK)}</text>'
            )
        return shapes


async def pictures(
    command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int], out: Path
) -> None:
    """Run an editor with `--embed` and write the pictures that its scenario asks for, `NAME.svg` in a folder."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**environment, "PICTURES": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    screen = Screen(*size)
    attach = [0, 1, "nvim_ui_attach", [*size, {"rgb": True, "ext_linegrid": True}]]
    process.stdin.write(msgspec.msgpack.encode(attach))
    waiting = b""
    while chunk := await process.stdout.read(1 << 16):
        waiting += chunk
        messages, waiting = _split(waiting)
        for message in messages:
            if message[0] == 2 and message[1] == "redraw":
                for event, *calls in message[2]:
                    screen.hear(event, calls)
            elif message[0] == 0:
                (out / f"{message[3][0]}.svg").write_text(screen.svg(), encoding="utf-8")
                process.stdin.write(msgspec.msgpack.encode([1, message[1], None, None]))
    await process.wait()


def _split(data: bytes) -> tuple[list[Any], bytes]:
    """The whole messages at the beginning, and what is left of the next one."""
    messages = []
    while data:
        length = _length(data)
        if length is None:
            break
        messages.append(msgspec.msgpack.decode(data[:length]))
        data = data[length:]
    return messages, data


_FIXED = {0xC0: 1, 0xC2: 1, 0xC3: 1, 0xCA: 5, 0xCB: 9, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9}
_FIXED |= {0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9, 0xD4: 3, 0xD5: 4, 0xD6: 6, 0xD7: 10, 0xD8: 18}
_SIZED = {0xC4: (1, 1), 0xC5: (2, 1), 0xC6: (4, 1), 0xC7: (1, 2), 0xC8: (2, 2), 0xC9: (4, 2)}
_SIZED |= {0xD9: (1, 1), 0xDA: (2, 1), 0xDB: (4, 1)}
_NESTED = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
"""MessagePack's first bytes: all bytes of a value; bytes of its length and of its head; bytes of its count, and
values for each."""


def _length(data: bytes) -> int | None:
    """Bytes of the first value; None where it is not all there."""
    at, left = 0, 1
    while left and at < len(data):
        more, inside = _extent(data, at)
        at += more
        left += inside - 1
    return at if not left and at <= len(data) else None


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Bytes of a value without those inside it, and how many are inside."""
    kind = data[at]
    if kind <= 0x7F or kind >= 0xE0:
        return 1, 0
    if kind <= 0x9F:
        return 1, (kind & 0x0F) * (2 if kind <= 0x8F else 1)
    if kind <= 0xBF:
        return 1 + (kind & 0x1F), 0
    if kind in _FIXED:
        return _FIXED[kind], 0
    if kind in _SIZED:
        size, head = _SIZED[kind]
        return size + head + int.from_bytes(data[at + 1 : at + 1 + size]), 0
    size, each = _NESTED[kind]
    return 1 + size, each * int.from_bytes(data[at + 1 : at + 1 + size])


def _hex(colour: int) -> str:
    return f"#{colour:06x}"
