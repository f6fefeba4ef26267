"""Messages between the runtime and its worker: a length and UTF-8 JSON, over a pipe. Never pickle."""

from __future__ import annotations

import os
import struct

MAX_BYTES = 512 * 2**20
"""No message is longer; a longer one means that the two sides lost step."""
HEADER = struct.Struct(">Q")


class BrokenWire(Exception):
    """The other side is gone, or what it sent is not a message."""


def send(fd: int, message: bytes) -> None:
    """Write one message.

    Raises:
        BrokenWire: nobody reads the other end.
    """
    rest = memoryview(HEADER.pack(len(message)) + message)
    try:
        while rest:
            rest = rest[os.write(fd, rest) :]
    except OSError as error:
        raise BrokenWire(str(error)) from error


def receive(fd: int) -> bytes | None:
    """Read one message, waiting for it; None when the other end was closed between messages."""
    head = _read(fd, HEADER.size)
    if not head:
        return None
    return _read(fd, length_of(head))


def length_of(head: bytes) -> int:
    """The length that a header announces.

    Raises:
        BrokenWire: it is not a plausible header.
    """
    if len(head) != HEADER.size:
        raise BrokenWire("the message was cut off")
    (length,) = HEADER.unpack(head)
    if length > MAX_BYTES:
        raise BrokenWire(f"a message of {length} bytes was announced; the limit is {MAX_BYTES}")
    return int(length)


def _read(fd: int, n_bytes: int) -> bytes:
    parts: list[bytes] = []
    while n_bytes:
        part = os.read(fd, min(n_bytes, 2**20))
        if not part:
            break
        parts.append(part)
        n_bytes -= len(part)
    return b"".join(parts)
