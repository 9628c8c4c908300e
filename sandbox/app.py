"""The composition root: every part of the sandbox put together on one Flask application."""

from time import sleep

from flask import Flask

from sandbox import mail_page, outcomes_page, sms, test_calls
from sandbox.authorization import views as authorization
from sandbox.authorization.assertions import ClientAssertions
from sandbox.authorization.tokens import AccessTokens
from sandbox.breakage import Breakage
from sandbox.camara import views as camara
from sandbox.clock import Clock, Pause, SystemClock
from sandbox.config import SandboxConfig
from sandbox.faults import Faults
from sandbox.mail import Mailboxes
from sandbox.outcomes import read_outcomes
from sandbox.people import read_people
from sandbox.phone import views as phone
from sandbox.subscriptions import Subscriptions
from sandbox.tempers import read_tempers


def create_sandbox(
    config: SandboxConfig,
    *,
    clock: Clock | None = None,
    pause: Pause = sleep,
    mailboxes: Mailboxes | None = None,
) -> Flask:
    """
    Build a sandbox of its own: nothing is shared between two of them, nothing outlives one.

    *pause* lets the seconds of the faults `slow` and `timeout` pass; *mailboxes* are those that a
    mail server fills (`sandbox.mail.receiving`). Raises ValueError when the
    client's keys are of no use.
    """
    clock = clock or SystemClock()
    tempers = read_tempers()
    people = read_people(tempers, clock.now())
    subscriptions = Subscriptions(person.subscription for person in people)
    faults, mailbox, tokens = Faults(), sms.Mailbox(clock), AccessTokens(clock)
    mailboxes = mailboxes or Mailboxes(clock)
    breakage = Breakage(faults, pause, config.slow_seconds, config.timeout_seconds)
    assertions = ClientAssertions.of_client(
        config.carrier_client_id, config.carrier_client_jwks, clock
    )

    app = Flask(__name__, static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(
        authorization.routes(
            authorization.TokenEndpoint(config.base_url, assertions, tokens, breakage)
        )
    )
    app.register_blueprint(
        camara.routes(camara.CamaraFace(subscriptions, tempers, tokens, faults, breakage, clock))
    )
    app.register_blueprint(sms.routes(sms.SmsGateway(config.sms_api_key, mailbox, breakage)))
    app.register_blueprint(
        test_calls.routes(test_calls.TestCalls(mailbox, subscriptions, tempers, faults, people))
    )
    app.register_blueprint(phone.routes(phone.PhonePage(mailbox, people, tempers)))
    app.register_blueprint(mail_page.routes(mail_page.MailPage(mailboxes)))
    app.register_blueprint(outcomes_page.routes(outcomes_page.OutcomesPage(read_outcomes(people))))
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    return app
