"""A redline as a page shows it: folded where nothing changed, both ends of a move tied, said as well as seen."""

from html import escape

from tutoring.documents.blocks import Block, BlockKind, identified
from tutoring.notes.comparing import Voice, compared

VOICE = Voice("[ajouté :", "[supprimé :", "]", "[coupé]", "[réunis]")
FIVE = [
    "Le tiers-lieu accueille chaque semaine une trentaine de personnes du quartier.",
    "La programmation se décide en assemblée, à main levée, le premier lundi du mois.",
    "Les bénévoles tiennent le bar et comptent la caisse avant de partir le soir.",
    "Une convention lie l’association à la commune jusqu’au printemps prochain.",
    "Le diagnostic montre que les habitantes des tours voisines viennent peu.",
]


def text(*paragraphs: str | Block) -> tuple[Block, ...]:
    return identified(
        one if isinstance(one, Block) else Block("", BlockKind.PARAGRAPH, one, escape(one, quote=False))
        for one in paragraphs
    )


def of(kind: BlockKind, words: str, **more: int) -> Block:
    html = "".join(f"<td>{cell}</td>" for cell in words.split(" | ")) if kind is BlockKind.ROW else words
    return Block("", kind, words, html, **more)


def shapes(found):
    return [
        (stretch.folded, [(run.shape, len(run.entries)) for run in stretch.runs])
        for stretch in found.stretches
    ]


def test_more_than_two_blocks_that_stay_are_folded_and_counted():
    found = compared(text(*FIVE), text(*FIVE[:4], FIVE[4].replace("peu", "rarement")))
    assert shapes(found) == [(True, [("text", 4)]), (False, [("text", 1)])]
    assert found.stretches[0].blocks == 4
    found = compared(text(*FIVE[:3]), text(*FIVE[:2], FIVE[2].replace("le soir", "à minuit")))
    assert shapes(found) == [(False, [("text", 2)]), (False, [("text", 1)])]


def test_the_title_above_what_changed_stays_in_sight():
    title = of(BlockKind.HEADING, "Un diagnostic", level=1)
    old = text(*FIVE[:3], title, FIVE[4])
    found = compared(old, text(*FIVE[:3], title, FIVE[4].replace("peu", "rarement")))
    assert shapes(found) == [(True, [("text", 3)]), (False, [("text", 1)]), (False, [("text", 1)])]
    shown = found.stretches[1].runs[0].entries[0]
    assert (shown.heading, shown.block.text) == (3, "Un diagnostic")


def test_the_two_ends_of_a_move_lead_to_each_other():
    found = compared(text(*FIVE), text(FIVE[4], *FIVE[:4]))
    entries = [entry for stretch in found.stretches for run in stretch.runs for entry in run.entries]
    moved = {entry.rank: entry for entry in entries if entry.change.kind == "moved"}
    assert len(moved) == 2
    one, other = moved.values()
    assert (one.other, other.other) == (other.rank, one.rank)
    assert {one.change.left, other.change.left} == {True, False}


def test_a_change_is_heard_as_well_as_seen():
    found = compared(text(FIVE[4]), text(FIVE[4].replace("peu", "rarement")))
    [entry] = found.stretches[0].runs[0].entries
    drawn = str(entry.drawn(VOICE))
    assert (
        '<del><span class="hidden-words"> [supprimé : </span>peu<span class="hidden-words"> ] </span></del>'
        in drawn
    )
    assert (
        '<ins><span class="hidden-words"> [ajouté : </span>rarement<span class="hidden-words"> ] </span></ins>'
        in drawn
    )


def test_a_paragraph_that_was_cut_says_where():
    found = compared(text(f"{FIVE[0]} {FIVE[1]}"), text(FIVE[0], FIVE[1]))
    [entry] = found.stretches[0].runs[0].entries
    assert entry.change.kind == "split"
    drawn = str(entry.drawn(VOICE))
    assert '<span class="hidden-words"> [coupé] </span><span aria-hidden="true">¶</span></ins>' in drawn


def test_rows_and_items_make_one_table_and_one_list():
    rows = [of(BlockKind.ROW, f"ligne {rank} | valeur {rank}", group=1) for rank in range(2)]
    items = [of(BlockKind.ITEM, f"point {rank} de la liste", level=1, group=2) for rank in range(2)]
    found = compared(text(*rows, *items), text(*rows, *items, FIVE[0]))
    assert shapes(found)[0] == (True, [("rows", 2), ("items", 2)])


def test_an_image_is_shown_from_its_version_and_a_footnote_call_leads_nowhere():
    figure = Block("", BlockKind.FIGURE, "un plan", '<img src="image:ab" alt="un plan">')
    called = Block(
        "", BlockKind.PARAGRAPH, FIVE[0], f'{FIVE[0]}<sup class="call"><a href="#note-1">1</a></sup>'
    )
    found = compared(text(figure, called), text(figure, called))
    entries = [entry for stretch in found.stretches for run in stretch.runs for entry in run.entries]
    assert str(entries[0].drawn(VOICE, "/images/")) == '<img src="/images/ab" alt="un plan">'
    assert str(entries[1].drawn(VOICE)).endswith('<sup class="call">1</sup>')


def test_what_was_only_retouched_is_counted_and_not_shown():
    found = compared(text("L'été, « ici »."), text("L’été, « ici »."))
    assert (found.same, found.counts.retouched, found.lines) == (True, 1, ())
