"""
The outside world in miniature: five mobile carriers and a text message gateway, over real HTTP.

Owns: the carriers' records of invented people, the CAMARA interfaces the carriers answer on, the
authorization server each carrier puts before them, the SMS gateway, the phones that show what was
sent, and the calls by which tests add people and break things.
Does not own: anything of the OpenID Provider. A carrier is somebody else's software, so nothing
here imports `idp` or `clients`, and name and number rules are written a second time on purpose.
Keeps nothing on disk: a restart forgets every message, token and added person.
"""

from sandbox.app import create_sandbox
from sandbox.config import SandboxConfig

__all__ = ["SandboxConfig", "create_sandbox"]
