"""Phone numbers as a person types them, or as a link brings them."""

from sandbox.subscriptions import is_vietnamese_mobile

_SEPARATORS = str.maketrans("", "", " .-()")


def typed_number(text: str) -> str | None:
    """
    Return the E.164 form of a Vietnamese mobile number, or None.

    A `+` in a query string that nobody quoted arrives as a space: 84… without it is meant too.
    """
    digits = text.translate(_SEPARATORS).removeprefix("+")
    number = f"+84{digits[1:]}" if digits.startswith("0") else f"+{digits}"
    return number if is_vietnamese_mobile(number) else None
