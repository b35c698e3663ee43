"""Who may do what in the space of a day: its members read what is published, its staff writes it."""

from __future__ import annotations

from tutoring.programme.policy import may_enter, may_write_space

# A draft is nobody's but those who write: pages that show one take `may_write`.
may_read = may_enter
may_write = may_write_space
