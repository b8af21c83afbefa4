#!/bin/sh
# Brings a folder of exported files up to date, then proves that they are what was exported.
#
# The first run exports, each later one adds what has changed. It needs ONCEHUB_API_KEY, and
# `oncehub` on the PATH. It says nothing unless something is wrong: cron then writes a mail, systemd
# calls the unit failed. What was interrupted goes on where it was with the next run.
set -eu
folder=${ONCEHUB_EXPORT_FOLDER:-/var/lib/oncehub-export}

oncehub export bookings contacts --out "$folder" --once --quiet
report=$(oncehub verify "$folder" 2>&1) || {
    echo "$report" >&2
    exit 1
}
