"""SIGKILL at moments that are told by how far a process has come, not by a clock on the wall."""

import ctypes
import os
import signal
import time

from support.exchange import Answer, Reply, Request

NANOSECONDS = 1_000_000_000


class _Event(ctypes.Structure):
    """`struct sigevent`: which signal, and that it is one (sigevent(7))."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("padding", ctypes.c_byte * 48),
    )


class _Span(ctypes.Structure):
    """`struct itimerspec`: how often after the first time, and when that is."""

    _fields_ = (
        ("interval", ctypes.c_long * 2),
        ("value", ctypes.c_long * 2),
    )


def kill_after(work: int) -> None:
    """Have the kernel kill this process once it has had a processor for so many nanoseconds; 0 is never.

    Other programs that run beside it do not move that moment (timer_create(2)).
    """
    if not work:
        return
    library = ctypes.CDLL(None, use_errno=True)
    event = _Event(None, signal.SIGKILL, 0)
    timer = ctypes.c_void_p()
    span = _Span((0, 0), divmod(work, NANOSECONDS))
    clock = time.CLOCK_PROCESS_CPUTIME_ID
    if (
        library.timer_create(clock, ctypes.byref(event), ctypes.byref(timer)) != 0
        or library.timer_settime(timer, 0, ctypes.byref(span), None) != 0
    ):
        raise OSError(ctypes.get_errno(), "no timer")


class KillingRequest:
    """A fault that kills who asks, at its n-th question, before it is answered."""

    def __init__(self) -> None:
        self._pid: int | None = None
        self._left = 0

    def arm(self, pid: int, number: int) -> None:
        """From now on count the questions."""
        self._left = number
        self._pid = pid

    def disarm(self) -> None:
        """Let everybody live."""
        self._pid = None

    async def __call__(self, request: Request, answer: Answer) -> Reply:
        """The usual answer."""
        pid = self._pid
        if pid is not None:
            self._left -= 1
            if self._left == 0:
                os.kill(pid, signal.SIGKILL)
        return await answer(request)
