"""A window over the text of an SQL dump: tokens are matched in it, and it moves on. Never more than a few megabytes."""

import io
import re
from collections.abc import Iterator

from breach.intake.caps import Caps

BLOCK = 256 * 1024
_SPACE = re.compile(r"[\s\ufeff]+")
_WORD = re.compile(r"[A-Za-z_]\w*+")
_DOLLAR = re.compile(r"\$(?:[A-Za-z_]\w*)?\$")


class SqlText:
    """Text read ahead as far as a token needs, dropped as soon as it is passed."""

    def __init__(self, text: io.TextIOWrapper, caps: Caps, *, escapes: bool) -> None:
        self._text, self._limit, self.escapes = text, caps.line_chars, escapes
        self._buffer, self._at, self._ended, self._dropped = "", 0, False, 0
        self._inside = re.compile(r"(?:[^'\\]|\\[\s\S])++" if escapes else r"[^']++")

    def _fill(self) -> bool:
        """Read on, dropping what is passed. Returns False at the end of the text."""
        if not self._ended:
            more = self._text.read(BLOCK)
            self._ended = not more
            self._dropped += self._at
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return not self._ended

    @property
    def position(self) -> int:
        """How many characters of the dump are passed."""
        return self._dropped + self._at

    def _have(self, count: int) -> bool:
        while len(self._buffer) - self._at < count:
            if not self._fill():
                return False
        return True

    def peek(self, count: int = 1) -> str:
        """Return the next characters, fewer at the end, without passing them."""
        self._have(count)
        return self._buffer[self._at : self._at + count]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Pass what the pattern matches here and return it. A match at the edge of the window is tried with more."""
        while True:
            found = pattern.match(self._buffer, self._at)
            if found and found.end() < len(self._buffer):
                break
            if len(self._buffer) - self._at > self._limit or not self._fill():
                found = pattern.match(self._buffer, self._at)
                break
        if found:
            self._at = found.end()
        return found

    def pass_over(self, count: int) -> None:
        self._have(count)
        self._at += count

    def word(self) -> str:
        """Return the next word in capitals without passing it."""
        self.peek(64)
        found = _WORD.match(self._buffer, self._at)
        return found[0].upper() if found else ""

    def skip_space(self) -> bool:
        """Pass white space, comments and the lines that are orders to the shell. Returns False at the end."""
        while ahead := self.peek(2):
            if self.take(_SPACE):
                continue
            if ahead == "--" or ahead[0] in "#\\":
                self.line()
            elif ahead == "/*":
                self._through("*/")
            else:
                return True
        return False

    def line(self) -> str | None:
        """Pass and return the rest of the line, or None when it is longer than the cap."""
        kept: list[str] = []
        size = 0
        while self.peek():
            end = self._buffer.find("\n", self._at)
            piece = self._buffer[self._at : end if end >= 0 else len(self._buffer)]
            size += len(piece)
            if size <= self._limit:
                kept.append(piece)
            self._at += len(piece) + (end >= 0)
            if end >= 0:
                break
        return "".join(kept).removesuffix("\r") if size <= self._limit else None

    def _through(self, end: str) -> None:
        while self.peek(len(end)):
            found = self._buffer.find(end, self._at)
            if found >= 0:
                self._at = found + len(end)
                return
            self._at = max(self._at, len(self._buffer) - len(end) + 1)
            if not self._fill():
                self._at = len(self._buffer)
                return

    def skip_string(self) -> None:
        """Pass a string in single quotes, however long it is."""
        self.pass_over(1)
        while ahead := self.peek(2):
            if ahead == "''":
                self.pass_over(2)
            elif ahead[0] == "'":
                self.pass_over(1)
                return
            elif not self.take(self._inside):
                self.pass_over(len(ahead))

    def pieces(self, stops: str) -> Iterator[str]:
        """Yield the text up to one of `stops` outside of quotes and comments, piece by piece; the stop is not passed."""
        while ahead := self.peek(2):
            if ahead[0] in stops:
                return
            start = self._buffer[self._at]
            if start == "'":
                self.skip_string()
                yield "''"
            elif ahead == "--" or start == "#":
                self.line()
                yield "\n"
            elif ahead == "/*":
                self._through("*/")
            elif start in '"`':
                yield self._quoted(start)
            elif start == "$" and (tag := self.take(_DOLLAR)):
                self._through(tag[0])
                yield "''"
            else:
                yield self._plain(stops)

    def _quoted(self, mark: str) -> str:
        found = self.take(re.compile(f"{mark}[^{mark}]*+{mark}"))
        if found:
            return found[0]
        self.pass_over(1)
        return ""

    def _plain(self, stops: str) -> str:
        found = self.take(re.compile(rf"[^'\"`$/#\-\\;{re.escape(stops)}]++")) or self.take(
            re.compile(r"[\s\S]")
        )
        return found[0] if found else ""

    def statement(self) -> str:
        """Pass the rest of the statement and its semicolon; return its text without strings, cut at the cap."""
        kept, size = [], 0
        for piece in self.pieces(";"):
            size += len(piece)
            if size <= self._limit:
                kept.append(piece)
        self.pass_over(1)
        return "".join(kept)
