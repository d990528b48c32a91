"""Bytes and text that arrive in pieces: characters kept whole, stop strings cut, thoughts told from answers.

Pure; knows no engine.
"""

import codecs


class Assembler:
    """Bytes of tokens in, text out, up to the first stop string, of which nothing is ever shown."""

    def __init__(self, stops: tuple[str, ...] = ()) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """The text that is now certain to belong to the answer."""
        return self._release(self._decode(data), final=False)

    def finish(self) -> str:
        """What was still held back when the generation ended."""
        return self._release(self._decode(b"", final=True), final=True)

    def _release(self, text: str, *, final: bool) -> str:
        if self.stopped:
            return ""
        self._held += text
        found = [at for at in map(self._held.find, self._stops) if at >= 0]
        if found:
            self.stopped = True
            out, self._held = self._held[: min(found)], ""
            return out
        keep = 0 if final else _partial(self._held, self._stops)
        cut = len(self._held) - keep
        out, self._held = self._held[:cut], self._held[cut:]
        return out


class Thoughts:
    """Splits text into (answer, reasoning) at `<think>` and `</think>`, however the pieces fall."""

    def __init__(self, *, thinking: bool = False) -> None:
        self._thinking = thinking
        self._after_thought = False
        self._held = ""

    def feed(self, text: str) -> tuple[str, str]:
        """Answer and reasoning that are certain by now."""
        answer = reasoning = ""
        self._held += text
        while True:
            tag = "</think>" if self._thinking else "<think>"
            before, found, rest = self._held.partition(tag)
            if not found:
                cut = len(self._held) - _partial(self._held, (tag,))
                before, rest = self._held[:cut], self._held[cut:]
            self._held = rest
            if self._thinking:
                reasoning += before
            else:
                answer += self._answer(before)
            if not found:
                return answer, reasoning
            self._after_thought = self._thinking
            self._thinking = not self._thinking

    def finish(self) -> tuple[str, str]:
        """What was held back as the possible beginning of a tag."""
        held, self._held = self._held, ""
        return ("", held) if self._thinking else (self._answer(held), "")

    def _answer(self, text: str) -> str:
        """Blank lines between the thoughts and the answer are no part of either."""
        if self._after_thought:
            text = text.lstrip("\n")
            self._after_thought = not text
        return text


def _partial(text: str, stops: tuple[str, ...]) -> int:
    """Length of the longest end of `text` that may be the beginning of a stop."""
    longest = max((len(stop) for stop in stops), default=0) - 1
    for size in range(min(longest, len(text)), 0, -1):
        if any(stop.startswith(text[-size:]) for stop in stops if len(stop) > size):
            return size
    return 0
