"""Settings, as the numbers and words that rules and pages take."""

from datetime import timedelta

from idp.authenticators.attempts import SecondFactorBudgets
from idp.carriers.count_question import QuestionBudgets
from idp.carriers.model import SubscriberCheck
from idp.core.environment import Environment
from idp.data_requests.rules import Terms
from idp.disputes.routes import DisputePolicy
from idp.enrolment.routes import EnrolmentPolicy
from idp.inactivity.rules import InactivityPolicy
from idp.login.password_login import LoginBudgets
from idp.onboarding.rules import OnboardingPolicy
from idp.operators.verify_operator import OperatorBudgets
from idp.otp.one_time_passwords import OtpBudgets, OtpPolicy
from idp.phones.begin_phone import PhonePolicy
from idp.recovery.routes import RecoveryPolicy
from idp.rematch.sweep import NightWork
from idp.settings import Rate, Settings
from idp.throttling.ports import Budget
from idp.web.pages import Brand


def inactivity_policy(settings: Settings) -> InactivityPolicy:
    """When whoever does not come is told, and locked out."""
    inactivity = settings.inactivity
    return InactivityPolicy(
        after=inactivity.after,
        notice_every=inactivity.notice_every,
        begins=inactivity.begins,
        ends=inactivity.ends,
    )


def data_request_terms(settings: Settings) -> Terms:
    """How soon requests about data are answered, and carried out."""
    terms = settings.data_requests
    return Terms(
        answered_in_working_days=terms.answered_in_working_days,
        done_in=terms.done_in,
        holidays=terms.holidays,
    )


def question_budgets(settings: Settings) -> QuestionBudgets:
    throttling = settings.throttling
    return QuestionBudgets(
        per_identity_number=Budget(
            "enrolment_per_identity_number", throttling.enrolment_per_identity_number
        ),
        per_phone=Budget("enrolment_per_phone", throttling.enrolment_per_phone),
    )


def enrolment_forms_budget(settings: Settings) -> Budget:
    windows = settings.throttling.enrolment_forms_per_network
    return Budget("enrolment_forms_per_network", windows, by_network=True)


def dispute_policy(settings: Settings) -> DisputePolicy:
    return DisputePolicy(
        holder_answers_within=settings.disputes.holder_answers_within,
        proves_for=settings.disputes.otp_proves_for,
        kept=settings.disputes.kept,
        decision_stands=settings.disputes.decision_stands,
    )


def enrolment_policy(settings: Settings) -> EnrolmentPolicy:
    return EnrolmentPolicy(
        minimum_age=settings.enrolment.minimum_age,
        kept=settings.enrolment.kept,
        proves_for=settings.enrolment.otp_proves_for,
        counts_as_sign_in=settings.sessions.enrolment_counts_as_sign_in,
        carrier_match_lapses_after=settings.evidence.carrier_match_lapses_after,
    )


def subscriber_checks_of(settings: Settings) -> dict[str, SubscriberCheck]:
    """How subscribers of each carrier see what it holds about them, by the carrier's name."""
    return {
        carrier.name: SubscriberCheck(carrier.shown, carrier.check_keyword)
        for carrier in settings.carriers.directory
    }


def rematch_work(settings: Settings) -> NightWork:
    rematch = settings.rematch
    minute, night = timedelta(minutes=1), timedelta(hours=12)
    return NightWork(
        begins=rematch.begins,
        ends=rematch.ends,
        rematch_after=rematch.after,
        quotas={
            carrier.name: Budget(
                f"rematch_{carrier.name}",
                (
                    Rate(count=carrier.rematches_per_minute, period=minute),
                    Rate(count=carrier.rematches_per_night, period=night),
                ),
            )
            for carrier in settings.carriers.directory
        },
    )


def interactions_budget(settings: Settings) -> Budget:
    windows = settings.throttling.interactions_per_network
    return Budget("interactions_per_network", windows, by_network=True)


