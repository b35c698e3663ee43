"""Markdown -> safe HTML, contents and sections; which tags, classes and addresses a text may hold."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from tutoring.documents.hostile import HostileMarkdown, refuse_hostile
from tutoring.documents.outline import Section, outline, slug

__all__ = [
    "RENDERER_VERSION",
    "HostileMarkdown",
    "Rendered",
    "Section",
    "TocEntry",
    "reading_minutes",
    "render",
    "slug",
]

# Stored beside what was rendered: when it grows, texts are rendered again.
RENDERER_VERSION = 1
ID_PREFIX = "s-"
WORDS_A_MINUTE = 200

# Part of the rendered text, which is French, as `lang="fr"` around it says; not of the pages' wording.
_PERMALINK_TITLE = "Lien permanent vers cette section"
_BACKLINK_TITLE = "Revenir à la note {}"

_EXTENSIONS = (
    "footnotes tables admonition attr_list md_in_html abbr def_list sane_lists fenced_code toc".split()  # noqa: SIM905
)
# fmt: off
_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "em", "strong", "s", "del", "ins", "mark", "sub", "sup",
    "small", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "kbd", "abbr",
    "cite", "q", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "div", "span", "section",
    "figure", "figcaption", "img", "details", "summary", "time",
}
# fmt: on
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "title", "lang", "dir", "role"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height", "loading"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start", "type"},
    "time": {"datetime"},
    "details": {"open"},
}
_CLASSES = {
    "div": {"toc", "footnote", "admonition", "note", "warning", "tip"},
    "p": {"admonition-title"},
    "a": {"headerlink", "footnote-ref", "footnote-backref"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_ID = re.compile(r"[\w:.-]{1,80}")
_ROLE = re.compile(r"doc-[a-z]{1,30}|note|img|group|region")
_TO_A_HOST = re.compile(r"[\s/\\]*[/\\][\s/\\]*[/\\]")


@dataclass(frozen=True)
class TocEntry:
    """One line of the table of contents; `level` 2 to 6, `anchor` an id of the HTML."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True)
class Rendered:
    """A text ready to be stored: `html` is safe as it is, `plain` is for search, `words` for its length."""

    html: str
    toc: tuple[TocEntry, ...]
    sections: tuple[Section, ...]
    plain: str
    words: int
    version: int


def render(source: str) -> Rendered:
    """Render a text whose author is not trusted.

    Headings begin at h2 (the page keeps its h1), ids begin with `s-` so that they never meet the page's own,
    images from another host become links. Raises `HostileMarkdown(code)`.
    """
    refuse_hostile(source)
    try:
        raw = _renderer().convert(unicodedata.normalize("NFC", source))
    except RecursionError as deep:
        raise HostileMarkdown("too_deep") from deep
    cut = outline(_clean(raw), prefix=ID_PREFIX)
    toc = tuple(TocEntry(one.level, one.anchor, one.title) for one in cut.sections if one.level and one.title)
    plain = "\n".join(words for one in cut.sections for words in (one.title, one.text) if words)
    return Rendered(cut.html, toc, cut.sections, plain, len(plain.split()), RENDERER_VERSION)


def reading_minutes(words: int) -> int:
    """Whole minutes to read `words` words at 200 a minute; at least one when there is something."""
    return -(-words // WORDS_A_MINUTE)


def is_own(address: str) -> bool:
    """Whether an image's address stays on this host: no scheme, host, backslash or control character."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    odd = re.search(r"[\\\s\x00-\x1f\x7f]", address) or _TO_A_HOST.match(address)
    return bool(address) and not odd and not parts.scheme and not parts.netloc


def _renderer() -> Markdown:
    """A new instance each time (3 ms): the library keeps state, and pages are served by several threads."""
    return Markdown(
        extensions=[*_EXTENSIONS, _OwnImages()],
        extension_configs={
            "toc": {
                "baselevel": 2,
                "slugify": slug,
                "permalink": True,
                "permalink_title": _PERMALINK_TITLE,
            },
            "footnotes": {"BACKLINK_TITLE": _BACKLINK_TITLE},
        },
    )


class _OwnImages(Extension):
    """No load from a third party: an image kept elsewhere becomes a link named by its text."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the library's name)
        md.treeprocessors.register(_LinkForeignImages(md), "own_images", 5)


class _LinkForeignImages(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for child in parent:
                if child.tag == "img" and not is_own(child.get("src", "")):
                    _to_link(child, inside_link=parent.tag == "a")


def _to_link(image: Element, *, inside_link: bool) -> None:
    address, text = image.get("src", ""), image.get("alt", "")
    image.attrib.clear()
    image.tag = "span" if inside_link else "a"
    if not inside_link:
        image.set("href", address)
    image.text = AtomicString(text or address)


def _clean(raw: str) -> str:
    return nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        generic_attribute_prefixes={"aria-"},
        attribute_filter=_attribute,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value an attribute keeps, or None to drop it."""
    if name == "id":
        return ID_PREFIX + value if _ID.fullmatch(value) else None
    if name == "role":
        return value if _ROLE.fullmatch(value) else None
    if (tag, name) == ("img", "src"):
        return value if is_own(value) else None
    if name == "href" and value.startswith("#"):
        return f"#{ID_PREFIX}{value[1:]}"
    if name == "href" and _TO_A_HOST.match(value):
        # `//host` is an address elsewhere without looking like one: written in full, it is shown as external.
        return "https://" + value.lstrip("/\\ \t\r\n\f")
    return value
