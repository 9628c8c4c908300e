"""The yardstick: what any page of Flask costs on this machine, before it does anything."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def page() -> str:
    """Answer with a word."""
    return "hello"
