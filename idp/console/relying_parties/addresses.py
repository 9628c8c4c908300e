"""Where the pages about relying parties are."""

from typing import Final

PARTIES: Final = "/console/relying-parties"
REGISTER: Final = "/console/register"
PROPOSALS: Final = "/console/proposals"
