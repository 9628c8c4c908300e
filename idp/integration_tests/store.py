"""Queries on runs, results and attempts; none of them commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from idp.integration_tests.model import (
    AttemptId,
    CaseName,
    IntegrationTestAttempt,
    IntegrationTestResult,
    IntegrationTestRun,
    Observed,
    Outcome,
    Result,
    Run,
    RunId,
    Screen,
    Verdict,
)
from idp.relying_parties.model import ClientId


def add_run(session: Session, run: Run, *, handle: str) -> None:
    """Keep a new run, whose link has that digest."""
    session.execute(
        insert(IntegrationTestRun).values(
            id=run.id,
            client_id=run.client_id,
            handle=handle,
            begun_at=run.begun_at,
            begun_by=run.begun_by,
            expires_at=run.expires_at,
        )
    )


def live_run(session: Session, handle: str, now: datetime) -> Run | None:
    """The run whose link has that digest, while it lasts."""
    found = session.execute(
        select(IntegrationTestRun).where(
            IntegrationTestRun.handle == handle, IntegrationTestRun.expires_at > now
        )
    ).scalar_one_or_none()
    return None if found is None else _run(found)


def run_of(session: Session, client_id: ClientId, run_id: RunId) -> Run | None:
    """The run of that id, where it is that relying party's."""
    found = session.execute(
        select(IntegrationTestRun).where(
            IntegrationTestRun.id == run_id, IntegrationTestRun.client_id == client_id
        )
    ).scalar_one_or_none()
    return None if found is None else _run(found)


def runs_of(
    session: Session,
    client_id: ClientId,
    *,
    limit: int,
    offset: int = 0,
    before: tuple[datetime, str] | None = None,
) -> Sequence[Run]:
    """
    The runs for a relying party, the newest first.

    *before* is where the last page ended: the moment and the id of its last run.
    """
    statement = select(IntegrationTestRun).where(IntegrationTestRun.client_id == client_id)
    if before is not None:
        at, run_id = before
        same_moment = and_(IntegrationTestRun.begun_at == at, IntegrationTestRun.id > run_id)
        statement = statement.where(or_(IntegrationTestRun.begun_at < at, same_moment))
    found = session.execute(
        statement.order_by(IntegrationTestRun.begun_at.desc(), IntegrationTestRun.id)
        .limit(limit)
        .offset(offset)
    ).scalars()
    return [_run(each) for each in found]


def results_of(session: Session, run_id: RunId) -> dict[CaseName, Result]:
    """What the cases of a run came to so far."""
    found = session.execute(
        select(IntegrationTestResult).where(IntegrationTestResult.run_id == run_id)
    ).scalars()
    return {
        each.case: Result(each.case, each.outcome, each.reason, each.screen, each.observed, each.at)
        for each in found
    }


def outcomes_of_client(
    session: Session, client_id: ClientId, *, since: datetime
) -> Collection[Mapping[CaseName, Outcome]]:
    """What the cases came to, for each run of a relying party that was begun since that moment."""
    rows = session.execute(
        select(
            IntegrationTestResult.run_id,
            IntegrationTestResult.case,
            IntegrationTestResult.outcome,
        )
        .join(IntegrationTestRun, IntegrationTestRun.id == IntegrationTestResult.run_id)
        .where(IntegrationTestRun.client_id == client_id, IntegrationTestRun.begun_at >= since)
    )
    outcomes: dict[RunId, dict[CaseName, Outcome]] = {}
    for run_id, case, outcome in rows:
        outcomes.setdefault(run_id, {})[case] = outcome
    return outcomes.values()


def counts_of(session: Session, run_ids: Sequence[RunId]) -> Mapping[RunId, Mapping[Outcome, int]]:
    """How many cases of each run came to what."""
    rows = session.execute(
        select(IntegrationTestResult.run_id, IntegrationTestResult.outcome, func.count())
        .where(IntegrationTestResult.run_id.in_(run_ids))
        .group_by(IntegrationTestResult.run_id, IntegrationTestResult.outcome)
    )
    counts: dict[RunId, dict[Outcome, int]] = {run_id: {} for run_id in run_ids}
    for run_id, outcome, count in rows:
        counts[run_id][outcome] = count
    return counts


def keep_result(
    session: Session,
    run_id: RunId,
    case: CaseName,
    verdict: Verdict,
    *,
    screen: Screen,
    observed: dict[str, object],
    at: datetime,
) -> None:
    """Record what the case came to, in place of what it came to before."""
    session.execute(
        delete(IntegrationTestResult).where(
            IntegrationTestResult.run_id == run_id, IntegrationTestResult.case == case
        )
    )
    session.execute(
        insert(IntegrationTestResult).values(
            run_id=run_id,
            case=case,
            outcome=verdict.outcome,
            reason=verdict.reason,
            screen=screen,
            observed=observed,
            at=at,
        )
    )


def lock_run(session: Session, run_id: RunId) -> None:
    """Have whoever changes the same run wait until the commit."""
    session.execute(
        select(IntegrationTestRun.id).where(IntegrationTestRun.id == run_id).with_for_update()
    ).scalar_one()


