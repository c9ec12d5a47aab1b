#!/usr/bin/env bash
# Tries to provide PgBouncer, through which tests run every driver. Never fails: without it those
# tests are skipped, and their title says why.
set -uo pipefail

command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] && exit 0
if [ "$(id -u)" != 0 ] || ! [ -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
  echo "pgbouncer is missing; only root on Debian installs it here" >&2
  exit 0
fi
apt-get update -qq || true
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pgbouncer ||
  echo "pgbouncer is missing; apt-get could not install it" >&2
exit 0
