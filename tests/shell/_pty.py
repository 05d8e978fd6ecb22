"""Runs a program in a pseudo-terminal: stdin is what is typed, stdout what the screen gets."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios


def main():
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    os.set_blocking(master, False)
    waiting = b""
    typing = True
    while True:
        # A shell that has not gone within two seconds of the hang-up never will.
        timeout = None if typing else 2
        reads = [master] + ([0] if typing else [])
        readable, writable, _ = select.select(reads, [master] if waiting else [], [], timeout)
        if not typing and not readable:
            os.kill(pid, signal.SIGKILL)
            break
        if master in readable:
            try:
                data = os.read(master, 65536)
            except OSError:
                data = b""
            if not data:
                break
            os.write(1, data)
            # fish 4 asks what kind of terminal it is, and waits.
            if b"\x1b[0c" in data or b"\x1b[c" in data:
                waiting += b"\x1b[?62;22c"
        if master in writable:
            waiting = waiting[os.write(master, waiting):]
        if 0 in readable:
            typed = os.read(0, 65536)
            waiting += typed
            if not typed:
                # Nobody types any more: the terminal is closed.
                typing = False
                waiting = b""
                os.kill(pid, signal.SIGHUP)
    status = os.waitpid(pid, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)


main()
