"""
The operators' side of the pages, at `/console`.

Owns its cookie, who is at a browser, the frame (navigation, permission before anything else) and
its pages. Does not own what operators do: each page calls a use case of the capability, with the
operator's name for the audit log. Each page names one permission; which role has it stands in
`idp.operators.permissions`.
"""
