"""Timed functions in every form: evaluates each line and prints the result as a line."""

import asyncio
import faulthandler
import os
import signal
import socket
import sys
import threading

import kodemon as sender
from kodemon import kodemon, timing


@kodemon
def plain(number):
    """What it does."""
    return number + 1


@kodemon()
def parentheses():
    return "()"


@kodemon(
    customer=42,
    text=lambda text: text.upper(),
    nothing=None,
    path=os.path,
    function="a name like any other",
)
def fields(text):
    return text * 2


@kodemon(execution_time=0.25, timestamp=1413404125, token="shop", key="in the place of all")
def replaced():
    return "replaced"


@kodemon
def fails():
    raise ValueError("as it should")


class Shop:
    name = "shop"

    @kodemon(shop=lambda self: self.name)
    def method(self):
        return self.name

    @kodemon
    @classmethod
    def above_classmethod(cls):
        return cls.name

    @classmethod
    @kodemon
    def below_classmethod(cls):
        return cls.name

    @kodemon
    @staticmethod
    def above_staticmethod():
        return "static"

    @property
    @kodemon
    def of_a_property(self):
        return self.name


@kodemon
async def coroutine(turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    return "waited"


async def cancelled():
    task = asyncio.ensure_future(coroutine(1000))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return "cancelled"


@kodemon
def generator():
    sent = yield 1
    try:
        yield sent
    except KeyError:
        yield "caught"
    return "returned"


def driven():
    items = generator()
    seen = [next(items), items.send("sent"), items.throw(KeyError())]
    try:
        next(items)
    except StopIteration as end:
        seen.append(end.value)
    return seen


@kodemon
async def async_generator():
    sent = yield 1
    try:
        yield sent
    except KeyError:
        yield "caught"


async def async_driven():
    items = async_generator()
    seen = [await items.__anext__(), await items.asend("sent"), await items.athrow(KeyError())]
    return seen + [item async for item in items]


async def async_closed():
    items = async_generator()
    await items.__anext__()
    await items.aclose()
    return "closed"


def guarded():
    with timing("a guard", phase=1):
        return "guarded"


@kodemon(size=lambda text: len(text))
def with_a_size(text):
    return text


@kodemon(value=float("nan"))
def not_a_number():
    return "nan"


@kodemon(text=lambda size: "x" * size)
def large(size):
    return size


def forked():
    child = os.fork()
    if child == 0:
        plain(0)
        os._exit(0 if sender.statistics()["sent"] == 1 else 1)
    return os.waitpid(child, 0)[1]


def forked_while_searching():
    """The child lacks the thread that resolves the address, and starts one."""
    plain(0)
    child = os.fork()
    if child == 0:
        plain(0)
        os._exit(0 if threading.active_count() == 2 else 1)
    return os.waitpid(child, 0)[1]


def in_threads():
    threads = [threading.Thread(target=lambda: [plain(0) for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "ended"


def in_a_signal_handler():
    """The handler's call comes while the count of another one is under way."""
    signal.signal(signal.SIGUSR1, lambda *_: plain(0))
    with sender._sender.lock:
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.sigpending()
    return "handled"


def preferred():
    """Which of a name's addresses is taken, whatever order they come in."""
    found = socket.getaddrinfo("::1", 1, type=socket.SOCK_DGRAM)
    found += socket.getaddrinfo("127.0.0.1", 1, type=socket.SOCK_DGRAM)
    real, socket.getaddrinfo = socket.getaddrinfo, lambda *_, **__: list(found)
    try:
        return sender._open(sender._Environment()).getpeername()[0]
    finally:
        socket.getaddrinfo = real


def waits():
    """Whether the socket does; on one machine no message ever has to."""
    plain(0)
    return sender._sender.socket.getblocking()


def kept():
    kinds = [plain.__name__, plain.__doc__, Shop.method.__qualname__]
    return kinds + [asyncio.iscoroutinefunction(coroutine)]


def refused():
    problems = []
    for impossible in [Shop, 5, "key"]:
        try:
            kodemon(impossible)
        except TypeError:
            problems.append("TypeError")
    return problems


def statistics():
    counts = sender.statistics().items()
    return ", ".join(f"{name} {count}" for name, count in counts if count)


def connect(timeout):
    try:
        return sender.connect(timeout)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def caught(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# If something blocks forever, the test would too.
faulthandler.dump_traceback_later(60, exit=True)
for line in sys.stdin:
    print(eval(line), flush=True)
