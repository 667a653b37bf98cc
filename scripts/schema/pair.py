"""Replace a schema and its client together: both or neither, even if the process is killed."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA, CLIENT = "openapi.yaml", "generated"
# No system call replaces two paths at once. So the new pair is first written completely, beside the
# old one, and renamed to NEXT. Until then, the old pair is valid. From then on, the next process
# (every make target checks) puts the new pair in place. Readers of the files see an incomplete pair
# only between two system calls, for some microseconds. If the process is killed then, NEXT exists.
NEXT = ".generate-next"
RENAME_EXCHANGE = 2
AT_FDCWD = -100


@contextlib.contextmanager
def workspace(root: Path = ROOT) -> Iterator[Path]:
    """Yield a folder for a new pair, with an exclusive lock, after completing a killed run."""
    handle = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _place(root)
        for abandoned in root.glob(".generate-*"):
            shutil.rmtree(abandoned)
        with tempfile.TemporaryDirectory(
            dir=root, prefix=".generate-", ignore_cleanup_errors=True
        ) as name:
            yield Path(name)
    finally:
        os.close(handle)


def replace(new: Path, root: Path = ROOT) -> None:
    """Put the pair in the folder `new`, a workspace, in place of the old one."""
    _sync(new)
    new.rename(root / NEXT)
    _place(root)


def finish(root: Path = ROOT) -> bool:
    """Put the complete pair of a killed run in place. Return whether there was one."""
    if not (root / NEXT).is_dir():
        return False
    with workspace(root):
        return True


def _place(root: Path) -> None:
    ready = root / NEXT
    if not ready.is_dir():
        return
    # Put copies in place, so that this can be repeated if it is interrupted.
    swap = Path(tempfile.mkdtemp(dir=root, prefix=".generate-"))
    shutil.copytree(ready, swap, dirs_exist_ok=True)
    _sync(swap)
    _exchange(swap / CLIENT, root / CLIENT)
    os.replace(swap / SCHEMA, root / SCHEMA)  # noqa: PTH105  # exactly one system call
    _sync_folder(root)
    ready.rename(swap / "done")
    shutil.rmtree(swap)


def _exchange(new: Path, old: Path) -> None:
    try:
        libc = ctypes.CDLL(None)
        paths = (AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(old))
        if old.exists() and libc.renameat2(*paths, RENAME_EXCHANGE) == 0:
            return
    except AttributeError:
        pass
    # Not Linux, or a file system without this call: for a moment, there is no client.
    if old.exists():
        old.rename(new.with_name("old"))
    new.rename(old)


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync_folder(path)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if __name__ == "__main__" and finish():
    print("An interrupted change of the schema was completed.")
