"""What graders and students see of a graded notebook in nbgrader's pages, and grades as CSV."""
from __future__ import annotations

import csv
import json
import re
import subprocess
import sys

from autograder.entry.nbgrader_pages import clean_markdown
from autograder.records.course_config import load_config
from autograder.records.database import open_gradebook
from tests.commands import chainrule
from tests.gradebook.course import Course
from tests.tiny import NAME

HOSTILE = """\
One rate suits *all* weights: $a < b$ and $$\\frac{1}{2} & 3$$

<script>alert('ran')</script> <img src="x" onerror="alert('ran')"> <iframe src="/formgrader"></iframe> <b onclick="alert('ran')">bold</b>
[a link](javascript:alert('ran')) ![far](http://localhost/picture.png) <a href="data:text/html,ran">data</a> <p id="score" style="position:fixed">over</p>

```python
x = "<script>"
```
"""


def formgrader_page(course: Course, student: str = "alice") -> str:
    """A graded notebook as formgrader's own exporter and template show it."""
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers

    config = load_config(course.root)
    config.HTMLExporter.template_name = "formgrade"
    if "extra_template_basedirs" not in config.HTMLExporter:  # the course's own come first, as on the server
        config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    shown = {"assignment_id": NAME, "notebook_id": NAME, "submission_id": "1", "index": 0, "total": 1, "base_url": "", "student": student}
    resources = {**shown, "last_name": "", "first_name": "", "notebook_path": ""}
    html, _ = HTMLExporter(config=config).from_filename(str(course.root / "autograded" / student / NAME / f"{NAME}.ipynb"), resources=resources)
    return html


