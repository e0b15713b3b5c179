#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# gpu_acceptance.sh [--quick] [--app FOLDER]: check and time the CUDA backend on a machine with a GPU, in under ten minutes.
#
# Needs the programs of a portable build (docs/gpu.md): kilofold, libkilofold_cuda.so and the test and benchmark programs in
# FOLDER or FOLDER/bin; default: $CARRY_APP, which .carry/env.sh sets. Nothing else of ours has to be installed. Writes
# acceptance.json, table.txt and one log a check to $OUT (default: build/gpu_acceptance).
#   --quick   sweeps of seconds instead of minutes
# Exit codes: 0 all checks passed, 1 some did not, 2 no programs, 3 no GPU that the module can use.
# shellcheck disable=SC2317  # check calls functions by their names
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
out=${OUT:-$root/build/gpu_acceptance}
out=$(mkdir -p "$out" && cd "$out" && pwd)
quick=no
app=
budget=570  # seconds for all of it
begin=$SECONDS

say() { printf 'gpu_acceptance: %s\n' "$*"; }
loud() { printf '!!! %s\n' "$*" | tee -a "$out/missing.txt"; }

while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=yes ;;
    --app) app=${2:-} && shift ;;
    *) sed -n '4,14s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done

if [ -z "$app" ] && [ -z "${CARRY_APP:-}" ] && [ -f "$root/.carry/env.sh" ]; then
  # shellcheck source=/dev/null
  . "$root/.carry/env.sh"
fi
app=${app:-${CARRY_APP:-}}
for folder in "$app/bin" "$app"; do
  if [ -x "$folder/kilofold" ]; then bin=$(cd "$folder" && pwd) && break; fi
done
if [ -z "${bin:-}" ]; then
  say "no kilofold in '$app': pack a portable build first (docs/gpu.md)" >&2
  exit 2
