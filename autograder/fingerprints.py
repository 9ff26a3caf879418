"""Short hashes, for keys of what depends on something."""

from __future__ import annotations

import hashlib
from functools import cache

from autograder.files import PACKAGE


def fingerprint(*parts: object) -> str:
    """A short hash of texts, bytes and numbers."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else repr(part).encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:24]


@cache
def package() -> str:
    """A hash of the whole package: what judges, diagnoses and writes notebooks, pages and messages."""
    return fingerprint(
        *[
            path.read_bytes()
            for path in sorted(PACKAGE.rglob("*"))
            if path.suffix in (".py", ".j2", ".css", ".js")
        ]
    )
