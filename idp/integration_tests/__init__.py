"""
"Test my integration": we misbehave on purpose, and record that the portal refused.

A run belongs to one registration in the sandbox. Each of its cases begins at the portal itself and
alters one answer to it; what the portal then does, and what the tester sees, is the result. There
is no citizen in it: its person does not exist, and its codes and tokens are in no store that a
sign-in looks at. Does not own the protocol: what an answer looks like when nothing is wrong with it
is for `idp.oidc` to say.
"""