fi
kilofold=$bin/kilofold
rm -rf "$out/made" "$out"/*.log "$out"/*.json "$out"/*.txt "$out"/*.tsv
mkdir -p "$out/made"
: >"$out/checks.tsv"
: >"$out/sweeps.tsv"
: >"$out/missing.txt"

left() { echo $((budget - (SECONDS - begin))); }
note() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$out/checks.tsv" && printf '%-34s %-8s %4s s\n' "$1" "$2" "$3"; }

# check NAME SECONDS COMMAND...: run one check; what it says goes to NAME.log.
check() {
  local name=$1 limit=$2 start=$SECONDS result=passed
  shift 2
  if [ "$(left)" -lt 5 ]; then note "$name" "no time" 0 && return; fi
  if [ "$limit" -gt "$(left)" ]; then limit=$(left); fi
  if [ "$1" = shell ]; then  # timeout starts programs, not functions
    shift
    set -- bash -c '"$@"' bash "$@"
  fi
  timeout "$limit" "$@" >"$out/$name.log" 2>&1 || result=FAILED
  # A device without an op refuses the study before it computes: that is no failure, and must be seen.
  if [ $result = FAILED ] && grep -q 'the cuda backend has no ' "$out/$name.log"; then
    result=skipped
    loud "$name: $(grep -o 'the cuda backend has no [a-z_]*' "$out/$name.log" | head -n 1)"
  fi
  note "$name" $result $((SECONDS - start))
  [ $result != FAILED ] || tail -n 5 "$out/$name.log" | sed 's/^/    /'
}

# spec NAME TABLE FIT_ON SEEDS MODEL...: write a study.
spec() {
  local name=$1 table=$2 fit_on=$3 seeds=$4
  shift 4
  {
    printf 'spec: 1\nname: %s\ndata: {file: "%s", features: [x1, x2, x3, x4], target: y}\n' "$name" "$table"
    printf 'cv: {folds: 5, seeds: {from: 0, to: %s}}\nscaling: {fit_on: %s}\nmodels:\n' "$seeds" "$fit_on"
    printf '  - {name: %s}\n' "$@"
    printf 'output: {file: "%s"}\n' "$out/made/$name.h5"
  } >"$out/made/$name.yaml"
}

write_specs() {
  local whole=$root/experiments/data/benchmark_656.csv few=$out/made/few_rows.csv
  local scales=16 noises=16 more=6 size
  if [ $quick = yes ]; then whole=$few scales=2 noises=3 more=1; fi
  head -n 61 "$root/experiments/data/benchmark_656.csv" >"$few"
  for size in small whole; do
    local table=$few a=2 b=2 s=1
    if [ $size = whole ]; then table=$whole a=$scales b=$noises s=$more; fi
    # Every row four times, its target moved a little.
    awk -F, -v OFS=, 'NR == 1 { print; next } { for (i = 0; i < 4; ++i) { $NF += 0.01 * i; print } }' \
      "$table" >"$out/made/repeated_$size.csv"
    spec "gpr_$size" "$table" fold "$s" \
      "GPR, model: gpr, parameters: {length_scale: {geomspace: [0.3, 10, $a]}, noise_variance: {geomspace: [1.0e-4, 1, $b]}}"
    spec "gpr_seeds_$size" "$table" all "$((2 * s))" \
      "GPR, model: gpr, parameters: {length_scale: {geomspace: [0.3, 10, $a]}, noise_variance: [0.01]}"
    spec "levels_$size" "$table" fold 0 \
      "GPR, model: gpr, parameters: {mean: linear, length_scale: {geomspace: [0.5, 2, $a]}, noise_variance: {geomspace: [1.0e-4, 1, 24]}}" \
      "Krbf, model: kernel_ridge, parameters: {kernel: rbf, gamma: [0.3], alpha: {geomspace: [1.0e-3, 10, 24]}}"
    spec "gpr_tuned_$size" "$table" fold 0 \
      "GPR, model: gpr, parameters: {length_scale: {geomspace: [0.5, 2, 2]}, optimizer: lbfgs}" \
      "RQ, model: gpr, parameters: {kernel: rational_quadratic, mean: linear, optimizer: lbfgs_ard, n_restarts_optimizer: 1}"
    spec "krr_$size" "$table" fold "$s" \
      "Krbf, model: kernel_ridge, parameters: {kernel: rbf, gamma: [scale, 0.3], alpha: {geomspace: [1.0e-3, 10, $b]}}" \
      "Kpoly, model: kernel_ridge, parameters: {kernel: poly, degree: 2, alpha: [0.1, 1]}" \
      "Klinear, model: kernel_ridge, parameters: {kernel: linear, alpha: [0.1, 1]}"
    spec "krr_seeds_$size" "$table" all "$((2 * s))" \
      "Krbf, model: kernel_ridge, parameters: {kernel: rbf, gamma: {geomspace: [0.01, 1, $a]}, alpha: [0.1]}"
    spec "gpr_repeated_$size" "$out/made/repeated_$size.csv" fold 0 \
      "GPR, model: gpr, parameters: {length_scale: {geomspace: [0.3, 10, $a]}, noise_variance: [0.01, 0.1]}"
    spec "svr_$size" "$table" fold 0 \
      "SVR, model: svr, parameters: {gamma: {geomspace: [0.03, 3, $a]}, C: [1, 10], epsilon: [0.01, 0.1]}"
    spec "trees_$size" "$table" fold "$s" \
      "DT, model: tree, parameters: {max_depth: [2, 4, none], min_samples_leaf: [1, 5]}" \
      "RF, model: forest, parameters: {n_estimators: [5, 10]}" \
      "BDT, model: adaboost, parameters: {n_estimators: [5, 10]}" \
      "GB, model: gradient_boosting, parameters: {n_estimators: [5, 10]}"
    spec "linear_$size" "$table" fold "$s" "Ridge, model: linear, parameters: {alpha: {geomspace: [1.0e-4, 100, 8]}}"
  done
  spec trials_10000 "$whole" fold 0 \
    "GPR, model: gpr, parameters: {length_scale: {geomspace: [0.1, 10, $((scales * scales * 2 + 113))]}, noise_variance: {geomspace: [1.0e-4, 1, $noises]}}"
}

facts() {
  uname -srm
  head -n 2 /etc/os-release
  ldd --version | head -n 1
  grep -m 1 'model name' /proc/cpuinfo
  nproc
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,compute_cap --format=csv || true
  nvcc --version | tail -n 2 || true
  env | grep -E '^(CUDA|CUBLAS|NVIDIA)' || true
  "$kilofold" --version
  "$kilofold" doctor "$out/made"
}

every_spec_is_valid() {
  local file
  for file in "$out"/made/*.yaml; do "$kilofold" validate "$file" || return 1; done
}

# The whole of a file made on the GPU is computed again on the CPU, and every bit compared.
equal_bits() {
  local file=$out/made/$1.yaml
  shift
  "$kilofold" run "$file" --device cuda --fresh -q "$@" && "$kilofold" reproduce "$out/made/$(basename "$file" .yaml).h5" -q
}

# The same of a study whose matrices this rule reduces, the other one being switched off.
equal_bits_by() {
  local rule=$1 name=$2 other=$3
  "$kilofold" run "$out/made/$name.yaml" --device cuda --fresh -v --no-rule "$other" >"$out/made/$rule.txt" 2>&1 &&
    grep "^rules .*fired: .*$rule.*; off: $other" "$out/made/$rule.txt" && "$kilofold" reproduce "$out/made/$name.h5" -q
}

# Numbers of a vendor's library have no bits to compare: a sample is refitted the slow way, each within its bound.
within_bounds() {
  "$kilofold" run "$out/made/$1.yaml" --device cuda --numerics vendor --fresh -q && "$kilofold" verify "$out/made/$1.h5"
}

# timed NAME DEVICE OPTIONS...: one run of a study; its seconds go to sweeps.tsv.
timed() {
  local name=$1 device=$2 log=$out/made/timed.jsonl
  shift 2
  rm -f "$log"
  "$kilofold" run "$out/made/$name.yaml" --device "$device" --fresh -q --log-json "$log" "$@" || return 1
  printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$device" "${*:-shared}" "$(sed -n 's/.*"fits":\([0-9]*\).*/\1/p' "$log" | head -n 1)" \
    "$(sed -n '$s/.*"seconds":\([0-9.e+-]*\).*/\1/p' "$log")" >>"$out/sweeps.tsv"
}

