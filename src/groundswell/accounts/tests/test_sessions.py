import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groundswell.accounts.sessions import SALT, SessionStore

pytestmark = pytest.mark.django_db


def read_like_an_attacker(key: str) -> dict:
    return signing.loads(key, salt=SALT)


def test_what_must_stay_secret_is_not_in_the_cookie_and_comes_back():
    store = SessionStore()
    store["_auth_user_id"] = "7"
    store["account_login"] = {"state": {"code": "SECRET1"}}
    store.save()
    visible = read_like_an_attacker(store.session_key)
    assert set(visible) == {"_auth_user_id", "_row"}
    again = SessionStore(store.session_key)
    assert again["account_login"]["state"]["code"] == "SECRET1"


def test_an_ordinary_session_costs_no_query():
    with CaptureQueriesContext(connection) as queries:
        store = SessionStore()
        store["_auth_user_id"] = "7"
        store.save()
        assert SessionStore(store.session_key)["_auth_user_id"] == "7"
    assert len(queries) == 0


def test_putting_an_old_cookie_back_does_not_bring_back_spent_attempts():
    store = SessionStore()
    store["attempts"] = 0
    store.save()
    old = store.session_key
    store["attempts"] = 3
    store.save()
    assert SessionStore(old)["attempts"] == 3


def test_the_row_goes_when_the_secret_goes_and_at_sign_out():
    store = SessionStore()
    store["account_login"] = 1
    store.save()
    del store["account_login"]
    store.save()
    assert not Session.objects.exists()
    store["account_login"] = 1
    store.save()
    old = store.session_key
    store.flush()
    assert not Session.objects.exists()
    assert SessionStore(old).get("account_login") is None


def test_the_row_changes_its_key_at_sign_in():
    store = SessionStore()
    store["account_login"] = 1
    store.save()
    old = store.session_key
    store.cycle_key()
    assert SessionStore(store.session_key)["account_login"] == 1
    assert SessionStore(old).get("account_login") is None
