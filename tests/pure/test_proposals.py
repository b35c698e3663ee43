"""What a comment written in Word proposes: a kind by its first words, a signature when several people wrote."""

import pytest

from tutoring.notes.proposals import proposed_kind, signed


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("À traiter : la source manque.", "blocking"),
        ("A TRAITER – la source manque.", "blocking"),
        ("[À corriger] La date.", "blocking"),
        ("Question : depuis quand ?", "question"),
        ("Depuis quand\u00a0?", "question"),
        ("Bravo pour ce tableau.", "praise"),
        ("Très bien vu.", "praise"),
        ("Suggestion : le dire plus tôt ?", "suggestion"),
        ("Le dire plus tôt.", "suggestion"),
        ("Questionner ce chiffre.", "suggestion"),
        ("Bravoure ou calcul, à préciser.", "suggestion"),
        ("", "suggestion"),
    ],
)
def test_a_comment_s_first_words_propose_a_kind(text, kind):
    assert proposed_kind(text) == kind


def test_words_are_signed_only_when_several_people_wrote_and_it_was_somebody_else():
    assert signed("Voir.", "Malik Sadi", me="Claire Aubert", alone=False) == "Voir.\n\n— Malik Sadi"
    assert signed("Voir.", "claire aubert", me="Claire Aubert", alone=False) == "Voir."
    assert signed("Voir.", "Auteur", me="Claire Aubert", alone=True) == "Voir."
    assert signed("Voir.", "", me="Claire Aubert", alone=False) == "Voir."
