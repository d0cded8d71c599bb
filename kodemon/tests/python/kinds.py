"""Decorated objects stay what they were. Prints a line for each difference, else nothing."""

import asyncio
import contextlib
import copy
import functools
import inspect
import json
import operator
import os
import pickle
import socket
import sys
import types
import warnings

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
receiver.setblocking(False)
os.environ["KODEMON_PORT"] = str(receiver.getsockname()[1])

from kodemon import kodemon, statistics

# How long what is awaited takes, and how exactly it is measured.
PAUSE, LESS = 0.02, 0.018


def times_sent():
    """Of every message: its key and its time. What a machine sends to itself is there at once."""
    times = []
    with contextlib.suppress(BlockingIOError):
        while True:
            message = json.loads(receiver.recv(9000))
            times.append((message["key"], message["execution_time"]))
    return times


async def pause(value):
    await asyncio.sleep(PAUSE)
    return value


def plain(value, *, more=1):
    """Has a docstring, a default and an attribute."""
    return value


plain.mark = "marked"
timed_plain = None


def outer(function):
    """What any decorator does."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def generator(value):
    yield value


async def async_generator(value):
    yield value


@types.coroutine
def iterable_coroutine(value):
    yield from asyncio.sleep(PAUSE).__await__()
    return value


def future(value):
    return asyncio.ensure_future(pause(value))


class Awaitable:
    """Awaited, or used by `async with`; with a method of its own."""

    def __init__(self, value):
        self.value = value

    def __await__(self):
        return pause(self.value).__await__()

    def own(self):
        return "own"

    def __len__(self):
        return 3


class Callable:
    """With state, which a proxy or a copy must not lose."""

    def __init__(self):
        self.calls = 0

    def __call__(self, value):
        self.calls += 1
        return value

    def __len__(self):
        return 7

    def __eq__(self, other):
        return isinstance(other, Callable) and self.calls == other.calls

    __hash__ = None


class AsyncCallable:
    async def __call__(self, value):
        return await pause(value)


class Methods:
    def method(self, value):
        return value

    @classmethod
    def of_class(cls, value):
        return cls, value

    async def coroutine(self, value):
        return await pause(value)


@functools.lru_cache(maxsize=5)
def cached(value):
    return value


@functools.singledispatch
def dispatched(value):
    return "any"


dispatched.register(int, lambda value: value)


def called(function):
    return function("v")


def awaited(function):
    async def wait():
        return await function("v")

    return asyncio.run(wait())


def iterated(function):
    return next(iter(list(function("v"))))


def async_iterated(function):
    async def iterate():
        return [item async for item in function("v")][0]

    return asyncio.run(iterate())


# What is decorated, how it is called, its key's function, and how long a call takes at least.
FUNCTIONS = [
    (plain, called, "plain", 0),
    (pause, awaited, "pause", LESS),
    (generator, iterated, "generator", 0),
    (async_generator, async_iterated, "async_generator", 0),
    (iterable_coroutine, awaited, "iterable_coroutine", LESS),
    (lambda value: value, called, "<lambda>", 0),
    # Plain functions that return what is awaited.
    (outer(pause), awaited, "pause", LESS),
    (outer(iterable_coroutine), awaited, "iterable_coroutine", LESS),
    (future, awaited, "future", LESS),
    (outer(Awaitable), awaited, "Awaitable", LESS),
    # Objects.
    (functools.partial(plain, more=2), called, "plain", 0),
    (functools.partial(pause), awaited, "pause", LESS),
    (functools.partial(functools.partial(plain), more=3), called, "plain", 0),
    (Callable(), called, "Callable", 0),
    (AsyncCallable(), awaited, "AsyncCallable", LESS),
    (cached, called, "cached", 0),
    (dispatched, called, "dispatched", 0),
    (Methods().method, called, "method", 0),
    (Methods.of_class, called, "of_class", 0),
    (Methods().coroutine, awaited, "coroutine", LESS),
    (functools.partial(plain).__call__, called, "__call__", 0),
    (repr, called, "repr", 0),
    (str.upper, called, "upper", 0),
    ("v".join, called, "join", 0),
    (operator.itemgetter(0), called, "itemgetter", 0),
]

KINDS = [
    inspect.isfunction,
    inspect.ismethod,
    inspect.isbuiltin,
    inspect.isroutine,
    inspect.ismethoddescriptor,
    inspect.isdatadescriptor,
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
    asyncio.iscoroutinefunction,
    lambda it: asyncio.iscoroutinefunction(it.__call__) if hasattr(it, "__dict__") else None,
    lambda it: it.__code__.co_flags & inspect.CO_ITERABLE_COROUTINE
    if inspect.isfunction(it)
    else None,
    lambda it: it.__class__,
    lambda it: isinstance(it, functools.partial),
]

ATTRIBUTES = ["__name__", "__qualname__", "__module__", "__doc__", "__self__", "mark", "calls"]
ATTRIBUTES += ["func", "args", "keywords", "cache_info", "cache_clear", "registry", "dispatch"]


def attribute(it, name):
    value = getattr(it, name, "none")
    # A bound method is a new one each time, and `__self__` of a slot is a proxy.
    return getattr(value, "__name__", value) if callable(value) else value


def signature(it):
    try:
        return str(inspect.signature(it))
    except ValueError:
        return None


def survives(it, passage):
    try:
        passage(it)
        return True
    except Exception:
        return False


def pickled(it):
    return pickle.loads(pickle.dumps(it))


def differences(old, call, name, at_least):
    """What the decorated one does differently, as texts."""
    new = kodemon(old)
    for number, kind in enumerate(KINDS):
        if kind(old) != kind(new):
            yield f"kind {number}: {kind(old)} became {kind(new)}"
    for each in ATTRIBUTES:
        if attribute(old, each) != attribute(new, each):
            yield f"{each}: {attribute(old, each)} became {attribute(new, each)}"
    missing = set(dir(old)) - set(dir(new))
    if missing:
        yield f"it lost {sorted(missing)}"
    if signature(old) not in (None, signature(new)):
        yield f"signature: {signature(old)} became {signature(new)}"
    expected, _ = call(old), times_sent()
    result, times = call(new), times_sent()
    if result != expected:
        yield f"it returns {result!r} instead of {expected!r}"
    if [key.partition("-")[2] for key, _ in times] != [name] or times[0][1] < at_least:
        yield f"it sent {times}"
    yield from copies(old, new, call)


def copies(old, new, call):
    for passage in copy.copy, copy.deepcopy, pickled:
        if inspect.isfunction(old) and passage is pickled:
            # A function is pickled by its name, under which the old one stands here.
            continue
        if not survives(old, passage):
            continue
        if not survives(new, passage):
            yield f"no {passage.__name__} any more"
            continue
        passed = passage(new)
        if passed.__class__ != old.__class__:
            yield f"{passage.__name__} is a {passed.__class__}"
        call(passed)
        # A bound method is copied by its name, under which the old one stands here.
        if len(times_sent()) != 1 and not (inspect.ismethod(old) and passage is not copy.deepcopy):
            yield f"{passage.__name__} isn't timed"


class Descriptors:
    """Each form above and below its own decorator."""

    class_above = kodemon(classmethod(lambda cls, value: (cls.__name__, value)))
    class_below = classmethod(kodemon(lambda cls, value: (cls.__name__, value)))
    static_above = kodemon(staticmethod(lambda value: value))
    static_below = staticmethod(kodemon(lambda value: value))
    cached_method = kodemon(functools.lru_cache(lambda self, value: value))
    partial_method = kodemon(functools.partialmethod(plain, more=4))
    builtin = kodemon(repr)
    descriptor = kodemon(str.upper)
    instance = kodemon(Callable())

    @kodemon
    @property
    def above(self):
        """Of a property."""
        return self._above

    @kodemon
    @above.setter
    def above(self, value):
        self._above = value

    @kodemon
    @functools.cached_property
    def computed(self):
        return "computed"


def descriptors():
    it, cls = Descriptors(), Descriptors
    it._above = "a"
    kinds = {"class_above": classmethod, "class_below": classmethod, "static_above": staticmethod}
    kinds.update(static_below=staticmethod, partial_method=functools.partialmethod, above=property)
    kinds.update(computed=functools.cached_property)
    for name, kind in kinds.items():
        if type(vars(cls)[name]) is not kind:
            yield f"{name} is a {type(vars(cls)[name])}"
    for text, expected in [
        ("it.class_above(1)", ("Descriptors", 1)),
        ("it.class_below(1)", ("Descriptors", 1)),
        ("it.static_above(1)", 1),
        ("cls.static_below(1)", 1),
        ("it.cached_method(1)", 1),
        ("it.cached_method(1)", 1),
        ("it.partial_method()", it),
        ("it.builtin('a')", "'a'"),
        ("cls.descriptor('a')", "A"),
        ("it.instance(1)", 1),
        ("it.above", "a"),
        ("setattr(it, 'above', 2)", None),
        ("it.above", 2),
        ("it.computed", "computed"),
    ]:
        if eval(text) != expected:
            yield f"{text} is {eval(text)}"
        if len(times_sent()) != 1:
            yield f"{text} was sent more or less than once"
    if it.computed != "computed" or times_sent():
        yield "computed isn't computed once"
    if cls.cached_method.cache_info().hits != 1 or cls.above.__doc__ != "Of a property.":
        yield "attributes are lost"


def objects():
    """A proxy is the object itself for whoever uses it."""
    target = Callable()
    new = kodemon(target)
    new("v")
    new.calls += 1
    new.added = "added"
    if (target.calls, target.added, len(new), new == target, new) != (2, "added", 7, True, new):
        yield "state isn't shared"
    if survives(new, hash) or not isinstance(new, Callable):
        yield "what it can do has changed"
    duplicate = copy.copy(new)
    duplicate("v")
    if (target.calls, duplicate.calls) != (2, 3):
        yield "a copy isn't a copy"
    for function, arguments in (target, ("v",)), (Methods().method, ("v",)), (plain, ("v",)):
        seen = []
        kodemon(seen=lambda *each: seen.append(each))(function)(*arguments)
        if seen != [arguments]:
            yield f"the fields of {function} got {seen}"
    if pickled(kodemon(field=lambda value: value)(target)) != target:
        yield "a field spoils pickling"
    times_sent()


def awaitables():
    """What a caller gets of a plain function that returns an awaitable."""
    coroutine = kodemon(outer(pause))("v")
    if not inspect.iscoroutine(coroutine) or coroutine.__qualname__ != "pause":
        yield f"a coroutine became {coroutine}"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        coroutine.close()
        del coroutine
        if warned or len(times_sent()) != 1:
            yield f"closed: {[str(each.message) for each in warned]}"
        kodemon(outer(pause))("v")
        texts = [str(each.message) for each in warned]
        # A warning keeps its coroutine.
        warned.clear()
        if texts != ["coroutine 'pause' was never awaited"] or len(times_sent()) != 1:
            yield f"never awaited: {texts}"

    async def in_a_loop():
        kept = future("v")
        if kodemon(lambda: kept)() is not kept:
            yield "a future became another one"
        await kept
        await asyncio.sleep(0)
        times = times_sent()
        if len(times) != 1 or times[0][1] < LESS:
            yield f"a future took {times}"
        cancelled = asyncio.ensure_future(kodemon(outer(pause))("v"))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        if not cancelled.cancelled() or len(times_sent()) != 1:
            yield "a cancelled one isn't sent once"

    async def collected():
        return [each async for each in in_a_loop()]

    yield from asyncio.run(collected())
    made = kodemon(lambda: Awaitable("v"))()
    if not isinstance(made, Awaitable) or (made.own(), made.value, len(made)) != ("own", "v", 3):
        yield f"an awaitable became {made}"
    del made
    if len(times_sent()) != 1:
        yield "an awaitable that nobody awaits isn't sent once"


def module_level():
    """Pickled by name, as what is decorated where it is defined."""
    global timed_plain
    timed_plain = functools.wraps(plain)(kodemon(plain))
    timed_plain.__qualname__ = "timed_plain"
    if pickled(timed_plain) is not timed_plain:
        yield "a function isn't found again"
    global cached
    old, cached = cached, kodemon(cached)
    if pickled(cached) is not cached:
        yield "a cached function isn't found again"
    cached = old


for each in FUNCTIONS:
    for problem in differences(*each):
        print(f"{each[0]}: {problem}")
for part in descriptors, objects, awaitables, module_level:
    for problem in part():
        print(f"{part.__name__}: {problem}")
lost = {name: count for name, count in statistics().items() if count and name != "sent"}
if lost or sys.version_info < (3, 8):
    print(f"not sent: {lost}")
