"""Pairs of versions of French prose, rewritten as learners do, and where a careful reader finds each remark again."""
