"""A program in a terminal of some width, which is kept in memory and can be looked at."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios

import pyte

# Only against hanging for ever; no test waits for it.
_PATIENCE = 600


class Terminal:
    """Runs a program in a terminal until it ends or is killed."""

    def __init__(self, command, *, columns=80, rows=40, env=None):
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.raw = b""
        try:
            self.process = subprocess.Popen(
                command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env=os.environ | {"TERM": "xterm-256color"} | (env or {}),
            )
        finally:
            os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def lines(self):
        """The lines on the screen, without the empty ones below."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip().split("\n")

    @property
    def cells(self):
        """The characters of the screen with their colours, line by line."""
        return [[line[x] for x in range(self._screen.columns)] for line in self._rows()]

    def until(self, pattern):
        """Read on until what the regular expression means stands on the screen."""
        while not re.search(pattern, "\n".join(self.lines)):
            assert self._read(), f"it ended without {pattern!r}:\n" + "\n".join(self.lines)

    def type(self, keys):
        """Type keys."""
        os.write(self._master, keys)

    def finish(self):
        """Read to the end; the exit status."""
        while self._read():
            pass
        return self.process.wait(_PATIENCE)

    def _rows(self):
        return (self._screen.buffer[y] for y in range(len(self.lines)))

    def _read(self):
        ready, _, _ = select.select([self._master], [], [], _PATIENCE)
        assert ready, "nothing came:\n" + "\n".join(self.lines)
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says so when the program has ended
            data = b""
        self.raw += data
        self._stream.feed(data)
        return data
