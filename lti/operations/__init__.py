"""The verbs of the door: to register a platform, let a launch in, tie a course to a cohort, ask for a score anew."""

from lti.operations.arriving import Arrival, LinkFacts, arrive, burn, remember_link, role_for
from lti.operations.linking import (
    ASKED_EVERY,
    CODE_LASTS,
    CourseFacts,
    ask_for_course,
    choose_cohort,
    code_hash,
    link_course,
    make_link_code,
    open_for_course,
    redeem_code,
    shortened,
    spell_code,
)
from lti.operations.registering import PlatformFacts, enable_platform, register_platform
from lti.operations.scoring import SCORE_WANTED, send_again

__all__ = [
    "ASKED_EVERY",
    "CODE_LASTS",
    "SCORE_WANTED",
    "Arrival",
    "CourseFacts",
    "LinkFacts",
    "PlatformFacts",
    "arrive",
    "ask_for_course",
    "burn",
    "choose_cohort",
    "code_hash",
    "enable_platform",
    "link_course",
    "make_link_code",
    "open_for_course",
    "redeem_code",
    "register_platform",
    "remember_link",
    "role_for",
    "send_again",
    "shortened",
    "spell_code",
]
