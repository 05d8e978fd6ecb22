#!/usr/bin/env python3
"""From ctrl-r in a shell until the expected row is on the screen, as a person sees it.

    pty_ctrl_r.py ROUNDS [WARM_UP] < cases.json

Cases are {"name": ..., "argv": [...], "env": {...}, "cwd": ..., "hung": pid or null, "how": ...}: shells,
each in a pseudo-terminal of its own, whose prompt is `READY>`. They take turns, so that whatever else the
machine does falls on all alike. The row is the text ROW. Ctrl-g leaves the picker. A case with a process in
`hung` is measured while that process is stopped. `how` is "fresh" if each round has a shell of its own,
"behind" if the key is pressed as soon as the prompt is back after a command, else "again".

Prints {name: [ms, ...]}.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

ROW = b"row-marker-4242"
PROMPT = b"READY>"
DEADLINE = 120.0
# A shell that has drawn nothing for so long has drawn all.
QUIET = 0.15
WARM_UP = 2


class Shell:
    def __init__(self, case):
        self.output = b""
        self.hung = case["hung"]
        self.how = case["how"]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.chdir(case["cwd"])
            os.execvpe(case["argv"][0], case["argv"], case["env"])
        self.until(PROMPT)
        self.settle()

    def until(self, text):
        limit = time.perf_counter() + DEADLINE
        while text not in self.output:
            if not self.read(max(0, limit - time.perf_counter())):
                raise TimeoutError(f"no {text!r}: {self.output[-800:]!r}")
        return self.read_at

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        data = os.read(self.fd, 65536)
        self.read_at = time.perf_counter()
        # fish asks the terminal what it is, and waits; fzf asks where the cursor is.
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            os.write(self.fd, b"\x1b[?62;c")
        if b"\x1b[6n" in data:
            os.write(self.fd, b"\x1b[2;1R")
        self.output += data
        return True

    def settle(self):
        while self.read(QUIET):
            pass
        self.output = b""

    def press(self):
        if self.hung:
            os.kill(self.hung, signal.SIGSTOP)
        if self.how == "behind":
            os.write(self.fd, b"true\r")
            self.until(PROMPT)
        try:
            pressed = time.perf_counter()
            os.write(self.fd, b"\x12")
            took = (self.until(ROW) - pressed) * 1000
        finally:
            if self.hung:
                os.kill(self.hung, signal.SIGCONT)
        self.settle()
        os.write(self.fd, b"\x07")
        self.settle()
        return took

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def measure(case, shell):
    if shell is not None:
        return shell.press()
    fresh = Shell(case)
    try:
        return fresh.press()
    finally:
        fresh.close()


def main():
    rounds = int(sys.argv[1])
    warm_up = int(sys.argv[2]) if len(sys.argv) > 2 else WARM_UP
    cases = json.load(sys.stdin)
    times = {case["name"]: [] for case in cases}
    shells = [(case, None if case["how"] == "fresh" else Shell(case)) for case in cases]
    for i in range(-warm_up, rounds):
        for case, shell in shells:
            took = measure(case, shell)
            if i >= 0:
                times[case["name"]].append(took)
    for _, shell in shells:
        if shell is not None:
            shell.close()
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main()
