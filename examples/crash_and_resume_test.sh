#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The program $1, started twice, prints what the pages $2… of the documentation
# say it does: the first block after the line "<!-- output of … -->". Started
# once more, it runs nothing again.
set -euo pipefail

program=$1
shift
name=$(basename "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# start: runs the program, and shows it as a shell would.
start() {
  local code=0
  printf '$ %s journal\n' "$name"
  { "$program" "$work/journal" || code=$?; } 2>/dev/null
  [ "$code" != 137 ] || echo Killed
  [ "$code" = "$1" ] || echo "exit code $code, not $1"
}

{ start 137; start 0; } >"$work/output"
for page in "$@"; do
  expected=$(awk -v marker="<!-- output of $name -->" '
    inside && /^```$/ { exit }
    inside { print }
    $0 == marker { getline; inside = 1 }' "$page")
  if ! diff <(echo "$expected") "$work/output"; then
    echo "$page does not show what $name prints, as above"
    exit 1
  fi
done
diff <(printf '$ %s journal\n' "$name"; tail -n 1 "$work/output") <(start 0)
