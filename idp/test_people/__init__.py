"""
Invented people with whom a team tries its portals, each with a journey of its own.

Owns the numbers that nobody has, who the people are, making a team's set of them anew, and what is
kept of the messages to them. Does not own whom a portal lets in (relying_parties), nor what becomes
of a message to anybody else (messaging). A team's people are the team's: two teams never meet.
Commands: idp citizens add-test-people.
"""
