"""
An interaction: one authorization request in progress, in one browser.

Owns the record, its binding to the browser, the rules that name the next step, and the flow that
sends the browser there. Does not own any step: each returns here when it is done, and none knows
another. An interaction without a request is a citizen who came to us directly; it ends on /account.
"""
