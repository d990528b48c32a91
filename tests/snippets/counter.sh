#!/usr/bin/env bash
# Counts words: “é”.
#
# At length.

set -euo pipefail
source ./near.sh
. "$DIR/far.sh"

# The most kept.
LIMIT=10
readonly STEP=1

# Adds.
# shellcheck disable=SC2034
add() {
  local total=0
  for word in "$@"; do
    total=$((total + $(helper "$word")))
  done
  echo "$total" | sort -n && git status
}

function make_one {
  if [[ -n "${LIMIT:-}" ]]; then add é b; fi
}

function both() ( add "$LIMIT" )

case "$1" in
  start) add "$@" ;;
  *) usage ;;
esac
