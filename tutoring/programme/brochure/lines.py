"""On which line of a TOML text each value stands: the standard decoder gives values without positions."""

import re

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
    (?P<string> \"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<space>  [ \t\r]+ | \#[^\n]* )
  | (?P<mark>   [\[\]{}=,.\n] )
  | (?P<bare>   [^\s\[\]{}=,."'\#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def locate(text: str) -> dict[Path, int]:
    """Map each key path of a *valid* TOML text to its 1-based line.

    A key stands on the line of its name, an item of an array on the line where it begins, a table on its
    header's line; the root, `()`, on line 1. TOML 1.0.0, sections "Keys", "Array of Tables", "Inline Table".
    """
    return _Scanner(text).lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        self._tokens: list[tuple[str, int]] = []
        self._at = 0
        line = 1
        for match in _TOKEN.finditer(text):
            if match.lastgroup != "space":
                self._tokens.append((match.group(), line))
            line += match.group().count("\n")
        self._tokens.append(("\n", line))
        self._document()

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, int]:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _blank(self) -> None:
        while self._peek() == "\n":
            self._at += 1

    def _document(self) -> None:
        table: Path = ()
        self._blank()
        while self._peek():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _header(self) -> Path:
        line = self._take()[1]
        is_array = self._peek() == "["
        if is_array:
            self._at += 1
        *parents, last = self._key()
        path: Path = ()
        for name in parents:
            path = self._latest((*path, name))
            self.lines.setdefault(path, line)
        path = (*path, last)
        self.lines.setdefault(path, line)
        if is_array:
            self._counts[path] = self._counts.get(path, 0) + 1
            path = self._latest(path)
            self.lines[path] = line
        self._at += 2 if is_array else 1
        return path

    def _latest(self, path: Path) -> Path:
        """What a later header means by the name of an array of tables: its last table."""
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at][1]
        path = table
        for name in self._key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        names = [_plain(self._take()[0])]
        while self._peek() == ".":
            self._at += 1
            names.append(_plain(self._take()[0]))
        return names

    def _value(self, path: Path) -> None:
        if self._peek() == "[":
            self._items(path)
        elif self._peek() == "{":
            self._inline(path)
        else:
            while self._peek() not in ("\n", ",", "]", "}", ""):
                self._at += 1

    def _items(self, path: Path) -> None:
        self._at += 1
        self._blank()
        index = 0
        while self._peek() != "]":
            self.lines[(*path, index)] = self._tokens[self._at][1]
            self._value((*path, index))
            index += 1
            self._skip_comma()
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._peek() != "}":
            self._pair(path)
            self._skip_comma()
        self._at += 1

    def _skip_comma(self) -> None:
        self._blank()
        if self._peek() == ",":
            self._at += 1
            self._blank()


def _plain(token: str) -> str:
    """A key as the decoder gives it: without its quotes, with its escapes read."""
    if token.startswith("'"):
        return token[1:-1]
    if token.startswith('"'):
        return _ESCAPED.sub(_unescape, token[1:-1])
    return token


def _unescape(match: re.Match[str]) -> str:
    sign = match.group(1)
    return chr(int(sign[1:], 16)) if len(sign) > 1 else _ESCAPES.get(sign, sign)
