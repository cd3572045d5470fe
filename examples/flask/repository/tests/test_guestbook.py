import pytest

from guestbook import GREETINGS, create_app


@pytest.fixture
def client(tmp_path):
    return create_app(tmp_path / "entries.sqlite").test_client()


def test_it_is_healthy(client):
    assert client.get("/healthz").text == "ok\n"


def test_it_greets(client):
    assert client.get("/").text.strip() in GREETINGS


def test_a_new_guestbook_is_empty(client):
    assert client.get("/entries").json == []


def test_the_newest_entry_is_first(client):
    client.post("/entries", json={"name": "ana", "text": "hello"})
    client.post("/entries", json={"name": "lee", "text": "me too"})
    names = [entry["name"] for entry in client.get("/entries").json]
    assert names == ["lee", "ana"]


def test_quotes_are_text(client):
    text = "'); DROP TABLE entries; --"
    assert client.post("/entries", json={"name": "o'hara", "text": text}).json
    assert client.get("/entries").json[0]["text"] == text


@pytest.mark.parametrize(
    "entry",
    [None, {}, {"name": "ana"}, {"name": " ", "text": "x"}]
    + [{"name": "ana", "text": "x" * 501}, {"name": 1, "text": "x"}],
)
def test_what_is_no_entry_is_refused(client, entry):
    assert client.post("/entries", json=entry).status_code == 400
    assert client.get("/entries").json == []
