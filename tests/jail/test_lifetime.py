"""Whatever ends the grader ends all that it started; what misuses the jail is refused by name."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.inside import jail

from .conftest import LEVELS
from .harness import ENVIRONMENT, HERE, USERS, Outside, Zygote, processes_with

GRADER = """
import json, sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from types import SimpleNamespace
from jail import attacks, harness
user, level, token, root, world = sys.argv[3:]
outside = SimpleNamespace(root=Path(root), world=lambda: attacks.World(**json.loads(world)))
harness.Zygote(user, level, outside, token).run("ignore_every_signal", seconds=60)
"""
CASES = [f"{user}-{level}" for user in USERS for level in LEVELS]


def gone(token: str, seconds: float = 2.0) -> bool:
    """Is nothing with this token left, soon?"""
    end = time.monotonic() + seconds
    while processes_with(token):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def wait_for(token: str, number: int) -> None:
    """Until so many processes bear the token."""
    end = time.monotonic() + 60
    while len(processes_with(token)) < number:
        assert time.monotonic() < end
        time.sleep(0.01)


def start_grader(user: str, level: str, outside: Outside) -> tuple[subprocess.Popen[bytes], str]:
    """A grader in a process of its own whose zygote runs a submission that ignores every signal; and the zygote's token."""
    token = f"chainrule-test-{uuid.uuid4().hex}"
    command = [sys.executable, "-I", "-c", GRADER, str(HERE.parent), str(HERE.parents[1]), user, level, f"{token}"]
    return subprocess.Popen([*command, str(outside.root), json.dumps(vars(outside.world()))]), token


@pytest.fixture(params=CASES)
def busy(request: pytest.FixtureRequest, outsides: dict[str, Outside]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A grader whose zygote is in the middle of a submission."""
    user, level = request.param.split("-")
    grader, token = start_grader(user, level, outsides[user])
    wait_for(token, 4 if level == "full" else 3)  # the grader itself bears it too
    time.sleep(0.1)  # into the attack
    yield grader, token
    grader.kill()
    grader.wait()


def test_killed_grader_leaves_nothing(busy: tuple[subprocess.Popen[bytes], str]) -> None:
    """SIGKILL to the grader: within a second nothing of it runs."""
    grader, token = busy
    grader.kill()
    grader.wait()
    assert gone(token)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_zygote_leaves_nothing(busy: tuple[subprocess.Popen[bytes], str], number: int) -> None:
    """The process that the grader knows as the zygote takes all else along, the grader apart."""
    grader, token = busy
    os.kill(min(set(processes_with(token)) - {grader.pid}), number)
    grader.wait(5)  # its channel is closed, and it raises
    assert gone(token)


@pytest.mark.parametrize("delay", [0.05, 0.1, 0.15, 0.2, 0.3])
def test_grader_killed_at_any_moment(outsides: dict[str, Outside], delay: float) -> None:
    """SIGKILL while the zygote starts: its channel is closed or it is killed, and nothing stays.

    An interpreter that has not come to jail.enter() yet finds its channel closed; how soon is a matter of the machine's load.
    """
    grader, token = start_grader(USERS[-1], LEVELS[0], outsides[USERS[-1]])
    time.sleep(delay)
    grader.kill()
    grader.wait()
    assert gone(token, seconds=20)


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    head = f"import sys; sys.path.insert(0, {str(HERE.parents[1])!r})\nfrom autograder.inside import jail\n"
    return subprocess.run([sys.executable, "-I", "-c", head + code, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT)


def test_zygote_ends_as_its_namespace_ends() -> None:
    """The process that waits outside the namespace gives on the zygote's exit status, and a signal as a shell does."""
    code = "import os\njail.enter('full', jail.system_paths(), 1 << 20)\n"
    assert python(code + "os._exit(7)").returncode == 7
    assert python(code + "import ctypes; ctypes.string_at(0)").returncode == 128 + signal.SIGSEGV


def test_open_folder_is_refused() -> None:
    """A descriptor on a folder of the old root would lead back to it."""
    done = python("import os\nprint(os.open('/', os.O_RDONLY), flush=True)\njail.enter('full', jail.system_paths(), 1 << 20)")
    assert f"file descriptor {int(done.stdout)} is open on a folder: close it before" in done.stderr


def test_unreadable_interpreter_is_named(tmp_path: Path) -> None:
    """What cannot be read from inside is refused by name, with the mend."""
    secret = tmp_path / "module.py"
    secret.touch(mode=0o000)
    if os.geteuid() == 0:
        done = python("jail.enter('full', [*jail.system_paths(), sys.argv[1]], 1 << 20)", str(secret))
        assert f"{secret} cannot be read by user 64123: make it readable" in done.stderr


def test_misuse_is_refused() -> None:
    """Order of calls and names of levels."""
    with pytest.raises(jail.JailError, match=r"enter\(\) comes first"):
        jail.fork()
    with pytest.raises(jail.JailError, match=r"enter\(\) comes first"):
        jail.confine(jail.JailLimits(cpu_seconds=10, memory_bytes=1 << 30), "/")
    with pytest.raises(jail.JailError, match="the levels are full, landlock, none"):
        jail.enter("strong", [], 0)
    assert "in a jail already" in python("jail.enter('none', [], 0)\njail.enter('none', [], 0)").stderr


def test_other_systems_have_level_none() -> None:
    """Without Linux and without the resource module it imports, refuses the strong levels, and forks."""
    code = """
import os
sys.modules['resource'] = None
for name in [n for n in sys.modules if n.startswith('autograder')]: del sys.modules[name]
sys.platform = 'darwin'
from autograder.inside import jail
for level in ('full', 'landlock'):
    try: jail.enter(level, [], 0)
    except jail.JailError as error: print(error)
print(jail.levels()['none'] == '')
jail.enter('none', [], 0)
box = jail.new_box()
if (pid := jail.fork()) == 0:
    jail.confine(jail.JailLimits(cpu_seconds=10, memory_bytes=1 << 30), box, [(__import__('os').__file__, 'os.py')])
    os._exit(len(os.listdir('.')))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
jail.remove_box(box)
print(os.path.exists(box))
"""
    done = python(code)
    lines = done.stdout.splitlines()
    assert [line.split(";")[0] for line in lines[:2]] == ["isolation needs Linux and a 64-bit Python on x86_64 or aarch64"] * 2, done.stderr
    assert lines[2:] == ["True", "1", "False"]


def test_zygote_is_tied_to_the_thread_that_started_it(outsides: dict[str, Outside]) -> None:
    """PR_SET_PDEATHSIG is about threads: one that starts a zygote and ends takes it along, as enter() says."""
    import threading

    made: list[Zygote] = []
    thread = threading.Thread(target=lambda: made.append(Zygote(USERS[0], LEVELS[0], outsides[USERS[0]])))
    thread.start()
    thread.join()
    assert gone(made[0].token)
    made[0].close()
