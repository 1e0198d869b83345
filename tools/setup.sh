#!/bin/sh
# Bring what a target needs: `tools/setup.sh run` or `tools/setup.sh test`. Called by make when a lock changed.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf '%s\n' "$*" >&2; }

apt() {
    command -v apt-get >/dev/null || return 1
    as_root=''
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root='sudo -n'
    fi
    say "Installing $* ..."
    install="$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends"
    $install "$@" >/dev/null 2>&1 || { $as_root apt-get update -qq >/dev/null 2>&1; $install "$@" >/dev/null; }
}

find_python() {
    for name in "${PYTHON3:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    say 'Artel needs Python 3.11 or newer.'
    exit 1
}

make_environment() {
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    python=$(find_python)
    "$python" -m venv .venv 2>/dev/null && return
    # Debian and Ubuntu keep venv in a package of its own.
    rm -rf .venv
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    apt "python$version-venv" || { say "Please install python$version-venv and try again."; exit 1; }
    "$python" -m venv .venv
}

install_packages() {
    say "Installing the packages of $1 ..."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
}

find_chromium() {
    .venv/bin/python -m tests.chromium >/dev/null 2>&1 && return
    apt chromium && return
    # Elsewhere Playwright brings its own.
    .venv/bin/python -m playwright install chromium && return
    say 'The browser tests need Chromium; please install it.'
    exit 1
}

find_postgres() {
    .venv/bin/python -m tests.postgres >/dev/null 2>&1 && return
    apt postgresql && return
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps 'pgserver==0.1.4' && return
    say 'The tests on PostgreSQL need its server; please install it.'
    exit 1
}

find_nginx() {
    .venv/bin/python -m tests.nginx >/dev/null 2>&1 && return
    apt nginx-light || say 'Without nginx the tests behind a proxy are left out.'
}

find_slapd() {
    .venv/bin/python -m tests.ldap_server >/dev/null 2>&1 && return
    # Installing it starts a directory that nobody wants, where systemd starts services by itself.
    command -v systemctl >/dev/null && [ -d /run/systemd/system ] && {
        say 'Without OpenLDAP the tests of the directory are left out; apt-get install slapd brings it.'
        return
    }
    apt slapd || say 'Without OpenLDAP the tests of the directory are left out.'
}

find_dovecot() {
    .venv/bin/python -m tests.imap_server >/dev/null 2>&1 && return
    # Installing it starts a mail server that nobody wants, where systemd starts services by itself.
    command -v systemctl >/dev/null && [ -d /run/systemd/system ] && {
        say 'Without Dovecot the tests of mailboxes are left out; apt-get install dovecot-imapd brings it.'
        return
    }
    apt dovecot-imapd || say 'Without Dovecot the tests of mailboxes are left out.'
}

make_environment
if [ "$purpose" = test ]; then
    install_packages requirements-dev.lock
    find_chromium
    find_postgres
    find_nginx
    find_slapd
    find_dovecot
    touch .venv/test.stamp
else
    install_packages requirements.lock
fi
touch .venv/run.stamp