def feedback_page(course: Course, student: str = "alice") -> str:
    done = course.nbgrader("generate_feedback", NAME, "--force", "--student", student)
    assert done.returncode == 0, done.stderr
    return (course.root / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")


def test_a_rubric_is_for_graders_alone(course: Course) -> None:
    """Formgrader shows it right above the answer; feedback does not hold it."""
    course.configure()
    page = formgrader_page(course)
    assert page.index("one learning rate then suits all weights") < page.index("All units of a layer that start equal")
    assert "students don&#x27;t see this" in page.lower() or "students don't see this" in page.lower()
    shown = feedback_page(course)
    assert "All units of a layer that start equal" in shown and "one learning rate then" not in shown


def test_a_write_up_runs_nothing(course: Course) -> None:
    """Scripts, handlers, frames, links that run and pictures from elsewhere are shown as text or left out; words, formulas and results stay."""
    course.configure()
    course.hand_in(course.work.write("why", HOSTILE))
    course.grade()
    html = formgrader_page(course)
    assert "<script>alert('ran')" not in html and not re.search(r"<(img|b|a)\b[^>]*(ran|http://localhost/picture)", html)
    assert not any(piece in html for piece in ('<iframe src="/formgrader"', '<p id="score"', 'style="position:fixed"'))
    assert "<em>all</em>" in html and "<mo>&lt;</mo>" in html and "<mfrac>" in html and "&lt;script&gt;" in html and "<b>bold</b>" in html
    assert '<table class="table table-condensed"><tr><td>✓</td>' in html  # our own results are not touched
    page = feedback_page(course)
    assert "<script>alert('ran')" not in page and not re.search(r"<(img|b|a)\b[^>]*(ran|http://localhost/picture)", page)


def test_markdown_that_everybody_writes() -> None:
    """Headings, lists, quotes, tables, code, links and pictures that lie in the text come out as they would."""
    made = clean_markdown({}, "## Title\n\n> said\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`x` [to](https://localhost/) ![dot](data:image/png;base64,AA==)")
    for piece in ("<h2>Title</h2>", "<blockquote>", "<li>one", "<th>a</th>", "<td>1</td>", "<code>x</code>", '<a href="https://localhost/">to</a>'):
        assert piece in made
    assert 'src="data:image/png;base64,AA=="' in made
    folded = clean_markdown({}, "<details open ontoggle=\"alert('ran')\"><summary>Hint</summary>\n\nLook *there*.\n\n</details>")
    assert "<details><summary>Hint</summary>" in folded and "<em>there</em>" in folded and "ontoggle" not in folded


def test_a_write_up_shows_its_pictures(course: Course) -> None:
    """A picture that a student has put into the text is there for the grader; one that is named and missing keeps nothing else from being shown."""
    course.configure()
    work = course.work.write("why", "Look: ![mine](attachment:mine.png) ![theirs](attachment:theirs.svg) ![gone](attachment:gone.png)")
    work.cell("why")["attachments"] = {"mine.png": {"image/png": "AAAA"}, "theirs.svg": {"image/svg+xml": "PHN2Zz4="}, "odd": "x"}
    course.hand_in(work)
    course.grade()
    html = formgrader_page(course)
    pictures = re.findall(r'<img alt="(\w+)"( src="[^"]*")?/?>', html)
    assert pictures == [("mine", ' src="data:image/png;base64,AAAA"'), ("theirs", ""), ("gone", "")], re.findall("<img[^>]*>", html)


def test_marks_by_hand_survive_either_command(course: Course) -> None:
    """A score and a comment given in formgrader stay over nbgrader autograde --force; a changed answer asks for a person again."""
    course.configure()
    course.by_hand(1.0, "Well said.")
    assert course.nbgrader("autograde", NAME, "--force").returncode == 0
    assert course.rows()["why"] == (None, 1.0, False) and course.comment() == "Well said."
    course.hand_in(course.work.write("why", "Something else altogether."))
    assert course.nbgrader("autograde", NAME).returncode == 0
    assert course.rows()["why"] == (None, 1.0, True) and course.comment() == "Well said."


def test_exported_grades_hold_no_formula(course: Course) -> None:
    """nbgrader export: the columns and scores that it always had, quoted, and no cell that a spreadsheet would compute."""
    course.configure()
    course.hand_in(course.work, "=HYPERLINK(1)")
    results = course.grade()
    with open_gradebook(course.database) as book:
        book.update_or_create_student("alice", last_name='O"Hara, Scarlett', first_name="@alice", email="-1+1")
    assert course.nbgrader("export").returncode == 0
    with (course.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"alice", "'=HYPERLINK(1)"}
    assert (rows["alice"]["last_name"], rows["alice"]["first_name"], rows["alice"]["email"]) == ('O"Hara, Scarlett', "'@alice", "'-1+1")
    assert float(rows["alice"]["score"]) == results["alice"].score and float(rows["alice"]["max_score"]) == 6.0
    assert course.nbgrader("export", "--to", "one.csv", "--student", "['alice']").returncode == 0
    assert len((course.root / "one.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_formgraders_pages_fetch_nothing_from_elsewhere(course: Course) -> None:
    """Formulas are markup already, so that grading goes on without the internet; the rubric stands apart from the assignment's text."""
    course.configure()
    html = formgrader_page(course)
    assert not re.findall(r"""<(?:script|link|img)\b[^>]*?(?:src|href)=["']?(?:https?:)?//[^"'\s>]+""", html)
    assert 'class="rubric"' in html and html.index('class="rubric"') < html.index("one learning rate then suits all weights")


def test_the_gradebook_knows_the_rosters_names(course: Course) -> None:
    """First and last name and the address; who has none in the roster keeps what was there."""
    (course.root / "class.csv").write_text("id,name,email\nalice,Alice Anne Muster,am@uni.example\nzoe,Zoe Zed,\n", encoding="utf-8")
    done = chainrule(course.root, "autograde", NAME, "--roster", "class.csv")
    assert done.returncode == 0, done.stderr
    with open_gradebook(course.database) as book:
        alice = book.find_student("alice")
        assert (alice.first_name, alice.last_name, alice.email) == ("Alice Anne", "Muster", "am@uni.example")


def test_the_list_begins_with_who_waits(course: Course) -> None:
    """Formgrader's list of submissions, as its page asks for it on the server."""
    course.configure()
    for number in range(6):
        course.hand_in(course.work, f"s{number}")
    course.grade()
    for number in (0, 2, 4):
        course.by_hand(1.0, student=f"s{number}")
    program = (
        "import json\nfrom nbgrader.apps import NbGrader\nfrom nbgrader.apps.api import NbGraderAPI\napp = NbGrader()\napp.initialize([])\n"
        f"print(json.dumps([one['needs_manual_grade'] for one in NbGraderAPI(app.coursedir, parent=app).get_notebook_submissions('{NAME}', '{NAME}')]))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=course.root, env={"HOME": str(course.root)}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True] * 4 + [False] * 3
