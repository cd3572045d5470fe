"""A guestbook: who was here, and what they said."""

import random

from flask import Flask, abort, jsonify, request

from guestbook.store import Store

GREETINGS = ["Who was here?", "Tell us what you think.", "Leave a line."]


def create_app(path):
    app = Flask(__name__)
    store = Store(path)

    @app.get("/healthz")
    def healthz():
        return "ok\n"

    @app.get("/")
    def greeting():
        return random.choice(GREETINGS) + "\n"

    @app.get("/entries")
    def entries():
        return jsonify(store.newest(limit=50))

    @app.post("/entries")
    def add():
        entry = request.get_json(silent=True) or {}
        name, text = entry.get("name"), entry.get("text")
        if not isinstance(name, str) or not isinstance(text, str):
            abort(400)
        if not name.strip() or len(text) > 500:
            abort(400)
        return jsonify({"id": store.add(name.strip(), text)}), 201

    return app
