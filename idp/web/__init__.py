"""
What a person sees: rendering, forms, languages, security headers, files.

Owns the base of every form (field types, messages, the token against forged requests), the
templates of all capabilities, the style sheet, the script and the English translation.
Does not own what a page decides: views hand in facts, templates say them.

Routes: ``/static/<fingerprint>/…``, ``/help``, ``/privacy``, ``/accessibility``.
"""
