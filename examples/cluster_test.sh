#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The program $1 counts right although a worker and the engine are killed while
# it does.
set -euo pipefail

program=$1
work=$(mktemp -d)
started=()
finish() {
  for pid in "${started[@]}"; do
    kill -9 "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap finish EXIT

# start NAME ROLE PORT ARGUMENT: in the background; sets `pid`.
start() {
  local name=$1
  shift
  "$program" "$@" >"$work/$name" 2>"$work/$name.log" &
  pid=$!
  started+=("$pid")
}

# wait_for FILE N PATTERN: until that many lines match.
wait_for() {
  for _ in $(seq 600); do
    [ "$(grep -c "$3" "$work/$1" || true)" -ge "$2" ] && return
    sleep 0.05
  done
  echo "$1 has no $2 lines with \"$3\":"
  tail -n 20 "$work/$1" "$work/$1.log"
  exit 1
}

start engine engine 0 "$work/journal"
engine=$pid
wait_for engine 1 'listens at port'
port=$(grep -o '[0-9]*$' "$work/engine")
for name in one two three; do
  start "$name" worker "$port" "$name"
  declare "$name=$pid"
done

wait_for one 20 range
kill -9 "$one"
wait_for two 100 range
kill -9 "$engine"
start again engine "$port" "$work/journal"
wait_for again 1 '^[0-9]* primes$'
grep '^5761455 primes$' "$work/again"

# A worker that is told to stop says goodbye.
kill "$two"
wait "$two"
