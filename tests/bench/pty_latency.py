#!/usr/bin/env python3
"""Measures a picker from outside, as a person would feel it: through a pseudo-terminal.

    pty_latency.py [--rounds N] [--size COLSxROWS] [--type WORD]... [--mode fuzzy|substring] -- COMMAND...

Starts COMMAND on a terminal of its own. A frame ends with the end of a synchronized update
(`CSI ? 2026 l`). Times are in milliseconds:

  paint     from the start of the process to the end of the first frame
  loaded    from the start of the process to the frame that says all commands were looked at
  key       from a key written to the end of the next frame
  complete  from a key written to the end of the frame whose count is final (no `+` after it)

Every WORD is typed letter by letter, each letter after the frame of the one before it; then the line
is cleared. Prints one JSON object: the lists of times, and the memory of the process in MB.
"""
import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

END = b"\x1b[?2026l"
# The description of the search ends with `count/total`; a `+` says that the count still grows.
COUNT = re.compile(rb"(?:fuzzy|substring|prefix), [a-z, ]+  ([\d,]+)(\+?)/([\d,]+)")
DEADLINE = 60.0


class Picker:
    def __init__(self, command, size):
        self.buffer = b""
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.setdefault("TERM", "xterm-256color")
            columns, rows = size
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvp(command[0], command)

    def frame(self):
        """The bytes of the next frame, and when its end was read."""
        limit = time.perf_counter() + DEADLINE
        while END not in self.buffer:
            ready, _, _ = select.select([self.fd], [], [], max(0, limit - time.perf_counter()))
            if not ready:
                raise TimeoutError(f"no frame; so far: {self.buffer[-400:]!r}")
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                raise EOFError(f"the picker ended: {self.buffer[-2000:].decode(errors='replace')}")
            self.buffer += data
        now = time.perf_counter()
        frame, _, self.buffer = self.buffer.partition(END)
        return frame, now

    def until_complete(self):
        """Frames until one says that its count is final: when the first and the last one came."""
        frame, first = self.frame()
        now = first
        while not is_complete(frame):
            frame, now = self.frame()
        return first, now

    def key(self, key):
        sent = time.perf_counter()
        os.write(self.fd, key)
        first, last = self.until_complete()
        return (first - sent) * 1000, (last - sent) * 1000

    def memory(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return {name: int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM", "RssAnon")}

    def close(self):
        try:
            os.write(self.fd, b"\x03")
            limit = time.perf_counter() + 5
            while time.perf_counter() < limit:
                ready, _, _ = select.select([self.fd], [], [], 0.2)
                if ready and not os.read(self.fd, 65536):
                    break
        except OSError:
            pass
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def is_complete(frame):
    counts = COUNT.findall(frame)
    return bool(counts) and counts[-1][1] == b""


def measure(arguments, result):
    columns, rows = arguments.size.split("x")
    picker = Picker(arguments.command, (int(columns), int(rows)))
    try:
        frame, first = picker.frame()
        result["paint"].append((first - picker.started) * 1000)
        if arguments.first_only:
            return
        for key in typed_at_once(arguments):
            os.write(picker.fd, key)
        now = first
        while not is_complete(frame):
            frame, now = picker.frame()
        result["loaded"].append((now - picker.started) * 1000)
        if arguments.mode == "substring":
            picker.key(b"\x14")  # ctrl-t: the next match mode
        for word in arguments.type:
            for letter in word:
                key, complete = picker.key(letter.encode())
                result["key"].append(key)
                result["complete"].append(complete)
            picker.key(b"\x15")  # ctrl-u: clears the line
        result["memory"].append(picker.memory())
    finally:
        picker.close()


def typed_at_once(arguments):
    return [arguments.at_once.encode()] if arguments.at_once else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--mode", choices=["fuzzy", "substring"], default="fuzzy")
    parser.add_argument("--type", action="append", default=[])
    parser.add_argument("--first-only", action="store_true", help="end after the first frame")
    parser.add_argument("--at-once", default="", help="type this right after the first frame")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    result = {"paint": [], "loaded": [], "key": [], "complete": [], "memory": []}
    for _ in range(arguments.rounds):
        measure(arguments, result)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
