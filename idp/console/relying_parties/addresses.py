"""Where the pages about relying parties are."""

from typing import Final

PARTIES: Final = "/console/relying-parties"
PARTIES_FILE: Final = "/console/relying-parties.csv"
"""Beside the list, not below it: there a portal could have that name."""
REGISTER: Final = "/console/register"
PROPOSALS: Final = "/console/proposals"
