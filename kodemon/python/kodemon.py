"""Times calls of functions, and sends one small UDP message for each.

    from kodemon import kodemon, timing

    @kodemon
    def page(): ...

    @kodemon(customer=42, path=lambda request: request.path)
    async def answer(request): ...

    with timing("checkout", phase="paying"):
        ...

A message is a JSON object with `execution_time` in seconds, `timestamp` (Unix time when the call
began), `token` and `key`, which is `file.py-function`. Keyword arguments add fields or replace
these four. One that is callable is called with the arguments of each call, before it; what JSON
doesn't know is sent as its `str`.

Functions, methods, class and static methods (above or below their own decorator), coroutines and
generators of both kinds are timed. A coroutine is timed from its first step to its end or
cancellation, a generator from its first item to its end, with what its consumer does in between. A
call that ends in an exception is timed, too.

Messages go to the host KODEMON_HOST (localhost) at the port KODEMON_PORT (4000), with the token
KODEMON_TOKEN (test-token); the environment is read at the first call. Nothing here waits or raises
into a timed function: a name is resolved on a thread, and what can't be sent is counted; see
`statistics`.

This one file needs nothing but Python 3.8 or later: copy it into your project.
"""

import functools
import inspect
import json
import os
import socket
import threading
import time

__all__ = ["connect", "kodemon", "statistics", "timing"]

_encode = json.JSONEncoder(allow_nan=False, default=str, ensure_ascii=False).encode

# The most bytes that a message may have: servers take no longer ones.
_LONGEST = 8192

# Seconds that a search for the address that failed waits before the next one, at first and at most.
_PAUSE, _LONGEST_PAUSE = 1, 60


def kodemon(function=None, /, **fields):
    """Times every call of a function: `@kodemon`, `@kodemon()` or `@kodemon(customer=42)`."""
    if function is None:
        return functools.partial(kodemon, **fields)
    if isinstance(function, (classmethod, staticmethod)):
        return type(function)(kodemon(function.__func__, **fields))
    if inspect.isclass(function) or not callable(function):
        raise TypeError(f"@kodemon times functions and methods, not {function!r}")
    key = _key(function)

    def timed(args, kwargs):
        return _Timing(key, fields, args, kwargs)

    return functools.wraps(function)(_wrapper(function, timed))


def timing(key, /, **fields):
    """Times a block: `with timing("checkout", customer=42): ...`."""
    return _Timing(key, fields, (), {})


def statistics():
    """What became of the calls of this process, as a dictionary.

    sent            handed to the network, which may lose them without a word
    refused         nobody listens there; the other side may not say so of each
    unresolved      the address isn't known yet, or there is no way to it
    misconfigured   KODEMON_PORT is none; `connect` says so
    would_block     the system had no room at the moment
    too_large       larger than 8,192 bytes, which no server takes
    unserializable  a field's value is nothing for JSON, or couldn't be had
    failed          refused by the system for another reason

    A forked child goes on from its parent's figures.
    """
    return _sender.statistics()


def connect(timeout):
    """Waits until the address of KODEMON_HOST is known, at most so many seconds, and gives it.

    No program needs this; it is for those that end soon or want to tell of a mistake. Raises
    ValueError for an impossible KODEMON_PORT, OSError where there is no address or it takes longer.
    """
    return _sender.connect(timeout)


def _key(function):
    original = inspect.unwrap(function)
    code = getattr(original, "__code__", None)
    file = os.path.basename(code.co_filename) if code else str(original.__module__)
    return f"{file}-{getattr(original, '__name__', type(original).__name__)}"


def _wrapper(function, timed):
    """A function of the same kind that makes the call within a timing."""
    if inspect.iscoroutinefunction(function):

        async def wrapper(*args, **kwargs):
            with timed(args, kwargs):
                return await function(*args, **kwargs)

    elif inspect.isasyncgenfunction(function):

        async def wrapper(*args, **kwargs):
            with timed(args, kwargs):
                items = function(*args, **kwargs)
                step = items.__anext__()
                while True:
                    try:
                        item = await step
                    except StopAsyncIteration:
                        return
                    try:
                        step = items.asend((yield item))
                    except GeneratorExit:
                        await items.aclose()
                        raise
                    except BaseException as error:
                        step = items.athrow(error)

    elif inspect.isgeneratorfunction(function):

        def wrapper(*args, **kwargs):
            with timed(args, kwargs):
                return (yield from function(*args, **kwargs))

    else:

        def wrapper(*args, **kwargs):
            with timed(args, kwargs):
                return function(*args, **kwargs)

    return wrapper


