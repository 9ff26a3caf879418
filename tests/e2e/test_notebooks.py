"""The release notebooks in a real kernel, with the reference's answers pasted in."""
from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.notebook import Role
from tests.sample_class.work import Work

from .conftest import ROOT


@pytest.mark.long
@pytest.mark.parametrize("name", names_in(ROOT))
def test_a_solved_release_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    """No cell raises or warns, every visible check is silent, and demonstrations that plot show their figures."""
    from nbclient import NotebookClient

    assignment = load_assignment(name, ROOT)
    folder = tmp_path / name
    shutil.copytree(ROOT / "release" / name, folder)
    for file, path in assignment.files.items():  # data files are not kept with the release
        if not (folder / file).exists():
            shutil.copy(path, folder / file)
    work = Work.handed_out(assignment).solve()
    notebook = nbformat.reads(json.dumps(work.as_json()), as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    for cell, source in zip(notebook.cells, assignment.cells, strict=True):
        if cell.cell_type != "code":
            continue
        texts = [o for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"]
        assert not texts, f"{source.id}: {texts}"
        pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        if source.role is Role.TEST:
            assert all(o.output_type == "stream" for o in cell.outputs), source.id  # training may say how it goes
        if source.role is Role.DEMO and ("pictures.show" in source.text or "plt.show" in source.text or ".imshow(" in source.text or ".plot(" in source.text):
            assert pictures, f"{source.id} shows no figure"
    assert any("image/png" in o.get("data", {}) for c in notebook.cells for o in c.get("outputs", [])), "no figure at all"
