#!/bin/sh
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# standin_test.sh FOLDER: the shipped electrode_standin.csv is, byte for byte, what make_electrode_standin.py prints.
set -eu
command -v python3 >/dev/null || { echo "skipped: there is no python3 here"; exit 77; }
made=$(mktemp)
trap 'rm -f "$made"' EXIT
python3 "$1/make_electrode_standin.py" -o "$made"
cmp "$made" "$1/electrode_standin.csv"