class _Timing:
    """A call under way. Its message is sent when it ends, however it does."""

    __slots__ = ("key", "fields", "began", "start")

    def __init__(self, key, fields, args, kwargs):
        self.key = key
        try:
            self.fields = {
                name: value(*args, **kwargs) if callable(value) else value
                for name, value in fields.items()
            }
        except Exception:
            # No message can be made of it.
            self.fields = None

    def __enter__(self):
        self.began = time.time()
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        took = time.perf_counter() - self.start
        try:
            _sender.send(self.key, self.fields, self.began, took)
        except Exception:
            # As little as possible is done here: the interpreter may be ending.
            pass


class _Sender:
    """The process's socket, the search for its address, and what became of the messages."""

    def __init__(self):
        self.counts = dict.fromkeys(
            (
                "sent",
                "refused",
                "unresolved",
                "misconfigured",
                "would_block",
                "too_large",
                "unserializable",
                "failed",
            ),
            0,
        )
        self.environment = None
        self.socket = None
        self.forked()

    def forked(self):
        """For a child: another thread may have had the lock, and none searches here."""
        # Counts within a signal handler that interrupts a count must not wait for it.
        self.lock = threading.RLock()
        self.searching = False

    def statistics(self):
        with self.lock:
            return dict(self.counts)

    def count(self, outcome, number=1):
        with self.lock:
            self.counts[outcome] += number

    def send(self, key, fields, began, took):
        self.count(self.outcome(key, fields, began, took))

    def outcome(self, key, fields, began, took):
        if self.environment is None:
            self.prepare()
        if self.environment.problem:
            return "misconfigured"
        if self.socket is None:
            self.search()
            return "unresolved"
        try:
            message = {
                "execution_time": took,
                "timestamp": began,
                "token": self.environment.token,
                "key": key,
                **fields,
            }
            message = _encode(message).encode()
        except Exception:
            return "unserializable"
        if len(message) > _LONGEST:
            return "too_large"
        try:
            try:
                self.socket.send(message)
            except ConnectionRefusedError:
                # That was the answer to an earlier message, and took the place of sending this
                # one. By now somebody may listen.
                with self.lock:
                    self.count("sent", -1)
                    self.count("refused")
                self.socket.send(message)
        except ConnectionRefusedError:
            return "refused"
        except BlockingIOError:
            return "would_block"
        except OSError:
            return "failed"
        return "sent"

    def prepare(self):
        """Reads the environment at the first call; an address needs no search."""
        with self.lock:
            if self.environment is not None:
                return
            environment = _Environment()
            if not environment.problem and _address(environment.host):
                try:
                    self.socket = _open(environment)
                except OSError:
                    # What can't be reached yet is looked for like a name.
                    pass
            self.environment = environment

    def search(self):
        """Looks for the address on a thread, if none does so yet."""
        with self.lock:
            if self.searching:
                return
            self.searching = True
        try:
            threading.Thread(target=self.until_found, name="kodemon", daemon=True).start()
        except RuntimeError:
            self.searching = False

    def until_found(self):
        pause = _PAUSE
        while self.socket is None:
            try:
                self.socket = _open(self.environment)
            except Exception:
                # Besides OSError what resolving a strange name may raise.
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def connect(self, timeout):
        self.prepare()
        if self.environment.problem:
            raise ValueError(self.environment.problem)
        if self.socket is None:
            self.found_within(timeout)
        return self.socket.getpeername()[0]

    def found_within(self, timeout):
        host = f"KODEMON_HOST is {self.environment.host!r}"
        result = [TimeoutError(f"{host}: no answer in time")]

        def find():
            try:
                self.socket = _open(self.environment)
                result[0] = None
            except Exception as error:
                result[0] = OSError(f"{host}: {error}")

        thread = threading.Thread(target=find, name="kodemon", daemon=True)
        thread.start()
        thread.join(timeout)
        if result[0] is not None:
            raise result[0]


class _Environment:
    """Where messages go and who sends them. A variable that is empty counts as not set."""

    def __init__(self):
        port = os.environ.get("KODEMON_PORT") or "4000"
        self.host = os.environ.get("KODEMON_HOST") or "localhost"
        self.token = os.environ.get("KODEMON_TOKEN") or "test-token"
        self.port = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
        self.problem = None
        if not 1 <= self.port <= 65535:
            self.problem = f"KODEMON_PORT is {port!r}, a port from 1 to 65535 was expected"


def _address(host):
    """The address that is written out, or that of the machine itself."""
    if host.lower() == "localhost":
        return "127.0.0.1"
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
            return host
        except (OSError, ValueError):
            pass
    return None


def _open(environment):
    """A socket that sends to the environment's address and never waits. Finding it may."""
    host = _address(environment.host) or environment.host
    found = socket.getaddrinfo(host, environment.port, type=socket.SOCK_DGRAM)
    problem = OSError("the name has no address")
    found.sort(key=lambda each: each[0] == socket.AF_INET6)
    for family, kind, protocol, _, address in found:
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            problem = error
            continue
        try:
            sock.setblocking(False)
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            problem = error
    raise problem


_sender = _Sender()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_sender.forked)
