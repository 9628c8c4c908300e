"""The notice before enrolment."""

from idp.enrolment.notice import enrolment_notice


def test_it_names_who_is_asked_and_how_long_details_are_kept() -> None:
    notice = enrolment_notice(carriers=("Viettel", "Gmobile"), kept_days=7)

    for locale in ("vi", "en"):
        text = "\n".join(notice.paragraphs(locale))
        assert "Viettel, Gmobile" in text
        assert "7 " in text
        assert "{" not in text


def test_the_hash_tells_apart_languages_and_whatever_was_shown() -> None:
    notice = enrolment_notice(carriers=("Viettel",), kept_days=7)
    other = enrolment_notice(carriers=("Viettel", "Gmobile"), kept_days=7)

    assert notice.text("vi") == enrolment_notice(carriers=("Viettel",), kept_days=7).text("vi")
    assert len({notice.text("vi"), notice.text("en"), other.text("vi")}) == 3
