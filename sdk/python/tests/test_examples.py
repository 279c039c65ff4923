"""Each example runs, and what it records opens."""

import os
import pathlib
import subprocess
import sys

from .support import PROJECT, SDK, Recorded, needs_program, program, summary

#: By example: runs by name, with their status and number of tasks; `None` where ids differ from run to run.
EXPECTED = {
    "etl": {"etl": ("succeeded", 11)},
    "concurrent_work": {"concurrent": ("succeeded", 13)},
    "moe_pipeline": {"my_workflow": ("succeeded", 3), "with a checkpoint": ("succeeded", 1),
                     "components": ("failed", 2), "experts": ("succeeded", 0)},
    "kailash_tracking": {"my_workflow": ("failed", 2), "noted": ("succeeded", 3)},
    "kailash_metrics": {"metrics": ("succeeded", 4)},
    "kailash_visualization": {"monitored": ("succeeded", 3)},
    "workflow_monitor": {"My Processing Task": ("succeeded", 3), "Fails": ("failed", 1), "Cancelled": ("cancelled", 1),
                         "Concurrent 0": ("succeeded", 3), "Concurrent 3": ("succeeded", 3)},
    "graflow_lineage": {"etl": ("succeeded", 3), "by decorator": ("failed", 2)},
}
#: Those that call the program.
NEED_PROGRAM = {"kailash_visualization"}


class Examples(Recorded):
    def record(self, name):
        if name in NEED_PROGRAM and program() is None:
            self.skipTest("makespan is not built: cargo build -p makespan-cli")
        folder = self.folder / name
        folder.mkdir()
        environment = {**os.environ, "PYTHONPATH": str(SDK), "MAKESPAN_DIR": str(folder), "HOME": str(folder),
                       **({"MAKESPAN_BIN": program()} if program() else {})}
        command = [sys.executable, "-W", "error", str(SDK / "examples" / (name + ".py"))]
        done = subprocess.run(command, env=environment, cwd=str(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""), name)
        return sorted(path for path in folder.rglob("*.jsonl*"))

    def test_each_is_listed(self):
        self.assertEqual({path.stem for path in (SDK / "examples").glob("*.py")}, set(EXPECTED))

    def test_what_they_record_follows_the_schema(self):
        for name in EXPECTED:
            with self.subTest(name):
                files = self.record(name)
                self.assertTrue(files)
                for file in files:
                    if file.suffix == ".jsonl":
                        self.events(file=file)

    @needs_program
    def test_what_they_record_opens(self):
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                found = {}
                for run in summary(*self.record(name))["runs"]:
                    found.setdefault(run["name"], []).append((run["status"], run["tasks"]))
                for run, told in expected.items():
                    self.assertIn(told, found.get(run, []), found)


class Documents(Recorded):
    def test_the_readme_names_each_example(self):
        text = (SDK / "README.md").read_text()
        for name in EXPECTED:
            self.assertIn("examples/%s.py" % name, text)

    @needs_program
    def test_the_tutorial_runs_from_its_first_line_to_its_last(self):
        text = (PROJECT / "docs/python.md").read_text()
        code = "\n".join(part.split("```")[0] for part in text.split("```python\n")[1:])
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=str(self.folder), stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                              env={**os.environ, "PYTHONPATH": str(SDK), "HOME": str(self.folder), "MAKESPAN_BIN": program()})
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        self.assertIn("tuesday.jsonl", done.stdout.decode(), "the error of a file that is not there")

    def test_programs_in_the_documents_run(self):
        for document in (SDK / "README.md", PROJECT / "docs/recording-python.md"):
            programs = document.read_text().split("```python\n")[1:]
            self.assertTrue(programs, document)
            for number, text in enumerate(programs):
                with self.subTest("%s, program %d" % (document.name, number)):
                    folder = pathlib.Path(self.folder) / ("%s-%d" % (document.stem, number))
                    folder.mkdir()
                    done = subprocess.run([sys.executable, "-c", text.split("```")[0]], cwd=str(folder), stderr=subprocess.PIPE,
                                          stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SDK), "HOME": str(folder)})
                    self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
