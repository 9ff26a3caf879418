"""Makes nbgrader's own commands work from the course's folder."""
from pathlib import Path

from autograder.gradebook import ensure_alembic

ensure_alembic()

c = get_config()  # noqa: F821 -- nbgrader defines it
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "default_course"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here, in place of this line.*"
