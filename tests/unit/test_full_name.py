import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.full_name import FullName, InvalidFullName

VIETNAMESE_LETTERS = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
)
words = st.text(VIETNAMESE_LETTERS, min_size=2, max_size=9)
names = st.lists(words, min_size=1, max_size=6).map(" ".join).map(str.title)


def key(text: str) -> str:
    return FullName.parse(text).key


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("nguyễn văn hoà", "NGUYỄN VĂN HÒA"),
        ("Trần Thị Thuý", "TRẦN THỊ THÚY"),
        ("Lê Khoẻ", "Lê Khỏe"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hồng"), "Nguyễn Thị Hồng"),
        ("Nguye\u0303\u0302n An", "Nguyễn An"),
        ("Nguyê\u0303n An", "Nguyễn An"),
        ("Ðặng Thị Mai", "Đặng Thị Mai"),
        ("Ɖặng Thị Mai", "Đặng Thị Mai"),
        ("ðặng thị mai", "Đặng Thị Mai"),
        ("H’Hen Niê", "H'Hen Niê"),
        ("H'Hen Niê", "HHen Niê"),
        ("Y Moan Êban", "y moan  êban"),
        (" Nguyễn\u00a0Văn \t An. ", "Nguyễn Văn An"),
        ("Nguyễn\u200b Văn\u200d An\ufeff", "Nguyễn Văn An"),
        ("Lê-Anh", "Lê\u2011Anh"),
        ("Y.Moan", "Y Moan"),
    ],
)
def test_spellings_of_one_name_have_one_key(typed: str, recorded: str) -> None:
    assert key(typed) == key(recorded)


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("Đặng Thị Mai", "Đăng Thị Mai"),
        ("Nguyễn Văn An", "Nguyễn Văn Anh"),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa"),
        ("Nguyễn Văn Hòa", "NGUYEN VAN HOA"),
        ("Trần Văn An", "An Trần Văn"),
        ("Lê Tuân", "Lê Tuấn"),
    ],
)
def test_different_names_have_different_keys(typed: str, recorded: str) -> None:
    assert key(typed) != key(recorded)


@pytest.mark.parametrize("name", ["Hoàn", "Suýt", "Huỳnh", "Quý", "Khuỷu", "Toản", "Thuỷu", "Hoán"])
def test_closed_syllables_and_qu_have_one_place_for_their_tone(name: str) -> None:
    assert FullName.parse(name).tone_variant() is None
    assert FullName.parse(name).key == name.casefold()


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("Nguyễn Văn Hòa", "Nguyễn Văn Hoà"),
        ("Nguyễn Văn Hoà", "Nguyễn Văn Hòa"),
        ("TRẦN THỊ THÚY", "TRẦN THỊ THUÝ"),
        ("Lê Khỏe", "Lê Khoẻ"),
        ("Võ Thị Loạ", "Võ Thị Lọa"),
        ("Hòa Thuý", "Hoà Thuý"),
        ("Qúy", "Quý"),
        ("Nguyễn Thị Hoa", None),
        ("Nguyễn Văn An", None),
        ("Hòà", None),
    ],
)
def test_tone_variant(name: str, variant: str | None) -> None:
    other = FullName.parse(name).tone_variant()

    assert (other and other.value) == variant


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Nguyễn Văn Hòa", "NGUYEN VAN HOA"),
        ("Đặng Ưng Ơn", "DANG UNG ON"),
        ("H’Hen Niê", "H'HEN NIE"),
        ("Ƀuôn Yă Čil Kơ\u0306", "BUON YA CIL KO"),
    ],
)
def test_ascii_is_unaccented_capitals(name: str, plain: str) -> None:
    assert FullName.parse(name).ascii() == plain


@pytest.mark.parametrize(
    "name",
    [
        "An",
        "Hồ",
        "Y Moan Êban",
        "Nguyễn Phước Bảo-Long",
        "H'Hen Niê",
        "a" * 100,
        "Ƀuôn Yă",
    ],
)
def test_names_of_citizens_are_accepted_as_they_are(name: str) -> None:
    assert FullName.parse(name).value == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "A",
        "Ê",
        "...",
        "--",
        "a" * 101,
        "Nguyễn Văn 1",
        "Nguyễn_Văn",
        "Nguyễn\x00An",
        "Nguyễn <b>An</b>",
        "Иван Петров",
        "阮文安",
        "Αννα",
        "Nguyễn, An",
        "An 😀",
        "An\u0301\u0301\u0301\u0301\u0301\u0301",
        " \u0301An",
        "'An",
        "\ud800An",
    ],
)
def test_what_is_no_name_in_latin_letters_is_refused(text: str) -> None:
    with pytest.raises(InvalidFullName):
        FullName.parse(text)


def test_a_name_does_not_show_itself() -> None:
    name = FullName.parse("Nguyễn Văn Mẫu")

    assert "Mẫu" not in f"{name} {name!r}"
    with pytest.raises(InvalidFullName) as refusal:
        FullName.parse("Mẫu 1")
    assert "Mẫu" not in str(refusal.value)


@given(names)
def test_parsing_is_stable(text: str) -> None:
    name = FullName.parse(text)

    assert FullName.parse(name.value) == name
    assert unicodedata.is_normalized("NFC", name.value)


@given(names)
def test_encoding_and_case_do_not_change_the_key(text: str) -> None:
    assert key(text) == key(unicodedata.normalize("NFD", text)) == key(text.upper())
    assert key(text) == key(text.lower())


@given(names)
def test_the_tone_variant_is_the_same_name(text: str) -> None:
    name = FullName.parse(text)
    variant = name.tone_variant()

    assert variant is None or (variant != name and variant.key == name.key)


@given(names)
def test_the_ascii_form_is_ascii_and_a_name_of_its_own(text: str) -> None:
    plain = FullName.parse(text).ascii()

    assert plain.isascii()
    assert FullName.parse(plain).ascii() == plain


@given(st.text(max_size=120))
def test_any_text_is_a_clean_name_or_refused(text: str) -> None:
    try:
        name = FullName.parse(text)
    except InvalidFullName:
        return
    assert 2 <= len(name.value) <= 100
    assert name.value == " ".join(name.value.split())
    assert name.ascii().isascii()
    assert FullName.parse(name.value) == name
