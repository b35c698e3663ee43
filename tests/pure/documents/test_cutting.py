"""Typed text and Markdown files become blocks; words and HTML are the same whatever characters they are made of."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wordfiles import kept_promises, told
from tutoring.documents.blocks import BlockKind, Document, tidy
from tutoring.documents.cutting import cut, estimate
from tutoring.documents.hostile import HostileMarkdown
from tutoring.documents.inline import BREAK, Mark, inline
from tutoring.documents.reading import Unreadable, read, read_text

TEXT = """\
# Titre

Un texte[^1] **gras**, [un lien](https://a.example/) et [dedans](#titre).

## Partie {: #partie }

- a
- b

    suite de b

    1. c

> cité
>
> - dans la citation

| A | B |
|---|---|
| 1 |   |

    une ligne
    une autre

Terme
:   Définition

![Un plan](plan.png)

<script>alert(1)</script><p onclick="x()">Brut</p>

[^1]: Une note[^2].
[^2]: Une autre.
"""


def test_typed_text_keeps_its_own_levels_and_every_kind_of_block() -> None:
    document = kept_promises(read_text(TEXT))
    assert told(document) == [
        ("heading", "Titre"),
        ("paragraph", "Un texte gras, un lien et dedans."),
        ("heading", "Partie"),
        ("item", "a"),
        ("item", "b suite de b"),
        ("item", "c"),
        ("quote", "cité"),
        ("item", "dans la citation"),
        ("row", "A | B"),
        ("row", "1 | "),
        ("code", "une ligne une autre"),
        ("paragraph", "Terme"),
        ("paragraph", "Définition"),
        ("figure", "Un plan"),
        ("paragraph", "Brut"),
        ("footnote", "Une note."),
        ("footnote", "Une autre."),
    ]
    assert [block.level for block in document.blocks if block.kind is BlockKind.HEADING] == [1, 2]
    assert [block.anchor for block in document.blocks[-2:]] == ["note-1", "note-2"]
    assert document.warnings == ("left_out_images",)


def test_hostile_typed_text_is_refused_by_the_renderer_and_a_file_by_a_code() -> None:
    with pytest.raises(HostileMarkdown):
        read_text("[" * 20_000)
    with pytest.raises(Unreadable, match="tangled"):
        read("essai.md", b"[" * 20_000)
    with pytest.raises(Unreadable, match="too_long"):
        read("essai.md", b"mot " * 60_000)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"---\ntitle: Essai\n---\n# Un\n", [("heading", "Un")]),
        (b"\xef\xbb\xbf---\r\ntitle: Essai\r\n---\r\nUn\r\n", [("paragraph", "Un")]),
        (b"---\n\nUn\n\n---\n\nDeux\n", [("paragraph", "Un"), ("paragraph", "Deux")]),
    ],
)
def test_front_matter_is_left_out_of_a_file_and_a_rule_is_not_front_matter(
    source: bytes, expected: list[tuple[str, str]]
) -> None:
    assert told(kept_promises(read("essai.md", source))) == expected


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p> a <strong> b </strong> c</p>", "a <strong>b </strong>c"),
        ("<p>a<br><br> b<br></p>", "a <br>b"),
        ("<p><b>a</b><strong>b</strong><em></em></p>", "<strong>ab</strong>"),
        ("<p>e<em>\u0301t</em>e\u0301</p>", "é<em>t</em>é"),
        ("<p>co\u00adu\u200bpé\u00a0: x\u202f!</p>", "coupé : x !"),
        ("<p><a href='#x'>a</a><a href='//host/x'>b</a><a>c</a></p>", "abc"),
        ("<p><mark>a</mark><q>b</q> &lt;c&gt;</p>", "ab &lt;c&gt;"),
    ],
)
def test_inline_html_is_written_anew(source: str, written: str) -> None:
    (block,) = kept_promises(Document(cut(source))).blocks
    assert block.html == written


def test_ids_tell_equal_blocks_apart() -> None:
    first, second, other = cut("<p>« Oui »</p><p>“oui”</p><p>Non</p>")
    assert (first.id[:-2], first.id[-2:], second.id[-2:]) == (second.id[:-2], "-1", "-2")
    assert other.id[:-2] != first.id[:-2]


def test_pages_are_guessed_from_characters_and_figures() -> None:
    assert estimate(cut("<p>a</p>")) == 1
    assert estimate(cut(f"<p>{'a' * 4_801}</p>")) == 3
    assert estimate(cut("<p><img alt='x' src='image:k'></p>" * 6)) == 3


PIECES = st.one_of(
    st.text(max_size=8).map(lambda words: Mark("text", words)),
    st.text("e\u0301\u0327\u1100\u1161\u11a8 \u00a0\u00ad\u2000\u0344", max_size=4).map(
        lambda words: Mark("text", words)
    ),
    st.sampled_from(
        [BREAK, Mark("open", "<em>", "em"), Mark("close", "", "em"), Mark("call", "<sup>1</sup>")]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_words_are_tidy_and_the_same_in_html(marks: list[Mark]) -> None:
    import html  # noqa: PLC0415
    import re  # noqa: PLC0415

    written = inline(marks, pictures_inside=False)
    assert written.text == tidy(written.text)
    assert written.text == unicodedata.normalize("NFC", written.text)
    bare = html.unescape(re.sub(r"</?em>|<br>|<sup>1</sup>", "", written.html).replace("\r", "&#13;"))
    assert tidy(bare) == bare == written.text
