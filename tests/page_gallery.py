"""Every page in every state that matters, rendered for the tests that look at all of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask, request
from flask_babel import get_locale
from werkzeug.datastructures import MultiDict

from idp.account.activity.views import NotMineForm
from idp.account.authenticators.forms import (
    ConfirmForm,
    NameForm,
    PasskeyNameForm,
    ProveAppForm,
)
from idp.account.closing.views import CloseForm
from idp.account.connected.views import WithdrawForm
from idp.account.data.views import DownloadForm, PrintForm
from idp.account.data_requests.forms import KINDS as REQUEST_KINDS
from idp.account.data_requests.forms import DataRequestForm
from idp.account.identity_numbers.forms import AddNumberForm
from idp.account.level import EvidenceShown
from idp.account.phones.forms import AddPhoneForm, ChangePhoneForm
from idp.account.security.forms import EmailForm, EndOthersForm, EndSessionForm
from idp.announcements.model import Announcement
from idp.api_clients.model import ApiClient, ApiClientName
from idp.api_clients.rules import scopes_of
from idp.carriers.model import SubscriberCheck
from idp.citizens.forms import NewPasswordForm
from idp.consent.forms import ConsentForm
from idp.console.announcements.forms import AnnounceForm, WithdrawAnnouncementForm
from idp.console.api_clients.forms import (
    SCOPE_WORDS,
    AddApiClientForm,
    DisableApiClientForm,
    RenewApiClientForm,
)
from idp.console.citizens.forms import FindForm, LockForm, UnlockForm
from idp.console.disputes.forms import AskMoreForm, DecideForm, ExtendForm
from idp.console.failures.views import FailuresForm, shown_failure
from idp.console.forms import ConsoleSignInForm, ConsoleSignOutForm
from idp.console.frame import Section as ConsoleSection
from idp.console.frame import entries_for
from idp.console.integration_tests.views import BeginRunForm, ShownRun
from idp.console.keys.forms import RotateForm, RotateNowForm
from idp.console.log.forms import LogForm
from idp.console.operators.forms import (
    AcceptForm,
    DisableForm,
    InviteForm,
    OwnPasswordForm,
    RoleForm,
)
from idp.console.overview import Attention
from idp.console.paging import PageOf
from idp.console.relying_parties.checklist import checklist
from idp.console.relying_parties.forms import (
    CHANGE_FORMS,
    AddSecretForm,
    AssignForm,
    CheckKeysForm,
    DecideProposalForm,
    ProposeForm,
    RetireSecretForm,
    SwitchForm,
    WithdrawProposalForm,
)
from idp.console.relying_parties.part_form import Part
from idp.console.relying_parties.parts import ProtocolPart
from idp.console.relying_parties.summary import TITLES, rows_of
from idp.console.relying_parties.views import FilterForm
from idp.console.relying_parties.wizard import (
    AddressesStep,
    ClaimsStep,
    KeysStep,
    NamesStep,
    Step,
    problems_of,
)
from idp.console.relying_parties.wizard_views import CreateForm
from idp.console.relying_parties.words import told
from idp.console.statistics.views import PeriodForm, shown_report
from idp.console.teams.forms import (
    AddMemberForm,
    InviteMemberForm,
    NewTeamForm,
    RemoveMemberForm,
    RenameTeamForm,
)
from idp.console.test_people.forms import RenewForm
from idp.console.test_people.words import WORDS as PURPOSE_WORDS
from idp.console.visits.forms import ConfirmVisitForm, VisitCodeForm
from idp.core.clock import SystemClock
from idp.core.environment import Environment
from idp.core.identity_number import IdentityNumberKind
from idp.core.vietnam import start_of
from idp.data_requests.model import RequestKind
from idp.disputes.forms import (
    ComplaintForm,
    ConfirmHolderForm,
    EnrolForm,
    FollowForm,
    LeaveForm,
    SendForm,
    WordsForm,
)
from idp.disputes.forms import RecheckForm as DisputeRecheckForm
from idp.disputes.model import StepKind
from idp.disputes.shown_steps import ShownStep
from idp.emails.views import VerifyForm
from idp.enrolment.forms import (
    KeptForm,
    MethodForm,
    MobileForm,
    OldNumberForm,
    RecheckForm,
    TakeUpForm,
)
from idp.failures.model import Cause, FailedRequest, Fault
from idp.failures.rules import uri_fault
from idp.failures.store import FoundFailure
from idp.inactivity.forms import ReactivateForm
from idp.integration_tests.cases import CASES
from idp.integration_tests.forms import BeginForm, ResultForm, TellLogoutForm
from idp.integration_tests.model import CaseName, Observed, Outcome, Reason, Run, RunId
from idp.integration_tests.shown_report import ShownLine, ShownReport
from idp.interactions.forms import NotAdmittedForm, NotYouForm
from idp.interactions.progress import StopReason
from idp.interactions.shortfall import Shortfall
from idp.login.forms import (
    AppCodeForm,
    ChooseForm,
    LoginForm,
    PasskeyForm,
    RecoveryCodeForm,
    WayForm,
)
from idp.logout.forms import SignOutForm
from idp.manuals.model import address_of_section
from idp.manuals.shelf import Shelf
from idp.onboarding.diff import diff
from idp.onboarding.look_at_keys import SeenKey, SeenKeys
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal, Stale
from idp.onboarding.rules import OnboardingPolicy, Ruling
from idp.onboarding.store import Listed
from idp.operators.invite_operator import Invited
from idp.operators.model import (
    Operator,
    OperatorInvitation,
    OperatorName,
    OperatorRole,
    Team,
    TeamId,
    VerifiedOperator,
)
from idp.operators.store import ListedTeam
from idp.otp.forms import OtpForm, ResendForm
from idp.recovery.forms import CancelForm, OtherPhoneForm, RecoverForm
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.statistics.model import Stage
from idp.statistics.report import CarrierTexts, Period, Report
from idp.statistics.report import Step as ReportStep
from idp.step_up.forms import AskCarrierForm, StepUpForm, VisitForm
from idp.test_people.model import TEST_PEOPLE
from idp.test_people.numbers import SetNumber
from idp.totp.codes import in_groups, setting_up_uri
from idp.totp.qr import qr_svg
from idp.unrecognised.views import NotMeForm
from idp.web.browser import BrowserCookie
from idp.web.forms import Form
from idp.web.pages import Brand, Pages
from idp.web.texts import gettext
from tests.fakes.following_client import FollowingClient
from tests.fakes.shown_pages import ShownPagesInMemory

NAME = "Nguyễn Thị Bưởi"
PASSWORD = "Ngọn-Đèn 4 bấc"
RULES = {"today": date(2026, 11, 21), "minimum_age": 14}


@dataclass(frozen=True)
class Portal:
    """A relying party, as pages know it."""

    initiate_login_uri: str | None = "https://dichvucong.example/login"
    client_uri: str = "https://dichvucong.example"
    client_id: str = "binh-dinh"
    policy_uri: str | None = "https://dichvucong.example/privacy"
    tos_uri: str | None = "https://dichvucong.example/terms"
    logo: str | None = None

    def name(self, locale: str) -> str:
        if locale == "en":
            return "Binh Dinh Public Service Portal"
        return "Cổng Dịch vụ công tỉnh Bình Định"


PORTAL = Portal()
PORTAL_ID = ClientId(PORTAL.client_id)


def make_app(*, secure: bool = False, brand: Brand | None = None) -> tuple[Flask, Pages]:
    app = Flask("gallery", static_folder=None)
    app.test_client_class = FollowingClient
    pages = Pages(
        brand=brand or Brand(),
        issuer="https://idp.example",
        csrf_key=b"k" * 32,
        cookies=BrowserCookie(secure=secure),
        shown=ShownPagesInMemory(SystemClock(), lifetime=timedelta(minutes=15), of_a_browser=4),
    )
    pages.init_app(app)
    return app, pages


Context = Callable[[Pages], dict[str, object]]


def _blank(form_class: type[Form], **data: object) -> Context:
    return lambda pages: {"form": pages.blank_form(form_class, **data)}


def refused(form_class: type[Form], posted: dict[str, str], **rules: object) -> Context:
    def context(_: Pages) -> dict[str, object]:
        form = form_class(MultiDict(posted), meta={"csrf_context": "t"}, **rules)
        form["csrf_token"].data = "t"
        assert not form.validate()
        return {"form": form}

    return context


def _with(context: Context, **more: object) -> Context:
    return lambda pages: context(pages) | more


def _plain(**context: object) -> Context:
    return lambda _: context


def _console(
    section: ConsoleSection,
    context: Context = lambda _: {},
    *,
    role: OperatorRole = OperatorRole.ADMINISTRATOR,
    **more: object,
) -> Context:
    """What a page of the console shows to an operator of *role*."""
    operator = VerifiedOperator(OperatorName("buoi"), NAME, role)
    return lambda pages: (
        context(pages)
        | {
            "section": section,
            "operator": operator,
            "navigation": entries_for(operator),
            "sign_out_form": pages.blank_form(ConsoleSignOutForm),
        }
        | more
    )


CITIZENS, VISITS = ConsoleSection.CITIZENS, ConsoleSection.VISITS
SEEN_AT_COUNTER: dict[str, Any] = {
    "visit_code": "12345678",
    "visit_id": "33333333-3333-4333-8333-333333333333",
    "full_name": NAME,
    "born": "02/01/1990",
    "numbers": [("cccd", "1234"), ("cmnd", "5678")],
}


TEAMS, TEAM_OF_PROVINCE = ConsoleSection.TEAMS, OperatorRole.PROVINCE_TEAM
TEAM = Team(id=TeamId("binh-dinh"), name="Sở Khoa học và Công nghệ tỉnh Bình Định")


def _key_row(state: str, **more: object) -> dict[str, object]:
    row = {
        "kid": "k7Jf-" + "A" * 38,
        "algorithm": "ES256",
        "state": state,
        "created_at": "08:00, 22/11/2026",
        "days": 3,
        "next": "retired",
        "at": "08:00, 20/02/2027",
        "urgency": "none",
        "days_left": 4,
    }
    return row | more


def _invited(name: str, role: OperatorRole) -> OperatorInvitation:
    return OperatorInvitation(name=OperatorName(name), display_name=NAME, role=role)


def _program(name: str, *, disabled: bool = False) -> ApiClient:
    return ApiClient(
        name=ApiClientName(name),
        purpose="Đăng ký cổng từ kho mã của tỉnh",
        role=OperatorRole.PROVINCE_TEAM,
        team=TeamId("doi-binh-dinh"),
        scopes=["manage_own_relying_parties", "see_relying_parties"],
        last_four="x7Qz",
        answered_by=OperatorName("buoi"),
        disabled_at=SystemClock().now() if disabled else None,
    )


def _program_row(**more: object) -> dict[str, object]:
    row = {
        "client": _program("ci-binh-dinh"),
        "scopes": [SCOPE_WORDS[scope] for scope in sorted(scopes_of(OperatorRole.PROVINCE_TEAM))],
        "expires_at": "17/11/2027",
        "days_left": 360,
        "is_over": False,
        "is_orphan": False,
    }
    return row | more


def _announced(**more: object) -> dict[str, object]:
    row = {
        "id": "44444444-4444-4444-8444-444444444444",
        "at": "08:00, 22/11/2026",
        "by": "buoi",
        "audience": "everybody",
        "named": (),
        "announcement": ANNOUNCEMENT,
        "withdrawn_at": None,
    }
    return row | more


def _announcement(**more: int) -> Announcement:
    return Announcement(
        id="44444444-4444-4444-8444-444444444444",
        title_vi="Bảo trì đêm 30/11",
        title_en="Maintenance in the night of 30 November",
        text_vi="Từ 23:00 tới 23:30 không đăng nhập được.\nCổng không phải làm gì.",
        text_en="No sign-ins from 23:00 to 23:30.\nPortals have nothing to do.",
        **more,
    )


ANNOUNCEMENT = _announcement(mails=15, mails_sent=12, mails_given_up=1)
WITHDRAWN_ANNOUNCEMENT = _announcement(mails=0, mails_sent=0, mails_given_up=0)


def _colleague(name: str, role: OperatorRole, *, disabled: bool = False) -> Operator:
    return Operator(
        name=OperatorName(name),
        display_name=NAME,
        role=role,
        disabled_at=SystemClock().now() if disabled else None,
    )


def _otp(**more: object) -> Context:
    def context(pages: Pages) -> dict[str, object]:
        return {
            "form": pages.blank_form(OtpForm),
            "resend_form": pages.blank_form(ResendForm),
            "last_three": "678",
            "minutes": 3,
            "wait_seconds": 0,
        } | more

    return context


def _otp_wrong(pages: Pages) -> dict[str, object]:
    context = _otp(wait_seconds=42)(pages)
    context["form"].fail_wrong(4)  # type: ignore[attr-defined]
    context["resend_form"].fail_too_early(42)  # type: ignore[attr-defined]
    return context


def _login_wrong(pages: Pages) -> dict[str, object]:
    form = pages.blank_form(LoginForm, username="052099001234")
    form.fail_credentials()
    return {"form": form, "wrong": True}


def _announce_refused(pages: Pages) -> dict[str, object]:
    context = refused(AnnounceForm, {"audience": "named"})(pages)
    context["form"].draft()  # type: ignore[attr-defined]
    return context


_EMPTY_MOBILE = refused(MobileForm, {}, **RULES)
_WRONG_MOBILE = refused(
    MobileForm,
    {
        "identity_number": "12345",
        "full_name": "B4o",
        "birth_day": "31",
        "birth_month": "2",
        "birth_year": "1985",
        "phone_number": "02438221234",
        "email": "khong",
    },
    **RULES,
)
_CONSENT = {
    "items": [("Họ và tên", NAME), ("Số CCCD", "052185001234"), ("Ngày sinh", "27/03/1985")],
    "full_name": NAME,
    "shown": "c2hvd24",
}
_LEVEL_3 = Shortfall("LoA3", verification=2, authentication=2)
_NOTICE = ["Nhà mạng của bạn được hỏi thông tin này có khớp với thuê bao không."]

_CARRIER_SAYS = {"last_three": "678", "edit_url": "/enrol/mobile", "kept_days": 7}


def _mismatch(
    *differing: str,
    old_number: dict[str, str] | None = None,
    old_number_asked: bool = False,
    old_number_typed: bool = False,
) -> Context:
    """Which details differ; *old_number* is what was typed for an old CMND, while it is asked."""

    def context(pages: Pages) -> dict[str, object]:
        form = None
        if old_number is not None:
            given = refused(OldNumberForm, old_number) if old_number else _blank(OldNumberForm)
            form = given(pages)["form"]
        return {
            "form": pages.blank_form(RecheckForm),
            "check": SubscriberCheck("Viettel", "TTTB"),
            "differing": frozenset(differing),
            "old_number_form": form,
            "old_number_asked": old_number_asked,
            "old_number_typed": old_number_typed,
            **_CARRIER_SAYS,
        }

    return context


def _stopped(reason: StopReason, *, is_known: bool = True) -> Context:
    moments = {StopReason.SIM_CHANGED, StopReason.WAITING, StopReason.OTHER_REQUEST}
    possible_from = "09:12, 21/11/2026" if is_known and reason in moments else None
    return _plain(reason=reason, possible_from=possible_from, kept_days=6, begins=False)


def _step_up(missing: Shortfall = _LEVEL_3, **more: object) -> Context:
    shown = {"wanted": "3", "reached": "2"}
    return _with(_blank(StepUpForm), **({"missing": missing} | shown | more))


def _carrier(outcome: str | None, **more: object) -> Context:
    shown = {"outcome": outcome, "differing": (), "last_three": "678"}
    return _with(_blank(AskCarrierForm), **(shown | {"leave_path": "/account/level"} | more))


def _inactive(outcome: str | None, **more: object) -> Context:
    shown = {"outcome": outcome, "differing": (), "last_three": "678"}
    return _with(_blank(ReactivateForm), **(shown | more))


_DATA_REQUEST = {
    "number": "YC-2026-000012",
    "kind": REQUEST_KINDS[RequestKind.CORRECTION],
    "state": "received",
    "filed_at": "09:12, 21/11/2026",
}
_A_DATA_REQUEST: dict[str, object] = _DATA_REQUEST | {
    "section": "data",
    "answer_due": "00:00, 25/11/2026",
    "done_due": "00:00, 07/12/2026",
    "words": f"{NAME}\n\n{NAME}",
    "answers": [],
}
_AN_ANSWER = {"at": "10:00, 23/11/2026", "words": f"{NAME}\n{NAME}"}


def _visit(context: Context, **more: object) -> Context:
    shown = {"code": "1234 5678", "valid_until": "09:12, 28/11/2026", "days": 7}
    return _with(context, **(shown | {"leave_path": "/account/level"} | more))


def _unconfirmed(pages: Pages) -> dict[str, object]:
    form = pages.blank_form(VisitForm)
    form.fail_unconfirmed()
    return {"form": form}


_PASSKEY_OPTIONS = '{"publicKey": {"challenge": "aGFvIGh1bmc", "rpId": "localhost"}}'


def _beside(context: Context, **more: object) -> Context:
    def both(pages: Pages) -> dict[str, object]:
        beside: dict[str, object] = {
            "other_ways": ("sms", "recovery_code"),
            "way_form": pages.blank_form(WayForm),
            "sms_doubted": False,
            "remember_days": None,
        }
        return context(pages) | beside | more

    return both


def _account(**context: object) -> Context:
    return _plain(section="security", **context)


_CONNECTED = {
    "client_id": "binh-dinh",
    "name": "binhdinh.example",
    "labels": ("CCCD", "OTP"),
    "first_at": "20/11/2026",
    "last_at": "21/11/2026",
}
_CONNECTED_ONLY = _CONNECTED | {
    "client_id": "dak-lak",
    "name": "daklak.example",
    "first_at": None,
    "last_at": None,
}


_AN_EVENT = {
    "id": 7,
    "at": "09:12, 21/11/2026",
    "words": "CCCD, OTP",
    "portal": "binhdinh.example",
}


def _a_phone(number: int, last_three: str, **more: object) -> dict[str, object]:
    phone = {"id": number, "last_three": last_three, "since": "21/11/2026"}
    state = {"is_default": False, "confirmed": False, "default_from": None, "stays": None}
    return phone | state | more


def _removing_phone(stays: str | None, *, falls_to: int | None = None) -> Context:
    return _with(
        _blank(ChangePhoneForm),
        section="security",
        last_three="002",
        stays=stays,
        falls_to=falls_to,
    )


def _security(pages: Pages, **more: object) -> dict[str, object]:
    moments = {"begun_at": "09:12, 21/11/2026", "last_seen_at": "10:00, 21/11/2026"}
    here = {"name": "aGVyZQ", "device": "Chrome – Android", "is_here": True}
    there = {"name": "dGhlcmU", "device": "Edge – Windows", "is_here": False}
    return {
        "section": "security",
        "password_since": "20/11/2026",
        "phones": [("678", True), ("002", False)],
        "email": "b…@example.vn",
        "email_asked": "c…@example.vn",
        "has_passkey": True,
        "has_app": True,
        "has_recovery_codes": True,
        "sessions": [here | moments, there | moments],
        "end_form": pages.blank_form(EndSessionForm),
        "others_form": pages.blank_form(EndOthersForm),
        "done": "password_changed",
    } | more


def _security_least(pages: Pages) -> dict[str, object]:
    """What somebody has who has just enrolled, and whose phone went to somebody else."""
    least: dict[str, object] = {"phones": [], "email": None, "email_asked": None, "done": None}
    none = dict.fromkeys(("has_passkey", "has_app", "has_recovery_codes"), False)
    full = _security(pages)
    return full | least | none | {"sessions": full["sessions"][:1]}  # type: ignore[index]


def _an_authenticator(name: str, **more: object) -> dict[str, object]:
    moments = {"created_at": "09:12, 21/11/2026", "last_used_at": None}
    return {"id": "11111111-1111-4111-8111-111111111111", "name": name, **moments, **more}


_AUTHENTICATORS = _account(
    apps=[_an_authenticator("Galaxy A15")],
    passkeys=[_an_authenticator("ThinkPad", last_used_at="10:00, 21/11/2026")],
    devices=[
        _an_authenticator("Firefox – Windows", remembered_until="09:12, 21/12/2026"),
        _an_authenticator("Safari – iPhone", remembered_until=None),
    ],
    codes_left=9,
    codes_made_at="09:12, 21/11/2026",
    done="app_added",
)


def _set_up_app(pages: Pages) -> dict[str, object]:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    uri = setting_up_uri(secret, account="Galaxy A15", issuer="Cổng")
    return {
        "section": "security",
        "form": pages.blank_form(ProveAppForm),
        "uri": uri,
        "qr": qr_svg(uri),
        "secret": in_groups(secret),
    }


def _set_up_app_wrong(pages: Pages) -> dict[str, object]:
    return _set_up_app(pages) | refused(ProveAppForm, {})(pages)


def _removing(consequence: str, *, kind: str = "passkey") -> Context:
    return _with(
        _blank(ConfirmForm),
        section="security",
        kind=kind,
        name="ThinkPad",
        consequence=consequence,
    )


_STORY = f"{NAME}\n{NAME}"  # somebody's own words are no text of ours
_CASE: dict[str, object] = {
    "number": "KN-2026-000123",
    "state": "received",
    "outcome": None,
    "filed_at": "09:12, 21/11/2026",
    "holder_until": "09:12, 24/11/2026",
}


def _leaving(**more: object) -> Context:
    return lambda pages: {"leave_form": pages.blank_form(LeaveForm)} | more


def _not_matched(answer: str) -> Context:
    def context(pages: Pages) -> dict[str, object]:
        return {
            "answer": answer,
            "differences": "Họ và tên, Ngày sinh",
            "last_three": "678",
            "form": pages.blank_form(DisputeRecheckForm),
            "leave_form": pages.blank_form(LeaveForm),
        }

    return context


def _steps(*kinds: StepKind) -> list[ShownStep]:
    until = "09:12, 24/11/2026"
    return [
        ShownStep(
            at="09:12, 21/11/2026",
            kind=kind,
            words=[NAME] if kind is StepKind.MORE_ASKED else [],
            until=until if kind in {StepKind.FILED, StepKind.EXTENDED} else None,
        )
        for kind in kinds
    ]


def _case(context: Context, *kinds: StepKind, **more: object) -> Context:
    waiting = {"number_waits_until": None, "has_account": False, "is_asked": False}

    def leave(pages: Pages) -> dict[str, object]:
        return context(pages) | {"leave_form": pages.blank_form(LeaveForm)}

    return _with(leave, steps=_steps(StepKind.FILED, *kinds), **(_CASE | waiting | more))


def _own_case(context: Context, *kinds: StepKind, **more: object) -> Context:
    def confirm(pages: Pages) -> dict[str, object]:
        return context(pages) | {"confirm_form": pages.blank_form(ConfirmHolderForm)}

    shown: dict[str, object] = {"section": "overview", "carrier_said": None, "is_asked": False}
    return _with(confirm, steps=_steps(StepKind.FILED, *kinds), **(_CASE | shown | more))


_TEST_KEY = "q1w2e3r4t5y6u7i8o9p0as"
_TEST_ADDRESSES = {
    "list": f"/integration-test?k={_TEST_KEY}",
    "case": "/integration-test/case",
    "report": f"/integration-test/report?k={_TEST_KEY}",
    "document": f"/integration-test/report.json?k={_TEST_KEY}",
}
_TEST_OUTCOMES: dict[CaseName, tuple[Outcome, Reason | None]] = {
    CaseName.GOOD_SIGN_IN: (Outcome.PASSED, None),
    CaseName.WRONG_ISSUER: (Outcome.FAILED, Reason.TOKEN_USED),
    CaseName.WRONG_STATE: (Outcome.FAILED, Reason.CODE_REDEEMED),
    CaseName.LOWER_LEVEL: (Outcome.NOT_APPLICABLE, None),
}
_TEST_RUN = Run(
    RunId("r" * 43),
    PORTAL_ID,
    datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
    OperatorName("buoi"),
    datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
)


def _test_report(outcomes: dict[CaseName, tuple[Outcome, Reason | None]]) -> ShownReport:
    lines = [
        ShownLine(case, *outcomes[name], "09:12:05, 21/11/2026")
        if name in outcomes
        else ShownLine(case, None, None, None)
        for name, case in CASES.items()
    ]
    failed = sum(line.outcome is Outcome.FAILED for line in lines)
    missing = sum(line.outcome is None for line in lines)
    return ShownReport(
        lines=lines,
        next_case=next((line.case.name for line in lines if line.outcome is None), None),
        passed=not failed and not missing,
        failed=failed,
        missing=missing,
        begun_at="09:00:00, 21/11/2026",
        until="09:00:00, 22/11/2026",
        last_at="09:12:05, 21/11/2026" if outcomes else None,
    )


def _test_page(context: Context = lambda _: {}, **more: object) -> Context:
    """What a page of a run shows."""
    shown = {
        "run": _TEST_RUN,
        "relying_party": PORTAL,
        "addresses": _TEST_ADDRESSES,
        "key": _TEST_KEY,
    }
    return lambda pages: context(pages) | shown | more


def _test_case(name: CaseName, observed: Observed | None, **more: object) -> Context:
    """A case; not begun without what was observed."""

    def context(pages: Pages) -> dict[str, object]:
        form = pages.blank_form(ResultForm)
        if more.get("may_not_apply"):
            form.offer_no_screen()
        if not CASES[name].asks_screen:
            form.ask_nothing()
        if (reason := more.get("unclear")) is not None:
            form.fail_unclear(Reason(str(reason)))
        return {
            "case": CASES[name],
            "number": list(CASES).index(name) + 1,
            "of": len(CASES),
            "begun": observed is not None,
            "start": "https://dichvucong.example/login",
            "initiates": True,
            "send_again": more.get("send_again"),
            "can_tell": bool(more.get("can_tell")),
            "observed": observed or Observed(),
            "form": form,
            "begin_form": pages.blank_form(BeginForm),
            "tell_form": pages.blank_form(TellLogoutForm),
        }

    return _test_page(context)


@dataclass(frozen=True)
class _TestedParty:
    """A registration, as far as the pages of its runs know it."""

    client_id: str = PORTAL_ID
    enabled: bool = True


_TESTED_PARTY = _TestedParty()


def _shown_run(
    number: int, *, failed: int = 0, missing: int = 0, link: str | None = None
) -> ShownRun:
    return ShownRun(
        id=RunId(str(number) * 43),
        begun_at=f"09:00:0{number}, 21/11/2026",
        begun_by=OperatorName("buoi"),
        failed=failed,
        missing=missing,
        link=link,
    )


_ASKED_AT = datetime(2026, 11, 21, 2, 12, 5, tzinfo=UTC)


PARTIES = ConsoleSection.RELYING_PARTIES
SANDBOX_DOCUMENT: dict[str, object] = {
    "client_id": "binh-dinh-thu",
    "client_name": "Cổng Dịch vụ công tỉnh Bình Định",
    "client_name#en": "Binh Dinh Public Service Portal",
    "sms_name": "Cong Binh Dinh",
    "contacts": ["ky-thuat@binh-dinh.example"],
    "security_profile": "oidc",
    "token_endpoint_auth_method": "client_secret_basic",
    "id_token_signed_response_alg": "ES256",
    "redirect_uris": ["https://dichvucong.binhdinh.gov.vn/callback", "https://xn--bnh-8ma.vn/cb"],
    "scope": "openid profile phone",
    "claims": ["name", "phone_number", "verification_level"],
    "legal_ground": "61/2018/ND-CP",
    "minimum_acr": "LoA2",
    "sector": "binh-dinh-thu",
}
_STALE = Stale(
    8,
    diff({"client_name": "Cong cu", "sms_name": "Cong cu"}, {"client_name": "Cong moi"}),
    "minh",
    _ASKED_AT,
    "61/2018",
)


def _party(**more: object) -> RelyingPartyRecord:
    facts: dict[str, object] = {
        "client_id": ClientId("binh-dinh-thu"),
        "registration": SANDBOX_DOCUMENT,
        "enabled": True,
        "environment": Environment.SANDBOX,
        "team": TEAM.id,
        "version": 7,
    }
    return RelyingPartyRecord(**facts | more)


def _proposal(status: ProposalStatus, **more: object) -> RelyingPartyProposal:
    facts: dict[str, object] = {
        "id": ProposalId(3),
        "client_id": ClientId("binh-dinh"),
        "sandbox_client_id": ClientId("binh-dinh-thu"),
        "team": TEAM.id,
        "document": SANDBOX_DOCUMENT,
        "base_version": None,
        "status": status,
        "proposed_by": "minh",
        "proposed_at": _ASKED_AT,
        "reason": "61/2018",
    }
    return RelyingPartyProposal(**facts | more)


def _about(
    template: str,
    context: Context = lambda _: {},
    *,
    party: RelyingPartyRecord | None = None,
    role: OperatorRole = TEAM_OF_PROVINCE,
    **more: object,
) -> tuple[str, Context]:
    """A page about one registration."""

    def shown(pages: Pages) -> dict[str, object]:
        about = party or _party()
        english = request.args.get("lang") == "en"
        name = about.registration["client_name#en" if english else "client_name"]
        given = {"party": about, "name": name, "language": "en" if english else "vi"}
        return _console(PARTIES, context, role=role, **given, **more)(pages)

    return f"console/relying_parties/{template}.html", shown


def _step(step: Step, context: Context, back: str | None = "/console/register") -> Context:
    return _console(PARTIES, context, step=step, steps=len(Step), back=back)


_LINKS = {str(part): f"/console/relying-parties/binh-dinh-thu/change/{part}" for part in Part}
_DONE = {CaseName.GOOD_SIGN_IN: Outcome.PASSED, CaseName.ACCESS_DENIED: Outcome.FAILED}
_TEAMS = {"": "–", "binh-dinh": TEAM.name}
_WRONG_URIS = {
    "redirect_uris": "https://*.gov.vn/cb\nhttp://portal.example/cb#a\nhttps://a@b.vn/../c",
    "backchannel_logout_uri": "ftp://portal.example",
}


def _wrong_addresses(_: Pages) -> dict[str, object]:
    form = AddressesStep(MultiDict(_WRONG_URIS), meta={"csrf_context": "t"})
    document = SANDBOX_DOCUMENT | {
        "redirect_uris": form.redirect_uris.lines,
        "backchannel_logout_uri": form.backchannel_logout_uri.data,
    }
    assert form.fail_problems(problems_of(document, _ONBOARDING))
    return {"form": form}


_ONBOARDING = OnboardingPolicy(
    frozenset({"gov.vn"}), timedelta(days=30), timedelta(days=365), timedelta(days=365)
)


def _life(**more: object) -> dict[str, object]:
    known = {"created_at": "08:00, 22/11/2026", "expires_at": "08:00, 22/11/2027"}
    return known | {"ends_soon": False, "last_used_at": "09:00, 22/11/2026"} | more


def _changing(part: Part, context: Context | None = None, **more: object) -> tuple[str, Context]:
    form_class = CHANGE_FORMS[part]
    values = form_class.values(SANDBOX_DOCUMENT) | {"base_version": "7"}
    quiet: dict[str, object] = {
        "stale": None,
        "stale_at": None,
        "concerned": (),
        "gone": (),
        "sign_ins": 0,
    }
    return _about(
        "change",
        context or _blank(form_class, **values),
        part=part,
        part_title=TITLES[part],
        **quiet | more,
    )


def _proposing(**more: object) -> tuple[str, Context]:
    values = ProposeForm.values(SANDBOX_DOCUMENT)
    quiet: dict[str, object] = {"stale": None, "stale_at": None, "refused": None}
    facts = {"production": None, "tested": True}
    return _about("propose", _blank(ProposeForm, **values), **quiet | facts | more)


def _deciding(
    status: ProposalStatus,
    *,
    role: OperatorRole = OperatorRole.OPERATOR,
    **more: object,
) -> tuple[str, Context]:
    facts: dict[str, object] = {
        "proposal": _proposal(status),
        "proposed_at": "09:12, 21/11/2026",
        "closed_at": None,
        "changes": diff({}, SANDBOX_DOCUMENT),
        "is_first": True,
        "tested": True,
        "run": _TEST_RUN,
        "run_at": "08:30, 21/11/2026",
        "passed": 14,
        "failed": 0,
        "not_applicable": 1,
        "is_open": True,
        "decides": True,
        "is_own": False,
        "withdraws": True,
        "ruling": None,
        "problems": (),
    }

    def context(pages: Pages) -> dict[str, object]:
        language = "en" if request.args.get("lang") == "en" else "vi"
        forms = {
            "form": pages.blank_form(DecideProposalForm),
            "withdraw_form": pages.blank_form(WithdrawProposalForm),
        }
        return forms | {"language": language}

    return (
        "console/relying_parties/proposal.html",
        _console(PARTIES, context, role=role, **facts | more),
    )


def _parties_list(rows: list[object], **more: object) -> tuple[str, Context]:
    def context(pages: Pages) -> dict[str, object]:
        form = pages.blank_form(FilterForm)
        form.team.choices = list(_TEAMS.items())
        return {"form": form, "rows": rows}

    quiet: dict[str, object] = {
        "first": None,
        "following": None,
        "file": "/console/relying-parties.csv?words=cong",
        "registers": True,
    }
    return (
        "console/relying_parties/list.html",
        _console(PARTIES, context, **quiet | more),
    )


def _listed(client_id: str, environment: Environment, *, enabled: bool) -> Listed:
    name = "Cổng Dịch vụ công tỉnh Bình Định"
    return Listed(ClientId(client_id), name, environment, enabled, TEAM.id, 1, _ASKED_AT)


def _relying_party_pages() -> dict[str, tuple[str, Context]]:
    sandbox, production = Environment.SANDBOX, Environment.PRODUCTION
    at = "09:12, 21/11/2026"
    version = {"number": 7, "by": "minh", "at": at, "reason": "61/2018", "is_first": False}
    waiting = _proposal(ProposalStatus.OPEN)
    live = _party(
        client_id=ClientId("binh-dinh"),
        environment=production,
        sandbox_client_id=ClientId("binh-dinh-thu"),
        enabled=False,
        team=None,
    )
    party_page: dict[str, object] = {
        "change": _LINKS,
        "team": TEAM,
        "production": ["binh-dinh"],
        "proposals": [waiting],
        "changed_at": at,
        "manages": True,
        "disables": True,
        "lets_in": True,
        "assigns": False,
        "checks": checklist(SANDBOX_DOCUMENT, has_secret=True, runs=[_DONE], proposed=False),
    }

    def party(
        record: RelyingPartyRecord, *, role: OperatorRole = TEAM_OF_PROVINCE, **more: object
    ) -> tuple[str, Context]:
        rows: Context = lambda _: {"rows": rows_of(record.registration)}  # noqa: E731
        return _about("party", rows, party=record, role=role, **party_page | more)

    names = {"client_name": "a", "client_id": "Bình Định", "team": "none", "contacts": "a"}
    credentials: dict[str, object] = {
        "secrets": [
            {"id": 1, "last_four": "Ab3_", **_life()},
            {"id": 2, "last_four": "x-9Z", **_life(ends_soon=True, last_used_at=None)},
        ],
        "keys": [],
        "jwks_uri": None,
        "seen": None,
        "failure": None,
        "manages": True,
        "can_add": False,
    }

    def secrets(**more: object) -> tuple[str, Context]:
        return _about("secrets", _blank(CheckKeysForm), **credentials | more)

    seen = SeenKeys(
        [SeenKey("k1", "EC", "ES256", usable=True), SeenKey("", "RSA", "", usable=False)],
        private=True,
    )
    uri = "https://portal.example/jwks"
    return {
        "console-parties": _parties_list(
            [
                (_listed("binh-dinh", production, enabled=False), at, TEAM.name),
                (_listed("binh-dinh-thu", sandbox, enabled=True), at, None),
            ],
            first="?",
            following="?after=binh-dinh-thu",
        ),
        "console-parties-none": _parties_list([], registers=False),
        "console-register": (
            "console/relying_parties/step.html",
            _step(Step.NAMES, _blank(NamesStep, teams=_TEAMS), back=None),
        ),
        "console-register-refused": (
            "console/relying_parties/step.html",
            _step(Step.NAMES, refused(NamesStep, names, teams=_TEAMS), back=None),
        ),
        "console-register-protocol": (
            "console/relying_parties/step.html",
            _step(Step.PROTOCOL, _blank(ProtocolPart)),
        ),
        "console-register-addresses": (
            "console/relying_parties/step.html",
            _step(Step.ADDRESSES, _blank(AddressesStep)),
        ),
        "console-register-addresses-refused": (
            "console/relying_parties/step.html",
            _step(Step.ADDRESSES, _wrong_addresses),
        ),
        "console-register-claims": (
            "console/relying_parties/step.html",
            _step(Step.CLAIMS, _blank(ClaimsStep, **ClaimsStep.values(SANDBOX_DOCUMENT))),
        ),
        "console-register-keys": (
            "console/relying_parties/step.html",
            _step(Step.KEYS, _blank(KeysStep)),
        ),
        "console-register-check": (
            "console/relying_parties/check.html",
            _console(
                PARTIES,
                lambda pages: {
                    "form": pages.blank_form(CreateForm),
                    "rows": rows_of(SANDBOX_DOCUMENT),
                },
                change=_LINKS,
                team=TEAM.id,
                problems=(),
                back="/console/register",
                number=6,
                steps=6,
            ),
        ),
        "console-register-check-refused": (
            "console/relying_parties/check.html",
            _console(
                PARTIES,
                lambda pages: {
                    "form": pages.blank_form(CreateForm),
                    "rows": rows_of({}),
                    "problems": [told(each) for each in problems_of({}, _ONBOARDING)],
                },
                change=_LINKS,
                team=None,
                back="/console/register",
                number=6,
                steps=6,
            ),
        ),
        "console-register-gone": ("console/relying_parties/draft_gone.html", _console(PARTIES)),
        "console-register-no-team": ("console/relying_parties/no_team.html", _console(PARTIES)),
        "console-party": party(_party()),
        "console-party-read": party(
            _party(enabled=False),
            change=None,
            manages=False,
            disables=False,
            lets_in=False,
            role=OperatorRole.READ_ONLY,
        ),
        "console-party-stopped": party(_party(enabled=False)),
        "console-party-stopped-by-its-team": party(
            _party(enabled=False), change=None, checks=(), production=(), lets_in=False
        ),
        "console-party-production": party(
            live,
            change=None,
            checks=(),
            production=(),
            proposals=(),
            team=None,
            assigns=True,
            role=OperatorRole.OPERATOR,
        ),
        "console-party-by-itself": party(
            _party(client_metadata={"client_id": "x"}), change=None, manages=False, proposals=()
        ),
        **{f"console-change-{part}": _changing(part) for part in Part},
        "console-change-stale": _changing(
            Part.NAMES, stale=_STALE, stale_at=at, concerned=_STALE.theirs
        ),
        "console-change-stale-elsewhere": _changing(Part.LEVEL, stale=_STALE, stale_at=at),
        "console-change-redirect-gone": _changing(
            Part.REDIRECT,
            refused(CHANGE_FORMS[Part.REDIRECT], {"redirect_uris": "https://a.gov.vn/"}),
            gone=["https://dichvucong.binhdinh.gov.vn/callback"],
            sign_ins=1366,
        ),
        "console-change-redirect-gone-few": _changing(
            Part.REDIRECT, gone=["https://dichvucong.binhdinh.gov.vn/callback"], sign_ins=None
        ),
        "console-change-private-key": _changing(
            Part.KEYS, refused(CHANGE_FORMS[Part.KEYS], {"jwks": '{"kty": "EC", "d": "x"}'})
        ),
        "console-versions": _about(
            "versions",
            rows=[
                version | {"changes": _STALE.theirs},
                version
                | {"number": 1, "by": "", "reason": "", "is_first": True}
                | {"changes": diff({}, SANDBOX_DOCUMENT)},
            ],
            following="?before=1",
        ),
        "console-snippets": _about(
            "snippets",
            issuer="https://idp.example",
            redirect_uri="https://dichvucong.binhdinh.gov.vn/callback",
            redirect_path="/callback",
            scope="openid profile",
            algorithm="ES256",
            signs_with=None,
        ),
        "console-snippets-with-a-key": _about(
            "snippets",
            issuer="https://idp.example",
            redirect_uri="https://dichvucong.binhdinh.gov.vn/callback",
            redirect_path="/callback",
            scope="openid profile",
            algorithm="ES256",
            signs_with="ES256",
        ),
        "console-secrets": secrets(),
        "console-secrets-none": secrets(secrets=[], can_add=True),
        "console-secrets-keys": secrets(
            secrets=[], can_add=True, keys=[{"thumbprint": "T" * 43, **_life(ends_soon=True)}]
        ),
        "console-secrets-seen": secrets(jwks_uri=uri, seen=seen),
        "console-secrets-seen-none": secrets(jwks_uri=uri, seen=SeenKeys([], private=False)),
        "console-secrets-unseen": secrets(jwks_uri=uri, failure="status"),
        "console-secret-new": _about("secret_new", _blank(AddSecretForm)),
        "console-secret-new-refused": _about(
            "secret_new", refused(AddSecretForm, {"reason": "", "code": "12"})
        ),
        "console-secret-retire": _about(
            "secret_retire", _blank(RetireSecretForm), last_four="Ab3_"
        ),
        "console-secret": _about("secret", secret="s" * 43),
        "console-secret-shown": _about("secret", secret=None),
        "console-assign-party": _about(
            "assign",
            _blank(AssignForm, teams=_TEAMS, team=TEAM.id),
            role=OperatorRole.OPERATOR,
        ),
        "console-disable-party": _about(
            "switch", _blank(SwitchForm), role=OperatorRole.OPERATOR, on=False, lets_in=True
        ),
        "console-disable-own-party": _about("switch", _blank(SwitchForm), on=False, lets_in=False),
        "console-enable-party": _about(
            "switch", _blank(SwitchForm), role=OperatorRole.OPERATOR, on=True, lets_in=True
        ),
        "console-propose": _proposing(),
        "console-propose-untested": _proposing(tested=False),
        "console-propose-unchanged": _proposing(production=live, refused="Unchanged"),
        "console-propose-twice": _proposing(production=live, refused="AlreadyProposed"),
        "console-propose-stale": _proposing(production=live, stale=_STALE, stale_at=at),
        "console-proposals": (
            "console/relying_parties/proposals.html",
            _console(
                PARTIES,
                rows=[
                    (_proposal(status, id=ProposalId(number)), at)
                    for number, status in enumerate(ProposalStatus)
                ],
                every=True,
                following="?before=1",
            ),
        ),
        "console-proposals-none": (
            "console/relying_parties/proposals.html",
            _console(PARTIES, rows=[], every=False, following=None),
        ),
        "console-proposal": _deciding(ProposalStatus.OPEN),
        "console-proposal-own": _deciding(
            ProposalStatus.OPEN, role=TEAM_OF_PROVINCE, decides=False, is_own=True
        ),
        **{
            f"console-proposal-{ruling}": _deciding(
                ProposalStatus.OPEN, tested=False, run=None, is_first=False, ruling=ruling
            )
            for ruling in (Ruling.OWN, Ruling.STALE, Ruling.UNTESTED)
        },
        "console-proposal-broken": _deciding(
            ProposalStatus.OPEN, problems=("redirect_uris: https://*.vn",)
        ),
        "console-proposal-closed": _deciding(
            ProposalStatus.REFUSED,
            proposal=_proposal(ProposalStatus.REFUSED, closed_by="lan", closing_reason="61/2018"),
            closed_at=at,
            is_open=False,
            decides=False,
            withdraws=False,
        ),
    }


_FAILURES = tuple(
    FoundFailure(
        number,
        FailedRequest(
            id=f"id-{number}",
            at=datetime(2026, 11, 22, 2, 12, 44, tzinfo=UTC),
            reference="7F3K-92QD",
            endpoint=endpoint,
            error=error,
            client_id=None if fault.claimed else ClientId("binh-dinh"),
            claimed=fault.claimed,
            fault=fault,
            note="",
        ),
    )
    for number, (endpoint, error, fault) in enumerate(
        (
            (
                "/authorize",
                "wrong_request",
                uri_fault(
                    "redirect_uri",
                    "http://dichvucong.binhdinh.gov.vn/callback",
                    ["https://dichvucong.binhdinh.gov.vn/callback"],
                ),
            ),
            (
                "/token",
                "invalid_client",
                Fault(cause=Cause.JWT_EXPIRED, parameter="exp", seconds=75),
            ),
            ("/token", "invalid_grant", Fault(cause=Cause.CODE_REPLAYED)),
            ("/authorize", "wrong_request", Fault(cause=Cause.UNKNOWN_CLIENT, claimed="ban-do")),
        ),
        start=1,
    )
)


_SHELF = Shelf()


def _manual_page(name: str) -> Context:
    def context(_pages: Pages) -> dict[str, object]:
        return {"manual": _SHELF(name, str(get_locale()))}

    return context


def _manual(language: str, section: int) -> str:
    return f"https://idp.example{address_of_section(section, language)}"


def _failures(
    found: Sequence[FoundFailure], role: OperatorRole = OperatorRole.ADMINISTRATOR
) -> Context:
    return _console(
        ConsoleSection.FAILURES,
        lambda pages: {
            "form": pages.blank_form(FailuresForm, reference="", client_id="", endpoint=""),
            "rows": [shown_failure(each, _manual) for each in found],
        },
        role=role,
        first="?before=" if found else None,
        following="?before=1" if found else None,
        export_query="",
        kept_days=30,
    )


def _statistics_form(portal: str, error: str = "") -> Context:
    def context(pages: Pages) -> dict[str, object]:
        form = pages.blank_form(PeriodForm, portal=portal, days="30")
        form.portal.choices = [("", gettext("Tất cả các cổng")), ("binh-dinh", "Cổng (binh-dinh)")]
        if error:
            form.fail("portal", gettext(error))
        return {"form": form}

    return context


def _statistics(report: Report | None, role: OperatorRole = OperatorRole.ADMINISTRATOR) -> Context:
    def context(pages: Pages) -> dict[str, object]:
        shown = {} if report is None else shown_report(report)
        return _statistics_form("binh-dinh")(pages) | shown

    return _console(
        ConsoleSection.STATISTICS,
        context,
        role=role,
        offers_names=True,
        report=report,
        export_query="days=30",
    )


def _month() -> Report:
    last = date(2026, 11, 22)
    days = [last - timedelta(days=29 - day) for day in range(30)]
    wholes = [(120 + 37 * day * day) % 1900 + 40 * day for day in range(30)]
    return Report(
        client_id="binh-dinh",
        period=Period.MONTH,
        first=days[0],
        last=last,
        steps=[
            ReportStep(start_of(day), whole, round(whole * 0.9))
            for day, whole in zip(days, wholes, strict=True)
        ],
        begun=sum(wholes),
        signed_in=round(sum(wholes) * 0.9),
        silent=1204,
        success=0.9,
        median=41.5,
        levels={1: 120, 2: 30220, 3: None},
        refused={"access_denied": 210, "login_required": 3120},
        texts=[
            CarrierTexts("mobifone", 9120, 12, 8710),
            CarrierTexts("other", None, 0, None),
            CarrierTexts("viettel", 18240, 204, 17650),
        ],
        enrolments={Stage.FORM: 2100, Stage.MATCH: 1800, Stage.MISMATCH: 240, Stage.ENROLLED: 1710},
    )


def _today() -> Report:
    starts = start_of(date(2026, 11, 22))
    counts: list[int | None] = [0] * 6 + [None, 12, 87, 120, 96, 45] + [0] * 12
    return replace(
        _month(),
        period=Period.TODAY,
        first=starts.date(),
        steps=[
            ReportStep(starts + timedelta(hours=hour), count, count)
            for hour, count in enumerate(counts)
        ],
        begun=363,
        signed_in=360,
        success=None,
        median=None,
    )


PAGES: dict[str, tuple[str, Context]] = {
    "integration-test": ("integration_tests/run.html", _test_page(report=_test_report({}))),
    "integration-test-half-way": (
        "integration_tests/run.html",
        _test_page(report=_test_report(_TEST_OUTCOMES)),
    ),
    "integration-test-case": (
        "integration_tests/case.html",
        _test_case(CaseName.WRONG_ISSUER, None),
    ),
    "integration-test-case-key": (
        "integration_tests/case.html",
        _test_case(CaseName.UNKNOWN_KEY, None),
    ),
    "integration-test-case-begun": (
        "integration_tests/case.html",
        _test_case(CaseName.WRONG_ISSUER, Observed()),
    ),
    "integration-test-case-unclear": (
        "integration_tests/case.html",
        _test_case(
            CaseName.WRONG_ISSUER, Observed(asked_at=_ASKED_AT), unclear=Reason.CODE_NOT_REDEEMED
        ),
    ),
    "integration-test-case-level": (
        "integration_tests/case.html",
        _test_case(CaseName.LOWER_LEVEL, Observed(asked_at=_ASKED_AT), may_not_apply=True),
    ),
    "integration-test-case-again": (
        "integration_tests/case.html",
        _test_case(
            CaseName.REPLAYED_CODE,
            Observed(asked_at=_ASKED_AT, redeemed_at=_ASKED_AT, userinfo_at=_ASKED_AT, code_uses=1),
            send_again=f"/integration-test/send-again?k={_TEST_KEY}",
        ),
    ),
    "integration-test-case-again-unclear": (
        "integration_tests/case.html",
        _test_case(CaseName.REPLAYED_CODE, Observed(), unclear=Reason.NOT_BEGUN),
    ),
    "integration-test-case-sign-out": (
        "integration_tests/case.html",
        _test_case(
            CaseName.SIGN_OUT,
            Observed(
                asked_at=_ASKED_AT,
                redeemed_at=_ASKED_AT,
                code_uses=1,
                forged_logout=400,
                logout=200,
            ),
            can_tell=True,
        ),
    ),
    "integration-test-report": (
        "integration_tests/report.html",
        _test_page(report=_test_report(_TEST_OUTCOMES)),
    ),
    "integration-test-report-passed": (
        "integration_tests/report.html",
        _test_page(report=_test_report(dict.fromkeys(CASES, (Outcome.PASSED, None)))),
    ),
    "integration-test-gone": ("integration_tests/gone.html", _plain()),
    "console-integration-tests": (
        "console/integration_tests/list.html",
        _console(
            ConsoleSection.RELYING_PARTIES,
            _blank(BeginRunForm),
            party=_TESTED_PARTY,
            name="Cổng Dịch vụ công tỉnh Bình Định",
            manages=True,
            page=PageOf(
                rows=[
                    _shown_run(
                        1, missing=9, link=f"https://idp.example/integration-test?k={_TEST_KEY}"
                    ),
                    _shown_run(2, failed=2),
                    _shown_run(3),
                ],
                before=None,
                after="?page=2",
            ),
        ),
    ),
    "console-integration-tests-none": (
        "console/integration_tests/list.html",
        _console(
            ConsoleSection.RELYING_PARTIES,
            _blank(BeginRunForm),
            role=OperatorRole.READ_ONLY,
            party=_TESTED_PARTY,
            name="Cổng Dịch vụ công tỉnh Bình Định",
            manages=False,
            page=PageOf(rows=[], before=None, after=None),
        ),
    ),
    "console-integration-tests-disabled": (
        "console/integration_tests/list.html",
        _console(
            ConsoleSection.RELYING_PARTIES,
            _blank(BeginRunForm),
            party=replace(_TESTED_PARTY, enabled=False),
            name="Cổng Dịch vụ công tỉnh Bình Định",
            manages=True,
            page=PageOf(rows=[], before=None, after=None),
        ),
    ),
    "console-integration-test-report": (
        "console/integration_tests/report.html",
        _console(
            ConsoleSection.RELYING_PARTIES,
            party=_TESTED_PARTY,
            name="Cổng Dịch vụ công tỉnh Bình Định",
            run=_TEST_RUN,
            report=_test_report(_TEST_OUTCOMES),
        ),
    ),
    "dispute-start": (
        "disputes/start.html",
        _blank(ComplaintForm, today=RULES["today"], story=_STORY),
    ),
    "dispute-empty": (
        "disputes/start.html",
        refused(ComplaintForm, {}, today=RULES["today"]),
    ),
    "dispute-waiting": ("disputes/refused.html", _not_matched("waiting")),
    "dispute-mismatch": ("disputes/refused.html", _not_matched("mismatch")),
    "dispute-not-available": ("disputes/refused.html", _not_matched("not_available")),
    "dispute-not-subscriber": ("disputes/refused.html", _not_matched("not_subscriber")),
    "dispute-no-account": ("disputes/no_account.html", _leaving(is_reserved=False)),
    "dispute-reserved": ("disputes/no_account.html", _leaving(is_reserved=True)),
    "dispute-decided": (
        "disputes/decided.html",
        _leaving(number="KN-2026-000123", again_from="21/02/2027"),
    ),
    "dispute-check": (
        "disputes/check.html",
        _with(
            _blank(SendForm),
            facts=[("Số CMT/CCCD", "052185001234"), ("Họ và tên", NAME)],
            story=_STORY.splitlines(),
            own_phone=True,
        ),
    ),
    "dispute-done": ("disputes/done.html", _leaving(number="KN-2026-000123", hours=72)),
    "dispute-follow": ("disputes/follow.html", _blank(FollowForm, number="KN-2026-000123")),
    "dispute-follow-empty": ("disputes/follow.html", refused(FollowForm, {"number": "123"})),
    "dispute-case": ("disputes/case.html", _case(_blank(WordsForm))),
    "dispute-case-more-needed": (
        "disputes/case.html",
        _case(
            refused(WordsForm, {"words": "Bui"}),
            StepKind.HOLDER_CONFIRMED,
            StepKind.EXTENDED,
            StepKind.MORE_ASKED,
            state="more_needed",
            is_asked=True,
        ),
    ),
    "dispute-case-other-asked": (
        "disputes/case.html",
        _case(_blank(WordsForm), StepKind.MORE_ASKED, state="more_needed"),
    ),
    "dispute-case-kept": (
        "disputes/case.html",
        _case(_blank(WordsForm), StepKind.KEPT, state="resolved", outcome="keep"),
    ),
    "dispute-case-closed": (
        "disputes/case.html",
        _case(_blank(WordsForm), StepKind.CLOSED, state="resolved", outcome="close"),
    ),
    "dispute-case-transferred": (
        "disputes/case.html",
        _case(
            _blank(WordsForm),
            StepKind.DECIDED_ONCE,
            StepKind.DECIDED_ANEW,
            StepKind.DECIDED_ONCE,
            StepKind.TRANSFERRED,
            state="resolved",
            outcome="transfer",
            number_waits_until="21/12/2026",
        ),
    ),
    "dispute-case-taken": (
        "disputes/case.html",
        _case(
            _blank(WordsForm),
            StepKind.TRANSFERRED,
            state="resolved",
            outcome="transfer",
            has_account=True,
        ),
    ),
    "dispute-case-lapsed": (
        "disputes/case.html",
        _case(_blank(WordsForm), StepKind.TRANSFERRED, state="resolved", outcome="transfer"),
    ),
    "dispute-account": ("disputes/account.html", _with(_blank(EnrolForm), notice=_NOTICE)),
    "own-dispute": ("account/dispute.html", _own_case(_blank(WordsForm))),
    "own-dispute-answered": (
        "account/dispute.html",
        _own_case(
            refused(WordsForm, {}),
            StepKind.HOLDER_ANSWERED,
            StepKind.HOLDER_NOT_CONFIRMED,
            StepKind.CLAIMANT_ADDED,
            state="in_progress",
            carrier_said="silent",
        ),
    ),
    "own-dispute-too-often": (
        "account/dispute.html",
        _own_case(
            _blank(WordsForm),
            StepKind.MORE_ASKED,
            state="more_needed",
            is_asked=True,
            carrier_said="too_often",
        ),
    ),
    "own-dispute-no-phone": (
        "account/dispute.html",
        _own_case(_blank(WordsForm), carrier_said="no_phone"),
    ),
    "own-dispute-kept": (
        "account/dispute.html",
        _own_case(_blank(WordsForm), StepKind.KEPT, state="resolved", outcome="keep"),
    ),
    "choose": ("login/choose.html", _blank(ChooseForm)),
    "login": ("login/login.html", _with(_blank(LoginForm), wrong=False)),
    "login-wrong": ("login/login.html", _login_wrong),
    "login-empty": ("login/login.html", refused(LoginForm, {})),
    "slowed": ("login/slowed.html", _plain(minutes=5)),
    "held": ("login/held.html", _plain()),
    "inactive": ("inactivity/start.html", _inactive(None)),
    "inactive-mismatch": (
        "inactivity/start.html",
        _inactive("mismatch", differing=("identity_number", "full_name", "birth_date")),
    ),
    "inactive-not-available": ("inactivity/start.html", _inactive("not_available")),
    "inactive-not-subscriber": ("inactivity/start.html", _inactive("not_subscriber")),
    "inactive-recycled": ("inactivity/start.html", _inactive("recycled")),
    "inactive-silent": ("inactivity/start.html", _inactive("silent")),
    "inactive-no-phone": ("inactivity/start.html", _inactive(None, last_three=None)),
    "data-requests": (
        "account/data_requests/list.html",
        _plain(section="data", requests=[_DATA_REQUEST]),
    ),
    "data-requests-none": (
        "account/data_requests/list.html",
        _plain(section="data", requests=[]),
    ),
    "data-request-new": (
        "account/data_requests/new.html",
        _with(_blank(DataRequestForm), section="data", answered_in=2, done_in=15),
    ),
    "data-request-empty": (
        "account/data_requests/new.html",
        _with(refused(DataRequestForm, {}), section="data", answered_in=2, done_in=15),
    ),
    "data-request": ("account/data_requests/request.html", _plain(**_A_DATA_REQUEST)),
    "data-request-answered": (
        "account/data_requests/request.html",
        _plain(**(_A_DATA_REQUEST | {"state": "answered", "answers": [_AN_ANSWER]})),
    ),
    "data-request-done": (
        "account/data_requests/request.html",
        _plain(**(_A_DATA_REQUEST | {"state": "done", "answers": [_AN_ANSWER]})),
    ),
    "data-request-refused": (
        "account/data_requests/request.html",
        _plain(**(_A_DATA_REQUEST | {"state": "refused", "answers": [_AN_ANSWER]})),
    ),
    "no-phone": ("login/no_phone.html", _plain()),
    "not-you": ("login/not_you.html", _with(_blank(NotYouForm), full_name=NAME)),
    "not-you-only-other": (
        "login/not_you.html",
        _with(_blank(NotYouForm), full_name=NAME, only_other=True),
    ),
    "otp-sign-in": (
        "otp/otp.html",
        _beside(
            _otp(offers_other_phone=True),
            remember_days=30,
            other_ways=("passkey", "recovery_code"),
        ),
    ),
    "app-code": ("login/app_code.html", _beside(_blank(AppCodeForm), remember_days=30)),
    "app-code-wrong": (
        "login/app_code.html",
        _beside(refused(AppCodeForm, {"app_code": "12"}), remember_days=30, sms_doubted=True),
    ),
    "recovery-code": ("login/recovery_code.html", _beside(_blank(RecoveryCodeForm))),
    "recovery-code-wrong": (
        "login/recovery_code.html",
        _beside(refused(RecoveryCodeForm, {"recovery_code": "ABC"})),
    ),
    "passkey": (
        "login/passkey.html",
        _beside(_blank(PasskeyForm), options=_PASSKEY_OPTIONS, is_second=True),
    ),
    "passkey-alone": (
        "login/passkey.html",
        _beside(_blank(PasskeyForm), options=_PASSKEY_OPTIONS, is_second=False, other_ways=()),
    ),
    "passkey-refused": (
        "login/passkey.html",
        _beside(refused(PasskeyForm, {}), options=_PASSKEY_OPTIONS, is_second=True),
    ),
    "new-device": (
        "login/new_device.html",
        _plain(reason="sim_changed", possible_from="09:12, 22/11/2026"),
    ),
    "new-device-recycled": (
        "login/new_device.html",
        _plain(reason="number_recycled", possible_from=None),
    ),
    "otp": ("otp/otp.html", _otp(wait_seconds=42, step="Bước 3/4", edit_phone_url="/enrol/mobile")),
    "otp-resent": ("otp/otp.html", _otp(resent_at="09:12", is_undelivered=True)),
    "otp-cooling": ("otp/otp.html", _otp(is_cooling=True)),
    "otp-neutral": ("otp/otp.html", _otp(last_three=None)),
    "otp-wrong": ("otp/otp.html", _otp_wrong),
    "otp-too-many": ("otp/too_many.html", _with(_blank(ResendForm), wait_seconds=60)),
    "otp-too-many-late": ("otp/too_many.html", _with(_blank(ResendForm), wait_seconds=900)),
    "otp-too-many-now": ("otp/too_many.html", _with(_blank(ResendForm), wait_seconds=0)),
    "otp-ask": ("otp/ask.html", _with(_blank(ResendForm), last_three="678")),
    "otp-ask-neutral": ("otp/ask.html", _with(_blank(ResendForm), last_three=None)),
    "otp-limit": ("otp/limit.html", _plain(minutes=40)),
    "consent": ("consent/consent.html", _with(_blank(ConsentForm), **_CONSENT)),
    "consent-grown": (
        "consent/consent.html",
        _with(
            _blank(ConsentForm),
            **_CONSENT,
            has_grown=True,
            policy_uri="https://dichvucong.example/privacy",
            tos_uri="https://dichvucong.example/terms",
        ),
    ),
    "method": ("enrolment/method.html", _blank(MethodForm)),
    "method-empty": ("enrolment/method.html", refused(MethodForm, {})),
    "not-open": ("enrolment/not_open.html", _plain(subject="business")),
    "not-open-agency": ("enrolment/not_open.html", _plain(subject="agency")),
    "mobile": (
        "enrolment/mobile.html",
        _with(_blank(MobileForm, **RULES), notice=_NOTICE, notice_version="2026-11"),
    ),
    "mobile-empty": ("enrolment/mobile.html", _with(_EMPTY_MOBILE, notice=[])),
    "mobile-wrong": ("enrolment/mobile.html", _with(_WRONG_MOBILE, notice=[])),
    "password": (
        "enrolment/password.html",
        _with(_blank(NewPasswordForm), identity_number="052185001234", by_old_number=False),
    ),
    "password-by-old-number": (
        "enrolment/password.html",
        _with(_blank(NewPasswordForm), identity_number="212345678", by_old_number=True),
    ),
    "password-weak": (
        "enrolment/password.html",
        _with(
            refused(NewPasswordForm, {"new_password": "matkhau", "confirm_password": "x"}),
            identity_number="052185001234",
            by_old_number=False,
        ),
    ),
    "done": (
        "enrolment/done.html",
        _plain(
            level_text="2",
            last_four="1234",
            claims_another=False,
            begun_for=None,
            continue_url="/continue?i=abc",
        ),
    ),
    "done-by-old-number": (
        "enrolment/done.html",
        _plain(
            level_text="2",
            last_four="5678",
            claims_another=True,
            begun_for=None,
            continue_url="/continue?i=abc",
        ),
    ),
    "done-elsewhere": (
        "enrolment/done.html",
        _plain(
            level_text="2",
            last_four="1234",
            claims_another=False,
            begun_for=PORTAL,
            continue_url="/resume?i=abc",
        ),
    ),
    "mismatch": ("enrolment/mismatch.html", _mismatch("identity_number", old_number={})),
    "mismatch-number-wrong": (
        "enrolment/mismatch.html",
        _mismatch("identity_number", old_number={"old_identity_number": "12345"}),
    ),
    "mismatch-number-asked": (
        "enrolment/mismatch.html",
        _mismatch("identity_number", "full_name", old_number_asked=True),
    ),
    "mismatch-cmnd": (
        "enrolment/mismatch.html",
        _mismatch("identity_number", old_number_typed=True),
    ),
    "mismatch-name": ("enrolment/mismatch.html", _mismatch("full_name")),
    "mismatch-birth-date": ("enrolment/mismatch.html", _mismatch("birth_date")),
    "not-available": (
        "enrolment/not_available.html",
        _with(_blank(RecheckForm), **_CARRIER_SAYS, check=SubscriberCheck("Gmobile", "TT")),
    ),
    "not-subscriber": (
        "enrolment/not_subscriber.html",
        _with(_blank(RecheckForm), **_CARRIER_SAYS),
    ),
    "carrier-away": ("enrolment/carrier_away.html", _with(_blank(RecheckForm), kept_days=7)),
    "exists": ("enrolment/exists.html", _plain(typed_kind=None)),
    "exists-by-cmnd": ("enrolment/exists.html", _plain(typed_kind="cccd")),
    "exists-by-cccd": ("enrolment/exists.html", _plain(typed_kind="cmnd")),
    "take-up": ("enrolment/take_up.html", _with(_blank(TakeUpForm), has_lapsed=False)),
    "take-up-empty": ("enrolment/take_up.html", _with(refused(TakeUpForm, {}), has_lapsed=False)),
    "take-up-lapsed": ("enrolment/take_up.html", _with(_blank(TakeUpForm), has_lapsed=True)),
    "kept": ("enrolment/kept.html", _with(_blank(KeptForm), last_three="678")),
    "recover": ("recovery/start.html", _blank(RecoverForm)),
    "recover-empty": ("recovery/start.html", refused(RecoverForm, {})),
    "recover-other-phone": (
        "recovery/other_phone.html",
        _with(_blank(OtherPhoneForm, today=RULES["today"]), wait_hours=24),
    ),
    "recover-other-phone-empty": (
        "recovery/other_phone.html",
        _with(refused(OtherPhoneForm, {}, today=RULES["today"]), wait_hours=24),
    ),
    "recover-other-phone-otp": (
        "otp/otp.html",
        _otp(last_three="002", edit_phone_url="/recover/other-phone"),
    ),
    **{f"recover-{reason}": ("recovery/not_now.html", _stopped(reason)) for reason in StopReason},
    **{
        f"recover-{reason}-untold": ("recovery/not_now.html", _stopped(reason, is_known=False))
        for reason in (StopReason.WAITING, StopReason.OTHER_REQUEST)
    },
    "recover-cancel": ("recovery/cancel.html", _with(_blank(CancelForm), last_three="002")),
    "recover-cancelled": ("recovery/cancelled.html", _plain()),
    "recover-cancel-gone": ("recovery/cancel_gone.html", _plain()),
    "email-verify": (
        "emails/verify.html",
        _with(_blank(VerifyForm), masked_address="b…@example.com"),
    ),
    "email-done": ("emails/done.html", _plain()),
    "email-spent": ("emails/spent.html", _plain()),
    "email-barred": ("emails/barred.html", _plain()),
    "recover-lapsed": ("recovery/lapsed.html", _plain()),
    "recover-password": (
        "recovery/password.html",
        _with(_blank(NewPasswordForm), identity_number="052185001234"),
    ),
    "recover-done": ("recovery/done.html", _plain(continue_url="/login", begun_for=None)),
    "recover-done-elsewhere": (
        "recovery/done.html",
        _plain(continue_url="/resume?i=abc", begun_for=PORTAL),
    ),
    "step-up": ("step_up/explain.html", _step_up(ways=("visit", "add_passkey"))),
    "step-up-passkey": ("step_up/explain.html", _step_up(ways=("visit", "sign_in_again"))),
    "step-up-carrier": (
        "step_up/explain.html",
        _step_up(Shortfall("LoA2", 1, 2), ways=("carrier", "visit"), wanted="2"),
    ),
    "step-up-no-phone": (
        "step_up/explain.html",
        _step_up(Shortfall("LoA2", 1, 2), ways=("add_phone", "visit"), wanted="2"),
    ),
    "step-up-sign-in": (
        "step_up/explain.html",
        _step_up(Shortfall("LoA2", 2, 1), ways=("sign_in_again",), wanted=None),
    ),
    "step-up-elsewhere": (
        "step_up/explain.html",
        _step_up(Shortfall("LoA4", 2, 2), ways=("elsewhere",), wanted="4"),
    ),
    "step-up-held": ("step_up/explain.html", _step_up(ways=("visit",), is_barred=True)),
    "step-up-barred": ("step_up/barred.html", _plain(leave_path="/account/level")),
    "ask-carrier": ("step_up/carrier.html", _carrier(None)),
    "ask-carrier-mismatch": (
        "step_up/carrier.html",
        _carrier("mismatch", differing=("birth_date", "full_name", "identity_number")),
    ),
    "ask-carrier-nothing-known": ("step_up/carrier.html", _carrier("not_available")),
    "ask-carrier-nobody": ("step_up/carrier.html", _carrier("not_subscriber")),
    "ask-carrier-silent": ("step_up/carrier.html", _carrier("unavailable")),
    "visit": ("step_up/visit.html", _visit(_blank(VisitForm), code=None, valid_until=None)),
    "visit-code": ("step_up/visit.html", _visit(_blank(VisitForm))),
    "visit-unconfirmed": ("step_up/visit.html", _visit(_unconfirmed)),
    "level": (
        "account/level.html",
        _plain(
            section="overview",
            level=2,
            level_text="2",
            evidence=[EvidenceShown("VinaPhone", "21/11/2026", "20/11/2029")],
            next_text="3",
            ways=("visit",),
        ),
    ),
    "level-lapsed": (
        "account/level.html",
        _plain(
            section="overview",
            level=1,
            level_text="1",
            evidence=[EvidenceShown("VinaPhone", "21/11/2026", None)],
            next_text="2",
            ways=("carrier", "add_phone", "visit"),
        ),
    ),
    "level-top-here": (
        "account/level.html",
        _plain(
            section="overview",
            level=3,
            level_text="3",
            evidence=[],
            next_text="4",
            ways=("elsewhere",),
        ),
    ),
    "level-held": (
        "account/level.html",
        _plain(
            section="overview",
            level=2,
            level_text="2",
            evidence=[],
            next_text="3",
            ways=("visit",),
            is_barred=True,
        ),
    ),
    "level-top": (
        "account/level.html",
        _plain(section="overview", level=4, level_text="4", evidence=[], next_text=None, ways=()),
    ),
    "continue": ("interactions/continue.html", _plain(url="https://dichvucong.example/callback")),
    "form-post": (
        "interactions/form_post.html",
        _plain(action="https://dichvucong.example/callback", parameters=[("code", "c&d")]),
    ),
    "expired": ("interactions/expired.html", _plain()),
    "already-done": ("interactions/already_done.html", _plain()),
    "other-browser": ("interactions/other_browser.html", _plain()),
    "signed-in-as": ("interactions/signed_in_as.html", _with(_blank(NotYouForm), full_name=NAME)),
    "select-account": (
        "interactions/select_account.html",
        _with(_blank(NotYouForm), full_name=NAME),
    ),
    "not-admitted-trial": (
        "interactions/not_admitted.html",
        _with(_blank(NotAdmittedForm), is_trial=True, is_signed_in=True),
    ),
    "not-admitted-to-enrol": (
        "interactions/not_admitted.html",
        _with(_blank(NotAdmittedForm), is_trial=True, is_signed_in=False),
    ),
    "not-admitted-test-person": (
        "interactions/not_admitted.html",
        _with(_blank(NotAdmittedForm), is_trial=False, is_signed_in=True),
    ),
    "sign-out": ("logout/confirm.html", _with(_blank(SignOutForm), full_name=NAME)),
    "signed-out": ("logout/signed_out.html", _plain(return_url="https://dichvucong.example/bye")),
    "signing-out": (
        "logout/signing_out.html",
        _plain(frames=(), onwards_url="/signed-out?l=abc&framed=1"),
    ),
    "signed-out-everywhere": (
        "logout/signed_out.html",
        _plain(return_url=None, confirmed=1, unconfirmed=[]),
    ),
    "signed-out-not-everywhere": (
        "logout/signed_out.html",
        _plain(return_url=None, confirmed=2, unconfirmed=[PORTAL]),
    ),
    "wrong-logout-request": (
        "logout/wrong_request.html",
        _plain(parameter="id_token_hint", reference="7F3K-92QD"),
    ),
    "home": ("account/home.html", _plain(relying_parties=[PORTAL])),
    "home-signed-in": ("account/home.html", _plain(relying_parties=[], signed_in=True)),
    "account": (
        "account/overview.html",
        _with(
            _blank(SignOutForm),
            section="overview",
            full_name=NAME,
            identity_numbers=[("cccd", "1234"), ("cmnd", "5678")],
            level=2,
            level_text="2",
            level_since="20/11/2026",
            reached_by=EvidenceShown("VinaPhone", "20/11/2026", "19/11/2029"),
            can_rise=True,
            last_three="678",
            disputes=[],
        ),
    ),
    "account-disputed": (
        "account/overview.html",
        _with(
            _blank(SignOutForm),
            section="overview",
            full_name=NAME,
            identity_numbers=[],
            level=1,
            level_text="1",
            level_since=None,
            reached_by=None,
            can_rise=False,
            last_three=None,
            disputes=[
                {"number": "KN-2026-000123", "answered": False, "until": "09:12, 24/11/2026"},
                {"number": "KN-2026-000124", "answered": True, "until": "09:12, 24/11/2026"},
            ],
        ),
    ),
    "authenticators": ("account/authenticators/list.html", _AUTHENTICATORS),
    "authenticators-none": (
        "account/authenticators/list.html",
        _account(
            apps=[], passkeys=[], devices=[], codes_left=0, codes_made_at=None, done="removed"
        ),
    ),
    "app-add": (
        "account/authenticators/add_app.html",
        _with(_blank(NameForm, name="Ứng dụng xác thực"), section="security"),
    ),
    "app-add-nameless": (
        "account/authenticators/add_app.html",
        _with(refused(NameForm, {}), section="security"),
    ),
    "app-set-up": ("account/authenticators/set_up_app.html", _set_up_app),
    "app-set-up-wrong": (
        "account/authenticators/set_up_app.html",
        _set_up_app_wrong,
    ),
    "passkey-add": (
        "account/authenticators/add_passkey.html",
        _with(_blank(PasskeyNameForm), section="security", options=_PASSKEY_OPTIONS),
    ),
    "recovery-codes": (
        "account/authenticators/recovery_codes.html",
        _with(_blank(ConfirmForm), section="security", has_codes=True),
    ),
    "recovery-codes-new": (
        "account/authenticators/new_recovery_codes.html",
        _account(codes=["7K3QX-M2N9P"] * 10),
    ),
    "authenticator-rename": (
        "account/authenticators/rename.html",
        _with(_blank(NameForm, name="Máy tính"), section="security"),
    ),
    "authenticator-remove": ("account/authenticators/remove.html", _removing("none")),
    "authenticator-remove-device": (
        "account/authenticators/remove.html",
        _removing("none", kind="device"),
    ),
    "authenticator-remove-last": (
        "account/authenticators/remove.html",
        _removing("last_strong", kind="app"),
    ),
    "authenticator-stays": ("account/authenticators/remove.html", _removing("last_way")),
    "authenticator-needed": ("account/authenticators/remove.html", _removing("needed")),
    "authenticators-too-many": ("account/authenticators/too_many.html", _account()),
    "phones": (
        "account/phones/list.html",
        _account(
            phones=[
                _a_phone(1, "678", is_default=True, confirmed=True, stays="default"),
                _a_phone(2, "002", confirmed=True),
                _a_phone(3, "003", default_from="09:12, 24/11/2026"),
            ],
            may_add=False,
            at_most=5,
            done="confirmed",
        ),
    ),
    "phones-none": (
        "account/phones/list.html",
        _account(phones=[], may_add=True, at_most=5, done=None),
    ),
    "phone-add": ("account/phones/add.html", _with(_blank(AddPhoneForm), section="security")),
    "phone-add-wrong": (
        "account/phones/add.html",
        _with(refused(AddPhoneForm, {"phone_number": "12345"}), section="security"),
    ),
    "phone-taken": ("account/phones/taken.html", _account(last_three="002")),
    "phone-not-now": (
        "account/phones/not_now.html",
        _account(reason="sim_changed", possible_from="09:12, 24/11/2026"),
    ),
    "phone-not-now-recycled": (
        "account/phones/not_now.html",
        _account(reason="number_recycled", possible_from=None),
    ),
    "authenticator-not-now": (
        "account/authenticators/not_now.html",
        _account(reason="sim_changed", possible_from="09:12, 24/11/2026"),
    ),
    "authenticator-not-now-recycled": (
        "account/authenticators/not_now.html",
        _account(reason="number_recycled", possible_from=None),
    ),
    "phone-not-now-silent": (
        "account/phones/not_now.html",
        _account(reason="carrier_silent", possible_from=None),
    ),
    "phone-default": (
        "account/phones/default.html",
        _with(_blank(ChangePhoneForm), section="security", last_three="002"),
    ),
    "phone-remove": ("account/phones/remove.html", _removing_phone(None, falls_to=1)),
    "phone-remove-last": ("account/phones/remove.html", _removing_phone("last")),
    "phone-remove-default": ("account/phones/remove.html", _removing_phone("default")),
    "security": ("account/security/security.html", _security),
    "security-least": ("account/security/security.html", _security_least),
    "password-change": (
        "account/security/password.html",
        _with(_blank(NewPasswordForm), section="security", identity_number="052185001234"),
    ),
    "email-change": (
        "account/security/email.html",
        _with(_blank(EmailForm), section="security", email="b…@example.vn"),
    ),
    "email-change-wrong": (
        "account/security/email.html",
        _with(refused(EmailForm, {"email": "khong"}), section="security", email=None),
    ),
    "connected": (
        "account/connected/list.html",
        _plain(section="connected", portals=[_CONNECTED, _CONNECTED_ONLY], done="withdrawn"),
    ),
    "connected-none": (
        "account/connected/list.html",
        _plain(section="connected", portals=[], done=None),
    ),
    "withdraw": (
        "account/connected/withdraw.html",
        _with(_blank(WithdrawForm), section="connected", portal=_CONNECTED),
    ),
    "activity": (
        "account/activity/list.html",
        _plain(
            section="activity",
            activity=[_AN_EVENT, _AN_EVENT | {"id": 6, "portal": None}],
            category="shared",
            older=6,
            is_first=False,
        ),
    ),
    "activity-none": (
        "account/activity/list.html",
        _plain(section="activity", activity=[], category=None, older=None, is_first=True),
    ),
    "activity-not-me": (
        "account/activity/not_me.html",
        _with(_blank(NotMineForm), section="activity", event=_AN_EVENT),
    ),
    "activity-not-me-none": (
        "account/activity/not_me.html",
        _with(_blank(NotMineForm), section="activity", event=None),
    ),
    "data": (
        "account/data/data.html",
        lambda pages: {
            "section": "data",
            "download_form": pages.blank_form(DownloadForm),
            "print_form": pages.blank_form(PrintForm),
        },
    ),
    "data-print": (
        "account/data/print.html",
        _plain(
            section="data",
            made_at="09:12, 21/11/2026",
            parts=[
                {"title": "OTP", "entries": [[("CCCD", "052185001234"), ("CMND", "212345678")]]},
                {"title": "SMS", "entries": [[("CCCD", "1")], [("CCCD", "2")]]},
            ],
        ),
    ),
    "close-account": (
        "account/closing/close.html",
        _with(_blank(CloseForm), section="data", years=5),
    ),
    "close-account-done": ("account/closing/done.html", _plain(years=5)),
    "not-me": (
        "unrecognised/from_notice.html",
        _with(_blank(NotMeForm), kind="password_changed", at="09:12, 21/11/2026"),
    ),
    "not-me-phones": (
        "unrecognised/from_notice.html",
        _with(_blank(NotMeForm), kind="phone_added", at="09:12, 21/11/2026"),
    ),
    "not-me-data": (
        "unrecognised/from_notice.html",
        _with(_blank(NotMeForm), kind="data_exported", at="09:12, 21/11/2026"),
    ),
    "not-me-other": (
        "unrecognised/from_notice.html",
        _with(_blank(NotMeForm), kind="authenticator_added", at="09:12, 21/11/2026"),
    ),
    "not-me-done": ("unrecognised/done.html", _plain(number="BV-2026-000001")),
    "not-me-spent": ("unrecognised/spent.html", _plain()),
    "account-no-changes": ("account/no_changes.html", _plain(section="security")),
    "identity-numbers": (
        "account/identity_numbers/numbers.html",
        _with(
            _blank(AddNumberForm, kind=IdentityNumberKind.CCCD),
            section="overview",
            numbers=[("cmnd", "5678")],
            was_added=False,
        ),
    ),
    "identity-numbers-wrong": (
        "account/identity_numbers/numbers.html",
        _with(
            refused(AddNumberForm, {"identity_number": "12"}, kind=IdentityNumberKind.CMND),
            section="overview",
            numbers=[("cccd", "1234")],
            was_added=False,
        ),
    ),
    "identity-numbers-both": (
        "account/identity_numbers/numbers.html",
        _plain(
            section="overview",
            numbers=[("cccd", "1234"), ("cmnd", "5678")],
            form=None,
            was_added=True,
        ),
    ),
    "identity-number-not-confirmed": (
        "account/identity_numbers/not_confirmed.html",
        _plain(section="overview", has_phone=True),
    ),
    "identity-number-no-phone": (
        "account/identity_numbers/not_confirmed.html",
        _plain(section="overview", has_phone=False),
    ),
    "identity-number-taken": ("account/identity_numbers/taken.html", _plain(section="overview")),
    "console-sign-in": ("console/sign_in.html", _blank(ConsoleSignInForm)),
    "console-sign-in-empty": (
        "console/sign_in.html",
        refused(ConsoleSignInForm, {"name": "", "password": "", "code": "12"}),
    ),
    "console-overview": (
        "console/overview.html",
        _console(
            ConsoleSection.OVERVIEW,
            attention=Attention(
                disputes_open=4,
                disputes_to_decide=2,
                logouts_unconfirmed=17,
                data_requests_overdue=3,
                keys_urgent=1,
                proposals_waiting=5,
                credentials_lapsing=2,
            ),
            news=[(ANNOUNCEMENT, "08:00, 22/11/2026")],
        ),
    ),
    "console-overview-quiet": (
        "console/overview.html",
        _console(
            ConsoleSection.OVERVIEW,
            attention=Attention(
                disputes_open=0,
                disputes_to_decide=0,
                logouts_unconfirmed=0,
                data_requests_overdue=0,
                keys_urgent=0,
                proposals_waiting=0,
                credentials_lapsing=0,
            ),
            news=[],
        ),
    ),
    "console-overview-counter": (
        "console/overview.html",
        _console(
            ConsoleSection.OVERVIEW,
            role=OperatorRole.COUNTER_OFFICER,
            attention=Attention(),
            news=[],
        ),
    ),
    "console-overview-nothing": (
        "console/overview.html",
        _console(ConsoleSection.OVERVIEW, attention=Attention(), news=[], navigation=[]),
    ),
    "console-keys": (
        "console/keys/list.html",
        _console(
            ConsoleSection.KEYS,
            rows=[
                _key_row("announced", next="activated", days=0),
                _key_row("active", days=89, algorithm="RS256"),
                _key_row("retired", next="dropped", days=180),
            ],
            dropped=[],
            rotates=True,
        ),
    ),
    "console-keys-urgent": (
        "console/keys/list.html",
        _console(
            ConsoleSection.KEYS,
            rows=[
                _key_row("active", urgency="missed", days=91),
                _key_row("active", urgency="near", days=87, algorithm="RS256"),
            ],
            dropped=["D" * 43, "E" * 43],
            rotates=False,
        ),
    ),
    "console-rotate": (
        "console/keys/rotate.html",
        _console(ConsoleSection.KEYS, _blank(RotateForm), hours=24),
    ),
    "console-rotate-refused": (
        "console/keys/rotate.html",
        _console(ConsoleSection.KEYS, refused(RotateForm, {"reason": "a"}), hours=24),
    ),
    "console-test-people": (
        "console/test_people/people.html",
        _console(
            ConsoleSection.TEST_PEOPLE,
            team=TEAM,
            password="Thu-k7vm-2qxa-1",
            made_at="09:00, 22/11/2026",
            made_by="trinh",
            people=[
                {
                    "words": PURPOSE_WORDS[person.purpose],
                    "name": person.full_name.value,
                    "born": person.birth_date.written,
                    "identity_number": person.identity_number(SetNumber(0)).value,
                    "phone": person.phone_number(SetNumber(0)).national,
                }
                for person in TEST_PEOPLE
            ],
            messages=[
                {
                    "to": "OTP",
                    "phone": "0950000001",
                    "text": "123456 la ma OTP dang nhap Cong DVC Quoc gia, hieu luc 2 phut.",
                    "at": "09:12:05, 22/11",
                }
            ],
        ),
    ),
    "console-test-people-none": (
        "console/test_people/none.html",
        _console(ConsoleSection.TEST_PEOPLE, team=TEAM),
    ),
    "console-test-people-teams": (
        "console/test_people/teams.html",
        _console(ConsoleSection.TEST_PEOPLE, page=PageOf([TEAM], None, None)),
    ),
    "console-test-people-no-teams": (
        "console/test_people/teams.html",
        _console(ConsoleSection.TEST_PEOPLE, page=PageOf([], None, None)),
    ),
    "console-test-people-first": (
        "console/test_people/renew.html",
        _console(ConsoleSection.TEST_PEOPLE, _blank(RenewForm), team=TEAM, is_first=True),
    ),
    "console-test-people-renew": (
        "console/test_people/renew.html",
        _console(ConsoleSection.TEST_PEOPLE, _blank(RenewForm), team=TEAM, is_first=False),
    ),
    "console-test-people-no-numbers": (
        "console/test_people/no_numbers.html",
        _console(ConsoleSection.TEST_PEOPLE, team=TEAM),
    ),
    "api": (
        "api/description.html",
        _plain(
            prefix="/api/v1",
            issuer="https://idp.example",
            resources=[
                {
                    "name": "keys",
                    "about": "Keys.",
                    "operations": [
                        {
                            "method": "POST",
                            "path": "/api/v1/keys/rotations",
                            "summary": "Rotate",
                            "description": "ES256, RS256.",
                            "scope": "rotate_keys",
                            "once": True,
                            "version": True,
                        }
                    ],
                }
            ],
            problems=[("stale", 409, "Stale"), ("not-found", 404, "Not found")],
        ),
    ),
    "console-api-clients": (
        "console/api_clients/list.html",
        _console(
            ConsoleSection.API_CLIENTS,
            page=PageOf([], None, "?page=2"),
            rows=[
                _program_row(),
                _program_row(days_left=12, is_orphan=True),
                _program_row(days_left=-1, is_over=True),
                _program_row(client=_program("cu", disabled=True)),
            ],
        ),
    ),
    "console-api-clients-none": (
        "console/api_clients/list.html",
        _console(ConsoleSection.API_CLIENTS, page=PageOf([], None, None), rows=[]),
    ),
    "console-api-client-new": (
        "console/api_clients/new.html",
        _console(ConsoleSection.API_CLIENTS, _blank(AddApiClientForm)),
    ),
    "console-api-client-refused": (
        "console/api_clients/new.html",
        _console(ConsoleSection.API_CLIENTS, refused(AddApiClientForm, {"name": "A B"})),
    ),
    "console-api-client-secret": (
        "console/api_clients/secret.html",
        _console(ConsoleSection.API_CLIENTS, name="ci-binh-dinh", secret="A" * 43),
    ),
    "console-api-client-renew": (
        "console/api_clients/renew.html",
        _console(
            ConsoleSection.API_CLIENTS,
            _blank(RenewApiClientForm),
            client=_program("ci-binh-dinh"),
        ),
    ),
    "console-api-client-disable": (
        "console/api_clients/disable.html",
        _console(
            ConsoleSection.API_CLIENTS,
            refused(DisableApiClientForm, {}),
            client=_program("ci-binh-dinh"),
        ),
    ),
    "console-announcements": (
        "console/announcements/list.html",
        _console(
            ConsoleSection.ANNOUNCEMENTS,
            page=PageOf([], None, "?page=2"),
            rows=[
                _announced(),
                _announced(
                    id="55555555-5555-4555-8555-555555555555",
                    audience="named",
                    named=("binh-dinh", "dak-lak"),
                    withdrawn_at="09:00, 22/11/2026",
                    announcement=WITHDRAWN_ANNOUNCEMENT,
                ),
            ],
            announces=True,
        ),
    ),
    "console-announcements-team": (
        "console/announcements/list.html",
        _console(
            ConsoleSection.ANNOUNCEMENTS,
            role=OperatorRole.PROVINCE_TEAM,
            page=PageOf([], None, None),
            rows=[_announced(audience="production")],
            announces=False,
        ),
    ),
    "console-announcements-none": (
        "console/announcements/list.html",
        _console(
            ConsoleSection.ANNOUNCEMENTS,
            page=PageOf([], None, None),
            rows=[],
            announces=True,
        ),
    ),
    "console-announce": (
        "console/announcements/new.html",
        _console(ConsoleSection.ANNOUNCEMENTS, _blank(AnnounceForm)),
    ),
    "console-announce-refused": (
        "console/announcements/new.html",
        _console(ConsoleSection.ANNOUNCEMENTS, _announce_refused),
    ),
    "console-withdraw": (
        "console/announcements/withdraw.html",
        _console(
            ConsoleSection.ANNOUNCEMENTS,
            _blank(WithdrawAnnouncementForm),
            announcement=ANNOUNCEMENT,
        ),
    ),
    "console-rotate-now": (
        "console/keys/rotate_now.html",
        _console(ConsoleSection.KEYS, _blank(RotateNowForm), hours=24),
    ),
    "console-forbidden": (
        "console/forbidden.html",
        _console(ConsoleSection.OVERVIEW, role=OperatorRole.PROVINCE_TEAM),
    ),
    **_relying_party_pages(),
    "console-teams": (
        "console/teams/list.html",
        _console(
            TEAMS,
            page=PageOf(
                [ListedTeam(TEAM.id, TEAM.name, 3), ListedTeam(TeamId("dak-lak"), "Dak Lak", 0)],
                None,
                "?page=2",
            ),
            manages=True,
        ),
    ),
    "console-teams-none": (
        "console/teams/list.html",
        _console(TEAMS, page=PageOf([], None, None), manages=True),
    ),
    "console-teams-nobodys": (
        "console/teams/list.html",
        _console(TEAMS, role=TEAM_OF_PROVINCE, page=PageOf([], None, None), manages=False),
    ),
    "console-team-new": ("console/teams/new.html", _console(TEAMS, _blank(NewTeamForm))),
    "console-team-new-refused": (
        "console/teams/new.html",
        _console(TEAMS, refused(NewTeamForm, {"team_name": "a", "team_id": "Bình Định"})),
    ),
    "console-team": (
        "console/teams/team.html",
        _console(
            TEAMS,
            team=TEAM,
            members=[_colleague("buoi", TEAM_OF_PROVINCE), _colleague("minh", TEAM_OF_PROVINCE)],
            invited=[(_invited("moi", TEAM_OF_PROVINCE), "09:12, 29/11/2026")],
            changes_members=True,
            manages=True,
        ),
    ),
    "console-team-read": (
        "console/teams/team.html",
        _console(
            TEAMS,
            role=OperatorRole.READ_ONLY,
            team=TEAM,
            members=[],
            invited=[],
            changes_members=False,
            manages=False,
        ),
    ),
    "console-team-rename": (
        "console/teams/rename.html",
        _console(TEAMS, _blank(RenameTeamForm, team_name=TEAM.name), team=TEAM, person=None),
    ),
    "console-team-invite": (
        "console/teams/invite.html",
        _console(TEAMS, _blank(InviteMemberForm), team=TEAM, person=None),
    ),
    "console-team-invited": (
        "console/teams/invited.html",
        _console(
            TEAMS,
            team=TEAM,
            name="moi",
            link="https://idp.example/console/invitation?k=" + "A" * 43,
        ),
    ),
    "console-team-add": (
        "console/teams/add.html",
        _console(TEAMS, _blank(AddMemberForm), team=TEAM, person=None),
    ),
    "console-team-remove": (
        "console/teams/remove.html",
        _console(TEAMS, _blank(RemoveMemberForm), team=TEAM, person="minh"),
    ),
    "console-operators": (
        "console/operators/list.html",
        _console(
            ConsoleSection.OPERATORS,
            operators=[
                _colleague("buoi", OperatorRole.ADMINISTRATOR),
                _colleague("quay-1", OperatorRole.COUNTER_OFFICER),
                _colleague("xem", OperatorRole.READ_ONLY, disabled=True),
            ],
            invited=[(_invited("moi", OperatorRole.OPERATOR), "09:12, 29/11/2026")],
            manages=True,
        ),
    ),
    "console-operators-read": (
        "console/operators/list.html",
        _console(
            ConsoleSection.OPERATORS,
            role=OperatorRole.READ_ONLY,
            operators=[_colleague("buoi", OperatorRole.PROVINCE_TEAM)],
            invited=[],
            manages=False,
        ),
    ),
    "console-invite": (
        "console/operators/invite.html",
        _console(ConsoleSection.OPERATORS, _blank(InviteForm)),
    ),
    "console-invite-refused": (
        "console/operators/invite.html",
        _console(
            ConsoleSection.OPERATORS,
            refused(InviteForm, {"name": "Lan", "display_name": "", "role": "king", "code": ""}),
        ),
    ),
    "console-invited": (
        "console/operators/invited.html",
        _console(
            ConsoleSection.OPERATORS,
            name="moi",
            link="https://idp.example/console/invitation?k=" + "A" * 43,
        ),
    ),
    "console-role": (
        "console/operators/role.html",
        _console(
            ConsoleSection.OPERATORS,
            _blank(RoleForm, role="operator"),
            colleague=_colleague("quay-1", OperatorRole.OPERATOR),
        ),
    ),
    "console-role-refused": (
        "console/operators/role.html",
        _console(
            ConsoleSection.OPERATORS,
            refused(RoleForm, {"role": "", "reason": "0912345678 gọi", "password": PASSWORD}),
            colleague=_colleague("quay-1", OperatorRole.OPERATOR),
        ),
    ),
    "console-disable": (
        "console/operators/disable.html",
        _console(
            ConsoleSection.OPERATORS,
            _blank(DisableForm),
            colleague=_colleague("quay-1", OperatorRole.OPERATOR),
        ),
    ),
    "console-password": (
        "console/operators/password.html",
        _console(ConsoleSection.PROFILE, _blank(OwnPasswordForm, name="buoi")),
    ),
    "console-password-refused": (
        "console/operators/password.html",
        _console(
            ConsoleSection.PROFILE,
            refused(
                OwnPasswordForm,
                {"new_password": "short", "confirm_password": "other"},
                name="buoi",
            ),
        ),
    ),
    "console-invitation": (
        "console/operators/invitation.html",
        lambda pages: {
            "form": pages.blank_form(AcceptForm, name="moi"),
            "invited": Invited(OperatorName("moi"), NAME, OperatorRole.OPERATOR, "ABCD"),
            "qr": qr_svg("otpauth://totp/x"),
            "secret": "JBSW Y3DP",
            "uri": "otpauth://totp/x",
        },
    ),
    "console-invitation-spent": ("console/operators/invitation_spent.html", _plain()),
    "console-disputes": (
        "console/disputes/list.html",
        _console(
            ConsoleSection.DISPUTES,
            page=PageOf([], None, "?page=2"),
            rows=[
                {
                    "number": f"KN-2026-00000{count}",
                    "status": status,
                    "filed_at": "09:12, 21/11/2026",
                    "waits_until": until,
                    "resolved": status == "resolved",
                }
                for count, (status, until) in enumerate(
                    [("received", "09:12, 24/11/2026"), ("in_progress", None), ("resolved", None)]
                )
            ],
            resolved=True,
            decides=True,
        ),
    ),
    "console-disputes-none": (
        "console/disputes/list.html",
        _console(
            ConsoleSection.DISPUTES,
            role=OperatorRole.READ_ONLY,
            page=PageOf([], None, None),
            rows=[],
            resolved=False,
            decides=False,
        ),
    ),
    "console-dispute": (
        "console/disputes/case.html",
        _console(
            ConsoleSection.DISPUTES,
            number="KN-2026-000001",
            state="more_needed",
            filed_at="09:12, 21/11/2026",
            holder="33333333-3333-4333-8333-333333333333",
            holder_until="09:12, 24/11/2026",
            claimant=NAME,
            born="02/01/1990",
            identity_number="052190000001",
            phone="0912000001",
            carrier="vinaphone",
            reference="vp-1",
            story=[NAME, NAME],
            steps=[
                {
                    "at": "09:12, 21/11/2026",
                    "kind": kind,
                    "by": by,
                    "words": [NAME],
                    "until": until,
                }
                for kind, by, until in (
                    (StepKind.FILED, "claimant", "09:12, 24/11/2026"),
                    (StepKind.HOLDER_ANSWERED, "holder", None),
                    (StepKind.MORE_ASKED, "lan", None),
                )
            ],
            votes=[
                {
                    "at": "09:12, 22/11/2026",
                    "by": "lan",
                    "outcome": outcome,
                    "reason": [NAME],
                    "void": outcome == "close",
                }
                for outcome in ("close", "keep", "transfer")
            ],
            is_open=True,
        ),
    ),
    "console-dispute-decide": (
        "console/disputes/decide.html",
        _console(ConsoleSection.DISPUTES, _blank(DecideForm), number="KN-2026-000001"),
    ),
    "console-dispute-decide-empty": (
        "console/disputes/decide.html",
        _console(ConsoleSection.DISPUTES, refused(DecideForm, {}), number="KN-2026-000001"),
    ),
    "console-dispute-extend": (
        "console/disputes/extend.html",
        _console(ConsoleSection.DISPUTES, _blank(ExtendForm), number="KN-2026-000001"),
    ),
    "console-dispute-extend-refused": (
        "console/disputes/extend.html",
        _console(
            ConsoleSection.DISPUTES, refused(ExtendForm, {"hours": "721"}), number="KN-2026-000001"
        ),
    ),
    "console-dispute-ask-more": (
        "console/disputes/ask_more.html",
        _console(ConsoleSection.DISPUTES, _blank(AskMoreForm), number="KN-2026-000001"),
    ),
    "console-dispute-ask-more-empty": (
        "console/disputes/ask_more.html",
        _console(ConsoleSection.DISPUTES, refused(AskMoreForm, {}), number="KN-2026-000001"),
    ),
    "console-find": ("console/citizens/find.html", _console(CITIZENS, _blank(FindForm))),
    "console-find-empty": (
        "console/citizens/find.html",
        _console(CITIZENS, refused(FindForm, {"identity_number": "", "reason": "x"})),
    ),
    "console-found": (
        "console/citizens/found.html",
        _console(
            CITIZENS,
            citizen_id="33333333-3333-4333-8333-333333333333",
            state="held",
            level=2,
            holds=[
                ("operator", ""),
                ("dispute", "KN-2026-000001"),
                ("inactive", ""),
                ("unrecognised_activity", ""),
            ],
            last_three="678",
            enrolled_on="21/11/2026",
        ),
    ),
    "console-found-free": (
        "console/citizens/found.html",
        _console(
            CITIZENS,
            citizen_id="33333333-3333-4333-8333-333333333333",
            state="active",
            level=1,
            holds=[],
            last_three=None,
            enrolled_on="21/11/2026",
        ),
    ),
    "console-lock": (
        "console/citizens/lock.html",
        _console(CITIZENS, _blank(LockForm), citizen_id="33333333-3333-4333-8333-333333333333"),
    ),
    "console-unlock": (
        "console/citizens/unlock.html",
        _console(CITIZENS, _blank(UnlockForm), citizen_id="33333333-3333-4333-8333-333333333333"),
    ),
    "console-unlock-empty": (
        "console/citizens/unlock.html",
        _console(
            CITIZENS,
            refused(UnlockForm, {}),
            citizen_id="33333333-3333-4333-8333-333333333333",
        ),
    ),
    "console-locked": ("console/citizens/locked.html", _console(CITIZENS)),
    "console-unlocked": (
        "console/citizens/unlocked.html",
        _console(CITIZENS, left=["dispute", "inactive"]),
    ),
    "console-unlocked-all": ("console/citizens/unlocked.html", _console(CITIZENS, left=[])),
    "console-visit": (
        "console/visits/code.html",
        _console(VISITS, _blank(VisitCodeForm), role=OperatorRole.COUNTER_OFFICER),
    ),
    "console-visit-empty": (
        "console/visits/code.html",
        _console(VISITS, refused(VisitCodeForm, {}), role=OperatorRole.COUNTER_OFFICER),
    ),
    "console-visit-compare": (
        "console/visits/compare.html",
        _console(VISITS, _blank(ConfirmVisitForm), **SEEN_AT_COUNTER),
    ),
    "console-visit-compare-empty": (
        "console/visits/compare.html",
        _console(
            VISITS,
            refused(ConfirmVisitForm, {"visit_code": "12345678", "card_number": "12"}),
            **SEEN_AT_COUNTER,
        ),
    ),
    "console-visit-confirmed": (
        "console/visits/confirmed.html",
        _console(VISITS, role=OperatorRole.COUNTER_OFFICER),
    ),
    "console-failures": ("console/failures/list.html", _failures(_FAILURES)),
    "console-failures-none": (
        "console/failures/list.html",
        _failures((), role=OperatorRole.PROVINCE_TEAM),
    ),
    "console-statistics": ("console/statistics/report.html", _statistics(_month())),
    "console-statistics-today": ("console/statistics/report.html", _statistics(_today())),
    "console-statistics-none": (
        "console/statistics/report.html",
        _statistics(replace(_today(), begun=0, signed_in=0, silent=0, texts=(), enrolments={})),
    ),
    "console-statistics-no-portal": (
        "console/statistics/report.html",
        _statistics(None, role=OperatorRole.PROVINCE_TEAM),
    ),
    "console-statistics-unknown": (
        "console/statistics/report.html",
        _console(
            ConsoleSection.STATISTICS,
            _statistics_form("ban-do", "Không có cổng nào mang mã này"),
            offers_names=False,
            report=None,
            export_query="portal=ban-do",
        ),
    ),
    "console-log": (
        "console/log/list.html",
        _console(
            ConsoleSection.LOG,
            _blank(LogForm, since="2026-11-21", until="2026-11-21"),
            page=PageOf([], "?page=1", "?page=3"),
            rows=[
                {
                    "at": "09:12:44, 21/11/2026",
                    "kind": "operator_role_changed",
                    "by": "lan",
                    "about": ["33333333-3333-4333-8333-333333333333", "binh-dinh"],
                    "details": [("before", "operator"), ("after", "administrator")],
                    "sealing": sealing,
                }
                for sealing in ("waiting", "whole", "broken")
            ],
            is_broken=True,
            sealed_until="20/11/2026",
            export_query="since=2026-11-21",
            most="10.000",
        ),
    ),
    "console-log-none": (
        "console/log/list.html",
        _console(
            ConsoleSection.LOG,
            _blank(LogForm, since="2026-11-21", until="2026-11-21"),
            role=OperatorRole.READ_ONLY,
            page=PageOf([], None, None),
            rows=[],
            is_broken=False,
            sealed_until=None,
            export_query="",
            most="10.000",
        ),
    ),
    "not-found": ("errors/not_found.html", _plain()),
    "forbidden": ("errors/forbidden.html", _plain()),
    "busy-network": ("errors/busy_network.html", _plain(minutes=4)),
    "too-many": ("errors/too_many.html", _plain(minutes=3)),
    "broken": ("errors/broken.html", _plain(reference="7F3K-92QD")),
    "unavailable": ("errors/unavailable.html", _plain(reference="7F3K-92QD")),
    "bad-request": ("errors/bad_request.html", _plain(reference="7F3K-92QD")),
    "form-too-old": ("errors/form_too_old.html", _plain(again_url="?i=abc")),
    "cookies-off": ("errors/cookies_off.html", _plain(again_url="?i=abc")),
    "wrong-request": (
        "errors/wrong_request.html",
        _plain(parameter="redirect_uri", reference="7F3K-92QD"),
    ),
    "portal-disabled": ("errors/portal_disabled.html", _plain(reference="7F3K-92QD")),
    "manuals": ("manuals/list.html", _plain()),
    "manual": ("manuals/manual.html", _manual_page("quick-start")),
    "manual-api": ("manuals/manual.html", _manual_page("api")),
    "help": ("help/help.html", _plain()),
    "privacy": ("help/privacy.html", _plain()),
    "accessibility": ("help/accessibility.html", _plain()),
}

# A consent and a way back exist for a portal only.
ALWAYS_ASKED = frozenset(
    {
        "consent",
        "consent-grown",
        "continue",
        "form-post",
        "not-admitted-test-person",
        "not-admitted-to-enrol",
        "not-admitted-trial",
        "not-you-only-other",
        "portal-disabled",
    }
) | {
    name
    for name, (template, _) in PAGES.items()
    if template == "step_up/explain.html" or template.startswith("integration_tests/")
}

# A browser with scripts does not stay on it.
MOVES_ON = frozenset({"form-post"})


def add_gallery(app: Flask, pages: Pages) -> None:
    """Serve every page at /gallery/<name>; `?alone` leaves the relying party out."""

    def show(name: str) -> object:
        template, context = PAGES[name]
        alone = "alone" in request.args and name not in ALWAYS_ASKED
        return pages.render(
            template, **(context(pages) | {"relying_party": None if alone else PORTAL})
        )

    app.add_url_rule("/gallery/<name>", "gallery", show)


def each_page() -> Iterator[str]:
    """Give the address of every page, with and without a relying party, in both languages."""
    for name in PAGES:
        for language in ("vi", "en"):
            yield f"/gallery/{name}?lang={language}"
            if name not in ALWAYS_ASKED:
                yield f"/gallery/{name}?lang={language}&alone"


@cache
def rendered_pages() -> Mapping[str, str]:
    """Give every page by its address, rendered once for all that is asked of the HTML."""
    app, pages = make_app()
    add_gallery(app, pages)
    client = app.test_client()
    found = {}
    for url in each_page():
        response = client.get(url)
        assert response.status_code == 200, url
        found[url] = response.text
    return found
