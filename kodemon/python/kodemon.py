"""Times calls of functions, and sends one small UDP message per call.

    from kodemon import kodemon, timing

    @kodemon
    def page(): ...

    @kodemon(customer=42, path=lambda request: request.path)
    async def answer(request): ...

    with timing("checkout", phase="paying"):
        ...

A message is a JSON object with `execution_time` in seconds, `timestamp` (Unix time when the call
began), `token` and `key`, which is `file.py-function`. Keyword arguments add fields or replace
these four. A callable one is called before each call with its arguments; a value that JSON doesn't
support is sent as its `str`.

Functions, methods, class and static methods and properties (above or below their own decorator),
coroutines, generators of both kinds and any other callable object can be timed, and keep their
type: a coroutine function stays one, a `functools.partial` keeps its `func`, a cached function its
`cache_info`. A call that raises an exception is timed, too.

A coroutine is timed from its first step to its end or cancellation, a generator from its first item
to its end, including what its consumer does in between. Any other call is timed until it returns, or
if it returns an awaitable, until that is done. If an awaitable is dropped without being awaited, the
timing ends when the call returned.

Messages are sent to the host KODEMON_HOST (default localhost), port KODEMON_PORT (4000), with the
token KODEMON_TOKEN (test-token); the environment is read at the first call. A timed function never
waits and never gets an exception from here: names are resolved on a thread, and messages that can't
be sent are counted; see `statistics`.

This file needs only Python 3.8 or later: copy it into your project.
"""

import copy
import functools
import inspect
import json
import os
import pickle
import socket
import sys
import threading
import time
import types

__all__ = ["connect", "kodemon", "statistics", "timing"]

# The pause after a failed lookup of the address, in seconds: initial and maximum.
_PAUSE, _MAX_PAUSE = 1, 60


def kodemon(function=None, /, **fields):
    """Times every call of a function: `@kodemon`, `@kodemon()` or `@kodemon(customer=42)`."""
    if function is None:
        return functools.partial(kodemon, **fields)
    return _timed(function, fields)


def statistics():
    """Returns counts of the messages of this process, as a dictionary.

    sent            passed to the network, which may lose them silently
    refused         nobody listens there; the other side may not report each message
    unresolved      the address isn't known yet, or isn't reachable
    misconfigured   KODEMON_PORT is invalid; `connect` reports it
    would_block     the system's send buffer was full
    too_large       larger than 8,192 bytes, the limit of servers
    unserializable  a field's value can't be JSON, or computing it failed
    failed          another error of the system

    A forked child continues from its parent's counts.
    """
    return _sender.statistics()


def connect(timeout):
    """Waits up to `timeout` seconds for the address of KODEMON_HOST, and returns it.

    Calling it is optional; it is for programs that end soon or want to report a misconfiguration.
    Raises ValueError if KODEMON_PORT is invalid, OSError if there is no reachable address in time.
    """
    return _sender.connect(timeout)


