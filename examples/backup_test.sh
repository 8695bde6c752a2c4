#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Backs up small trees and restores them with standard tools.
set -euo pipefail

program=$(realpath "$1")
work=$(mktemp -d)
children=()

clean_up() {
  # Only those that still run: a failed check can leave some behind.
  for child in "${children[@]}"; do
    kill "$child" 2>/dev/null || true
  done
  chmod -R u+rwX "$work"
  rm -rf "$work"
}
trap clean_up EXIT

if ! command -v zstd >/dev/null; then
  echo "skipped: there is no zstd program to restore with"
  exit 77
fi

fail() {
  echo "FAILED: $*"
  echo "--- output:"
  cat "$work/output" || true
  exit 1
}

section() {
  echo "- $*"
  rm -rf "$work/source" "$work/target" "$work/restored"
  mkdir "$work/source"
  cd "$work"
}

# backs_up CODE ARGUMENTS...: runs the program, which must exit with CODE.
backs_up() {
  local expected=$1 code=0
  shift
  "$program" "$@" >"$work/output" 2>&1 || code=$?
  [[ $code == "$expected" ]] || fail "exit code $code, not $expected: $*"
}

says() {
  grep -qF -- "$1" "$work/output" || fail "does not say: $1"
}

# Restores as the comment at the top of backup/main.cpp tells.
restore() {
  cd "$work/target"
  zstd --decompress -q -r files --output-dir-mirror "$work/restored"
  cd "$work/restored/files"
  sha256sum --check --quiet --strict "$work/target/SHA256SUMS" \
    || fail "checksums of the restored files"
  cd "$work"
}

section "a tree with odd names is restored byte for byte"
mkdir -p source/{plain,'with space',empty,deep/a/b/c/d,$'line\nbreak'}
printf 'hello\n' >source/plain/hello.txt
: >source/plain/empty
head -c 131072 /dev/urandom >source/plain/one_chunk
head -c 1000000 /dev/zero >source/plain/zeros
head -c 1048577 /dev/urandom >source/plain/random
printf 'x' >'source/with space/a file'
printf 'x' >$'source/line\nbreak/two\nlines'
printf 'x' >$'source/return\rhere'
printf 'x' >'source/back\slash'
printf 'x' >$'source/not-utf-8-\xff\xfe'
printf 'x' >source/-rf
printf 'x' >source/already.zst
printf 'x' >source/already
printf 'x' >source/.hidden
printf 'x' >source/deep/a/b/c/d/file
ln -s plain/hello.txt source/link
ln -s nowhere source/dangling
mkfifo source/pipe
printf '#!/bin/sh\n' >source/script
chmod 750 source/script
touch -d '2001-02-03 04:05:06' source/script
for i in {1..200}; do echo "$i" >"source/deep/$i"; done
backs_up 0 source target
says "Saved 216 files"
says "2 symbolic links, 1 special files"
restore
rm source/link source/dangling source/pipe
rmdir source/empty # there, but nothing to restore
diff -r source restored/files || fail "the restored tree differs"
[[ $(stat -c '%a %Y' restored/files/script) == $(stat -c '%a %Y' source/script) ]] \
  || fail "permissions and time of a restored file"
[[ $(wc -l <target/manifest.txt) == 216 ]] || fail "lines of the manifest"
LC_ALL=C sort -c -k 3 <(grep -av '^\\' target/manifest.txt) \
  || fail "the manifest is not sorted"
grep -q ' 1000000  plain/zeros$' target/manifest.txt || fail "size in manifest"

section "an empty directory"
backs_up 0 source target
says "Saved 0 files"
[[ -e target/manifest.txt && ! -s target/manifest.txt ]] || fail "its manifest"

section "mistakes of the caller"
mkdir -p filled/sub
touch file filled/file
backs_up 1
says "SOURCE is required"
backs_up 1 source
says "TARGET is required"
backs_up 1 source target extra
backs_up 1 --jobs 0 source target
backs_up 1 missing target
says "missing: No such file or directory"
backs_up 1 file target
says "file: Not a directory"
backs_up 1 "" target
backs_up 1 source ""
backs_up 1 source filled
says "filled: is not empty, and has no backup"
backs_up 1 source file
says "file: Not a directory"
backs_up 1 source source/inside
says "inside of the directory to back up"
backs_up 1 source source
says "inside of the directory to back up"
cd source
backs_up 1 . inside
says "inside of the directory to back up"
cd ..
ln -s source alias
backs_up 1 source alias/inside
says "inside of the directory to back up"
backs_up 1 filled/sub filled
says "filled: is not empty"
[[ ! -e target && ! -e source/inside ]] || fail "something was left behind"
backs_up 0 --help
says "SOURCE"

section "files without a place among the copies are listed, others saved"
long=$(printf 'n%.0s' {1..255})
mkdir source/x.zst
touch "source/$long" source/x source/x.zst/y source/z
backs_up 1 source target
says "$long: the name of its copy would be too long"
says "x: its copy would have the name of a directory"
says "2 files or directories were not saved well"
says "Saved 2 files"
restore
[[ -e restored/files/x.zst/y && -e restored/files/z ]] || fail "other files"

