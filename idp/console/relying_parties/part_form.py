"""What a form about members of a registration is, and how it becomes part of the document."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from wtforms import Field
from wtforms.fields.core import UnboundField

from idp.console.relying_parties.words import label, told
from idp.relying_parties.problems import Problem
from idp.web.forms import Form, ParagraphField

Document = Mapping[str, object]


class Part(StrEnum):
    """A part of a registration, as its address names it."""

    NAMES = "names"
    CONTACT = "contact"
    PROTOCOL = "protocol"
    REDIRECT = "redirect"
    SIGN_OUT = "sign-out"
    START = "start"
    CLAIMS = "claims"
    LEVEL = "level"
    KEYS = "keys"
    LOGO = "logo"


class LinesField(ParagraphField):
    """Several values, one on each line."""

    @property
    def lines(self) -> list[str]:
        """The values, without the empty ones."""
        return [line for line in (self.data or "").splitlines() if line]


class PartForm(Form):
    """
    A form about members of a registration; a field is named as its member is (`MEMBERS`).

    What the document says of other members is left as it is.
    """

    def merged(self, document: Document) -> dict[str, object]:
        """*document* with what was filled in; an empty field takes its member out."""
        merged = dict(document)
        for field in self._filled():
            value = field.lines if isinstance(field, LinesField) else field.data
            merged.pop(MEMBERS[field.name], None)
            if value:
                merged[MEMBERS[field.name]] = value
        return merged

    @classmethod
    def values(cls, document: Document) -> dict[str, Any]:
        """What *document* says, as the fields show it."""
        said = {name: document.get(member) for name, member in MEMBERS.items()}
        return {
            name: "\n".join(map(str, value)) if isinstance(value, list) else value
            for name, value in said.items()
            if value is not None
        }

    def fail_problems(self, problems: Sequence[Problem]) -> bool:
        """Put *problems* at the fields of their members; whether any of them is one of these."""
        found = False
        of_member = {MEMBERS[field.name]: field for field in self._filled()}
        refused = {field.name for field in self._filled() if field.errors}
        for each in problems:
            field = of_member.get(_SHOWN_AT.get(each.field, each.field))
            if field is not None:
                found = True
                if field.name not in refused:  # what its own check said comes first
                    self.fail(field.name, told(each))
        return found

    def fail_with(self, problems: Sequence[Problem]) -> None:
        """Say all of *problems*: those of other members at the first field, with their names."""
        if not self.fail_problems(problems):
            first = self._filled()[0].name
            for each in problems:
                self.fail(first, f"{label(each.field)}: {told(each)}")

    def _filled(self) -> list[Field]:
        return [field for field in self if field.name in MEMBERS]


MEMBERS: Final[Mapping[str, str]] = {
    "client_id": "client_id",
    "client_name": "client_name",
    "client_name_en": "client_name#en",
    "sms_name": "sms_name",
    "contacts": "contacts",
    "client_uri": "client_uri",
    "policy_uri": "policy_uri",
    "tos_uri": "tos_uri",
    "security_profile": "security_profile",
    "token_endpoint_auth_method": "token_endpoint_auth_method",
    "id_token_signed_response_alg": "id_token_signed_response_alg",
    "redirect_uris": "redirect_uris",
    "post_logout_redirect_uris": "post_logout_redirect_uris",
    "backchannel_logout_uri": "backchannel_logout_uri",
    "initiate_login_uri": "initiate_login_uri",
    "claims": "claims",
    "legal_ground": "legal_ground",
    "minimum_acr": "minimum_acr",
    "jwks": "jwks",
    "jwks_uri": "jwks_uri",
    "logo_uri": "logo_uri",
}
"""The member of each field: names of Python's have no `#`."""

_SHOWN_AT: Final = {
    "scope": "claims",
    "require_pkce": "security_profile",
    "sector": "client_id",
}
"""Members that no field has: what is wrong with them is said at the one they follow from."""


def members_of(form: type[PartForm]) -> Sequence[str]:
    """The members that a part is about, in the order of its fields."""
    return [member for name, member in MEMBERS.items() if hasattr(form, name)]


def words_of(field: "UnboundField[Any]") -> Mapping[str, str]:
    """The words of each of a field's choices."""
    return dict(field.kwargs["choices"])
