"""What the demo's learners hand in: typed plans, files written for them, and plain PDFs where nobody looks closely."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lti.demo.pdf import text_pdf
from tutoring.documents.blocks import Document
from tutoring.documents.operations import keep_reading
from tutoring.documents.reading import Unreadable, read
from tutoring.notes.operations import Item
from tutoring.programme.spec import NoteSpec, PartSpec
from tutoring.store.files import FileStore, StoredFile, keep

DOCUMENTS = Path(__file__).parent / "documents"


class Papers:
    """The files of `documents`, read by the time they are handed in: begun at once, beside the rest of the making."""

    def __init__(self, names: Iterable[str]) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._read: dict[str, Future[Document | Unreadable]] = {
            name: self._threads.submit(_read, name) for name in sorted(set(names))
        }

    def close(self) -> None:
        """End the threads that read."""
        self._threads.shutdown(cancel_futures=True)

    def found(self, name: str) -> Document | Unreadable:
        """What this file says, or why it cannot be read."""
        return self._read[name].result()


def _read(name: str) -> Document | Unreadable:
    try:
        return read(name, (DOCUMENTS / name).read_bytes())
    except Unreadable as bad:
        return bad


class Hands:
    """Makes what one note is handed in with, `told` being its story; files go to one institution."""

    def __init__(
        self,
        db: Session,
        files: FileStore,
        papers: Papers,
        institution_id: int,
        spec: NoteSpec,
        told: Mapping[str, Any],
    ) -> None:
        self.db, self.files, self.papers = db, files, papers
        self.institution_id, self.spec, self.told = institution_id, spec, told
        self.waiting = {stage: list(names) for stage, names in told.get("files", {}).items()}

    def plan(self, at: datetime) -> tuple[Item, ...]:
        """A plan: the file written for it, or typed."""
        return self._written("plan", at) or tuple(
            Item(part.key, text=self._plan_text(part)) for part in self.spec.parts
        )

    def paper(self, stage: str, stem: str, rank: int, at: datetime) -> tuple[Item, ...]:
        """A draft or a final version: the next of the files written for it, or PDFs of about the pages asked for."""
        return self._written(stage, at) or tuple(
            self._plain(part, stem, rank, at) for part in self.spec.parts
        )

    def _written(self, stage: str, at: datetime) -> tuple[Item, ...]:
        left = self.waiting.get(stage)
        return tuple(self._item(part, name, at) for part, name in left.pop(0).items()) if left else ()

    def _item(self, part: str, name: str, at: datetime) -> Item:
        file = self._keep((DOCUMENTS / name).read_bytes(), Path(name).suffix[1:])
        document = keep_reading(self.db, self.files, file, self.papers.found(name), now=at)
        return Item(part, file=file, filename=name, pages=document.pages)

    def _keep(self, content: bytes, kind: str) -> StoredFile:
        return keep(self.db, self.files, self.institution_id, io.BytesIO(content), kind)

    def _plain(self, part: PartSpec, stem: str, rank: int, at: datetime) -> Item:
        pages = (part.pages_min or 15) + rank % 4
        file = self._keep(text_pdf(self._lines(part.title, pages, at)), "pdf")
        name = f"{stem}-{part.key}.pdf" if len(self.spec.parts) > 1 else f"{stem}.pdf"
        return Item(part.key, file=file, filename=name, pages=pages)

    def _lines(self, part: str, pages: int, at: datetime) -> list[list[str]]:
        head = [self.told["title"], part, f"Version du {at:%d/%m/%Y}", ""]
        question = self.told["question"].replace("**", "")
        lines = [question[start : start + 84] for start in range(0, len(question), 84)]
        first = [*head, *lines, "", "Texte inventé pour la démonstration."]
        return [first, *([f"{self.told['title'][:70]} – page {page}"] for page in range(2, pages + 1))]

    def _plan_text(self, part: PartSpec) -> str:
        return (
            f"# {self.told['title']}\n\n*{part.title}*\n\n{self.told['question']}\n\n"
            "## Introduction\n\nLa situation, ma place, la question.\n\n"
            "## 1. Ce qui se passe\n\n- le lieu et son histoire\n- les personnes et ce qu’elles disent\n\n"
            "## 2. Ce que j’en comprends\n\n- deux notions travaillées en formation\n- ce qu’elles n’expliquent pas\n\n"
            "## 3. Ce que je propose\n\n- une décision à prendre, avec qui, quand\n\n"
            "## Conclusion\n\nCe que la recherche a changé dans ma pratique.\n"
        )


def files_told(story: Mapping[str, Any]) -> list[str]:
    """The names of all files that the notes of a story are handed in with."""
    handed = [one for note in story["note"] for several in note.get("files", {}).values() for one in several]
    return [name for parts in handed for name in parts.values()]
