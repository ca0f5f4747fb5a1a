"""Runs a command on a terminal of its own and keeps all that it writes there, escape codes included.

    screen.py record ROWSxCOLUMNS[,ROWSxCOLUMNS] FILE COMMAND...   status: that of the command
    screen.py until N PATTERN ROWSxCOLUMNS[,...] FILE COMMAND...   as record, but it gets a SIGTERM
                                                                   when PATTERN was there N times
    screen.py stopped N DB ROWSxCOLUMNS FILE COMMAND...            as record, but somebody presses
                                                                   Ctrl-S when a job has ended, and
                                                                   Ctrl-Q when N have, by DB
    screen.py check COLUMNS FILE      the block that vib-sweep redraws holds still and fits
    screen.py lines FILE              what scrolled by, without the block
    screen.py last FILE               the last block

The second size is that of the terminal from the first block on.
"""

import fcntl
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import sys
import termios
import time


def resize(fd, size):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))


def terminate(pid, fd):
    os.kill(pid, signal.SIGTERM)


def record(sizes, path, command, enough=lambda text: False, then=terminate):
    sizes = [tuple(map(int, size.split("x"))) for size in sizes.split(",")]
    pid, fd = pty.fork()
    if pid == 0:
        resize(0, sizes[0])
        os.environ.update(TERM="xterm", NO_COLOR="1")
        os.execvp(command[0], command)
    so_far, told = b"", False
    with open(path, "wb", buffering=0) as out:
        while True:
            try:
                text = os.read(fd, 65536)
            except OSError:  # what Linux says at the end
                break
            if not text:
                break
            out.write(text)
            so_far += text
            if not told and enough(so_far):
                told = True
                then(pid, fd)
            if len(sizes) > 1 and b"\033[K" in text:
                resize(fd, sizes.pop())
                out.write(b"<RESIZED>")
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def count_done(db):
    query = "select count(*) from job where state = 'done'"
    return sqlite3.connect(f"file:{db}?mode=ro", uri=True).execute(query).fetchone()[0]


def stop_until(n, db):
    """What is under way when the key is pressed still comes, so the first is not the last."""
    def stop(pid, fd):
        os.write(fd, b"\x13")
        before = count_done(db)
        assert before < n, before
        end = time.monotonic() + 60
        while count_done(db) < n:
            assert time.monotonic() < end, f"{count_done(db)} of {n} jobs are done, as when it was stopped: {before}"
            select.select([], [], [], 0.02)
        os.write(fd, b"\x11")
    return stop


def read(path):
    return open(path, "rb").read().decode().replace("\r\n", "\n")


def frames(text):
    """Every block that was drawn, as its lines: they are those that end by erasing the rest."""
    for part in re.split(r"\033\[\d+A\r", text):
        lines = re.findall(r"([^\n\033]*)\033\[K\n", part.replace("\033[J", ""))
        if lines:
            yield lines


def check(columns, path):
    *resized, text = read(path).split("<RESIZED>")
    blocks = list(frames(text))
    assert len(blocks) > 1, "it was redrawn"
    if resized:  # what was on its way is of the old size
        while max(map(len, blocks[0])) >= columns:
            del blocks[0]
    heights = [len(lines) for lines in blocks]
    assert heights == sorted(heights), heights  # never less, so that nothing jumps
    assert heights[-1] == max(set(heights), key=heights.count), heights
    moves = [int(n) for n in re.findall(r"\033\[(\d+)A", text)]
    higher = [n for n in moves if n not in heights]
    assert len(higher) <= len(resized), higher  # once over lines that the terminal has wrapped
    for lines in blocks:
        assert all(len(line) < columns for line in lines), lines
        at = lines[1].index("job")
        rows = [line for line in lines[2:] if line and not line.startswith("+")]
        assert all(re.match(r" *(?:[\w./%-]+ +)*(?:beta|K)=", line) for line in rows), rows
        # All columns end below each other, and the names begin where the heading does.
        assert all(line[at - 1] == " " and line[at] in "bK" for line in rows), (lines[1], rows)
    scrolled = sum(bool(line) for line in scroll(text))
    erased = text.count("\033[J")
    # One for each line above the block, one for a new size, one at its end.
    assert erased <= scrolled + 2, (erased, scrolled)
    steps = {line.split()[1] for lines in blocks for line in lines[2:] if "/" in line}
    return len(blocks), erased, len(steps)


def scroll(text):
    """Lines that are of no block."""
    plain = re.sub(r"[^\n\033]*\033\[K\n", "", text.replace("<RESIZED>", ""))
    return re.sub(r"\033\[\d*[AJKm]|\r", "", plain).splitlines()


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "record":
        sys.exit(record(words[0], words[1], words[2:]))
    elif verb == "until":
        times, pattern = int(words[0]), re.compile(words[1].encode())
        sys.exit(record(words[2], words[3], words[4:],
                        lambda text: len(pattern.findall(text)) >= times))
    elif verb == "stopped":
        sys.exit(record(words[2], words[3], words[4:], lambda text: b"Z [1/" in text,
                        stop_until(int(words[0]), words[1])))
    elif verb == "check":
        print(check(int(words[0]), words[1]))
    elif verb == "lines":
        print("\n".join(scroll(read(words[0]))))
    elif verb == "last":
        print("\n".join(list(frames(read(words[0])))[-1]))
    else:
        sys.exit(__doc__)
