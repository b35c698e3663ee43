"""What a platform's role names are worth in the course: learner, staff, administrator, or nothing.

Only context roles count (LTI 1.3 Core, appendix A.2.3 and A.2.4): an administrator of the institution who
opens a course is not thereby its teacher. Unknown roles give no right.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

_CONTEXT_ROLE: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_CONTEXT_SUB_ROLE: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership/"


class CourseRole(StrEnum):
    LEARNER = "learner"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


# Mentor is left out on purpose: Canvas sends it for a parent who observes. Tutors are named in Palier.
_WORTH: Final = {
    "Learner": CourseRole.LEARNER,
    "Instructor": CourseRole.STAFF,
    "ContentDeveloper": CourseRole.STAFF,
    "Administrator": CourseRole.ADMINISTRATOR,
}


def in_course(
    roles: Iterable[str], overrides: Mapping[str, CourseRole | None] | None = None
) -> frozenset[CourseRole]:
    """The course roles among ``roles``, given as URIs or as short names (``Instructor``, ``Mentor#Tutor``).

    ``overrides`` maps a role, spelled exactly as the platform sends it, to its worth (None: no right).
    """
    chosen = overrides or {}
    found = (chosen[role] if role in chosen else _worth(role) for role in roles)
    return frozenset(role for role in found if role is not None)


def _worth(role: str) -> CourseRole | None:
    role = role.strip()
    if role.startswith(_CONTEXT_ROLE):
        name = role.removeprefix(_CONTEXT_ROLE)
    elif role.startswith(_CONTEXT_SUB_ROLE):
        name = role.removeprefix(_CONTEXT_SUB_ROLE).partition("#")[0]
    else:
        name = role.partition("#")[0]
    return _WORTH.get(name)
