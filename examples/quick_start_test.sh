#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The example's output, line by line. ErrorStep runs beside the other two, so
# its lines can come anywhere between theirs, but in order among themselves.
set -euo pipefail

program=$1

expected="[Step: First] got input: Hello world
[Step: First] succeeded
[Step: Second] got key: value
[Step: Second] got result: result
[Step: Second] succeeded
[Step: ErrorStep] cannot get key 
[Step: ErrorStep] has failed"

for _ in {1..20}; do
  output=$("$program")
  ordered=$(grep -v ErrorStep <<<"$output"; grep ErrorStep <<<"$output")
  if [[ $ordered != "$expected" ]]; then
    diff <(echo "$expected") <(echo "$ordered") || true
    echo "the output differs, as above"
    exit 1
  fi
done