device_tests() {
  local program
  for program in cuda_module_test cuda_sweep_test; do
    [ -x "$bin/$program" ] || { loud "$program was not packed" && continue; }
    check "$program" 120 env KILOFOLD_REQUIRE_CUDA=1 KILOFOLD_CUDA_MODULE="${KILOFOLD_MODULE_DIR:-$bin}/libkilofold_cuda.so" \
      "$bin/$program" --gtest_output="xml:$out/$program.xml"
  done
}

sanitizers() {
  local tool name
  if ! command -v compute-sanitizer >/dev/null; then
    loud "NO compute-sanitizer: MEMORY, RACES AND BARRIERS WERE NOT CHECKED"
    return
  fi
  for tool in memcheck racecheck synccheck; do
    for name in gpr_small gpr_seeds_small gpr_repeated_small gpr_tuned_small krr_small; do
      check "${tool}_$name" 60 compute-sanitizer --tool "$tool" --error-exitcode 9 \
        "$kilofold" run "$out/made/$name.yaml" --device cuda --fresh -q
    done
    for name in noise_shift band_shift; do  # the other one reduces
      check "${tool}_no_$name" 60 compute-sanitizer --tool "$tool" --error-exitcode 9 \
        "$kilofold" run "$out/made/levels_small.yaml" --device cuda --no-rule $name --fresh -q
    done
  done
}

equality() {
  local name
  for name in gpr gpr_seeds gpr_repeated gpr_tuned krr krr_seeds svr trees linear; do
    check "bits_${name}" 90 shell equal_bits "${name}_whole"
    check "bits_${name}_naive" 90 shell equal_bits "${name}_whole" --no-sharing
  done
  check bits_tridiagonal 60 shell equal_bits_by noise_shift levels_whole band_shift
  check bits_band 60 shell equal_bits_by band_shift levels_whole noise_shift
}

rounding() {
  local name
  for name in gpr gpr_seeds gpr_tuned krr krr_seeds; do check "vendor_$name" 60 shell within_bounds "${name}_whole"; done
}

