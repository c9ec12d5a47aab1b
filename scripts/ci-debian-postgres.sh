#!/usr/bin/env bash
# Tries to provide Debian's Postgres, on which tests run every driver beside the one from npm: older,
# and with JIT. Never fails: without it those tests are skipped, and their titles say why.
set -uo pipefail

installed() { compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null; }

installed && exit 0
if [ "$(id -u)" != 0 ] || ! [ -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
  echo "Debian's Postgres is missing; only root on Debian installs it here" >&2
  exit 0
fi
# The tests start servers of their own: the package shall not start one.
if ! [ -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
fi
apt-get update -qq || true
# The first of these keeps the file above.
UCF_FORCE_CONFFOLD=1 DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends postgresql || true
installed || echo "Debian's Postgres is missing; apt-get could not install it" >&2
exit 0
