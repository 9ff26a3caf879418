"""Tests the tests of an assignment: what its checks tell apart, what they let pass, and what chance costs."""
