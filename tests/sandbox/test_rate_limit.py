"""The rate limit: a sliding window for each token, by an injected clock and once over HTTP."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from bettune import RateLimit
from bettune.sandbox import Sandbox
from bettune.sandbox._rate_limit import SlidingWindow


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_room_comes_when_the_oldest_leaves_the_window():
    clock = Clock()
    window = SlidingWindow(2, 10.0, clock=clock)
    assert window.wait("one") == 0.0
    clock.now += 4
    assert window.wait("one") == 0.0
    clock.now += 1
    assert window.wait("one") == 5.0
    assert window.wait("another") == 0.0
    clock.now += 5
    assert window.wait("one") == 0.0
    assert window.wait("one") == 4.0


@given(
    st.integers(1, 4), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60)), max_size=80)
)
def test_never_more_in_any_window_and_never_a_needless_refusal(requests, steps):
    clock = Clock()
    window = SlidingWindow(requests, 100, clock=clock)
    admitted = defaultdict(list)
    for token, step in steps:
        clock.now += step
        recent = [time for time in admitted[token] if time > clock.now - 100]
        wait = window.wait(token)
        assert (wait == 0.0) is (len(recent) < requests)
        if wait == 0.0:
            admitted[token].append(clock.now)
        else:
            assert clock.now + wait == recent[0] + 100


def test_over_http(connect):
    with Sandbox(rate_limit=RateLimit(2, 3600)) as box:
        client = connect(box.base_url, box.token)
        first = client.get("/sports")
        assert first.status_code == 200
        assert not {"retry-after", "x-ratelimit-limit", "x-ratelimit-window"} & set(first.headers)
        # A request that is refused for another reason has arrived, too.
        assert client.get("/matches").status_code == 400
        for method, path in (("GET", "/sports"), ("POST", "/predictions/search")):
            answer = client.request(method, path)
            assert answer.status_code == 429
            assert answer.json() == {
                "code": "rate_limit_exceeded",
                "message": "Rate limit exceeded",
            }
            assert 3000 < int(answer.headers["retry-after"]) <= 3600
            assert answer.headers["x-ratelimit-limit"] == "2"
            assert answer.headers["x-ratelimit-window"] == "3600"
        # Each token has a window of its own; without a token there is none.
        assert connect(box.base_url, box.free_token).get("/sports").status_code == 200
        assert connect(box.base_url).get("/sports").status_code == 401
        assert client.get("/openapi.yaml").status_code == 200


def test_retry_after_is_in_whole_seconds(connect):
    with Sandbox(rate_limit=RateLimit(1, 0.25)) as box:
        client = connect(box.base_url, box.token)
        answers = [client.get("/sports")]
        while answers[-1].status_code == 200:  # until two came within the window
            answers.append(client.get("/sports"))
        assert answers[-1].headers["retry-after"] == "1"
        assert answers[-1].headers["x-ratelimit-window"] == "0.25"
