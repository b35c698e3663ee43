"""What programme brings to the house."""

from tutoring.web.part import Part

PART = Part(name="programme")
