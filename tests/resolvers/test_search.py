"""What search takes for the same, and what it looks for word by word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.search import fold, pattern, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café", "cafe"),
        ("CAFE\u0301", "cafe"),
        ("Ärger", "arger"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("İstanbul", "istanbul"),
        ("Οδυσσεύς", "οδυσσευσ"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
        ("ﬁn", "fin"),
        ("ᾳ", "αι"),
        ("Ёж", "еж"),
        ("ŠKODA", "skoda"),
        ("㎒", "mhz"),
        ("½", "1\u20442"),
        ("日本", "日本"),
        ("", ""),
    ],
)
def test_case_accents_and_widths_are_set_aside(text: str, folded: str):
    assert fold(text) == folded


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_texts_fold_to_the_same(text: str):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lt", "Nd"])))
def test_upper_and_lower_case_fold_to_the_same(text: str):
    assert fold(text.casefold()) == fold(text)


@given(st.text())
def test_words_hold_no_space_and_are_none_of_them_empty(text: str):
    assert all(word and not any(character.isspace() for character in word) for word in words(text))


@pytest.mark.parametrize("text", ["", "  ", "\t\n", "\u3000"])
def test_nothing_but_space_is_no_word(text: str):
    assert words(text) == []


def test_a_word_looked_for_twice_is_looked_for_once():
    assert words("milk Milk MILK bread") == ["milk", "bread"]


@pytest.mark.parametrize(
    ("word", "like"), [("a", "%a%"), ("100%", "%100\\%%"), ("a_b", "%a\\_b%"), ("a\\b", "%a\\\\b%")]
)
def test_a_pattern_takes_wildcards_literally(word: str, like: str):
    assert pattern(word) == like
