#!/usr/bin/env python3
"""What shells with different start-up files cost, side by side in pseudo-terminals.

    pty_prompts.py ROUNDS STARTS < cases.json

Cases are {"name": ..., "argv": [...], "env": {...}, "cwd": ...}. Each shell prints ESC ]777; N BEL
when its Nth prompt is due. They take turns, so that whatever else the machine does falls on all alike.

Prints {name: {"prompt": [ms, ...], "start": [ms, ...], "cpu": [ms, ...]}}: from Enter to the mark of the
next prompt, from the start of the process to the mark of the first one, and what the shell itself
worked for a command, as Linux counts it, which is the same on a busy machine.
"""
import json
import os
import pty
import select
import signal
import sys
import time

DEADLINE = 20.0
# Shells that colour and suggest draw once more a moment after the last key.
QUIET = 0.004


class Shell:
    def __init__(self, case):
        self.marks = 0
        self.output = b""
        started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(case["cwd"])
            os.execvpe(case["argv"][0], case["argv"], case["env"])
        self.start = (self.prompt() - started) * 1000

    def prompt(self):
        """When the next mark came."""
        self.marks += 1
        mark = b"\x1b]777;%d\x07" % self.marks
        limit = time.perf_counter() + DEADLINE
        while mark not in self.output:
            if not self.read(max(0, limit - time.perf_counter())):
                raise TimeoutError(f"no prompt {self.marks}: {self.output[-600:]!r}")
        return self.read_at

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        data = os.read(self.fd, 65536)
        self.read_at = time.perf_counter()
        # fish asks the terminal what it is, and waits.
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            os.write(self.fd, b"\x1b[?62;c")
        self.output = (self.output + data)[-4000:]
        return True

    def settle(self):
        while self.read(QUIET):
            pass
        return self.cpu()

    def cpu(self):
        """Milliseconds on a processor, all threads."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/schedstat", encoding="ascii") as stat:
                    total += int(stat.read().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass  # A thread that has ended meanwhile, as those of fish do.
        return total / 1e6

    def run(self, line):
        """Milliseconds from Enter to the next prompt, and of work."""
        os.write(self.fd, line)
        before = self.settle()
        entered = time.perf_counter()
        os.write(self.fd, b"\r")
        took = (self.prompt() - entered) * 1000
        return took, self.settle() - before

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def main():
    rounds, starts = int(sys.argv[1]), int(sys.argv[2])
    cases = json.load(sys.stdin)
    times = {case["name"]: {"prompt": [], "start": [], "cpu": []} for case in cases}
    for _ in range(starts):
        for case in cases:
            shell = Shell(case)
            times[case["name"]]["start"].append(shell.start)
            shell.close()
    shells = [(case["name"], Shell(case)) for case in cases]
    for i in range(-20, rounds):
        for name, shell in shells:
            took, cpu = shell.run(b": a command of the length that people type, number %d" % (i + 20))
            if i >= 0:
                times[name]["prompt"].append(took)
                times[name]["cpu"].append(cpu)
    for _, shell in shells:
        shell.close()
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main()
