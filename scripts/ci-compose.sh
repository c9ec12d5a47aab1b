#!/usr/bin/env bash
# Tries to provide docker compose 2, with which a test checks docker/compose.yaml; no engine is
# needed. Never fails: without it that one test is skipped, and its title says why.
set -uo pipefail

has_compose() {
  for command in "docker compose" docker-compose; do
    # Split on purpose: the first is two words.
    $command version --short 2>/dev/null | grep -qE '^v?([2-9]|[1-9][0-9])\.' && return 0
  done
  return 1
}

has_compose && exit 0
if [ "$(id -u)" != 0 ] || ! [ -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
  echo "docker compose 2 is missing; only root on Debian installs it here" >&2
  exit 0
fi

apt-get update -qq || true
candidate=$(apt-cache policy docker-compose | sed -n 's/^ *Candidate: *//p')
case "$candidate" in
  "" | "(none)" | 0.* | 1.*)
    # Debian 12 has 1.29, which prints no JSON and would bring a whole engine.
    echo "docker compose 2 is missing; Debian offers docker-compose ${candidate:-(none)} here" >&2
    ;;
  *)
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker-compose ||
      echo "docker compose 2 is missing; apt-get could not install it" >&2
    ;;
esac
exit 0
