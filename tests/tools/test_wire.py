"""Messages arrive whole or not at all."""

from __future__ import annotations

import os
import threading

import pytest

from whence.tools._wire import HEADER, MAX_BYTES, BrokenWire, receive, send


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_messages_of_any_size_arrive_in_order(pipe):
    messages = [b"", b"x", "größer".encode(), b"y" * 3_000_000, b"{}"]
    writer = threading.Thread(target=lambda: [send(pipe[1], m) for m in messages])
    writer.start()
    assert [receive(pipe[0]) for _ in messages] == messages
    writer.join()


def test_a_closed_pipe_reads_as_the_end(pipe):
    os.close(pipe[1])
    assert receive(pipe[0]) is None


def test_writing_to_nobody_is_an_error(pipe):
    os.close(pipe[0])
    with pytest.raises(BrokenWire):
        send(pipe[1], b"hello")


@pytest.mark.parametrize("head", [b"123", HEADER.pack(MAX_BYTES + 1)])
def test_garbage_is_not_taken_for_a_message(pipe, head):
    os.write(pipe[1], head)
    os.close(pipe[1])
    with pytest.raises(BrokenWire):
        receive(pipe[0])
