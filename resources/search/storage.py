"""How the bytes of an index are read: at their place, without a memory map nor a position that threads would share.

Whoosh leaves files open until they are collected; Python warns of a forgotten file object but not of a descriptor, so
that these close themselves.
"""

import os
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

CHUNK = 4096


class Descriptor:
    """An open file, closed when nobody reads it any more."""

    def __init__(self, path: Path) -> None:
        self.number = -1
        self.number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        if self.number >= 0:
            os.close(self.number)


class Extent:
    """The bytes of a file from `start` on, `length` of them, as a file of its own; small reads come from a chunk."""

    def __init__(self, descriptor: Descriptor, start: int, length: int) -> None:
        self._descriptor = descriptor
        self._start, self._length, self._place = start, length, 0
        self._chunk, self._chunk_start = b"", 0

    def subset(self, start: int, length: int) -> "Extent":
        return Extent(self._descriptor, self._start + start, length)

    def read(self, size: int | None = None) -> bytes:
        place, left = self._place, max(0, self._length - self._place)
        size = left if size is None or size < 0 else min(size, left)
        self._place = place + size
        begin = place - self._chunk_start
        if begin >= 0 and begin + size <= len(self._chunk):
            return self._chunk[begin : begin + size]
        if size >= CHUNK:
            return os.pread(self._descriptor.number, size, self._start + place)
        self._chunk = os.pread(self._descriptor.number, min(CHUNK, left), self._start + place)
        self._chunk_start = place
        return self._chunk[:size]

    def readline(self) -> bytes:
        before, line = self._place, b""
        while b"\n" not in line and (more := self.read(CHUNK)):
            line += more
        line = line[: line.find(b"\n") + 1] or line
        self._place = before + len(line)
        return line

    def seek(self, place: int, whence: int = os.SEEK_SET) -> None:
        self._place = place + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._length}[whence]
        if self._place < 0:
            raise OSError("a place before the beginning of the file")

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        """Nothing: the descriptor closes with its last extent."""


class ExtentFile(StructFile):  # type: ignore[misc]
    """A file of Whoosh whose parts read at their own place."""

    def subset(self, start: int, length: int, name: str | None = None) -> "ExtentFile":
        return ExtentFile(self.file.subset(start, length), name=name or self._name)


class Storage(FileStorage):  # type: ignore[misc]
    """A directory of Whoosh. Without mmap a searcher costs no memory and files may change under it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)

    def open_file(self, name: str, **options: Any) -> ExtentFile:
        path = Path(self.folder) / name
        return ExtentFile(Extent(Descriptor(path), 0, path.stat().st_size), name=name, **options)
