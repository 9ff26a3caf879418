"""Makes nbgrader's own commands work from the course's folder: this kit runs the notebooks, not nbgrader."""
from pathlib import Path

from autograder.gradebook import ensure_alembic
from autograder.nbgrader_plugin import page_templates, take_over

ensure_alembic()
take_over()  # student code runs in the sandbox, never in a kernel of the grader's

c = get_config()  # noqa: F821 -- nbgrader defines it
ROOT = Path(__file__).resolve().parent
c.CourseDirectory.root = str(ROOT)
# or "postgresql+psycopg://user@host/gradebook"; `chainrule` uses it too
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'gradebook.db'}"
c.CourseDirectory.course_id = "default_course"

# what students get in place of a solution
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here, in place of this line.*"

# pages: a student's Markdown can't run anything in a grader's browser; grades: a student's id is no formula
c.HTMLExporter.filters = {"markdown2html": "autograder.nbgrader_pages.clean_markdown"}
c.HTMLExporter.extra_template_basedirs = page_templates()  # they fetch nothing from the internet
c.ExportApp.plugin_class = "autograder.nbgrader_pages.CsvExport"

# what lateness costs, in `chainrule autograde` as well: without the marks in front of the lines, a tenth
# of the score for each day begun
# from nbgrader.plugins import LateSubmissionPlugin
# class TenthADay(LateSubmissionPlugin):
#     def late_submission_penalty(self, student_id, score, total_seconds_late):
#         return score * min(1.0, 0.1 * -(-total_seconds_late // 86400))
# c.AssignLatePenalties.plugin_class = TenthADay

# students get the kit's page, written anew each time: what a person has graded since stands on it
c.GenerateFeedback.exporter_class = "autograder.nbgrader_feedback.FeedbackPage"
c.GenerateFeedback.force = True
