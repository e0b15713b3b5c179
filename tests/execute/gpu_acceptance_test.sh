#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# gpu_acceptance_test.sh ROOT PROGRAMS FAKE_CUDA: scripts/gpu_acceptance.sh without a GPU stops there and says so; with a
# made-up module and driver in FAKE_CUDA it goes to its end and finds every bit equal.
set -euo pipefail

root=$1 programs=$2 fake=$3
export OUT
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT

die() {
  printf 'FAILED: %s\n' "$1"
  cat "$OUT/said"
  exit 1
}

run() {
  code=0
  "$root/scripts/gpu_acceptance.sh" --quick "$@" >"$OUT/said" 2>&1 || code=$?
}

run --app /nowhere
[ $code = 2 ] || die "without programs the exit code is $code"
grep -q "pack a portable build first" "$OUT/said" || die "it does not say what is missing"

KILOFOLD_MODULE_DIR=/nowhere run --app "$programs"
[ $code = 3 ] || die "without a GPU the exit code is $code"
grep -qE "no GPU to accept: no (NVIDIA driver|libkilofold_cuda.so)" "$OUT/said" || die "it does not name the reason"
grep -qE "^specs +passed" "$OUT/said" || die "it does not go as far as it can"
python3 -m json.tool "$OUT/acceptance.json" >"$OUT/tidy" || die "acceptance.json is no JSON"
grep -q '"device": "none: no ' "$OUT/tidy" || die "acceptance.json does not name the reason"

LD_LIBRARY_PATH=$fake KILOFOLD_MODULE_DIR=$fake KILOFOLD_FAKE_VENDOR=1 run --app "$programs"
[ $code = 0 ] || die "with a made-up device the exit code is $code"
python3 -m json.tool "$OUT/acceptance.json" >"$OUT/tidy" || die "acceptance.json is no JSON"
grep -q '"device": "no GPU: a fake one on the CPU' "$OUT/tidy" || die "acceptance.json does not name the device"
[ "$(grep -cE '^bits_.* passed' "$OUT/said")" = 20 ] || die "not every study was compared"
[ "$(grep -cE '^vendor_.* passed' "$OUT/said")" = 5 ] || die "not every study of a vendor's library was refitted"
[ "$(grep -c '"study": "trials_10000"' "$OUT/tidy")" = 5 ] || die "not every sweep was timed"
grep -q '^!!! NO compute-sanitizer' "$OUT/said" || command -v compute-sanitizer >/dev/null || die "a missing tool is not told"

LD_LIBRARY_PATH=$fake KILOFOLD_MODULE_DIR=$fake KILOFOLD_FAKE_FAILING_OP=2 run --app "$programs"
[ $code = 1 ] || die "with a failing device the exit code is $code"