def add_attempt(
    session: Session,
    attempt_id: AttemptId,
    run: Run,
    case: CaseName,
    *,
    browser: str,
    at: datetime,
) -> None:
    """Begin an attempt; the run's former one at this case, and what waits in this browser, end."""
    same_case = and_(IntegrationTestAttempt.run_id == run.id, IntegrationTestAttempt.case == case)
    waiting = and_(
        IntegrationTestAttempt.browser == browser, IntegrationTestAttempt.asked_at.is_(None)
    )
    session.execute(delete(IntegrationTestAttempt).where(same_case | waiting))
    session.execute(
        insert(IntegrationTestAttempt).values(
            id=attempt_id,
            run_id=run.id,
            case=case,
            client_id=run.client_id,
            browser=browser,
            begun_at=at,
            code_uses=0,
        )
    )


def attempt_at(session: Session, run_id: RunId, case: CaseName) -> IntegrationTestAttempt | None:
    """The run's attempt at that case."""
    return session.execute(
        select(IntegrationTestAttempt)
        .where(IntegrationTestAttempt.run_id == run_id, IntegrationTestAttempt.case == case)
        .order_by(IntegrationTestAttempt.begun_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def waiting(
    session: Session, browser: str, client_id: ClientId, *, since: datetime
) -> IntegrationTestAttempt | None:
    """The attempt that the browser's next request for that relying party is for."""
    return session.execute(
        select(IntegrationTestAttempt)
        .where(
            IntegrationTestAttempt.browser == browser,
            IntegrationTestAttempt.client_id == client_id,
            IntegrationTestAttempt.asked_at.is_(None),
            IntegrationTestAttempt.begun_at > since,
        )
        .order_by(IntegrationTestAttempt.begun_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def note_asked(
    session: Session,
    attempt_id: AttemptId,
    *,
    at: datetime,
    asked_for: Sequence[str],
    code: dict[str, object] | None,
    code_digest: str | None,
    answer: str | None,
) -> bool:
    """Note the one request, and what it is answered with; true for one caller only."""
    noted = session.execute(
        update(IntegrationTestAttempt)
        .where(IntegrationTestAttempt.id == attempt_id, IntegrationTestAttempt.asked_at.is_(None))
        .values(
            asked_at=at,
            asked_for=list(asked_for),
            code=code,
            code_digest=code_digest,
            answer=answer,
        )
        .returning(IntegrationTestAttempt.id)
        .execution_options(synchronize_session=False)
    )
    return noted.first() is not None


def use_code(
    session: Session,
    code_digest: str,
    client_id: ClientId,
    *,
    token_digest: str,
    issued_since: datetime,
    at: datetime,
) -> IntegrationTestAttempt | None:
    """
    Count a use of the code by the relying party it was issued to; the attempt as it is then.

    The first use of a code that was issued since that moment gives the access token.
    """
    first = and_(
        IntegrationTestAttempt.redeemed_at.is_(None),
        IntegrationTestAttempt.asked_at > issued_since,
    )
    mine = and_(
        IntegrationTestAttempt.code_digest == code_digest,
        IntegrationTestAttempt.client_id == client_id,
    )
    session.execute(
        update(IntegrationTestAttempt)
        .where(mine, first)
        .values(token_digest=token_digest, redeemed_at=at)
        .execution_options(synchronize_session=False)
    )
    used = session.execute(
        update(IntegrationTestAttempt)
        .where(mine)
        .values(code_uses=IntegrationTestAttempt.code_uses + 1)
        .returning(IntegrationTestAttempt)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return used.scalar_one_or_none()


def note_userinfo(
    session: Session, token_digest: str, at: datetime
) -> IntegrationTestAttempt | None:
    """Note that userinfo was asked with that token; whose it is."""
    noted = session.execute(
        update(IntegrationTestAttempt)
        .where(IntegrationTestAttempt.token_digest == token_digest)
        .values(
            userinfo_at=func.coalesce(
                IntegrationTestAttempt.userinfo_at,
                literal(at, IntegrationTestAttempt.userinfo_at.type),
            )
        )
        .returning(IntegrationTestAttempt)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return noted.scalar_one_or_none()


def note_sent_again(session: Session, attempt_id: AttemptId, at: datetime) -> None:
    """Note that the portal was sent its answer once more."""
    _change(session, attempt_id, sent_again_at=at)


def note_logout(session: Session, attempt_id: AttemptId, *, forged: int, real: int) -> None:
    """Note what the portal answered to both logout tokens."""
    _change(session, attempt_id, forged_logout=forged, logout=real)


def _change(session: Session, attempt_id: AttemptId, **values: object) -> None:
    session.execute(
        update(IntegrationTestAttempt)
        .where(IntegrationTestAttempt.id == attempt_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def forget_attempts(session: Session, before: datetime) -> int:
    """Delete attempts that were begun before that moment; how many those were."""
    gone = session.execute(
        delete(IntegrationTestAttempt)
        .where(IntegrationTestAttempt.begun_at < before)
        .returning(IntegrationTestAttempt.id)
    )
    return len(gone.all())


def observed_of(attempt: IntegrationTestAttempt | None) -> Observed:
    """What we have seen of an attempt so far."""
    if attempt is None:
        return Observed()
    asked_for = attempt.asked_for or ()
    return Observed(
        asked_at=attempt.asked_at,
        with_state="state" in asked_for,
        with_nonce="nonce" in asked_for,
        with_level="level" in asked_for,
        redeemed_at=attempt.redeemed_at,
        code_uses=attempt.code_uses,
        userinfo_at=attempt.userinfo_at,
        sent_again=attempt.sent_again_at is not None,
        forged_logout=attempt.forged_logout,
        logout=attempt.logout,
    )


def _run(found: IntegrationTestRun) -> Run:
    return Run(found.id, found.client_id, found.begun_at, found.begun_by, found.expires_at)
