"""
What every other package may lean on: time, handles, and the values a person is known by.

Owns: the clock, and time as people in Vietnam are told it; random handles and keyed hashes; the
frozen types that typed text becomes once and for all (`IdentityNumber`, `FullName`, `PhoneNumber`,
`BirthDate`); an operator's reason; texts in two languages.
Does not own: whether those values are true of anybody (carriers), or how they are stored.
Routes: none.

Two rules hold for every value of a person here. Outside text enters by `parse` (or `from_iso`)
alone, so that whoever holds the type holds the proof. And `repr` shows nothing of a person, so that
a traceback, a log line or a formatted string cannot disclose what the type carries.
"""
