#!/bin/sh
# Install Artel as a service, or put this version in the place of the one that runs; docs/hosting.md explains.
#   sudo deploy/install.sh [https://address.of.artel]
set -eu
cd "$(dirname "$0")/.."
program=${ARTEL_PROGRAM:-/opt/artel}
data=${ARTEL_DATA:-/var/lib/artel}
settings=${ARTEL_SETTINGS:-/etc/artel.env}
unit=${ARTEL_UNIT:-/etc/systemd/system/artel.service}
owner=${ARTEL_OWNER:-artel}
service=${ARTEL_SERVICE:-systemctl}
patience=${ARTEL_PATIENCE:-60}

say() { printf '%s\n' "$*"; }

as_owner() {
    if [ "$owner" = "$(id -un)" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi
}

artel() {
    (cd "$program" && set -a && . "$settings" && set +a &&
        as_owner env ARTEL_DATA="$data" .venv/bin/python main.py "$@")
}

make_ready() {
    id "$owner" >/dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin "$owner"
    [ -d "$data" ] || install -d -m 0700 -o "$owner" "$data"
    [ -f "$settings" ] && return
    install -m 0600 deploy/artel.env "$settings"
    [ -z "$1" ] || sed -i "s|^ARTEL_PUBLIC_URL=.*|ARTEL_PUBLIC_URL=$1|" "$settings"
    [ -n "$1" ] || sed -i '/^ARTEL_PUBLIC_URL=/d' "$settings"
}

cannot_run() {
    say "The user $owner may not run $(readlink -f "$program/.venv/bin/python")."
    say 'Take a Python outside of home folders: PYTHON3=/usr/bin/python3 deploy/install.sh'
    if [ -d "$program.before" ]; then
        rm -rf "$program"
        mv "$program.before" "$program"
        "$service" start artel
    fi
    exit 1
}

put_program() {
    rm -rf "$program.new"
    mkdir -p "$program.new"
    tar -cf - --exclude=./.git --exclude=./.venv --exclude=./data --exclude='*/__pycache__' . | tar -xf - -C "$program.new"
    # The packages are installed in their final place: a virtual environment cannot be moved.
    [ ! -d "$program" ] || mv "$program" "$program.before"
    mv "$program.new" "$program"
    (cd "$program" && tools/setup.sh run)
    as_owner "$program/.venv/bin/python" -c "" 2>/dev/null || cannot_run
    sed -e "s|/opt/artel|$program|g; s|/var/lib/artel|$data|g; s|^User=.*|User=$owner|; s|^Group=.*|Group=$owner|" \
        deploy/artel.service >"$unit"
}

answers() {
    port=$(sed -n 's/^ARTEL_PORT=//p' "$settings")
    waited=0
    while [ "$waited" -lt "$patience" ]; do
        "$program/.venv/bin/python" -c "import urllib.request as u
u.urlopen('http://127.0.0.1:${port:-8080}/sign-in', timeout=3)" 2>/dev/null && return 0
        sleep 1
        waited=$((waited + 1))
    done
    return 1
}

go_back() {
    say 'The new version does not answer; the old one is put back.'
    "$service" stop artel || true
    rm -rf "$program.failed"
    mv "$program" "$program.failed"
    mv "$program.before" "$program"
    artel restore --force "$1"
    "$service" start artel
    answers && say 'The old version runs as before. The new one is in '"$program.failed"'.'
    exit 1
}

make_ready "${1:-}"
copy=''
rm -rf "$program.before"
if [ -x "$program/.venv/bin/python" ]; then
    say 'Making a backup ...'
    copy=$(artel backup | sed -n 's/\.zip .*/.zip/p' | head -n 1)
    [ -n "$copy" ] || { say 'The backup failed, so nothing was changed.'; exit 1; }
    "$service" stop artel
fi
put_program
"$service" daemon-reload
"$service" enable artel >/dev/null 2>&1 || true
"$service" start artel
if answers; then
    rm -rf "$program.before"
    say "Artel runs. Settings are in $settings, data in $data."
elif [ -n "$copy" ]; then
    go_back "$copy"
else
    say 'Artel does not answer. Look at: journalctl -u artel'
    exit 1
fi
