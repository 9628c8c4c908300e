"""What the operators' API offers, for the door and for the page about it."""

from collections.abc import Sequence

from idp.api.announcements import AnnouncementResource
from idp.api.description import Description
from idp.api.disputes import DisputeResource
from idp.api.failures import FailureResource
from idp.api.integration_tests import IntegrationTestResource
from idp.api.keys import KeyResource
from idp.api.log import LogResource
from idp.api.operation import Resource
from idp.api.operators import OperatorsResource
from idp.api.proposals import ProposalResource
from idp.api.relying_parties import RelyingPartyResource
from idp.app.manuals import manual
from idp.app.operations import announcement_desk, begin_run, onboarding_desk
from idp.app.parts import Parts
from idp.integration_tests.reports import Reports
from idp.key_ring.rotate_keys import RotateKeys
from idp.operators.take_events import TakeEvents
from idp.statistics.report import Statistics


def api_description(parts: Parts) -> Description:
    """What there is, for the door and for the page about it."""
    settings = parts.settings
    return Description(
        _resources(parts), issuer=settings.server.issuer, service=settings.brand.name_en
    )


def _resources(parts: Parts) -> Sequence[Resource]:
    database, clock, desk = parts.database, parts.clock, onboarding_desk(parts)
    news = announcement_desk(parts)
    return [
        RelyingPartyResource(
            register=desk.register,
            change=desk.change,
            add_secret=desk.add_secret,
            retire_secret=desk.retire_secret,
            disable=desk.disable,
            assign=desk.assign,
            database=database,
        ).resource(),
        ProposalResource(
            propose=desk.propose, withdraw=desk.withdraw, database=database
        ).resource(),
        IntegrationTestResource(
            begin=begin_run(parts), reports=Reports(database), database=database
        ).resource(),
        FailureResource(
            statistics=Statistics(database=database, clock=clock),
            manual=manual(parts.settings),
            database=database,
        ).resource(),
        KeyResource(
            signer=parts.signer,
            rotate=RotateKeys(
                store=parts.keys, policy=parts.rotation, database=database, clock=clock
            ),
            policy=parts.rotation,
            clock=clock,
        ).resource(),
        AnnouncementResource(
            publish=news.publish, withdraw=news.withdraw, database=database
        ).resource(),
        DisputeResource(database=database).resource(),
        OperatorsResource(database=database).resource(),
        LogResource(take=TakeEvents(database=database, clock=clock), clock=clock).resource(),
    ]