class _Sender:
    """The socket of the process, the lookup of its address, and the counts."""

    # Attributes, not globals: those are gone at interpreter shutdown.
    encode = staticmethod(json.JSONEncoder(allow_nan=False, default=str, ensure_ascii=False).encode)

    # Maximum size of a message in bytes; the same as in kodemon/src/limits.rs.
    max_bytes = 8192

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
        """In a child: another thread may have held the lock, and no lookup is running."""
        # A count in a signal handler that interrupts another one must not wait for it.
        self.lock = threading.RLock()
        self.looking_up = False

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
            self.look_up()
            return "unresolved"
        try:
            message = {
                "execution_time": took,
                "timestamp": began,
                "token": self.environment.token,
                "key": key,
                **fields,
            }
            message = self.encode(message).encode()
        except Exception:
            return "unserializable"
        if len(message) > self.max_bytes:
            return "too_large"
        try:
            try:
                self.socket.send(message)
            except ConnectionRefusedError:
                # The error is about an earlier message, and this one wasn't sent. By now somebody may
                # listen.
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
        """Reads the environment at the first call; an address needs no lookup."""
        with self.lock:
            if self.environment is not None:
                return
            environment = _Environment()
            if not environment.problem and _address(environment.host):
                try:
                    self.socket = _open(environment)
                except OSError:
                    # An unreachable address is looked up like a name.
                    pass
            self.environment = environment

    def look_up(self):
        """Looks up the address on a thread, unless one does so already."""
        with self.lock:
            if self.looking_up:
                return
            self.looking_up = True
        try:
            threading.Thread(target=self.look_up_until_found, name="kodemon", daemon=True).start()
        except RuntimeError:
            self.looking_up = False

    def look_up_until_found(self):
        pause = _PAUSE
        while self.socket is None:
            try:
                self.socket = _open(self.environment)
            except Exception:
                # Not only OSError: resolving a strange name may raise others.
                time.sleep(pause)
                pause = min(2 * pause, _MAX_PAUSE)

    def connect(self, timeout):
        self.prepare()
        if self.environment.problem:
            raise ValueError(self.environment.problem)
        if self.socket is None:
            self.look_up_within(timeout)
        return self.socket.getpeername()[0]

    def look_up_within(self, timeout):
        host = f"can't reach KODEMON_HOST {self.environment.host!r}"
        result = [TimeoutError(f"{host}: timed out")]

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
    """The configuration. An empty variable counts as not set."""

    def __init__(self):
        port = os.environ.get("KODEMON_PORT") or "4000"
        self.host = os.environ.get("KODEMON_HOST") or "localhost"
        self.token = os.environ.get("KODEMON_TOKEN") or "test-token"
        self.port = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
        self.problem = None
        if not 1 <= self.port <= 65535:
            self.problem = f"invalid KODEMON_PORT {port!r}: expected a port from 1 to 65535"


def _address(host):
    """The address, if the host is one or is `localhost`."""
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
    """A non-blocking socket connected to the configured address. Looking that up may block."""
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


# From here on, what runs within a timed call uses no global of this module: a `__del__` may be timed
# at interpreter shutdown, when globals have been set to None.


class timing:
    """Times a block: `with timing("checkout", customer=42): ...`."""

    __slots__ = ("_key", "_fields", "_began", "_start", "_goes_on")

    _clock, _timer, _send = time.time, time.perf_counter, _sender.send

    def __init__(self, key, /, **fields):
        self._of(key, fields, (), {})

    def _of(self, key, fields, args, kwargs):
        self._key = key
        try:
            self._fields = {
                name: value(*args, **kwargs) if callable(value) else value
                for name, value in fields.items()
            }
        except Exception:
            # Counted as unserializable.
            self._fields = None

    def __enter__(self):
        self._goes_on = False
        self._began = self._clock()
        self._start = self._timer()
        return self

    def __exit__(self, *_):
        if not self._goes_on:
            self._end(self._elapsed())

    def _elapsed(self):
        return self._timer() - self._start

    def _end(self, took):
        try:
            self._send(self._key, self._fields, self._began, took)
        except Exception:
            # At interpreter shutdown anything may fail.
            pass


def _timed(function, fields, key=None, bound=0):
    """A timed object of the same kind as `function`.

    The first `bound` arguments of a call aren't passed to fields.
    """
    again = functools.partial(_timed, fields=fields, key=key, bound=bound)
    kind = type(function)
    if isinstance(function, (classmethod, staticmethod)):
        result = kind(again(function.__func__))
        vars(result).update({**vars(function), **vars(result)})
        return result
    if isinstance(function, property):
        for accessor, replace in ("fget", "getter"), ("fset", "setter"), ("fdel", "deleter"):
            old = getattr(function, accessor)
            # `@name.setter` passes on a getter that may be timed already.
            if old is not None and getattr(old, "__globals__", None) is not globals():
                function = getattr(function, replace)(again(old))
        return function
    if isinstance(function, functools.cached_property):
        result = copy.copy(function)
        result.func = again(function.func)
        return result
    if isinstance(function, functools.partialmethod):
        return kind(again(function.func), *function.args, **function.keywords)
    if inspect.isclass(function) or not callable(function):
        raise TypeError(f"@kodemon can only be applied to functions and methods, not {function!r}")
    key = _key(function) if key is None else key
    if isinstance(function, types.MethodType):
        return kind(_timed(function.__func__, fields, key, bound + 1), function.__self__)
    if isinstance(function, types.FunctionType):
        wrapper = _wrapper(function, function, _beginning(key, fields, bound))
        return functools.wraps(function)(wrapper)
    return _object(function, fields, key, bound)


