"""Sending what is recorded to a server: everything arrives once, whatever stops, and the program notices nothing."""

import contextlib
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

from makespan import _ship

from .support import SDK, Recorded, needs_program, program

PROGRAM = """
import makespan, sys
with makespan.run("shipped", resources=False, **({"file": sys.argv[1]} if len(sys.argv) > 1 else {})) as run:
    for number in range(20):
        with run.task("t") as task:
            task.metric("n", number)
print("done")
"""


class Store(http.server.BaseHTTPRequestHandler):
    """Keeps numbered lines as the server does: a number that is there is not stored again."""

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        lines = self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines()
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.server.requests.append((url.path, query, len(lines), self.headers.get("Authorization")))
        if status in (200, 500):  # 500: it is stored, but the answer is lost
            for number, line in enumerate(lines, int(query["seq"])):
                self.server.kept.setdefault((query["producer"], number), json.loads(line))
        body = b'{"detail": "no\\u000athing"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Shipped(Recorded):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    @contextlib.contextmanager
    def store(self, *answers, port=0):
        with http.server.ThreadingHTTPServer(("127.0.0.1", port), Store) as server:
            server.answers, server.requests, server.kept = list(answers), [], {}
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server
            server.shutdown()

    def environment(self, port, **more):
        return {**{name: value for name, value in os.environ.items() if not name.startswith("MAKESPAN")}, "PYTHONPATH": str(SDK),
                "XDG_STATE_HOME": str(self.state), "HOME": str(self.folder), "MAKESPAN_SERVER": "http://127.0.0.1:%d" % port, **more}

    def execute(self, port, *args, code=PROGRAM, **more):
        done = subprocess.run([sys.executable, "-W", "error", "-c", code, *map(str, args)], env=self.environment(port, **more), cwd=str(self.folder),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, b"done\n"), done.stderr.decode())
        return done.stderr.decode()

    def left(self):
        return sorted(path.suffix for path in self.state.rglob("*") if path.is_file())

    def tasks(self, server):
        """Ends of tasks that the server has; each must be there once."""
        return sorted(event["task"] for event in server.kept.values() if event["event"] == "end")

    EVERY = sorted(["t"] + ["t-%d" % number for number in range(2, 21)])

    def closed_port(self):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return one.getsockname()[1]

    def test_every_event_arrives_and_the_outbox_is_emptied(self):
        with self.store() as server:
            self.assertEqual(self.execute(server.server_port, MAKESPAN_TOKEN="secret"), "")
            self.assertEqual((self.tasks(server), self.left()), (self.EVERY, []))
            self.assertEqual({one[3] for one in server.requests}, {"Bearer secret"})
            self.assertEqual([event["event"] for event in server.kept.values()][::len(server.kept) - 1], ["run", "run"])

    def test_a_named_file_is_kept(self):
        with self.store() as server:
            self.file.write_text('{"event":"run","run":"older"}\n{"event":"log","run":"older","text":"x"}\n')
            self.execute(server.server_port, self.file)
            self.assertEqual((self.tasks(server), self.left(), len(self.file.read_text().splitlines())), (self.EVERY, [], len(server.kept) + 2))
            self.assertEqual({event["run"] for event in server.kept.values()} & {"older"}, set())

    def test_unsent_events_are_sent_by_the_next_program(self):
        port = self.closed_port()
        began = time.monotonic()
        self.assertEqual(self.execute(port), "")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(self.left(), [".jsonl", ".ship"])
        with self.store(port=port) as server:
            self.execute(port)
            self.assertEqual((self.tasks(server), self.left(), len({key[0] for key in server.kept})), (sorted(self.EVERY * 2), [], 2))

    def test_a_lost_answer_stores_nothing_twice(self):
        with self.store(500, 503) as server:
            self.execute(server.server_port)
            self.assertEqual((self.tasks(server), self.left()), (self.EVERY, []))
            self.assertEqual([int(one[1]["seq"]) for one in server.requests[:3]], [1, 1, 1])

    def test_a_program_that_is_killed_loses_nothing(self):
        code = "import makespan, time\nrun = makespan.run('killed', resources=False)\nrun.task('t').complete()\nprint('done', flush=True)\ntime.sleep(60)"
        port = self.closed_port()
        going = subprocess.Popen([sys.executable, "-c", code], env=self.environment(port), stdout=subprocess.PIPE)
        going.stdout.readline()
        going.send_signal(signal.SIGKILL)
        going.wait()
        going.stdout.close()
        self.assertEqual(self.left(), [".jsonl", ".ship"])
        with self.store(port=port) as server:
            self.execute(port)
            self.assertIn("killed", {event.get("name") for event in server.kept.values()})
            self.assertEqual(self.left(), [])

    def test_a_rejection_is_reported_once_and_the_events_are_kept(self):
        with self.store(*[401] * 9) as server:
            said = self.execute(server.server_port)
            self.assertEqual((said.count("\n"), len(server.requests)), (1, 1), said)
            self.assertIn("HTTP status 401", said)
            self.assertEqual(self.left(), [".jsonl", ".ship"])

    def test_a_request_that_is_too_large_is_halved(self):
        with self.store(413, 413) as server:
            self.execute(server.server_port)
            self.assertEqual((self.tasks(server), self.left()), (self.EVERY, []))
            sizes = [one[2] for one in server.requests]
            self.assertEqual(sizes[1:3], [sizes[0] // 2, sizes[0] // 4])

    def test_a_server_that_does_not_answer_delays_the_end_for_a_few_seconds_only(self):
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(8)
            began = time.monotonic()
            self.execute(deaf.getsockname()[1])
            self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.left(), [".jsonl", ".ship"])

    def test_an_invalid_address_is_reported_and_the_run_is_recorded_locally(self):
        said = self.execute(1, MAKESPAN_SERVER="localhost:7979")
        self.assertIn("MAKESPAN_SERVER", said)
        self.assertEqual(len(list((self.folder / "makespan-runs").glob("*.jsonl"))), 1)

    def test_the_outbox_is_bounded(self):
        address = "http://127.0.0.1:%d" % self.closed_port()
        with contextlib.ExitStack() as back:
            before = os.environ.get("XDG_STATE_HOME")
            back.callback(lambda: os.environ.pop("XDG_STATE_HOME") if before is None else os.environ.update(XDG_STATE_HOME=before))
            os.environ["XDG_STATE_HOME"] = str(self.state)
            folder = pathlib.Path(_ship.outbox(address))
            folder.mkdir(parents=True)
            self.assertEqual(_ship.room(address), _ship.LARGEST_OUTBOX)
            with open(str(folder / "x.jsonl"), "wb") as file:
                file.truncate(_ship.LARGEST_OUTBOX - 5)
            self.assertEqual(_ship.room(address), _ship.LEAST_OF_RUN)

    def test_forks_send_their_own_runs_and_leave_the_others(self):
        code = """
import makespan, os
with makespan.run("parent", resources=False) as run:
    pid = os.fork()
    if pid == 0:
        with run.task("in the child"):
            pass
        os._exit(0)
    os.waitpid(pid, 0)
print("done")
"""
        with self.store() as server:
            self.execute(server.server_port, code=code)
            self.assertEqual((len(self.tasks(server)), self.left()), (1, []))

    @needs_program
    def test_a_makespan_server_takes_it(self):
        environment = {**os.environ, "MAKESPAN_STORE": "sqlite:%s" % (self.folder / "runs.db"), "HOME": str(self.folder)}
        port = self.closed_port()
        server = subprocess.Popen([program(), "serve", "--port", str(port), "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        self.addCleanup(server.wait), self.addCleanup(server.stdout.close), self.addCleanup(server.kill)
        self.assertIn(b"http", server.stdout.readline())
        self.execute(port)
        listed = json.loads(subprocess.run([program(), "list", "--json"], env=environment, stdout=subprocess.PIPE, check=True).stdout)["runs"]
        self.assertEqual([(run["name"], run["status"]) for run in listed], [("shipped", "succeeded")])
        self.assertEqual(self.left(), [])
