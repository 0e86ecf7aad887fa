"""Every error that leaves a module of Tagledger, as one tree.

::

    TagledgerError
    ├── UsageError               what was asked cannot be understood       (exit 2)
    │   ├── MalformedReference · MalformedDigest · MalformedPlatform
    │   ├── MalformedCursor · MalformedMoment · MalformedAccessFile
    │   ├── NothingToSearch
    │   └── UnknownAddress · NotSupported
    ├── NotFound                 it is not there                           (exit 3)
    │   ├── RepositoryNotFound · TagNotFound · ManifestNotFound · BlobNotFound
    │   ├── PlatformNotFound · PlaceNotFound · NotObserved
    │   └── ContentNotHeld       the source never has such bytes
    ├── Refused                  somebody said no                          (exit 4)
    │   ├── AuthenticationRequired · CredentialsRefused · AccessDenied
    │   └── UnsafeAddress        we said no: a place we must not ask
    ├── Unreachable              no answer, or not now                     (exit 5)
    │   ├── ConnectionFailed · TimedOut · ServerFailed · RateLimited
    │   └── HostNotFound · CertificateNotTrusted
    ├── WriteFailed              a file could not be written               (exit 5)
    │   └── PlaceTaken           something else stands in its place
    ├── LedgerError              the ledger cannot be used, or not now     (exit 5)
    │   ├── LedgerLocked · LedgerFull · LedgerReadOnly · LedgerUnreachable
    │   ├── LedgerTooSlow        one question took longer than it may
    │   ├── LedgerBusy           the answer is being made
    │   └── LedgerNotFound · LedgerNotEmpty · LedgerTooNew · LedgerTooOld
    │       · LedgerDamaged
    ├── CannotServe              the service cannot be started here        (exit 5)
    └── InvalidContent           an answer that must not be believed       (exit 6)
        ├── DigestMismatch · SizeMismatch · MediaTypeMismatch
        ├── AmbiguousDocument · MalformedDocument · TooLarge
        ├── UnsafeArchive · InvalidAnswer
        └── DamagedPage ── DegeneratePage

An error carries its facts as attributes; the text is made from them. Nothing here
ever holds a password, a token or the query of a URL: use `redacted` on the way in.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit


def redacted(url: str) -> str:
    """The URL without user, password, query and fragment, fit for a message."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an unreadable address)"
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}{port}{parts.path}"


MAX_SHOWN_LENGTH = 1_000
"""Longest message and hint. They quote what strangers wrote: a manifest may have a
media type of megabytes, an index a thousand platforms."""


def shortened(text: str) -> str:
    """The text with its middle left out where it is too long to be read."""
    if len(text) <= MAX_SHOWN_LENGTH:
        return text
    kept = MAX_SHOWN_LENGTH // 2 - 2
    return f"{text[:kept]} … {text[-kept:]}"


class TagledgerError(Exception):
    """Root of the tree: one sentence as text, a stable `code`, a `hint` to act on."""

    code = "error"
    hint = ""
    temporary = False
    """True where asking again later may well succeed; decides retrying."""

    def __init__(self, message: str = "") -> None:
        super().__init__(shortened(message))

    def __reduce__(self) -> tuple[object, ...]:
        """As it is, in another process: the text is made once, from the facts."""
        return _again, (type(self), self.args, self.__dict__)


def _again(
    kind: type[TagledgerError], words: tuple[object, ...], facts: dict[str, object]
) -> TagledgerError:
    error = kind.__new__(kind, *words)
    error.__dict__.update(facts)
    return error


# --- what was asked cannot be understood -------------------------------------------


class UsageError(TagledgerError):
    """The request itself is wrong; nothing was asked of anybody."""

    code = "usage"


class MalformedReference(UsageError):
    """The text is no image reference (grammar of distribution/reference)."""

    code = "malformed-reference"
    hint = "a reference looks like name:tag, host/path:tag or name@sha256:…"

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"{text!r} is not an image reference: {problem}")
        self.text = text
        self.problem = problem


class MalformedDigest(UsageError):
    """The text is no digest (OCI image specification, descriptor, "Digests")."""

    code = "malformed-digest"
    hint = "a digest is sha256: and 64, or sha512: and 128, lower-case hex digits"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a digest")
        self.text = text


class MalformedPlatform(UsageError):
    """The text names no platform."""

    code = "malformed-platform"
    hint = (
        "a platform looks like linux/arm/v7, windows/amd64:10.0.17763 "
        "or windows(10.0.17763)/amd64"
    )

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"{text!r} is not a platform: {problem}")
        self.text = text


class MalformedCursor(UsageError):
    """The text is not what a page of a list gave to ask for the next one."""

    code = "malformed-cursor"
    hint = "leave it out to begin anew, or give what the page before gave"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} leads to no page of this list")
        self.text = text


