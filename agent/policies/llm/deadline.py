"""End an attempt at its deadline, even when bytes keep trickling in.

Time-outs of an HTTP client bound the silence between two bytes, not the whole: a server that sends a byte now
and then is waited for without end. Here a timer shuts the sockets of the attempt down, which wakes the
waiting thread at once.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any


class Deadline:
    """The sockets that a client has open, and a timer over them. One attempt at a time."""

    def __init__(self) -> None:
        self.passed = False
        self._sockets: set[socket.socket] = set()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def start(self, seconds: float) -> None:
        """Begin an attempt that may take so long."""
        self.passed = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """The attempt is over."""
        if self._timer:
            self._timer.cancel()
            self._timer.join()

    def hook(self, request: Any) -> None:
        """Watch the connections that a request opens; an event hook of the HTTP client."""
        request.extensions["trace"] = self._trace

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            opened = info["return_value"].get_extra_info("socket")
            with self._lock:
                self._sockets = {s for s in self._sockets if s.fileno() >= 0} | {opened}
                if self.passed:
                    self._shut(opened)

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            for each in self._sockets:
                self._shut(each)

    @staticmethod
    def _shut(each: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed already
            socket.socket.shutdown(each, socket.SHUT_RDWR)  # not SSLSocket.shutdown, which would drop the encryption
