"""What documents bring to the house: their commands, and the words for what cannot be read."""

from tutoring.documents.commands import documents
from tutoring.web.part import Part

PART = Part(name="documents", commands=(documents,))
