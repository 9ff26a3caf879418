"""A process of student code, seen from outside: how it is started, watched and ended."""
