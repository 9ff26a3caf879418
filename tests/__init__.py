"""The tests. What libraries load beside what is asked of them is declined before any test file asks: a second and a half in each process."""
import autograder.declined  # noqa: F401 -- before whatever imports nbformat
