"""A small lending library whose functions are timed, so that kodemon has something to show.

    cargo run --release --bin kodemon       # the server, in another terminal
    python3 kodemon/python/demo.py
"""

import argparse
import asyncio
import random
import threading
import time

from kodemon import connect, kodemon, statistics, timing


@kodemon
def find(title):
    """Quick."""
    wait(0.002)
    return title.upper()


@kodemon(reader=lambda book, reader: reader, pages=lambda book, reader: len(book))
def lend(book, reader):
    """With fields; one call in thirty raises an exception and is timed, too."""
    wait(0.01)
    if random.random() < 1 / 30:
        raise LookupError(f"{book} has been lent")
    with timing("stamp", reader=reader):
        wait(0.001)


@kodemon(key="letters/remind")
async def remind(reader):
    """A coroutine, with its own key."""
    await asyncio.sleep(random.expovariate(1 / 0.1))


@kodemon
def shelves():
    """A generator: timed from its first item to its end."""
    for shelf in range(10):
        wait(0.005)
        yield shelf


def wait(usual):
    time.sleep(random.expovariate(1 / usual))


def serve(closed):
    titles = ["The Castle", "Middlemarch", "The Plague", "Nana"]
    while not closed.is_set():
        book = find(random.choice(titles))
        try:
            lend(book, reader=random.randrange(40))
        except LookupError:
            pass
        if random.random() < 1 / 50:
            list(shelves())


async def remind_readers(closed):
    while not closed.is_set():
        await asyncio.gather(*(remind(reader) for reader in range(5)))


def report():
    counts = statistics()
    sent = counts.pop("sent")
    lost = sum(counts.values())
    hint = ": is the server running?" if counts["refused"] else ""
    print(f"{sent} calls sent" + (f", {lost} not sent{hint}" if lost else ""), flush=True)


def main():
    parser = argparse.ArgumentParser(description="A small lending library whose functions are timed.")
    parser.add_argument("--seconds", type=float, default=0, help="how long to run; 0: until Ctrl-C")
    seconds = parser.parse_args().seconds
    try:
        print(f"Sending timings to {connect(5)}. Press Ctrl-C to stop.")
    except (OSError, ValueError) as error:
        print(f"Calls are timed, but not sent: {error}.")
    closed = threading.Event()
    threads = [threading.Thread(target=serve, args=(closed,)) for _ in range(2)]
    threads.append(threading.Thread(target=lambda: asyncio.run(remind_readers(closed))))
    for thread in threads:
        thread.start()
    began = time.monotonic()
    try:
        while not seconds or time.monotonic() - began < seconds:
            time.sleep(min(1, seconds or 1))
            report()
    except KeyboardInterrupt:
        print()
    finally:
        closed.set()
        for thread in threads:
            thread.join()
    report()


if __name__ == "__main__":
    main()
