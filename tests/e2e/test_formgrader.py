"""`chainrule formgrader` starts what the documents say: nbgrader's pages for graders."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.tiny import NAME, make_course

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_formgrader_opens_at_the_assignment(tmp_path: Path) -> None:
    """A fresh browser at the address that it prints sees a page of formgrader and gets its lists, those of the course that it was started in."""
    root = make_course(tmp_path / "course")
    (root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text(encoding="utf-8"), encoding="utf-8")
    private = {"HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    command = [sys.executable, "-m", "autograder", "formgrader", NAME, "--no-browser"]
    server = subprocess.Popen(command, cwd=root, env={**os.environ, **private}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        assert server.stdout is not None
        said = ""
        for line in server.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/formgrader/\S*", line):
                break
        else:
            raise AssertionError(said)
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        for _ in range(60):  # it says where it will be before it is there
            try:
                with browser.open(found[0], timeout=60) as answer:
                    assert answer.url.partition("?")[0].endswith(f"/formgrader/gradebook/{NAME}"), answer.url
                    assert "nbgrader" in answer.read().decode()
                    server_at = answer.url.partition("/formgrader/")[0]
                break
            except URLError:
                time.sleep(0.5)
        else:
            raise AssertionError(said)
        for asked in ("assignments", f"notebooks/{NAME}"):  # as the page's scripts ask: by the cookie alone
            with browser.open(f"{server_at}/formgrader/api/{asked}", timeout=60) as answer:
                assert isinstance(json.load(answer), list), asked  # who is unknown is sent the login page
    finally:
        os.killpg(server.pid, signal.SIGINT)
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