def _key(function):
    original = inspect.unwrap(function)
    while isinstance(original, functools.partial):
        original = inspect.unwrap(original.func)
    call = original if hasattr(original, "__code__") else inspect.unwrap(type(original).__call__)
    code = getattr(call, "__code__", None)
    file = os.path.basename(code.co_filename) if code else _module(original)
    return f"{file}-{getattr(original, '__name__', type(original).__name__)}"


def _module(thing):
    return getattr(thing, "__module__", None) or type(thing).__module__


def _beginning(key, fields, bound):
    """A function that creates a timing from a call's arguments."""
    new, kind = timing.__new__, timing

    def begin(args, kwargs):
        begun = new(kind)
        begun._of(key, fields, args[bound:], kwargs)
        return begun

    return begin


def _wrapper(like, call, begin):
    """A function of the same kind as `like` that calls `call` within a timing."""
    flags = like.__code__.co_flags if isinstance(like, types.FunctionType) else 0
    until_done = _until_done
    if flags & inspect.CO_COROUTINE:

        async def wrapper(*args, **kwargs):
            with begin(args, kwargs):
                return await call(*args, **kwargs)

    elif flags & inspect.CO_ASYNC_GENERATOR:

        async def wrapper(*args, **kwargs):
            with begin(args, kwargs):
                items = call(*args, **kwargs)
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

    elif flags & inspect.CO_GENERATOR:

        def wrapper(*args, **kwargs):
            with begin(args, kwargs):
                return (yield from call(*args, **kwargs))

        if flags & inspect.CO_ITERABLE_COROUTINE:
            wrapper = types.coroutine(wrapper)

    else:

        def wrapper(*args, **kwargs):
            with begin(args, kwargs) as begun:
                return until_done(call(*args, **kwargs), begun)

    return wrapper


def _object(target, fields, key, bound):
    """A proxy for a callable object, which keeps its own state."""
    kind = type(target)

    def call(_, /, *args, **kwargs):
        return target(*args, **kwargs)

    def again(proxy, other):
        return proxy if other is target else _timed(other, fields, key, bound)

    def descriptor_get(self, instance, owner=None):
        found = kind.__get__(target, instance, owner)
        if isinstance(found, types.MethodType) and found.__func__ is target:
            return types.MethodType(self, instance)
        return again(self, found)

    def reduce(self, protocol):
        name = target.__reduce_ex__(protocol)
        if isinstance(name, str) and _global(_module(target), name) is self:
            return name
        # A field that can't be pickled doesn't keep the object from being pickled.
        picklable = {name: value for name, value in fields.items() if _pickles(value)}
        return _timed, (target, picklable, key, bound)

    timed_call = _wrapper(kind.__call__, call, _beginning(key, fields, bound + 1))
    methods = {
        "__call__": functools.wraps(kind.__call__)(timed_call),
        "__reduce_ex__": reduce,
        "__copy__": lambda self: again(self, copy.copy(target)),
        "__deepcopy__": lambda self, memo: again(self, copy.deepcopy(target, memo)),
    }
    if hasattr(kind, "__get__"):
        methods["__get__"] = descriptor_get
    return _proxy_class(kind, methods)(target)


def _global(module, name):
    try:
        return functools.reduce(getattr, name.split("."), sys.modules[module])
    except (AttributeError, KeyError):
        return None


def _pickles(value):
    try:
        pickle.dumps(value)
    except Exception:
        return False
    return True