class MalformedMoment(UsageError):
    """The text of a parameter is no time."""

    code = "malformed-moment"
    hint = "write 2017-12-01 (a day of UTC), 2017-12-01T14:30 or RFC 3339"

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}={text[:60]!r} is no time")
        self.name = name
        self.text = text


class NothingToSearch(UsageError):
    """A search that names nothing to look for."""

    code = "nothing-to-search"
    hint = "give text, exact, env, label, platform, repo, since or until"

    def __init__(self) -> None:
        super().__init__("it is not said what to search for")


class MalformedAccessFile(UsageError):
    """A file that says who may read what cannot be read, or says something wrong."""

    code = "malformed-access-file"
    hint = (
        "docs/running.md has the form of the file; while it is wrong nobody is let in"
    )

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class UnknownAddress(UsageError):
    """An address whose kind is not known, or that lacks a part."""

    code = "unknown-address"
    hint = "tagledger --help lists the kinds of address"

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"{text!r}: {problem}")
        self.text = text


class NotSupported(UsageError):
    """The request is well formed, but this source or target cannot do it."""

    code = "not-supported"

    def __init__(self, problem: str, *, hint: str = "") -> None:
        super().__init__(problem)
        self.hint = hint


# --- it is not there ----------------------------------------------------------------


class NotFound(TagledgerError):
    """What was asked for does not exist at that place."""

    code = "not-found"


class RepositoryNotFound(NotFound):
    """The registry knows no such repository."""

    code = "repository-not-found"
    hint = "check the name; a private repository may look the same as a missing one"

    def __init__(self, name: str, *, hint: str = "") -> None:
        super().__init__(f"{name}: no such repository")
        self.name = name
        self.hint = hint or type(self).hint


class TagNotFound(NotFound):
    """There is no such tag or name at that place."""

    code = "tag-not-found"
    hint = "list the tags to see what exists"

    def __init__(
        self, name: str, *, available: tuple[str, ...] = (), hint: str = ""
    ) -> None:
        listed = f" (there is: {', '.join(available)})" if available else ""
        super().__init__(f"{name}: no such tag{listed}")
        self.hint = hint or type(self).hint
        self.name = name
        self.available = available


class ManifestNotFound(NotFound):
    """The place has no manifest with this digest."""

    code = "manifest-not-found"
    hint = "the manifest may have been deleted, or the index may be sparse"

    def __init__(self, name: str, digest: str, *, hint: str = "") -> None:
        super().__init__(f"{name}: no manifest {digest}")
        self.name = name
        self.digest = digest
        self.hint = hint or type(self).hint


class BlobNotFound(NotFound):
    """The place has no blob with this digest."""

    code = "blob-not-found"
    hint = "the blob may have been deleted, or it is foreign and lives elsewhere"

    def __init__(self, name: str, digest: str, *, hint: str = "") -> None:
        super().__init__(f"{name}: no blob {digest}")
        self.name = name
        self.digest = digest
        self.hint = hint or type(self).hint


class PlatformNotFound(NotFound):
    """No published platform matches what was asked."""

    code = "platform-not-found"

    def __init__(self, wanted: str, available: tuple[str, ...]) -> None:
        super().__init__(f"no platform matches {wanted}")
        self.wanted = wanted
        self.available = available
        there = ", ".join(available) if available else "none"
        self.hint = shortened(f"published here: {there}")


class PlaceNotFound(NotFound):
    """The file, folder or socket is missing or is not what it should be."""

    code = "place-not-found"

    def __init__(self, place: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.hint = hint


class NotObserved(NotFound):
    """The ledger knows nothing of this, or nothing from so early."""

    code = "not-observed"
    hint = "tagledger record REF observes a name from now on"

    def __init__(self, what: str, moment: datetime | None = None) -> None:
        by = f" by {moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""
        super().__init__(f"{what}: the ledger has no observation of it{by}")
        self.what = what
        self.moment = moment


class ContentNotHeld(NotFound):
    """This kind of source never has such bytes (a page holds no layers)."""

    code = "content-not-held"

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(f"{what}: these bytes are not held here")
        self.what = what
        self.hint = hint


# --- somebody said no ---------------------------------------------------------------


class Refused(TagledgerError):
    """Access was refused."""

    code = "refused"


class AuthenticationRequired(Refused):
    """The registry wants credentials and none were at hand."""

    code = "authentication-required"
    hint = "log in (docker login, podman login) or pass --creds user:password"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: the registry asks for authentication; "
            "the repository is private or does not exist"
        )
        self.name = name


