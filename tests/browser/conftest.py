"""A real browser and a real JupyterLab, on loopback, with nothing of the person who runs the tests: settings, runtime files and home are temporary."""
from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

PATIENCE = 300_000  # milliseconds: a busy machine is slow, not broken
QUIET = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu"]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is in the page, seen or not
}
BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian and others install it."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium is installed: `apt-get install chromium` on Debian")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=[*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@contextmanager
def jupyter_lab(folder: Path, private: Path) -> Iterator[Callable[[str], str]]:
    """JupyterLab with nbgrader's extensions in a folder; gives the function that makes a path of it a url."""
    for name, values in SETTINGS.items():
        path = private / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {
        "HOME": str(private), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTER_CONFIG_DIR": str(private / "config"), "JUPYTER_DATA_DIR": str(private / "data"), "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "OPENBLAS_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1",
    }  # fmt: skip
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", "--allow-root"]
    options += ["--expose-app-in-browser"]  # tests wait for the kernel by it; what a person does, they do by mouse and keyboard
    with (private / "server.log").open("w", encoding="utf-8") as log:
        command = [str(BIN / "jupyter-lab"), *options]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, private / "server.log")
            yield lambda path: f"http://127.0.0.1:{port}/{path}?token={token}"
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"JupyterLab did not start: {log.read_text(encoding='utf-8')[-2000:]}")
