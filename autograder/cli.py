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
  chainrule new demo                    make an assignment to begin with
  chainrule release                     build source/ and release/ of every assignment
  chainrule autograde nn_recognition    grade submitted/*/nn_recognition/
  chainrule audit nn_recognition        test the tests
  chainrule check nn_recognition.ipynb  for a student: the visible checks, from a clean start
"""

app = typer.Typer(help=HELP, epilog=EXAMPLES, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("new")(new.new)
app.command("release")(release.build)
app.command("autograde")(autograde.autograde)
app.command("check")(check.check)
app.command("report")(report.report)
app.command("feedback")(feedback.feedback)
app.command("export")(export.export)
app.command("explain")(explain.explain)
app.command("audit")(audit.audit)
app.command("doctor")(doctor.doctor)


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
