#!/bin/sh
# The first process of the machine: finishes the system where that is still to do, runs the tests, says how they ended, and switches off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root CHAINRULE_TESTS_SLOWER=5
python=/opt/venv/bin/python
user=1000

finish_the_system() {
    echo "aarch64: Debian configures itself"
    /debootstrap/debootstrap --second-stage || return 1
    rm -rf /debootstrap /var/cache/apt/archives/*.deb
}

compile_the_packages() {
    echo "aarch64: Python compiles its packages"
    python3 -W ignore -m compileall -q -j 0 /usr/lib/python3 /usr/lib/python3.* /opt/venv/lib > /dev/null
    touch /opt/venv/compiled
}

mount_what_a_system_has() {
    mountpoint -q /proc || mount -t proc proc /proc
    mountpoint -q /sys || mount -t sysfs sysfs /sys
    mkdir -p /dev/pts /dev/shm
    mount -t devpts devpts /dev/pts
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mount -t tmpfs -o mode=755 tmpfs /run
    ln -sfn /proc/self/fd /dev/fd
    busybox ip link set lo up
    busybox hostname aarch64
}

say_what_this_is() {
    uname -a
    grep PRETTY_NAME /etc/os-release
    $python -c "import ctypes; print('Landlock version', ctypes.CDLL(None).syscall(444, None, 0, 1))" # landlock_create_ruleset(2)
    $python -m autograder doctor
}

# as WHO COMMAND...: as root, or as an ordinary user with a home of its own
as() {
    who=$1
    shift
    if [ "$who" = root ]; then "$@"; else HOME=/tmp/user setpriv --reuid $user --regid $user --clear-groups "$@"; fi
}

# test_as WHO ARGUMENTS...: pytest. What fails is tried once more: an emulated machine is slow, and its host may be busy. Notes in $status
test_as() {
    who=$1
    shift
    echo "aarch64: as $who: pytest $*"
    start=$(date +%s)
    set -- $python -m pytest -o cache_dir="/tmp/cache-$who" --color=no --tb=short -rfEs "$@"
    ended=0
    as "$who" "$@" || as "$who" "$@" --last-failed --last-failed-no-failures none || ended=1
    status=$((status | ended))
    echo "aarch64: as $who: status $ended after $(($(date +%s) - start)) s"
}

run_tests() {
    status=0
    while IFS= read -r argument; do set -- "$@" "$argument"; done < arguments
    for who in user root; do
        if [ $# -gt 0 ]; then
            test_as $who "$@"
        else
            test_as $who tests/jail
            test_as $who -m "not long" tests/attacks
        fi
    done
    return $status
}

[ ! -d /debootstrap ] || finish_the_system || { echo "aarch64: the tests ended with status none: Debian was not configured"; busybox poweroff -f; }
mount_what_a_system_has
[ -f /opt/venv/compiled ] || compile_the_packages
mkdir -p /tmp/user && chown $user:$user /tmp/user
cd /opt/chainrule || exit
say_what_this_is
run_tests
echo "aarch64: the tests ended with status $?"
sync
busybox poweroff -f
