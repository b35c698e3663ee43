"""LTI 1.3 on the wire, pure: dicts, keys and an HTTP function in, frozen dataclasses out.

Nothing here knows a web framework, a database, a clock or a source of chance: ``now``, nonces and token ids
are arguments. Times are aware datetimes; those that leave are UTC.
"""
