"""What is wrong with a page, whatever it says: structure that a screen reader, a phone or the CSP would trip over."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
OPTIONAL_END = {"li", "p", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot"}
UNLABELLED = {"hidden", "submit", "button", "image"}


class Page(HTMLParser):
    """One pass over a page; `faults` says in words what is wrong."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.label_for: set[str] = set()
        self.controls: list[tuple[str, dict[str, str]]] = []
        self.references: list[tuple[str, str]] = []
        self.h1 = 0
        self.title = ""
        self.lang = ""
        self.words: list[list[str]] = []
        self.feed(html)
        self.close()
        self._conclude()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_inline(tag, given)
        self._gather(tag, given)
        if tag in {"a", "button"}:
            self.words.append([given.get("aria-label", "")])
        if tag not in VOID:
            self.open.append(tag)

    def _check_inline(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given or tag == "style":
            self.faults.append(f"inline style on <{tag}>")
        if tag == "script" and "src" not in given:
            self.faults.append("inline script")
        self.faults += [f"inline handler {name}" for name in given if name.startswith("on")]
        if tag == "img" and "alt" not in given:
            self.faults.append("image without alternative text")

    def _gather(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "h1":
            self.h1 += 1
        if tag == "label" and "for" in given:
            self.label_for.add(given["for"])
        if tag in {"input", "select", "textarea"} and given.get("type") not in UNLABELLED:
            self.controls.append((tag, {**given, "_wrapped": "yes" if "label" in self.open else ""}))
        for name in ("aria-describedby", "aria-labelledby", "for"):
            self.references += [(name, target) for target in given.get(name, "").split()]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "button"} and self.words and not "".join(self.words.pop()).strip():
            self.faults.append(f"<{tag}> without words")
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL_END:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes nothing")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data
        for heard in self.words:
            heard.append(data)

    def _conclude(self) -> None:
        if self.h1 != 1:
            self.faults.append(f"{self.h1} h1")
        if not self.title.strip(" ·\n"):
            self.faults.append("no title")
        if self.lang not in {"fr", "en"}:
            self.faults.append(f"language “{self.lang}”")
        if self.open:
            self.faults.append(f"left open: {self.open}")
        self.faults += [f"id {one} twice" for one in sorted({i for i in self.ids if self.ids.count(i) > 1})]
        for tag, given in self.controls:
            named = given["_wrapped"] or given.get("aria-label") or given.get("aria-labelledby")
            if not named and given.get("id") not in self.label_for:
                self.faults.append(f"<{tag} name={given.get('name')}> without a label")
        self.faults += [
            f"{name} points to nothing: {to}" for name, to in self.references if to not in self.ids
        ]


def faults(html: str) -> list[str]:
    """What is wrong with this page, [] when nothing is."""
    return Page(html).faults
