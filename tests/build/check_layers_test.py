# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/check_layers names planted violations by file and line, and lets lawful includes pass."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK_LAYERS = Path(__file__).resolve().parents[2] / "scripts" / "check_layers"


class CheckLayers(unittest.TestCase):
    def check(self, files: dict[str, str]) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, CHECK_LAYERS, root], capture_output=True, text=True, check=False)

    def refuses(self, file: str, line: str, problem: str, others: dict[str, str] | None = None) -> None:
        result = self.check({file: "#pragma once\n" + line + "\n", **(others or {})})
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertEqual(result.stdout, f"{file}:2: {problem}\n")

    def test_lawful_includes_pass(self):
        result = self.check({
            "include/kilofold/core/ids.hpp": "#include <cstdint>\n",
            "src/cpu/factor.cpp": '#include <hwy/highway.h>\n#include "kilofold/core/ids.hpp"\n#include "tiles.hpp"\n',
            "src/cpu/tiles.hpp": "",
            "src/main.cpp": '#include <CLI/CLI.hpp>\n#include "kilofold/version.hpp"\n',
        })
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_layer_above_is_refused(self):
        self.refuses("src/data/csv.cpp", '#include "kilofold/store.hpp"', "data may not include store (kilofold/store.hpp)",
                     {"include/kilofold/store.hpp": ""})

    def test_another_layers_inner_header_is_refused(self):
        self.refuses("src/cpu/factor.cpp", '#include "../execute/pool.hpp"',
                     "cpu may not include execute (../execute/pool.hpp)", {"src/execute/pool.hpp": ""})

    def test_a_library_of_another_layer_is_refused(self):
        self.refuses("src/execute/execute.cpp", "#include <hdf5.h>", "execute may not include hdf5 (hdf5.h)")

    def test_threads_stay_in_execute(self):
        self.refuses("src/cpu/factor.cpp", "#include <thread>", "cpu may not include threads (thread)")

    def test_only_the_program_knows_the_version(self):
        self.refuses("src/store/store.cpp", '#include "kilofold/version.hpp"',
                     "store may not include version (kilofold/version.hpp)")

    def test_an_unknown_library_is_refused(self):
        self.refuses("src/core/hash.cpp", "#include <spdlog/spdlog.h>", "unknown header spdlog/spdlog.h")

    def test_a_long_file_is_a_warning(self):
        result = self.check({"src/core/hash.cpp": "\n" * 301})
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("src/core/hash.cpp: warning: 301 lines", result.stdout)


if __name__ == "__main__":
    unittest.main()
