"""
The manuals for portals' teams, as pages: how to connect a portal, the quick start, the API.

Their texts are Markdown, written once: they stand in `docs/`, where whoever has the source reads
them, and `texts/` leads there, so that they are part of the package as well. A page is made of a
text when somebody first asks for it.

Routes: /manual, /manual/<name>. They are for everybody: nothing in them depends on who reads.
Tables: none.
"""
