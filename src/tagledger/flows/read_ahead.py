"""Reading a history in a process of its own, ahead of the one that writes it down.

One reads pages while the other writes rows: on two processors an import takes two
thirds of the time. The reader is this module run as a program; what it read comes
pickled, as pages share most of their images, and pickle keeps what is shared.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from queue import Queue
from threading import Thread
from typing import IO

from tagledger.errors import TagledgerError
from tagledger.flows.collecting import rarely_collected
from tagledger.flows.import_history import HistoryImport
from tagledger.flows.importing import Reached, Skipped
from tagledger.ledger.stated import Stated
from tagledger.sources.git_repository import GitRepository, widen

ITEMS_AT_ONCE = 500
FRAMES_AHEAD = 6
"""How far the reader may be ahead, besides what is in the pipe: some megabytes each."""

Item = Stated | Skipped | Reached


def read_ahead(
    repository: GitRepository, reached: str | None
) -> Generator[Item, None, None]:
    """What the commits behind `reached` say, as `HistoryImport.statements` has it.

    Where the reader ends before it is done (the system ran out of memory, say), the
    rest is read here.
    """
    ended = EOFError, pickle.UnpicklingError
    begun = 0  # items of the commit under way
    with _reader(repository, reached) as frames, suppress(*ended):
        # Nobody but the reader writes there.
        while (frame := pickle.load(frames)) is not None:  # noqa: S301
            if isinstance(frame, TagledgerError):
                raise frame
            for item in frame:
                yield item
                begun += 1
                if isinstance(item, Reached):
                    reached, begun = item.commit, 0
        return
    yield from islice(HistoryImport(repository).statements(reached), begun, None)


@contextmanager
def _reader(repository: GitRepository, reached: str | None) -> Iterator[IO[bytes]]:
    """What a reader writes; it is gone afterwards."""
    process = subprocess.Popen(
        (sys.executable, "-P", "-m", "tagledger.flows.read_ahead"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        process_group=0 if sys.platform != "win32" else None,
    )
    widen(process.stdout)
    try:
        if process.stdin is None or process.stdout is None:
            raise BrokenPipeError
        with suppress(BrokenPipeError), process.stdin as told:
            pickle.dump((repository, reached), told)
        yield process.stdout
    finally:
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


def main() -> None:
    """Read what stdin says, and write what it says to stdout."""
    # Who started us decides when we end: by what it does, not by a key that is pressed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    repository, reached = pickle.load(sys.stdin.buffer)  # noqa: S301 - who started us
    queue: Queue[bytes | None] = Queue(FRAMES_AHEAD)
    sending = Thread(target=_send, args=(queue,))
    sending.start()
    items: list[Item] = []
    try:
        for item in HistoryImport(repository).statements(reached):
            items.append(item)
            if len(items) >= ITEMS_AT_ONCE:
                queue.put(_packed(items))
                items = []
        queue.put(_packed(items))
        queue.put(_packed(None))
    except TagledgerError as exc:
        queue.put(_packed(items))
        queue.put(_packed(exc))
    finally:
        queue.put(None)
        sending.join()


def _packed(frame: list[Item] | TagledgerError | None) -> bytes:
    return pickle.dumps(frame, protocol=pickle.HIGHEST_PROTOCOL)


def _send(queue: Queue[bytes | None]) -> None:
    while (frame := queue.get()) is not None:
        try:
            sys.stdout.buffer.write(frame)
            sys.stdout.buffer.flush()
        except OSError:
            # Nobody wants it any more. Git's processes end with us: they write to us.
            os._exit(0)


if __name__ == "__main__":
    with rarely_collected():
        main()
