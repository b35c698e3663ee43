"""Who opens what others wrote reaches no file and no address, and ends when its time or memory does."""

from __future__ import annotations

import time

import pytest

from tutoring.documents import confined
from tutoring.documents.unreadable import Unreadable


def code(reader: str, **limits: float) -> str:
    with pytest.raises(Unreadable) as no:
        confined.run(f"tests.prying:{reader}", b"x", **limits)  # type: ignore[arg-type]
    return no.value.code


def test_a_reader_opens_no_file_no_socket_and_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALIER_SECRET_KEY", "not for readers")
    came = confined.run("tests.prying:pry", "é".encode())
    assert came.pop("content") == "é"
    assert "PALIER_SECRET_KEY" not in came.pop("environment")
    assert set(came.values()) <= {
        "OSError",
        "gaierror",
        "ImportError",
        "ModuleNotFoundError",
        "ValueError",
        "BlockingIOError",
    }
    assert len(came) == 8


def test_a_reader_that_swells_spins_or_falls_is_a_code() -> None:
    began = time.perf_counter()
    assert code("swell", megabytes=200) == "too_heavy"
    assert code("spin", seconds=0.5) == "too_slow"
    assert code("fall") == "broken"
    assert code("die") == "broken"
    assert time.perf_counter() - began < 4


def test_what_a_reader_answers_arrives_whole() -> None:
    assert confined.run("tests.prying:chatter", b"") == "é\ud800\x00"