def shown_pages_budget(settings: Settings) -> Budget:
    """As many pages as interactions; apart, so that what is mistyped takes no sign-in away."""
    windows = settings.throttling.interactions_per_network
    return Budget("shown_pages_per_network", windows, by_network=True)


def phone_policy(settings: Settings) -> PhonePolicy:
    phones = settings.phones
    return PhonePolicy(
        at_most=phones.at_most,
        cooling_off=phones.cooling_off,
        sim_change_window=phones.sim_change_window,
        kept=phones.form_kept,
    )


def recovery_policy(settings: Settings) -> RecoveryPolicy:
    recovery = settings.recovery
    return RecoveryPolicy(
        sim_change_window=recovery.sim_change_window,
        proves_for=recovery.otp_proves_for,
        wait=recovery.other_phone_wait,
        kept=recovery.other_phone_kept,
        typed_kept=recovery.other_phone_form_kept,
        carrier_match_lapses_after=settings.evidence.carrier_match_lapses_after,
        forms_per_network=Budget(
            "recovery_forms_per_network",
            settings.throttling.recovery_forms_per_network,
            by_network=True,
        ),
    )


def otp_policy(settings: Settings) -> OtpPolicy:
    otp = settings.otp
    return OtpPolicy(
        lifetime=otp.lifetime,
        attempts=otp.attempts,
        resend_after=otp.resend_after,
        live_codes=otp.live_codes,
        challenges_before_pause=otp.challenges_before_pause,
        pause=otp.pause,
    )


def otp_budgets(settings: Settings) -> OtpBudgets:
    throttling = settings.throttling
    return OtpBudgets(
        anonymous_per_number=Budget("otp_per_number", throttling.otp_per_number),
        sign_in_per_number=Budget("otp_sign_in_per_number", throttling.otp_sign_in_per_number),
        anonymous_per_network=Budget(
            "otp_anonymous_per_network", throttling.otp_anonymous_per_network, by_network=True
        ),
        per_carrier=Budget("otp_per_carrier", throttling.otp_per_carrier),
        system=Budget("otp_system", throttling.otp_system),
    )


def login_budgets(settings: Settings) -> LoginBudgets:
    throttling = settings.throttling
    return LoginBudgets(
        per_number_and_network=Budget(
            "password_per_number_and_network", throttling.password_per_number_and_network
        ),
        per_number=Budget("password_per_number", throttling.password_per_number),
        per_device=Budget("password_per_device", throttling.password_per_device),
        failures_per_network=Budget(
            "password_failures_per_network",
            throttling.password_failures_per_network,
            by_network=True,
        ),
        failures_system=Budget("password_failures_system", throttling.password_failures_system),
    )


def second_factor_budgets(settings: Settings) -> SecondFactorBudgets:
    throttling = settings.throttling
    return SecondFactorBudgets(
        app_code=Budget("app_code_per_citizen", throttling.app_code_per_citizen),
        recovery_code=Budget("recovery_code_per_citizen", throttling.recovery_code_per_citizen),
    )


def operator_budgets(settings: Settings) -> OperatorBudgets:
    throttling = settings.throttling
    return OperatorBudgets(
        per_name=Budget("operator_credentials", throttling.operator_credentials),
        per_network=Budget(
            "operator_credentials_per_network",
            throttling.operator_credentials_per_network,
            by_network=True,
        ),
    )


def brand(settings: Settings) -> Brand:
    brand = settings.brand
    return Brand(
        name_vi=brand.name_vi,
        name_en=brand.name_en,
        sub_vi=brand.sub_vi,
        sub_en=brand.sub_en,
        # Where everybody counts as a test person every page says so.
        trial_band=brand.trial_band or settings.deployment.environment is Environment.SANDBOX,
        hotline=brand.hotline,
    )


def onboarding_policy(settings: Settings) -> OnboardingPolicy:
    """What production asks of a registration, and how long secrets and keys last."""
    table = settings.relying_parties
    return OnboardingPolicy(
        production_hosts=frozenset(table.production_hosts),
        test_counts_for=table.test_counts_for,
        secret_lasts=table.secret_lasts,
        key_lasts=table.key_lasts,
    )