class CredentialsRefused(Refused):
    """Credentials were sent and not accepted."""

    code = "credentials-refused"
    hint = "check user and password; a token may have expired"

    def __init__(self, host: str) -> None:
        super().__init__(f"{host}: the credentials were not accepted")
        self.host = host


class AccessDenied(Refused):
    """Known to the registry, but not allowed to read this."""

    code = "access-denied"
    hint = "ask the owner of the repository for access"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: access denied")
        self.name = name


class UnsafeAddress(Refused):
    """A server pointed at a place that must not be asked on its word."""

    code = "unsafe-address"
    hint = "the server that pointed there is misconfigured or hostile"

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"refused to ask {redacted(url)}: {problem}")
        self.url = redacted(url)


# --- no answer, or not now ----------------------------------------------------------


class Unreachable(TagledgerError):
    """No usable answer came."""

    code = "unreachable"
    temporary = True


class ConnectionFailed(Unreachable):
    """No connection, or it broke: refused, TLS failed, cut short."""

    code = "connection-failed"
    hint = "check the name, the network and the proxy settings"

    def __init__(self, host: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{host}: {problem}")
        self.host = host
        if hint:
            self.hint = hint


class HostNotFound(Unreachable):
    """Nobody knows a host of this name."""

    code = "host-not-found"
    hint = "check the name, the network and the proxy settings"
    temporary = False

    def __init__(self, host: str) -> None:
        super().__init__(f"{host}: no such host is known")
        self.host = host


class CertificateNotTrusted(Unreachable):
    """The host's TLS certificate is not one that we may believe."""

    code = "certificate-not-trusted"
    hint = "--ca-cert names the authority of a private registry"
    temporary = False

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(f"{host}: the certificate is not trusted: {problem}")
        self.host = host


class TimedOut(Unreachable):
    """The other side took too long."""

    code = "timed-out"
    hint = "try again, or raise --timeout"

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host}: no answer within {seconds:g} s")
        self.host = host
        self.seconds = seconds


class ServerFailed(Unreachable):
    """The server answered with a failure of its own (5xx or an unexpected status)."""

    code = "server-failed"
    hint = "try again later"

    def __init__(self, url: str, status: int) -> None:
        super().__init__(f"{redacted(url)}: the server answered {status}")
        self.status = status


class RateLimited(Unreachable):
    """Too many requests (429); `retry_at` is when to come back, if it was said."""

    code = "rate-limited"
    hint = "wait, or log in for a higher limit"

    def __init__(self, host: str, retry_at: datetime | None) -> None:
        until = f"; try again at {retry_at:%Y-%m-%d %H:%M:%S} UTC" if retry_at else ""
        super().__init__(f"{host}: too many requests{until}")
        self.host = host
        self.retry_at = retry_at


