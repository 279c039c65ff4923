"""Runs as objects: what `makespan.open` reads, compares, checks, exports and shows."""

import contextlib
import gc
import html
import importlib.util
import json
import os
import pathlib
import pickle
import re
import subprocess
import warnings
from unittest import mock

import makespan
from makespan import _program, analysis
from makespan.analysis import _record, _rows

from .support import Recorded, needs_program, program, python

T0 = 1_767_600_000_000_000_000


@needs_program
class Opened(Recorded):
    def setUp(self):
        super().setUp()
        patched = mock.patch.dict(os.environ, {"MAKESPAN_BIN": program(), "XDG_DATA_HOME": str(self.folder / "data")})
        patched.start()
        self.addCleanup(patched.stop)

    def write(self, name="run.jsonl", id="r", lengths=(1, 2, 1), failed=False, more=(), start=T0):
        """A chain of tasks, one a second count of `lengths`."""
        lines = [{"event": "run", "makespan": 1, "run": id, "name": "Nightly", "workflow": "etl"}]
        at = start
        for number, seconds in enumerate(lengths):
            after = {"after": ["t%d" % (number - 1)]} if number else {}
            lines += [{"event": "task", "task": "t%d" % number, "step": "s", **after},
                      {"event": "start", "task": "t%d" % number, "t": at, "worker": "w"}]
            at += int(seconds * 1e9)
            last = failed and number == len(lengths) - 1
            lines.append({"event": "end", "task": "t%d" % number, "t": at, **({"error": {"message": "bad", "kind": "E"}} if last else {})})
        path = self.folder / name
        path.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *more]))
        return path

    # ------------------------------------------------------------------------------------------------------- reading

    def test_a_run_is_an_object_with_its_totals(self):
        (run,) = makespan.open(self.write())
        self.assertEqual((run.id, run.name, run.workflow, run.status, run.task_count), ("r", "Nightly", "etl", "succeeded", 3))
        self.assertEqual((run.makespan_ns, run.makespan_s, run.critical_path), (4 * 10**9, 4.0, ["t0", "t1", "t2"]))
        self.assertEqual(run.started.isoformat(), "2026-01-05T08:00:00+00:00")
        self.assertEqual(run.raw["tasks"], 3)
        self.assertIn("'Nightly', succeeded, 3 tasks, 4 s", repr(run))
        (short,) = makespan.open(self.write("short.jsonl", lengths=(1,)))
        self.assertIn("'Nightly', succeeded, 1 task, 1 s", repr(short))
        with self.assertRaisesRegex(AttributeError, "nonsense_s"):
            run.nonsense_s

    def test_lists_of_sources_are_opened_like_their_members(self):
        paths = [self.write("a.jsonl", "a"), str(self.write("b.jsonl", "b"))]
        self.assertEqual([run.id for run in makespan.open(paths)], ["a", "b"])
        self.assertEqual([run.id for run in makespan.open(tuple(paths[:1]), paths[1])], ["a", "b"])
        with self.assertRaises(TypeError):
            makespan.open([])

    def test_tasks_attempts_and_samples_are_those_of_the_program(self):
        more = [{"event": "sample", "task": "t1", "name": "memory", "value": 5.5, "unit": "MB"}, {"event": "sample", "name": "load", "value": 1}]
        (run,) = makespan.open(self.write(lengths=(1, 0.000000001, 0.25), failed=True, more=more))
        last = run.tasks[2]
        self.assertEqual((last.id, last.depends_on, last.status, last.duration_ns, last.error_kind, last.error),
                         ("t2", ["t1"], "failed", 250_000_000, "E", "bad"))
        self.assertEqual((run.task("t1").duration_ns, run.task("t0").critical, run.task("t0").slack_ns), (1, True, 0))
        self.assertEqual([(one.task, one.number, one.worker) for one in run.attempts], [("t0", 1, "w"), ("t1", 1, "w"), ("t2", 1, "w")])
        self.assertEqual([(one.task, one.name, one.value, one.unit) for one in run.samples],
                         [("t1", "memory", 5.5, "MB"), (None, "load", 1.0, None)])
        with self.assertRaises(KeyError):
            run.task("nope")

    def test_ids_with_any_characters_survive(self):
        ids = ["a;b", "a", "b", '=1+1,"x"\r\n', "-x", "é 任务", "NA"]
        lines = [{"event": "run", "makespan": 1, "run": "r"}] + [{"event": "start", "task": id, "t": T0} for id in ids]
        lines.append({"event": "task", "task": "last", "after": ids})
        (self.folder / "ids.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        (run,) = makespan.open(self.folder / "ids.jsonl")
        self.assertEqual(sorted(task.id for task in run.tasks), sorted([*ids, "last"]))
        self.assertEqual(sorted(run.task("last").depends_on), sorted(ids))

    def test_several_runs_are_distinguished(self):
        self.write("a.jsonl", "a", (1, 1)), self.write("b.jsonl", "b", (1, 3), failed=True)
        (self.folder / "both.jsonl").write_text((self.folder / "a.jsonl").read_text() + (self.folder / "b.jsonl").read_text())
        runs = makespan.open(self.folder / "both.jsonl")
        self.assertEqual([(run.id, len(run.tasks), run.tasks[1].duration_s) for run in runs], [("a", 2, 1.0), ("b", 2, 3.0)])
        self.assertEqual(runs["b"].stats.makespan_ns, 4 * 10**9)
        self.assertEqual([run.id for run in runs[1:]], ["b"])
        self.assertEqual({event["run"] for event in runs[1].events()}, {"b"})
        self.assertEqual([one.id for one in runs[0].query("t1")], ["t1"])
        pair = runs[0].compare(runs[1])
        self.assertEqual((pair.comparison, pair.makespan_delta_ns, pair.comparable), ("pair", 2 * 10**9, False))
        self.assertEqual([note.code for note in pair.notes if note.forbids], ["failed"])
        (alone,) = makespan.open(runs[1].report(self.folder / "b.html"))
        self.assertEqual(alone.id, "b")
        with self.assertRaises(KeyError):
            runs["c"]
        (folder,) = {run._parts._folder for run in runs}
        again = pickle.loads(pickle.dumps(runs[1]))
        self.assertTrue(os.path.isdir(folder))
        del runs, pair
        gc.collect()
        self.assertFalse(os.path.exists(folder), "files of single runs are removed with the runs")
        self.assertEqual(again.task("t1").duration_s, 3.0)

    def test_a_recorded_run_opens_itself_and_nothing_else_of_its_file(self):
        for name in ("first", "second"):
            with self.run_(name) as run:
                run.task("work").complete()
        (found,) = makespan.open(run)
        self.assertEqual((found.name, found.id), ("second", run.id))
        with self.assertRaisesRegex(makespan.OpenError, "not recorded in a file"):
            makespan.open(makespan.run("off", record=False))

    def test_statistics_findings_and_rules(self):
        runs = makespan.open(self.write(lengths=(1, 2, 1)))
        self.assertEqual((runs.stats.all.runs, runs.stats.all.succeeded.median_s, runs.stats.steps[0].tasks), (1, 4.0, 3))
        stats = runs[0].stats
        self.assertEqual((stats.bounds.critical_path_ns, stats.path.run_ns, stats.utilisation), (4 * 10**9, 4 * 10**9, 1.0))
        self.assertEqual([one.code for one in runs.findings], [one["code"] for one in stats.raw["findings"]])
        (run,) = runs.statistics(rules="makespan <= 3 s", since="2026-01-05").runs
        self.assertEqual([(one.verdict, one.value) for one in run.rules], [("violated", 4e9)])
        self.assertEqual(runs.statistics(until="2020-01-01").runs, [])

    def test_checks(self):
        runs = makespan.open(self.write())
        self.assertTrue(runs[0].check("failed = 0").ok)
        found = analysis.check(runs, rules=["makespan <= 1 s", "failed = 0"])
        self.assertEqual((found.verdict, found.ok, [one["rule"] for one in found.violations]), ("violated", False, ["makespan <= 1 s"]))
        with self.assertRaisesRegex(makespan.ProgramError, "check"):
            runs[0].check("makespan <= banana")

    def test_comparisons_of_every_kind(self):
        before = [self.write("a%d.jsonl" % n, "a%d" % n, (1, 1 + n / 100), start=T0 + n * 10**11) for n in range(5)]
        after = [self.write("b%d.jsonl" % n, "b%d" % n, (1, 2 + n / 100), start=T0 + (n + 9) * 10**11) for n in range(5)]
        sets = makespan.compare(baseline=before, candidate=makespan.open(*after))
        self.assertEqual((sets.comparison, sets.verdicts.makespan.verdict, sets.verdicts.makespan.baseline_failed), ("sets", "slower", 0))
        series = makespan.open(*before, *after).compare()
        self.assertEqual((series.comparison, len(series.trends.makespan.levels)), ("series", 2))
        pair = makespan.compare(before[0], after[0])
        self.assertEqual((pair.makespan_delta_ns, sum(part.delta_ns for part in pair.explained), pair.counts["changed"]), (10**9, 10**9, 1))
        for wrong in (dict(), dict(baseline=before), dict(candidate=after)):
            with self.assertRaises(TypeError):
                makespan.compare(**wrong)
        with self.assertRaisesRegex(makespan.ProgramError, "two runs"):
            makespan.compare(before[0])

    def test_exports(self):
        (run,) = makespan.open(self.write())
        self.assertTrue(run.svg("graph").startswith("<svg"))
        path = run.export("csv", self.folder / "t.csv", table="attempts")
        self.assertEqual(pathlib.Path(path).read_bytes().count(b"\r\n"), 4)
        with self.assertRaisesRegex(makespan.ProgramError, "export"):
            run.export("nonsense")

    # ---------------------------------------------------------------------------------------------------------- errors

    def test_an_error_names_the_file_and_readable_files_open(self):
        bad = self.folder / "bad.json"
        bad.write_text("{")
        with self.assertRaisesRegex(makespan.OpenError, "bad.json"):
            makespan.open(bad)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            runs = makespan.open(self.write(), bad)
        self.assertEqual(len(runs), 1)
        self.assertTrue(any("bad.json" in problem for problem in runs.problems), runs.problems)
        self.assertIn("bad.json", str(caught[0].message))
        self.assertEqual(caught[0].filename, __file__)
        for wrong, error in ((("-",), ValueError), ((), TypeError), ((3,), TypeError)):
            with self.assertRaises(error):
                makespan.open(*wrong)

    def test_a_name_that_begins_with_a_dash_is_a_file(self):
        self.write("-x.jsonl", "a"), self.write("-y.jsonl", "b", (2,))
        with contextlib.ExitStack() as back:
            back.callback(os.chdir, os.getcwd())
            os.chdir(str(self.folder))
            self.assertEqual(makespan.open("-x.jsonl")[0].id, "a")
            self.assertEqual(makespan.compare("-x.jsonl", "-y.jsonl").runs[1].id, "b")
            self.assertEqual([run.id for run in makespan.compare(baseline=["-x.jsonl"], candidate=["-y.jsonl"]).runs], ["a", "b"])

    def test_a_program_that_is_slow_is_stopped(self):
        slow = self.folder / "slow"
        slow.write_text("#!/bin/sh\nsleep 20\n")
        slow.chmod(0o755)
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": str(slow), "MAKESPAN_TIMEOUT": "0.2"}):
            with self.assertRaisesRegex(makespan.OpenError, "MAKESPAN_TIMEOUT"):
                makespan.open("x")

    # ------------------------------------------------------------------------------------------------------- notebooks

    def page(self, shown):
        return html.unescape(re.search(r'srcdoc="([^"]*)"', shown).group(1))

    def test_a_notebook_gets_a_frame_that_can_do_nothing(self):
        name = '"><script>alert(1)</script>'
        (self.folder / "x.jsonl").write_text(json.dumps({"event": "run", "makespan": 1, "run": "r", "name": name}) + "\n" + json.dumps(
            {"event": "attempt", "task": name, "started": T0, "ended": T0 + 10**9}) + "\n")
        runs = makespan.open(self.folder / "x.jsonl")
        for shown in (runs._repr_html_(), runs[0]._repr_html_(), runs[0].show("graph", theme="dark", height=90)._repr_html_(),
                      makespan.compare(self.write("a.jsonl", "a"), self.write("b.jsonl", "b", (3,)))._repr_html_()):
            self.assertRegex(shown, r'\A<iframe sandbox="" [^<>]*srcdoc="[^"]*"></iframe>\Z')
            self.assertNotIn("<script", self.page(shown))
        self.assertIn("<svg", self.page(runs[0]._repr_html_()))
        self.assertIn("height:90px", runs[0].show(height=90)._repr_html_())

    def test_a_notebook_shows_figures_where_there_is_no_picture(self):
        (run,) = makespan.open(self.write())
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": str(self.folder / "gone")}):
            page = self.page(run._repr_html_())
        self.assertIn("4 s", page)
        self.assertIn("MAKESPAN_BIN", page)

    def test_records_can_be_pickled(self):
        (run,) = makespan.open(self.write())
        again = pickle.loads(pickle.dumps(run.tasks))
        self.assertEqual((again, again[0].duration_s), (run.tasks, 1.0))

    @contextlib.contextmanager
    def without_pandas(self):
        with mock.patch.dict("sys.modules", {"pandas": None}):
            yield

    def test_without_pandas_a_frame_says_what_to_install(self):
        (run,) = makespan.open(self.write())
        with self.without_pandas(), self.assertRaisesRegex(ImportError, "pip install pandas"):
            run.tasks.to_pandas()

    def test_frames_have_a_row_per_record(self):
        if importlib.util.find_spec("pandas") is None:
            self.skipTest("pandas is not installed")
        runs = makespan.open(self.write(lengths=(1, 2.000000001)))
        frame = runs[0].tasks.to_pandas()
        self.assertEqual(list(frame.id), ["t0", "t1"])
        self.assertEqual((frame.duration_ns.sum(), str(frame.started.dtype)), (3_000_000_001, "datetime64[ns, UTC]"))
        self.assertEqual(frame.ended.iloc[1].value, T0 + 3_000_000_001)
        self.assertTrue(frame.queued.isna().all())
        self.assertEqual(runs.to_pandas().task_count.iloc[0], 2)
        self.assertEqual(len(runs.stats.steps.to_pandas()), 1)
        self.assertEqual(len(makespan.compare(self.write("a.jsonl", "a"), self.write("b.jsonl", "b", (3,))).to_pandas()), 3)


class Program(Recorded):
    def test_without_the_program_the_error_lists_the_searched_places(self):
        code = "import makespan\ntry:\n    makespan.open('x')\nexcept makespan.ProgramError as error:\n    print(error)"
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            os.environ.pop("MAKESPAN_BIN", None)
            with mock.patch("sysconfig.get_path", lambda name: str(self.folder)), self.assertRaisesRegex(
                    makespan.ProgramError, "PATH.*MAKESPAN_BIN"):
                makespan.open("x")
        done = python(code, env={"MAKESPAN_BIN": str(self.folder / "nope")})
        self.assertIn("MAKESPAN_BIN", done.stdout.decode())

    @needs_program
    def test_the_package_can_be_executed(self):
        done = subprocess.run([os.sys.executable, "-m", "makespan", "--version"], stdout=subprocess.PIPE, check=True, env={
            **os.environ, "MAKESPAN_BIN": program(), "PYTHONPATH": str(pathlib.Path(makespan.__file__).parent.parent)})
        self.assertTrue(done.stdout.startswith(b"makespan "))
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": program()}):
            self.assertRegex(_program.version(), r"\A\d+\.\d+")

    def test_the_program_beside_the_package_is_found_but_not_a_script_of_that_name(self):
        beside = self.folder / "makespan"
        with mock.patch.dict(os.environ, {"PATH": ""}), mock.patch("sysconfig.get_path", lambda name: str(self.folder)):
            os.environ.pop("MAKESPAN_BIN", None)
            beside.write_bytes(b"#!/usr/bin/python\n")
            beside.chmod(0o755)
            with self.assertRaises(makespan.ProgramError):
                _program.find()
            beside.write_bytes(b"\x7fELF")
            self.assertEqual(_program.find(), str(beside))

    def test_recording_loads_nothing_of_the_analysis(self):
        done = python("import sys, makespan\nwith makespan.run('a', file=sys.argv[1]): pass\n"
                      "print([name for name in sys.modules if name.startswith('makespan.analysis') or name == 'subprocess'])", args=[self.file])
        self.assertEqual(done.stdout.decode().strip(), "[]")

    def test_a_star_import_keeps_the_function_open(self):
        done = python("from makespan import *\nfrom makespan.analysis import *\nprint(open.__module__, compare.__name__)")
        self.assertEqual(done.stdout.decode().split(), [open.__module__, "compare"])

    def test_times_and_lengths_are_exact(self):
        self.assertEqual(_record.nanoseconds("2026-01-05T08:00:00.000000001Z"), T0 + 1)
        self.assertEqual(_record.moment("1969-12-31T23:59:59.5Z").microsecond, 500000)
        self.assertEqual((_record.moment(None), _record.moment("later"), _record.nanoseconds("2026-13-01T00:00:00Z")), (None,) * 3)
        self.assertEqual([_rows.nanoseconds_of(text) for text in ("0.000000001", "-1.5", "3", None)], [1, -1500000000, 3 * 10**9, None])