section "files that cannot be read are listed, others saved"
mkdir source/closed
touch source/{open,secret} source/closed/file
chmod 000 source/{secret,closed}
chmod 777 "$work"
as_user=()
if [[ $(id -u) == 0 ]]; then
  as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  chown -R 65534:65534 source
fi
if "${as_user[@]}" "$program" --help >/dev/null 2>&1; then
  code=0
  "${as_user[@]}" "$program" source target >output 2>&1 || code=$?
  [[ $code == 1 ]] || fail "exit code $code"
  says "closed: Permission denied"
  says "secret: Permission denied"
  says "Saved 1 files"
else
  echo "  left out: a user without rights cannot run $program"
fi

section "a file that changes all the time is saved, and listed"
truncate -s 128M source/busy
touch source/calm
while true; do printf x >>source/busy; done &
children+=($!)
backs_up 1 source target
kill "${children[-1]}"
says "busy: changed each time while being read"
says "Saved 2 files"
restore

section "a copy that is damaged before it was verified is found"
truncate -s 2G source/large
"$program" source target >output 2>&1 &
pid=$!
children+=("$pid")
while kill -0 "$pid" 2>/dev/null; do
  [[ ! -e target/files/large.zst ]] || printf x >>target/files/large.zst
done
code=0
wait "$pid" || code=$?
[[ $code == 1 ]] || fail "exit code $code"
says "verify-00"
says "large: "
[[ ! -e target/manifest.txt ]] || fail "there is a manifest"

section "Ctrl-C stops a backup"
truncate -s 100G source/huge
"$program" source target >output 2>&1 &
pid=$!
children+=("$pid")
while [[ ! -s target/files/huge.zst ]]; do sleep 0.1; done
kill -INT "$pid"
code=0
wait "$pid" || code=$?
[[ $code == 130 ]] || fail "exit code $code"
says "stopped by a signal"
says "is not complete"
[[ ! -e target/files/huge.zst && ! -e target/manifest.txt ]] \
  || fail "part of a copy was left behind"
truncate -s 10M source/huge
backs_up 0 source target
says "Goes on with a backup of which "
restore

section "a time limit ends a backup"
truncate -s 100G source/huge
backs_up 1 --time-limit 0.01 source target
says "did not end within the time limit"
says "is not complete"

section "a complete backup makes place for a new one"
printf 'old\n' >source/changes
printf 'old\n' >source/goes
backs_up 0 source target
printf 'new\n' >source/changes
rm source/goes
backs_up 0 source target
says "Saved 1 files"
restore
diff -r source restored/files || fail "the restored tree differs"

section "an unfinished backup is not mixed up with another one"
truncate -s 100G source/huge
backs_up 1 --time-limit 0.01 source target
mkdir other
backs_up 1 other target
says "has part of a backup of $work/source: finish that, or remove it"

# ends_within SECONDS: runs the program, and kills it if it takes longer.
ends_within() {
  local code=0
  timeout -s KILL "$1" "$program" source target >>output 2>&1 || code=$?
  [[ $code == 0 || $code == 137 ]] || fail "exit code $code"
  return $((code == 0 ? 0 : 1))
} 2>/dev/null

# What must not be in the trace: a part that is packed again after its
# verification began, which needs that its end was reported; the same of the
# scan and the first part, and of verifications and the manifest. A backup that
# was complete when it was killed is followed by a new one.
find_repetition() {
  awk '
    function complain() { print "again: " $0; bad = 1 }
    /^scan/ && verified { delete packed; verified = scanned = 0 }
    /^scan/ && scanned { complain() }
    /^pack-/ { scanned = 1 }
    /^pack-/ && packed[substr($1, 6)] { complain() }
    /^verify-/ { packed[substr($1, 8)] = 1 }
    /^verify-/ && verified { complain() }
    /^manifest/ { verified = 1 }
    END { exit !bad }' trace
}

section "a backup that is killed goes on, and does nothing again that was done"
export BACKUP_TRACE=$work/trace
for i in {1..200}; do
  head -c $((i * 100)) /dev/urandom >"source/small_$i"
done
for i in {1..24}; do
  head -c 1000000 /dev/urandom >"source/large_$i"
done
begin=$(date +%s%N)
backs_up 0 source target
took=$((($(date +%s%N) - begin) / 1000000))
(cd source && find . -type f -printf '%P\0' | LC_ALL=C sort -z \
  | xargs -0 sha256sum) >sums
diff sums target/SHA256SUMS || fail "the manifest of a backup in one go"
kills=0 again=0
for ((i = 1; i <= 12 || kills < 20; ++i)); do
  rm -rf target trace
  : >output
  tries=0
  # First at moments that cover all of it, then somewhere in what is left.
  ms=$((took * (i % 13) / 13))
  until ends_within "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"; do
    kills=$((kills + 1)) tries=$((tries + 1))
    ms=$((tries < 3 ? RANDOM % took : 60000))
    [[ ! -e target/manifest.txt ]] || diff sums target/SHA256SUMS \
      || fail "the manifest after a kill"
  done
  diff sums target/SHA256SUMS || fail "the manifest, killed after $ms ms"
  if find_repetition; then
    fail "something was done again"
  fi
  again=$((again + $(grep -c '^pack-' trace) - 224))
done
restore
unset BACKUP_TRACE
echo "  $kills kills; of 224 files, $((again / (i - 1))) were read again on average"

echo "all well"
