"""
Relying parties at the console: the list, the wizard, one registration and what is done with it.

Every page but the list is about one registration; whose it is decides who finds it there. What is
done is done by `idp.onboarding`.
"""
