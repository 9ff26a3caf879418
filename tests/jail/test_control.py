"""The positive control: the same attacks, by the same code, unconfined. They succeed, so the suite is known to be able to fail."""
from __future__ import annotations

from pathlib import Path

import pytest

from .attacks import X86
from .harness import Zygote

SUCCEED = [
    "read_the_hidden_tests", "list_the_graders_folder", "write_to_the_graders_file", "follow_a_link_out", "link_the_graders_file",
    "look_into_proc", "list_processes", "read_secrets_of_the_machine", "connect_by_tcp", "send_by_udp", "listen", "open_odd_sockets",
    "reach_an_abstract_socket", "reach_a_path_socket", "send_from_a_datagram_pair", "signal_the_parent", "signal_by_owning_a_pipe",
    "fork", "clone3", "posix_spawn", "run_a_program", "run_a_shell", "use_multiprocessing", "open_a_memory_file", "make_a_message_queue",
    "attach_shared_memory", "write_a_long_file", "make_many_files", "start_a_thousand_threads", "open_many_files", 
    "limit_somebody_else", "change_metadata_outside", "change_metadata_of_the_library", "write_to_the_library", "watch_files",
    "read_the_victims_memory", "write_into_the_zygote", "trace_the_victim", "outlive_the_zygote", "lose_the_filter",
    "reprioritise", "make_a_file_outside", "truncate_the_graders_file", "climb_out", "make_pairs_of_odd_sockets", "name_a_pair",
    "send_a_descriptor", "read_the_graders_shared_memory", "write_to_the_graders_shared_memory", "change_the_graders_semaphore",
    "take_the_graders_message", "send_the_grader_a_message", "look_for_what_is_shared", "use_the_graders_queue",
    "remove_what_the_grader_shares", "lock_a_shared_file", "queue_asynchronous_reads", "set_many_alarms", "grow_a_pipe",
    "read_attributes_outside", *(["call_as_32_bit"] if X86 else []),
]  # fmt: skip


@pytest.mark.parametrize("attack", SUCCEED)
def test_unconfined_attack_succeeds(unconfined: Zygote, attack: str) -> None:
    """What is stopped in the jail works outside of it."""
    assert unconfined.run(attack, seconds=60).breach


def test_unconfined_signal_kills(unconfined: Zygote) -> None:
    """A signal reaches its victim, and the check for harm notices."""
    outside = unconfined.outside
    unconfined.run("signal_the_victim")
    assert outside.victim.wait(5)
    assert any("victim" in sentence for sentence in outside.harm())


def test_unconfined_leaves_something_for_the_next(unconfined: Zygote) -> None:
    """A process that leaves a file in a folder for all is found out by the next."""
    paths = [Path(folder, name) for folder in ("/tmp", "/dev/shm") for name in ("left", "left-link", "left-too", "left-too-link")]
    try:
        unconfined.run("leave_something")
        assert unconfined.run("find_something").breach
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
