#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The program $1 prints what its page of the documentation, $2, says it does:
# the first block after the line "<!-- output of … -->".
set -euo pipefail

program=$1
page=$2

name=$(basename "$program")
expected=$(awk -v marker="<!-- output of $name -->" '
  inside && /^```$/ { exit }
  inside { print }
  $0 == marker { getline; inside = 1 }' "$page")
if [ -z "$expected" ]; then
  echo "$page does not show the output of $name"
  exit 1
fi
diff <(echo "$expected") <("$program")
