"""Makes nbgrader's own commands work from the course's folder, with this kit in place of nbgrader's execution of notebooks."""
from functools import partial
from pathlib import Path

from autograder.gradebook import ensure_alembic
from autograder.nbgrader_plugin import make_rows

ensure_alembic()

c = get_config()  # noqa: F821 -- nbgrader defines it
ROOT = Path(__file__).resolve().parent
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'gradebook.db'}"
c.CourseDirectory.course_id = "default_course"

# what students get in place of a solution
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here, in place of this line.*"

# student code runs in the sandbox, never in a kernel of the grader's
c.Autograde.pre_convert_hook = partial(make_rows, root=ROOT, database=c.CourseDirectory.db_url)
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.ChainRule",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
