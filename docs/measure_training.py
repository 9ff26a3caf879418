"""Runs every notebook from top to bottom with the reference's answers and writes docs/reference/training.md: python docs/measure_training.py"""
from __future__ import annotations

import datetime
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.notebook import Role

ROOT = Path(__file__).parents[1]


def run(name: str) -> tuple[float, list[str]]:
    """Run a notebook's code cells as one program beside its files; returns the seconds of the processor and the lines it printed."""
    assignment = load_assignment(name, ROOT)
    text = "\n\n".join(cell.text for cell in assignment.cells if cell.is_code and cell.role is not Role.WRITTEN)
    with tempfile.TemporaryDirectory() as folder:
        for file, path in assignment.files.items():
            shutil.copy(path, Path(folder, file))
        Path(folder, "notebook.py").write_text(text, encoding="utf-8")
        before = _of_children()
        environment = os.environ | {"MPLBACKEND": "agg"}
        done = subprocess.run([sys.executable, "notebook.py"], cwd=folder, env=environment, check=True, capture_output=True, text=True)
        return _of_children() - before, done.stdout.replace("\r", "\n").splitlines()


def _of_children() -> float:
    """Seconds of the processor that programs started here have taken: other work on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


STARTS = """
import numpy as np
ends = []
for seed in range(10):
    if "train_to_see" in globals():
        ends.append(train_to_see(seed=seed)[1][-1])
    else:
        ends.append(train_two_layer(*load_digits(), seed=seed)[1]["test_accuracy"][-1])
print("ten starts", min(ends), max(ends), np.mean(ends))
"""
"""Added to the definitions of chapters 1 and 5: both train on the same digits, from ten starts."""


def ten_starts(name: str) -> tuple[float, float, float]:
    """Lowest, highest and mean test accuracy on the 8 x 8 digits, with the reference's answers."""
    assignment = load_assignment(name, ROOT)
    cells = [c for c in assignment.cells if c.role in (Role.GIVEN, Role.SOLUTION) or c.id in ("digits", "network_that_sees")]
    text = "\n\n".join([*(cell.text.split("\nnet_that_sees, ")[0] for cell in cells), STARTS])
    with tempfile.TemporaryDirectory() as folder:
        for file, path in assignment.files.items():
            shutil.copy(path, Path(folder, file))
        Path(folder, "notebook.py").write_text(text, encoding="utf-8")
        environment = os.environ | {"MPLBACKEND": "agg"}
        done = subprocess.run([sys.executable, "notebook.py"], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    low, high, mean = (float(number) for number in done.stdout.split("ten starts")[1].split())
    return low, high, mean


def main() -> None:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}"
    lines = [
        "# What the notebooks reach, and how long they take",
        "",
        f"Made by `python docs/measure_training.py` on {datetime.date.today()}: {machine}. Every notebook ran from top to",
        "bottom with the reference's answers, on the data that ships. Seconds are those of the processor; the lines are what the notebooks",
        "themselves print about accuracy.",
    ]
    for name in names_in(ROOT):
        seconds, printed = run(name)
        told = [line.strip() for line in printed if "accura" in line.lower()]
        lines += ["", f"## {name}: {seconds:.0f} s", "", "```text", *(told[-12:] or ["(prints no accuracy)"]), "```"]
        print(f"{name}: {seconds:.1f} s, {len(told)} lines about accuracy", flush=True)
    lines += ["", "## The digits of chapter 1, read by two networks", "", "Test accuracy on the same 540 digits, over ten starts.", ""]
    lines += ["| network | lowest | highest | mean |", "| --- | --: | --: | --: |"]
    for name, what in (("layers_digits", "chapter 1: two affine layers"), ("nn_recognition", "chapter 5: convolution and a linear layer")):
        lines.append(f"| {what} | " + " | ".join(f"{value:.3f}" for value in ten_starts(name)) + " |")
    (ROOT / "docs" / "reference" / "training.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
