"""The command line: the commands by name, and what an error ends with."""
from __future__ import annotations

import sys

import typer

from autograder.commands import audit, autograde, check, doctor, explain, export, feedback, new, release, report
from autograder.commands.shared import AS_IT_IS, err
from autograder.errors import ChainRuleError, UsageError

HELP = "Release, grade and audit notebook assignments with hidden tests."
EXAMPLES = """\b
Examples:
  chainrule new demo                      make an assignment to begin with
  chainrule release                       build every assignment
  chainrule autograde nn_recognition      grade submitted/*/nn_recognition/
  chainrule check nn_recognition.ipynb    for a student, from a clean start
  chainrule COMMAND --help                all that a command can do
"""

app = typer.Typer(help=HELP, epilog=EXAMPLES, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("new", short_help="Make a new assignment that builds, grades and passes the audit.")(new.new)
app.command("release", short_help="Build source/ and release/ from notebook.py.")(release.build)
app.command("autograde", short_help="Grade what students handed in.")(autograde.autograde)
app.command("check", short_help="For a student: what is done, and what is not yet.")(check.check)
app.command("report", short_help="Show the class in one HTML page.")(report.report)
app.command("feedback", short_help="Write students' pages anew, after people have graded.")(feedback.feedback)
app.command("export", short_help="Write scores for csv, json, canvas, moodle, gradescope.")(export.export)
app.command("explain", short_help="For the grader: input, seen and expected of a question.")(explain.explain)
app.command("audit", short_help="Test the tests.")(audit.audit)
app.command("doctor", short_help="Say what this machine allows.")(doctor.doctor)


def main() -> None:
    """Run the command line: wrong calls end with status 2, faults of ours with 1, each with a sentence on stderr."""
    try:
        app()
    except UsageError as error:
        err.print(f"chainrule: {error}", style="red", **AS_IT_IS)
        sys.exit(2)
    except ChainRuleError as error:
        err.print(f"chainrule: {error}", style="red", **AS_IT_IS)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("chainrule: stopped; run it again and it goes on where it was")
        sys.exit(130)


if __name__ == "__main__":
    main()