class WriteFailed(TagledgerError):
    """A file of ours could not be written (full, read-only, not permitted)."""

    code = "write-failed"
    hint = "check the free space and the permissions; what was written can be resumed"

    def __init__(self, place: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        if hint:
            self.hint = hint


class PlaceTaken(WriteFailed):
    """A link, a folder or a device stands where a file or folder of ours belongs."""

    code = "place-taken"
    hint = "move it away; links are not followed, and nothing is removed for them"

    def __init__(self, place: str) -> None:
        super().__init__(place, "something else stands here: a link, perhaps")


# --- the ledger -----------------------------------------------------------------------


class LedgerError(TagledgerError):
    """The ledger cannot be used; what it had acknowledged it still has."""

    code = "ledger"

    def __init__(self, place: str, problem: str = "the database failed") -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class LedgerLocked(LedgerError):
    """Another program is writing to the ledger and did not finish in time."""

    code = "ledger-locked"
    hint = "wait until the other program is done; nothing was lost"
    temporary = True


class LedgerFull(LedgerError):
    """There is no room left where the ledger is."""

    code = "ledger-full"
    hint = "make room and run the same command again; it goes on where it stopped"


class LedgerReadOnly(LedgerError):
    """The ledger may be read, but not written."""

    code = "ledger-read-only"
    hint = "check the permissions of the ledger and of its folder"


class LedgerUnreachable(LedgerError):
    """The server that has the ledger does not answer, or refused us."""

    code = "ledger-unreachable"
    hint = "check that the server runs, the address and the password"
    temporary = True


class LedgerNotFound(LedgerError):
    """There is no ledger at that place."""

    code = "ledger-not-found"
    hint = "check the path; record and import make a new ledger"


class LedgerNotEmpty(LedgerError):
    """There is a ledger already where a new one was to be filled."""

    code = "ledger-not-empty"
    hint = "name a new or an empty ledger with --ledger"


class LedgerTooNew(LedgerError):
    """The ledger was written by a later release of this program."""

    code = "ledger-too-new"
    hint = "use the release that wrote it, or a later one"


class LedgerTooOld(LedgerError):
    """The ledger's schema is that of an earlier release, and it is only read here."""

    code = "ledger-too-old"
    hint = "tagledger check brings the schema up to date"


class LedgerTooSlow(LedgerError):
    """The answer would have taken longer than one question may."""

    code = "ledger-too-slow"
    hint = "ask for less: a longer word, one repository, a shorter time"
    temporary = True

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(place, f"no answer within {seconds:g} s")
        self.seconds = seconds


class LedgerBusy(LedgerError):
    """The answer takes longer than who asks is kept waiting: it is being made."""

    code = "ledger-busy"
    hint = "ask again in some seconds"
    temporary = True

    def __init__(self, place: str) -> None:
        super().__init__(place, "the answer is being made")


class LedgerDamaged(LedgerError):
    """What the ledger holds is not what was put into it, or it is no ledger."""

    code = "ledger-damaged"
    hint = "tagledger check names all that is wrong; restore a backup"


# --- the service --------------------------------------------------------------------


class CannotServe(TagledgerError):
    """The service cannot start: its port is taken, or its key cannot be read."""

    code = "cannot-serve"

    def __init__(self, problem: str, *, hint: str = "") -> None:
        super().__init__(problem)
        if hint:
            self.hint = hint


# --- an answer that must not be believed --------------------------------------------


class InvalidContent(TagledgerError):
    """Bytes came, and they are not what they should be."""

    code = "invalid-content"
    hint = "do not use this content; the place that serves it is broken or hostile"


class DigestMismatch(InvalidContent):
    """The bytes do not hash to the digest that was asked for (CVE-2025-24882)."""

    code = "digest-mismatch"

    def __init__(self, asked: str, received: str) -> None:
        super().__init__(f"asked for {asked}, received bytes of {received}")
        self.asked = asked
        self.received = received


class SizeMismatch(InvalidContent):
    """The bytes are not as many as the descriptor says."""

    code = "size-mismatch"

    def __init__(self, digest: str, expected: int, received: int) -> None:
        super().__init__(f"{digest}: {expected} bytes announced, {received} received")
        self.digest = digest


class MediaTypeMismatch(InvalidContent):
    """A document is announced as one media type and says it is another."""

    code = "media-type-mismatch"

    def __init__(self, digest: str, announced: str, found: str) -> None:
        super().__init__(f"{digest}: announced as {announced}, says it is {found}")
        self.digest = digest


class AmbiguousDocument(InvalidContent):
    """A document that is both an index and a manifest (CVE-2021-41190)."""

    code = "ambiguous-document"

    def __init__(self, digest: str, fields: tuple[str, ...]) -> None:
        super().__init__(
            f"{digest}: is both an index and a manifest (has {', '.join(fields)})"
        )
        self.digest = digest


class MalformedDocument(InvalidContent):
    """A document that cannot be read; names the document and the field."""

    code = "malformed-document"

    def __init__(self, document: str, problem: str, *, field: str = "") -> None:
        at = f", field {field}" if field else ""
        super().__init__(f"{document}{at}: {problem}")
        self.document = document
        self.field = field
        self.problem = problem


class DamagedPage(InvalidContent):
    """A published page that is cut, altered or not one at all; names the line."""

    code = "damaged-page"
    hint = "fetch the page again; nothing was read from this one"

    def __init__(self, place: str, line: int, problem: str) -> None:
        super().__init__(f"{place}, line {line}: {problem}")
        self.place = place
        self.line = line
        self.problem = problem

    def moved(self, lines: int, place: str = "") -> DamagedPage:
        """The same, so many lines further down, for who read a part of the page."""
        return type(self)(place or self.place, self.line + lines, self.problem)


class DegeneratePage(DamagedPage):
    """A page that its own writer left without any content."""

    code = "degenerate-page"
    hint = "the program that wrote this page failed; look for another version of it"


class TooLarge(InvalidContent):
    """Something exceeds a limit that no honest content reaches."""

    code = "too-large"

    def __init__(self, what: str, limit: int, unit: str = "bytes") -> None:
        super().__init__(f"{what}: more than {limit} {unit}")
        self.what = what
        self.limit = limit


class UnsafeArchive(InvalidContent):
    """An archive member that no honest tool writes (`..`, absolute, link, sparse)."""

    code = "unsafe-archive"

    def __init__(self, place: str, member: str, problem: str) -> None:
        super().__init__(f"{place}: member {member!r}: {problem}")
        self.place = place
        self.member = member


class InvalidAnswer(InvalidContent):
    """A server's answer breaks the protocol (bad header, bad paging, bad JSON)."""

    code = "invalid-answer"

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"{redacted(url)}: {problem}")
