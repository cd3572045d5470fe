"""The entries, in a file of sqlite."""

import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL
)
"""


class Store:
    def __init__(self, path):
        self.path = path
        with self._open() as database:
            database.execute(SCHEMA)

    def _open(self):
        return sqlite3.connect(self.path)

    def add(self, name, text):
        with self._open() as database:
            row = database.execute(
                "INSERT INTO entries (name, text) VALUES (?, ?)", (name, text)
            )
            return row.lastrowid

    def newest(self, limit):
        with self._open() as database:
            rows = database.execute(
                "SELECT id, name, text FROM entries ORDER BY id DESC LIMIT ?",
                (limit,),
            )
            return [dict(zip(("id", "name", "text"), row)) for row in rows]
