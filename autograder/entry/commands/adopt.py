"""`chainrule adopt`: an nbgrader or Otter source notebook becomes an assignment of this kit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.entry.shared import AS_IT_IS, out, this_course
from autograder.errors import UsageError

OldPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="An instructor's notebook, or a folder of them.")
]
NewName = Annotated[
    str, typer.Option("--name", help="The assignment's name.", show_default="the folder's or the file's")
]


def adopt(path: OldPath, name: NewName = "") -> None:
    """Take over assignments of nbgrader's, or of Otter's in its raw-cell form.

    Each notebook becomes a folder of assignments/ that can be released and graded at once. What could not be
    taken over, or not quite as it was, is listed, and stands in the folder's adopted.md.
    """
    from autograder.author.adopt.adopt import adopt as adopt_one
    from autograder.author.adopt.adopt import notebooks_in
    from autograder.author.new import next_order, start_course

    found = notebooks_in(path.resolve())
    if name and len(found) > 1:
        raise UsageError(
            f"{path} holds {len(found)} notebooks, and --name names one", mend="adopt one of them at a time"
        )
    try:
        root = this_course().root
    except UsageError:
        root = Path.cwd()
        if started := start_course(root):
            out.print(f"Started a course in {root}: {', '.join(p.name for p in started)}, data/.", **AS_IT_IS)
    for notebook, own in found:
        made = adopt_one(notebook, name or own, root, next_order(root))
        what = f"{made.questions} question{'s' if made.questions != 1 else ''}, {made.points:g} points"
        out.print(f"Made {made.folder.relative_to(root)}/ from {made.file}: {what}.", **AS_IT_IS)
        for line in made.says:
            out.print(f"  {line}.", **AS_IT_IS)
    names = " ".join(name or own for _, own in found)
    out.print(f"Then: chainrule release {names}, chainrule audit {names}.", **AS_IT_IS)
