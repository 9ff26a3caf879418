"""Makes nbgrader's own commands work from the course's folder, with this kit in place of nbgrader's execution of notebooks."""
from pathlib import Path

from autograder.gradebook import ensure_alembic
from autograder.nbgrader_plugin import take_over

ensure_alembic()
take_over()  # student code runs in the sandbox, never in a kernel of the grader's

c = get_config()  # noqa: F821 -- nbgrader defines it
ROOT = Path(__file__).resolve().parent
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'gradebook.db'}"  # or "postgresql+psycopg://user@host/gradebook"; `chainrule` uses it too
c.CourseDirectory.course_id = "default_course"

# what students get in place of a solution
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here, in place of this line.*"
