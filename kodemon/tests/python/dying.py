"""Objects with a timed `__del__` that live until the interpreter ends, wherever they can be.

Each prints its name when it dies; the names of all of them are printed first.
"""

import builtins
import os
import sys
import threading
import time
import types

import kodemon


class Late:
    def __init__(self, place):
        self.name = f"{type(self).__name__} in {place}"


class Call(Late):
    @kodemon.kodemon
    def __del__(self, write=os.write):
        write(1, f"{self.name}\n".encode())


class Block(Late):
    def __del__(self, write=os.write, timing=kodemon.timing):
        with timing("a block"):
            write(1, f"{self.name}\n".encode())


class Awaitable(Late):
    """What is returned needs more of the sender than is left."""

    @kodemon.kodemon
    def __del__(self, write=os.write):
        write(1, f"{self.name}\n".encode())
        return self

    def __await__(self):
        yield


alone = types.ModuleType("a module")
alone.itself = alone
sys.local, sys.modules["alone"] = threading.local(), alone
places = {"its own module": sys.modules[__name__], "a cycle": types.SimpleNamespace()}
places.update({"a lone module": alone, "a thread": sys.local, "the sender": kodemon})
places.update(threading=threading, time=time, sys=sys, builtins=builtins)
places["a cycle"].itself = places["a cycle"]
names = []
for place, where in places.items():
    for kind in Call, Block, Awaitable:
        late = kind(place)
        setattr(where, f"late_{kind.__name__}", late)
        names.append(late.name)
print(*names, sep="\n", flush=True)
del alone, late, where, places
# The address is known, and the environment read.
kodemon.connect(30)