benchmarks() {
  local scale=16 device
  if [ $quick = yes ]; then scale=1; fi
  for device in cuda cpu; do
    check "sweep_shared_$device" 60 shell timed trials_10000 "$device"
    check "sweep_naive_$device" 60 shell timed trials_10000 "$device" --no-sharing
  done
  check sweep_vendor_cuda 60 shell timed trials_10000 cuda --no-sharing --numerics vendor
  if [ -x "$bin/kilofold_device_bench" ]; then
    check ops 60 "$bin/kilofold_device_bench" --device cuda --scale $scale --output "$out/ops.json"
  else
    loud "kilofold_device_bench was not packed: THE OPS WERE NOT TIMED"
  fi
  if [ -x "$bin/kilofold_vendor_bench" ] && command -v nvidia-smi >/dev/null; then
    check vendor 60 "$bin/kilofold_vendor_bench" "$out/vendor.json"
  else
    loud "kilofold_vendor_bench cannot run: NO COMPARISON WITH cuSOLVER"
  fi
  if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    check torch 90 python3 "$root/scripts/gpu_bench_torch.py" "$out/torch.json"
  else
    loud "no PyTorch with a GPU: NO COMPARISON WITH PyTorch AND GPyTorch"
  fi
}

# rows FILE FIELD...: lines of a table with tabs as a JSON array.
rows() {
  local file=$1
  shift
  awk -F '\t' -v names="$*" 'BEGIN { n = split(names, name, " "); separator = "["; if (n == 0) exit }
    { printf "%s{", separator; separator = ", "
      for (i = 1; i <= n; i++) printf "%s\"%s\": \"%s\"", (i == 1 ? "" : ", "), name[i], $i
      printf "}" }
    END { printf "%s]", (NR == 0 ? "[" : "") }' "$file"
}

finish() {
  local code=$1 device=$2 part
  {
    printf '{"device": "%s", "commit": "%s", "seconds": %s, "exit_code": %s,\n' "$device" \
      "$("$kilofold" --version | tr -d '\n"')" $((SECONDS - begin)) "$code"
    printf ' "checks": %s,\n "sweeps": %s' "$(rows "$out/checks.tsv" name result seconds)" \
      "$(rows "$out/sweeps.tsv" study device plan fits seconds)"
    for part in ops vendor torch; do
      if [ -s "$out/$part.json" ]; then printf ',\n "%s": %s' $part "$(cat "$out/$part.json")"; fi
    done
    printf '}\n'
  } >"$out/acceptance.json"
  {
    printf '%s\n\n' "$device"
    column -t -s "$(printf '\t')" "$out/checks.tsv" 2>/dev/null || cat "$out/checks.tsv"
    printf '\nstudy, device, plan, fits, seconds\n'
    cat "$out/sweeps.tsv"
    if [ -f "$out/ops.log" ]; then printf '\n' && cat "$out/ops.log"; fi
    if [ -f "$out/vendor.log" ]; then printf '\n' && cat "$out/vendor.log"; fi
    if [ -f "$out/torch.log" ]; then printf '\n' && cat "$out/torch.log"; fi
    printf '\n'
    cat "$out/missing.txt"
  } >"$out/table.txt"
  say "$out/table.txt and acceptance.json tell all"
  exit "$code"
}

export out root kilofold
export -f equal_bits equal_bits_by within_bounds timed every_spec_is_valid facts
write_specs
check facts 30 shell facts
check specs 30 shell every_spec_is_valid
usable=$("$kilofold" doctor "$out/made" --json | sed -n '/"cuda"/,/}/p')
device=$(printf '%s' "$usable" | sed -n 's/.*"\(device\|reason\)": "\(.*\)".*/\2/p')
if ! printf '%s' "$usable" | grep -q '"usable": true'; then
  say "no GPU to accept: $device" >&2
  finish 3 "none: $device"
fi
say "device: $device"

device_tests
equality
benchmarks
rounding
sanitizers  # last: how long they take is not known before, and what has no time left is told
if grep -qE "$(printf '\t')(FAILED|no time)$(printf '\t')" "$out/checks.tsv"; then finish 1 "$device"; fi
finish 0 "$device"