class _Proxy:
    """Behaves like its target, except for a few methods."""

    __slots__ = ("target", "pending", "__weakref__")


# Attributes of a type that its proxies don't forward.
_OF_THE_TYPE = {
    "__class__",
    "__class_getitem__",
    "__del__",
    "__delattr__",
    "__getattr__",
    "__getattribute__",
    "__init__",
    "__init_subclass__",
    "__new__",
    "__setattr__",
    "__subclasshook__",
}


def _proxy_class(kind, methods):
    """A class of proxies for objects of a type, with these methods instead of the type's."""
    target, pending, own = _Proxy.target, _Proxy.pending, object.__getattribute__
    target_of = target.__get__

    def forward(name):
        def method(self, /, *args, **kwargs):
            found = target_of(self)
            return getattr(type(found), name)(found, *args, **kwargs)

        return method

    def initialize(self, found, waits=None):
        target.__set__(self, found)
        pending.__set__(self, waits)

    def get(self, name):
        return own(self, name) if name in methods else getattr(target_of(self), name)

    # Operators, `len()` and the like look up their methods in the type, not in the object.
    special = {
        name: forward(name)
        for name in dir(kind)
        if name.startswith("__") and name not in _OF_THE_TYPE and callable(getattr(kind, name))
    }
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__slots__": ()}
    attributes = {
        "__init__": initialize,
        "__getattribute__": get,
        "__setattr__": lambda self, name, value: setattr(target_of(self), name, value),
        "__delattr__": lambda self, name: delattr(target_of(self), name),
    }
    return type(kind.__name__, (_Proxy,), {**special, **names, **attributes, **methods})


class _Pending:
    """An awaitable and the timing that ends with it.

    If it is dropped without being awaited, the timing ends when the call returned.
    """

    __slots__ = ("awaitable", "timing", "took")

    def __init__(self, awaitable, timing):
        self.awaitable, self.timing, self.took = awaitable, timing, timing._elapsed()

    def done(self, *_):
        self.end(self.timing._elapsed())

    def end(self, took):
        timing, self.timing = self.timing, None
        if timing is not None:
            timing._end(took)

    def __del__(self):
        self.end(self.took)
        # The coroutine in place of this one warns that it was never awaited; one warning is enough.
        if hasattr(self.awaitable, "cr_frame"):
            self.awaitable.close()


async def _coroutine(pending):
    try:
        return await pending.awaitable
    finally:
        pending.done()


def _steps(pending, steps):
    try:
        return (yield from steps)
    finally:
        pending.done()


@types.coroutine
def _generator(pending):
    return (yield from _steps(pending, pending.awaitable))


def _await(self):
    pending = _Proxy.pending.__get__(self)
    return _steps(pending, pending.awaitable.__await__())


@functools.lru_cache(256)
def _awaitable_class(kind):
    return _proxy_class(kind, {"__await__": _await})


def _until_done(result, timing, generator=types.GeneratorType):
    """The result of a call; if it is awaitable, the timing ends with it."""
    if not hasattr(type(result), "__await__") and type(result) is not generator:
        return result
    try:
        return _pending(result, timing)
    except Exception:
        # Interpreter shutdown.
        timing._goes_on = False
        return result


def _pending(result, timing):
    if isinstance(result, types.GeneratorType):
        if not result.gi_code.co_flags & inspect.CO_ITERABLE_COROUTINE:
            return result
        stand_in = _named(_generator(_Pending(result, timing)), result)
    elif isinstance(result, types.CoroutineType):
        stand_in = _named(_coroutine(_Pending(result, timing)), result)
    elif hasattr(result, "add_done_callback"):
        result.add_done_callback(_Pending(None, timing).done)
        stand_in = result
    else:
        stand_in = _awaitable_class(type(result))(result, _Pending(result, timing))
    timing._goes_on = True
    return stand_in


def _named(stand_in, result):
    stand_in.__name__, stand_in.__qualname__ = result.__name__, result.__qualname__
    return stand_in
