#!/usr/bin/env python3
"""tests/structure.py accepts the project and finds a planted violation of each of its rules."""
import pathlib
import tempfile
import unittest

import structure

PROJECT = pathlib.Path(__file__).resolve().parent.parent


def violations_of(files):
    """What is wrong with a project of these files (name below src/, or from shaders/ or tests/ on, and text)."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / name if name.startswith(("shaders/", "tests/")) else root / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(structure.violations(root))


class Structure(unittest.TestCase):
    def assert_only(self, found, words):
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_project_is_sound(self):
        self.assertEqual(list(structure.violations(PROJECT)), [])

    def test_sound_files(self):
        self.assertEqual(violations_of({
            "base/a.hpp": '#include <string>\n// "--out" in a comment, and \'"\' too\nconst char* a = "a--b, a -- b";\n',
            "data/a.cpp": '#include "base/a.hpp"\n#include "data/b.hpp"\n#include "imgui.h"\n',
            "data/b.hpp": '#include "base/a.hpp"\n',
            "cli/main.cpp": '#include "data/b.hpp"\nconst char* flag = "--out";\n',
        }), [])

    def test_include_that_points_up(self):
        for module, above in [("base", "data"), ("nn", "model"), ("session", "viewer"), ("settings", "session")]:
            found = violations_of({f"{module}/a.hpp": f'#include "{above}/b.hpp"\n', f"{above}/b.hpp": "\n"})
            self.assert_only(found, f"src/{module}/a.hpp: includes {above}/b.hpp")
        for name, include in [("nn/a.hpp", "<viewer/b.hpp>"), ("nn/a.h", '"viewer/b.hpp"'), ("nn/a.inl", '"viewer/b.hpp"')]:
            found = violations_of({name: f"#include {include}\n", "viewer/b.hpp": "\n"})
            self.assert_only(found, f"src/{name}: includes viewer/b.hpp")

    def test_include_by_a_relative_path(self):
        found = violations_of({"nn/a.hpp": '#include "../viewer/b.hpp"\n', "viewer/b.hpp": "\n"})
        self.assert_only(found, "src/nn/a.hpp: includes ../viewer/b.hpp")

    def test_include_of_a_source(self):
        found = violations_of({"nn/a.cpp": '#include "nn/b.cpp"\n', "nn/b.cpp": "\n"})
        self.assert_only(found, "src/nn/a.cpp: includes the source nn/b.cpp")

    def test_module_that_must_not_be_known(self):
        for module, other in structure.FORBIDDEN:
            found = violations_of({f"{module}/a.cpp": f'  #  include "{other}/b.hpp"\n', f"{other}/b.hpp": "\n"})
            self.assert_only(found, f"{module} must not know {other}")

    def test_circle(self):
        found = violations_of({
            "data/a.hpp": '#include "data/b.hpp"\n',
            "data/b.hpp": '#include "data/c.hpp"\n',
            "data/c.hpp": '#include "data/a.hpp"\n',
            "data/d.cpp": '#include "data/a.hpp"\n',
        })
        self.assert_only(found, "circle of includes: data/")

    def test_flag(self):
        for text in ['f("--steps");', 'f(R"(--steps)");', 'f(\'"\', "--" + name);', 'f("\\"", "--steps");', 'f("use --steps 3");',
                     'f(" --steps");']:
            self.assert_only(violations_of({"diffusion/a.cpp": "\n\n" + text + "\n"}), "src/diffusion/a.cpp:3: ")

    def test_large_module(self):
        files = {f"{module}/a.cpp": "\n" * 100 for module in ["base", "data", "nn", "model", "train", "render"]}
        self.assertEqual(violations_of(files), [])
        files["nn/a.cpp"] += "\n" * 30
        self.assert_only(violations_of(files), "src/nn holds 130 of 630 lines")

    def test_unknown_module(self):
        self.assert_only(violations_of({"app/a.cpp": "\n"}), "app is no module")

    def test_push_constants_of_one_language(self):
        block = "layout(push_constant) uniform Push { %s };\n"
        self.assertEqual(violations_of({"shaders/nn/a.comp": block % "OuterPush push;"}), [])
        self.assert_only(violations_of({"shaders/nn/a.comp": block % "uint count;"}), "shaders/nn/a.comp: its push")
        self.assert_only(violations_of({"nn/ops/a.comp": block % "uint count;"}), "src/nn/ops/a.comp: its push")
        self.assert_only(violations_of({"nn/a.cpp": "struct OuterPush {\n    int count;\n};\n"}), "OuterPush belongs in")

    def test_folder_that_tests_share(self):
        for text in ["testing::TempDir()", "fs::temp_directory_path()", 'fs::path("/tmp/x")']:
            self.assert_only(violations_of({"tests/data/a_test.cpp": text + ";\n"}), "tests/data/a_test.cpp: writes where")
        self.assertEqual(violations_of({"tests/data/a_test.cpp": "const base::ScratchFolder folder;\n"}), [])


if __name__ == "__main__":
    unittest.main()
