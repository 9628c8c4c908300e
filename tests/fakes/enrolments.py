"""Enrolment's use cases without its pages, for what happens many times at once."""

from datetime import timedelta

import redis
from sqlalchemy import func, select

from idp.adapters.redis.grants import RedisAccessTokens
from idp.adapters.redis.sessions import RedisSessions
from idp.carriers.count_question import CountQuestion, QuestionBudgets
from idp.carriers.model import ClaimedIdentity
from idp.citizens.password_hasher import PasswordHasher
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.enrolment.ask_carrier import AskCarrier
from idp.enrolment.ask_with_old_number import AskWithOldNumber
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.create_citizen import CreateCitizen
from idp.enrolment.model import ClaimedDetails, PendingEnrolment, PendingEnrolmentId
from idp.enrolment.submit_form import Circumstances, SubmitForm
from idp.enrolment.take_up import FindKept, TakeUpEnrolment
from idp.follow_ups.follow_ups import FollowUps
from idp.interactions.sign_in import SignIn
from idp.throttling.ports import Budget, BudgetSpent, Counted
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.notices import NoticesInMemory
from tests.fakes.tally import TallyInMemory

PASSWORD = "Song Hàn-82 chiều"
PROVES_FOR = timedelta(minutes=15)


class Counts:
    """A throttle that allows everything and counts it; implements `Throttle`."""

    def __init__(self) -> None:
        self.counted = 0

    def count(self, budget: Budget, *key: str) -> None:
        """See the port."""
        self.counted += 1

    def count_in_turn(self, *counted: Counted) -> None:
        """See the port."""
        self.counted += len(counted)

    def require(self, budget: Budget, *key: str) -> None:
        """See the port."""

    def clear(self, budget: Budget, *key: str) -> None:
        """See the port."""


class NoMore(Counts):
    """A throttle that allows nothing."""

    def count_in_turn(self, *counted: Counted) -> None:
        """See the port."""
        raise BudgetSpent(counted[0].budget.name, timedelta(minutes=1), first=True)


class Enrolments:
    """The use cases, without pages."""

    def __init__(
        self,
        database: Database,
        index: BlindIndex,
        redis_client: redis.Redis,
        clock: FakeClock,
        carriers: CarrierRecordsInMemory,
    ) -> None:
        sign_in = SignIn(
            sessions=RedisSessions(
                redis_client, idle=timedelta(hours=1), maximum=timedelta(hours=12), clock=clock
            ),
            tokens=RedisAccessTokens(
                redis_client,
                lifetime=timedelta(minutes=5),
                code_lifetime=timedelta(minutes=1),
                clock=clock,
            ),
            announce=nobody_to_tell(clock),
            database=database,
            clock=clock,
        )
        hasher = PasswordHasher(
            memory_kib=64,
            iterations=1,
            hashes_at_once=8,
            queue_deadline=timedelta(seconds=30),
        )
        self.database = database
        self.index = index
        self.carriers = carriers
        self.throttle = Counts()
        self.clock = clock
        self.tally = TallyInMemory()
        self.submit = SubmitForm(
            database=database,
            index=index,
            throttle=Counts(),
            budget=Budget("forms", ()),
            kept=timedelta(days=7),
            tally=self.tally,
            clock=clock,
        )
        self.find_kept = FindKept(database=database, index=index, clock=clock)
        self.take_up = TakeUpEnrolment(database=database, clock=clock)
        self.confirm = ConfirmPhone(database=database, clock=clock)
        self.create = CreateCitizen(
            database=database,
            index=index,
            hasher=hasher,
            follow_ups=FollowUps(
                end_sessions=sign_in, notices=NoticesInMemory(), database=database, clock=clock
            ),
            proves_for=PROVES_FOR,
            carrier_match_lapses_after=timedelta(days=1095),
            tally=self.tally,
            clock=clock,
        )

    def ask(self, pending_id: PendingEnrolmentId) -> None:
        """Ask the carriers."""
        AskCarrier(
            carriers=self.carriers,
            database=self.database,
            count=self._count,
            proves_for=PROVES_FOR,
            tally=self.tally,
            clock=self.clock,
        )(pending_id)

    def ask_with_old_number(self, pending_id: PendingEnrolmentId, number: str) -> bool:
        """Ask the carriers with an old CMND."""
        return AskWithOldNumber(
            carriers=self.carriers,
            database=self.database,
            index=self.index,
            count=self._count,
            proves_for=PROVES_FOR,
            tally=self.tally,
            clock=self.clock,
        )(pending_id, IdentityNumber(number))

    def mismatched(self, number: str, phone: str, *, recorded: str) -> PendingEnrolmentId:
        """Somebody typed *number*, and the carrier holds *recorded*."""
        self.carriers.subscriptions[PhoneNumber(phone)] = subscription(recorded)
        pending_id = self.typed(number, phone, browser=phone.ljust(43, "b"))
        self.confirm(pending_id)
        self.ask(pending_id)
        return pending_id

    @property
    def _count(self) -> CountQuestion:
        return CountQuestion(
            throttle=self.throttle,
            budgets=QuestionBudgets(Budget("phone", ()), Budget("number", ())),
            database=self.database,
            clock=self.clock,
        )

    def typed(
        self,
        number: str,
        phone: str,
        *,
        browser: str = "b" * 43,
        current: PendingEnrolmentId | None = None,
        name: str = "Nguyễn Thị Bưởi",
    ) -> PendingEnrolmentId:
        """Somebody types details."""
        details = ClaimedDetails(
            ClaimedIdentity(IdentityNumber(number), FullName.parse(name), BirthDate(1990, 1, 2)),
            PhoneNumber(phone),
            None,
        )
        where = Circumstances("i" * 43, browser, "10.0.0.0/24", None, "2026-11", "h" * 43, current)
        return self.submit(details, where).id

    def ready(self, number: str, phone: str, *, browser: str | None = None) -> PendingEnrolmentId:
        """Somebody has come as far as the password."""
        self.carriers.subscriptions[PhoneNumber(phone)] = subscription(number)
        pending_id = self.typed(number, phone, browser=browser or phone.ljust(43, "b"))
        self.confirm(pending_id)
        self.ask(pending_id)
        return pending_id

    def count(self, model: type) -> int:
        """How many rows there are."""
        with self.database.reading() as reading:
            return reading.execute(select(func.count()).select_from(model)).scalar_one()

    def row(self, pending_id: PendingEnrolmentId) -> PendingEnrolment:
        """What is stored."""
        with self.database.reading() as reading:
            return reading.get_one(PendingEnrolment, pending_id)


def subscription(number: str, name: str = "Nguyễn Thị Bưởi") -> Subscription:
    return Subscription(
        carrier="vinaphone",
        identity_number=IdentityNumber(number),
        full_name=FullName.parse(name),
        birth_date=BirthDate(1990, 1, 2),
    )
