"""Markdown becomes safe HTML: what authors write is kept, what attackers write is not."""

import time
from html.parser import HTMLParser

import pytest

from tutoring.documents.markdown import (
    RENDERER_VERSION,
    HostileMarkdown,
    Section,
    TocEntry,
    reading_minutes,
    render,
    slug,
)

TEXT = """Un mot d’accueil[^1].

# L’œuvre & l’évaluation

Le **texte** de fond.

## Des critères

| Niveau | Attendu |
|--------|---------|
| 1      | nommer  |

### Le détail

Fin.

## Des critères

Encore.

[^1]: Une note de bas de page.
"""


class Tags(HTMLParser):
    """Collects what a browser would see: tags, their attributes, ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def names(self) -> set[str]:
        return {tag for tag, _ in self.seen}

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.seen if attribute in attributes]


def test_a_text_is_cut_at_its_headings_and_knows_the_titles_above() -> None:
    assert render(TEXT).sections == (
        Section("", 0, "", (), "Un mot d’accueil."),
        Section("s-l-oeuvre-l-evaluation", 2, "L’œuvre & l’évaluation", (), "Le texte de fond."),
        Section(
            "s-des-criteres",
            3,
            "Des critères",
            ("L’œuvre & l’évaluation",),
            "Niveau Attendu\n1 nommer",
        ),
        Section("s-le-detail", 4, "Le détail", ("L’œuvre & l’évaluation", "Des critères"), "Fin."),
        Section("s-des-criteres_1", 3, "Des critères", ("L’œuvre & l’évaluation",), "Encore."),
        Section("s-fn:1", 0, "", (), "Une note de bas de page."),
    )


def test_the_contents_name_the_headings_under_the_page_s_own_h1() -> None:
    done = render(TEXT)
    assert done.toc == (
        TocEntry(2, "s-l-oeuvre-l-evaluation", "L’œuvre & l’évaluation"),
        TocEntry(3, "s-des-criteres", "Des critères"),
        TocEntry(4, "s-le-detail", "Le détail"),
        TocEntry(3, "s-des-criteres_1", "Des critères"),
    )
    assert "h1" not in Tags(done.html).names()


def test_every_internal_link_leads_to_an_id_and_ids_are_unique() -> None:
    tags = Tags(render(TEXT + "\n\n[TOC]\n\n[voir](#des-criteres) encore[^1]").html)
    ids = tags.values("id")
    assert len(ids) == len(set(ids))
    assert [link for link in tags.values("href") if link.startswith("#") and link[1:] not in ids] == []


def test_words_are_counted_without_the_page_s_marks() -> None:
    done = render(TEXT)
    assert done.plain.split("\n")[:3] == [
        "Un mot d’accueil.",
        "L’œuvre & l’évaluation",
        "Le texte de fond.",
    ]
    assert done.words == len(done.plain.split())
    assert done.version == RENDERER_VERSION
    assert [reading_minutes(words) for words in (0, 1, 200, 201, 3218)] == [0, 1, 1, 2, 17]


def test_a_raw_heading_gets_an_id_and_a_level_too() -> None:
    done = render("<h1>Brut</h1>\n\ntexte\n\n<h3>Brut</h3>\n")
    assert [(one.anchor, one.level, one.title) for one in done.sections] == [
        ("s-brut", 2, "Brut"),
        ("s-brut_2", 3, "Brut"),
    ]
    assert Tags(done.html).values("id") == ["s-brut", "s-brut_2"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("L’évaluation à l’œuvre", "l-evaluation-a-l-oeuvre"),
        ("E\u0301cole d'été — n° 2", "ecole-d-ete-n-2"),
        ("Étudiant·e·s : « qui ? »", "etudiant-e-s-qui"),
        ("Ex æquo", "ex-aequo"),
        ("!!!", ""),
        ("a" * 90, "a" * 60),
    ],
)
def test_slugs_are_what_a_french_reader_would_type(title: str, expected: str) -> None:
    assert slug(title) == expected


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "<a href='java&#9;script:alert(1)'>a</a>",
    "<a href='&#1;javascript:alert(1)'>a</a>",
    "[a](&#106;avascript:alert(1))",
    "[a](vbscript:msgbox(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    '<iframe src="//evil.example"></iframe>',
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed">a</p>',
    '<form action="//evil.example"><input name=password><button>go</button></form>',
    '<base href="//evil.example/">',
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    '<object data="evil.swf"></object><embed src="evil.swf">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "# T {: onclick=alert(1) }",
    "*a*{: .btn .modal style=color:red }",
    '*[HTML]: "onmouseover="alert(1)\n\nHTML',
    '!!! note "<script>alert(1)</script>"\n    a',
    "```<script>\nalert(1)\n```",
    '~~~ {: onclick="alert(1)" .x }\na\n~~~',
    '<a href="x" target="_blank" ping="//evil.example">a</a>',
    "<details ontoggle=alert(1) open><summary>a</summary></details>",
    '<div id="login" name="csrf" class="dialog">a</div>',
    '<a name="csrf_token">a</a>',
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo 1 ?>",
    "<input autofocus onfocus=alert(1)><textarea></p><img src=x onerror=alert(1)></textarea>",
]
# fmt: off
ALLOWED_ATTRIBUTES = {
    "id", "title", "lang", "dir", "role", "href", "hreflang", "rel", "src", "alt", "width", "height",
    "loading", "scope", "colspan", "rowspan", "start", "type", "datetime", "open", "class",
}
FORBIDDEN_TAGS = {
    "script", "style", "iframe", "svg", "math", "object", "embed", "form", "input", "button", "textarea",
    "select", "base", "meta", "link", "noscript", "h1",
}
# fmt: on


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_leaves_anything_that_runs_loads_or_clobbers(attack: str) -> None:
    tags = Tags(render("avant\n\n" + attack + "\n\naprès").html)
    assert tags.names() & FORBIDDEN_TAGS == set()
    assert {name for _, attributes in tags.seen for name in attributes} <= ALLOWED_ATTRIBUTES
    assert [one for one in tags.values("id") if not one.startswith("s-")] == []
    assert set(" ".join(tags.values("class")).split()) <= {
        "admonition",
        "note",
        "admonition-title",
        "headerlink",
    }
    for address in tags.values("href") + tags.values("src"):
        assert address.split(":")[0] in {"http", "https", "mailto", "tel"} or ":" not in address.split("/")[0]


@pytest.mark.parametrize(
    "source",
    [
        "https://evil.example/x.png",
        "//evil.example/x.png",
        "/\\evil.example/x.png",
        "\\\\evil.example/x.png",
        "http:/evil.example/x.png",
        "hTTp://evil.example/x.png",
        "ftp://evil.example/x.png",
        " //evil.example/x.png",
    ],
)
def test_an_image_kept_elsewhere_is_never_loaded(source: str) -> None:
    for text in (f"![vue]({source})", f'<img src="{source}" alt="vue">', f"![vue][1]\n\n[1]: {source}"):
        done = render(text)
        assert Tags(done.html).values("src") == []
        assert "img" not in Tags(done.html).names()


def test_an_image_kept_elsewhere_becomes_a_link_named_by_its_text() -> None:
    done = render("![Le plan](https://images.example/plan.png)")
    assert Tags(done.html).seen[1] == (
        "a",
        {"href": "https://images.example/plan.png", "rel": "noopener noreferrer"},
    )
    assert done.plain == "Le plan"
    nested = render("[![Le plan](https://images.example/plan.png)](https://page.example/)")
    assert Tags(nested.html).values("href") == ["https://page.example/"]


@pytest.mark.parametrize("source", ["/files/12/plan.png", "plan.png", "../days/3/plan%20b.png?v=2", "é.png"])
def test_an_image_of_this_host_stays(source: str) -> None:
    kept = Tags(render(f"![Le plan]({source})").html)
    assert kept.seen[1] == ("img", {"src": source, "alt": "Le plan"})


def test_an_address_without_a_scheme_is_written_in_full_so_that_it_shows_as_external() -> None:
    tags = Tags(render("[a](//other.example/x) <a href='/\\other.example'>b</a> [c](/c/1/days/2)").html)
    assert tags.values("href") == ["https://other.example/x", "https://other.example", "/c/1/days/2"]


HOSTILE = {
    "[" * 4_000: "unclosed_brackets",
    "![" * 4_000: "unclosed_brackets",
    "[^" * 500 + "[a](" * 3_000: "unclosed_brackets",
    "<a " * 20_000: "unclosed_brackets",
    "<![CDATA[" * 2_000: "unclosed_brackets",
    "[" * 3_000 + "]" * 3_000: "unclosed_brackets",
    "".join(f"*[A{n}]: x\n" for n in range(2_000)): "too_many_abbreviations",
    "[^1] " * 2_000 + "\n\n[^1]: n": "too_many_notes",
    "\n".join("    " * n + "- a" for n in range(300)): "too_deep",
    ">" * 3_000 + " a": "too_deep",
    "* " * 2_000 + "a": "too_deep",
    "=\n" * 20_000: "too_many_lines",
    "a" * 200_001: "too_long",
    "é" * 100_001: "too_long",
    "a " * 60_000: "line_too_long",
    "a\x00b": "control_characters",
    "\x02klzzwxh:0001\x03": "control_characters",
    "\ud83d": "control_characters",
}


@pytest.mark.parametrize(("source", "code"), HOSTILE.items(), ids=range(len(HOSTILE)))
def test_a_text_that_would_keep_the_renderer_busy_is_refused_at_once(source: str, code: str) -> None:
    began = time.perf_counter()
    with pytest.raises(HostileMarkdown) as refused:
        render(source)
    assert refused.value.code == code
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "source",
    [
        "[" * 900,
        "`" * 20_000,
        "".join("`" * (n % 50) + " " for n in range(600)),
        "*a_ " * 5_000,
        "<b>" * 5_000,
        "&" * 20_000,
        "\\" * 20_000,
        "a|b\n-|-\n" + "a|b\n" * 1_500,
        "\n\n".join("# a" for _ in range(2_000)),
    ],
    ids=range(9),
)
def test_odd_texts_are_rendered_in_reasonable_time(source: str) -> None:
    began = time.perf_counter()
    render(source)
    assert time.perf_counter() - began < 4


@pytest.mark.parametrize(
    "source", ["", " ", "\n\n", "#", "## ", "![]()", "[]()", "***", "<!-- a -->", "\ufeffa", "\r\n"]
)
def test_nearly_nothing_renders_as_nearly_nothing(source: str) -> None:
    assert render(source).words <= 1


def test_decomposed_accents_are_composed() -> None:
    assert render("e\u0301te\u0301").plain == "été"
