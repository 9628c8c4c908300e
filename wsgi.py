"""The WSGI application, for any other server than `idp serve`: `wsgi:app`."""

from idp.app import create_app

app = create_app()
