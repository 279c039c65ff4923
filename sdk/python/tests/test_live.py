"""Streams, live counts and webhooks, over runs of this process and over a server."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import unittest
from unittest import mock

import makespan
from makespan import _connect, _webhook, live
from makespan._happenings import Happenings

from .support import Recorded, needs_program, program


class Local(Recorded):
    def test_a_stream_receives_each_happening_until_it_stops(self):
        stream, heard, all_of_it = live.EventStream(), [], []

        @stream.on("task.failed")
        @stream.on("task.completed")
        def note(event):
            heard.append((event["type"], event["task_name"], event["attempt"], event["error"], event["duration"] >= 0))

        stream.on("*")(lambda event: all_of_it.append(event["type"]))
        stream.on("*")(lambda event: 1 / 0)
        with stream, self.run_() as run:
            task = run.create("a")
            for attempt in task.attempts(tries=2):
                with attempt:
                    task.metric("rows", 3, "1")
                    if task.tries == 1:
                        raise ValueError("bad")
            run.create("b").skip()
            run.alert("hot", "critical")
        with self.run_("later") as run:
            run.task("z").complete()
        self.assertEqual(heard, [("task.failed", "a", 1, "bad", True), ("task.completed", "a", 2, None, True)])
        self.assertEqual(all_of_it, ["run.started", "task.created", "task.started", "metric", "task.failed", "task.queued", "task.started", "metric",
                                     "task.completed", "task.created", "task.skipped", "alert", "run.completed"])

    def test_a_stream_of_one_run_receives_no_other(self):
        one, other = self.run_("one"), self.run_("other")
        heard = []
        stream = makespan.EventStream(one)
        stream.on("*")(lambda event: heard.append((event["run_name"], event["type"])))
        stream.start()
        other.task("x").complete()
        one.create("y")
        stream.stop()
        one.create("z")
        one.end(), other.end()
        self.assertEqual(heard, [("one", "task.created")])

    def test_a_monitor_counts(self):
        with makespan.LiveMonitor() as monitor, self.run_() as run:
            going = run.create("going")
            going.start()
            with run.task("done"):
                pass
            failed = run.create("failed")
            failed.start()
            failed.fail("x")
            self.assertEqual(monitor.get_stats(), {"active_tasks": 1, "completed_tasks": 1, "failed_tasks": 1, "skipped_tasks": 0, "cancelled_tasks": 0})
            going.cancel()
            self.assertEqual((monitor.get_stats()["active_tasks"], monitor.get_stats()["cancelled_tasks"]), (0, 1))

    def test_handlers_are_functions_or_objects_and_may_raise(self):
        heard = []
        makespan.add_handler(heard.append)
        makespan.add_handler(lambda event: 1 / 0)
        boom = live._handlers[-1]
        self.run_().end()
        makespan.remove_handler(heard.append), makespan.remove_handler(boom)
        self.run_("later").end()
        self.assertEqual([event["type"] for event in heard], ["run.started", "run.completed"])

    def test_invalid_sources_are_refused(self):
        for source in (3, "runs.jsonl", object()):
            with self.assertRaisesRegex(TypeError, "not a source"):
                live.EventStream(source)
        with self.assertRaisesRegex(TypeError, "run="):
            live.EventStream("http://127.0.0.1:1")
        with self.assertRaisesRegex(TypeError, "on a server"):
            live.EventStream().wait()

    def test_lines_in_any_order_and_of_any_kind_become_happenings_or_nothing(self):
        happenings = Happenings()
        of = lambda **event: [(one["type"], one.get("duration")) for one in happenings.of(event)]
        self.assertEqual(of(event="end", run="r", task="t", t=5 * 10**9), [("task.completed", None)])
        self.assertEqual(of(event="attempt", run="r", task="u", started=10**9, ended="1970-01-01T00:00:03Z", error="x"),
                         [("task.started", None), ("task.failed", 2.0)])
        self.assertEqual(of(event="run", run="r", started=0, ended=10**9, status="odd"), [("run.started", None), ("run.odd", 1.0)])
        for odd in (dict(event="start"), dict(event="nonsense", run="r"), dict(), dict(event="start", run="r", task="t", t="later"),
                    dict(event="end", run="r", task="t", t=10**300, error={"kind": "E"}), dict(event="run"), dict(event="log", t=None)):
            self.assertIsInstance(happenings.of(odd), list)


class Server(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses of `answers`, the last one again and again, and keeps what it got."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Webhooks(Recorded):
    @contextlib.contextmanager
    def server(self, *answers):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
            server.answers, server.got = list(answers or (204,)), []
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server
            server.shutdown()

    def send(self, server, *events, **how):
        handler = makespan.WebhookHandler("http://localhost:%d/hook?x=1" % server.server_port, allow_http=True, allow_private=True, **how)
        with mock.patch.object(_webhook, "PAUSES_S", (0.01, 0.01)), mock.patch("warnings.warn"):
            for event in events or ({"type": "task.failed", "task_name": "é"},):
                handler.handle(event)
            handler.close()
        return handler

    def test_a_request_is_signed_as_standard_webhooks_are(self):
        with self.server() as server:
            secret = base64.b64encode(b"key").decode()
            handler = self.send(server, secret="whsec_" + secret)
            ((path, headers, body),) = server.got
        headers = {name.lower(): value for name, value in headers.items()}
        signed = ("%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])).encode() + body
        self.assertEqual(headers["webhook-signature"], "v1," + base64.b64encode(hmac.new(b"key", signed, hashlib.sha256).digest()).decode())
        self.assertEqual((path, json.loads(body), handler.sent), ("/hook?x=1", {"type": "task.failed", "task_name": "é"}, 1))
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 30)
        # The example of the specification.
        self.assertEqual(_webhook.signature(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                                            b'{"test": 2432232314}'), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_a_failed_request_is_retried_with_the_same_id(self):
        with self.server(500, 429, 204) as server:
            handler = self.send(server)
            self.assertEqual([(handler.sent, handler.failed), len({one[1]["webhook-id"] for one in server.got}), len(server.got)], [(1, 0), 1, 3])

    def test_permanent_failures_are_not_retried(self):
        for status in (302, 400, 404):
            with self.server(status) as server:
                handler = self.send(server)
                self.assertEqual((handler.failed, len(server.got), server.got[0][0]), (1, 1, "/hook?x=1"))
        with self.server(503) as server:
            handler = self.send(server)
            self.assertEqual((handler.sent, handler.failed, len(server.got)), (0, 1, 3))

    def test_only_chosen_events_are_sent(self):
        with self.server() as server:
            self.send(server, {"type": "a"}, {"type": "b"}, events=["b"])
            self.assertEqual([json.loads(body)["type"] for _, _, body in server.got], ["b"])

    def test_addresses_that_are_not_public_are_refused_before_anything_is_sent(self):
        hosts = ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "10.0.0.1",
                 "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]",
                 "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255", "127.0.0.1.", "[::]"]
        for host in hosts:
            with self.subTest(host), mock.patch("socket.socket", side_effect=AssertionError("connected")):
                handler = makespan.WebhookHandler("https://%s/x" % host)
                with self.assertRaises(OSError):
                    _connect.post(handler.url, b"{}", {}, 1, allow_private=False)
        for address in ("8.8.8.8", "2606:4700:4700::1111"):
            self.assertTrue(_connect.is_public(address))

    def test_every_address_of_a_name_is_checked_and_the_checked_one_is_used(self):
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443)), (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
        with mock.patch("socket.getaddrinfo", return_value=answers), self.assertRaisesRegex(_connect.ConnectError, "127.0.0.1"):
            _connect.connect("https://both.example/x", 1, allow_private=False)
        with mock.patch("socket.getaddrinfo", return_value=answers[:1]) as resolve, mock.patch("socket.socket") as made:
            made.return_value.connect.side_effect = OSError("unreachable")
            with self.assertRaises(OSError):
                _connect.post("http://once.example/x", b"", {}, 1, allow_private=False)
        self.assertEqual((resolve.call_count, made.return_value.connect.call_args[0][0]), (1, ("8.8.8.8", 443)))

    def test_addresses_that_cannot_be_used_are_refused_at_once(self):
        for url, why in (("ftp://x/y", "https"), ("x", "https"), ("http://example.org/x", "allow_http"), ("file:///etc/passwd", "https")):
            with self.assertRaisesRegex(ValueError, why):
                makespan.WebhookHandler(url)
        for url in ("https:///x", "https://example.org/a b", "https://exa\nmple.org/"):
            with self.assertRaises(OSError):
                _connect.connect(url, 1)

    def test_a_fork_sends_its_own_events(self):
        with self.server() as server:
            handler = makespan.WebhookHandler("http://127.0.0.1:%d/" % server.server_port, allow_http=True, allow_private=True)
            handler.handle({"type": "parent"})
            handler.close()
            handler.handle({"type": "parent"})
            pid = os.fork()
            if pid == 0:
                handler.handle({"type": "child"})
                handler.close()
                os._exit(0)
            os.waitpid(pid, 0)
            handler.close()
            self.assertEqual(sorted(json.loads(body)["type"] for _, _, body in server.got), ["child", "parent", "parent"])

    def test_closing_waits_for_a_limited_time_and_counts_the_rest(self):
        with mock.patch.object(_webhook, "PATIENCE_S", 0.2), mock.patch("makespan._connect.post", lambda *_: time.sleep(2) or 204):
            handler = makespan.WebhookHandler("https://example.org")
            for _ in range(10):
                handler.handle({"type": "x"})
            began = time.monotonic()
            handler.close()
        self.assertLess(time.monotonic() - began, 1.5)
        self.assertGreaterEqual(handler.dropped, 8)


@needs_program
class Served(Recorded):
    """A Makespan server on a port of its own."""

    def setUp(self):
        super().setUp()
        environment = {**os.environ, "MAKESPAN_STORE": "sqlite:%s" % (self.folder / "runs.db"), "HOME": str(self.folder)}
        self.server = subprocess.Popen([program(), "serve", "--port", "0", "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       env=environment)
        self.addCleanup(self.server.wait), self.addCleanup(self.server.stdout.close), self.addCleanup(self.server.kill)
        line = ""
        while "http://" not in line:
            line = self.server.stdout.readline().decode()
            self.assertTrue(line, "the server ended")
        self.url = "http://" + line.split("http://")[1].split()[0].rstrip("/.,")

    def post(self, run, *events, seq=1):
        body = "".join(json.dumps(event) + "\n" for event in events).encode()
        status, _, answer = _connect.exchange("%s/api/v1/runs/%s/events?producer=p&seq=%d" % (self.url, run, seq), body,
                                              {"Content-Type": "application/x-ndjson"}, 10)
        self.assertLess(status, 300, answer)

    def test_a_run_on_a_server_is_followed_to_its_end(self):
        self.post("r", {"event": "run", "makespan": 1, "run": "r", "name": "Nightly", "started": 10**18},
                  {"event": "start", "task": "a", "t": 10**18})
        heard, began = [], threading.Event()
        stream, monitor = makespan.EventStream(self.url, run="r"), makespan.LiveMonitor(self.url, run="r")
        stream.on("*")(lambda event: (heard.append((event["type"], event.get("task_name"), event["run_name"])), began.set()))
        with stream, monitor:
            self.assertTrue(began.wait(20), stream.error)
            self.post("r", {"event": "end", "task": "a", "t": 10**18 + 10**9}, {"event": "run", "run": "r", "ended": 10**18 + 10**9, "status": "succeeded"}, seq=3)
            self.assertTrue(stream.wait(20), stream.error)
            self.assertTrue(monitor.wait(20), monitor.error)
        self.assertEqual(heard, [("run.started", None, "Nightly"), ("task.started", "a", "Nightly"), ("task.completed", "a", "Nightly"),
                                 ("run.completed", None, "Nightly")])
        self.assertEqual(monitor.get_stats()["completed_tasks"], 1)

    def test_an_unknown_run_is_reported_and_retried(self):
        stream = makespan.EventStream(self.url, run="nope")
        with stream:
            until = time.monotonic() + 10
            while stream.error is None and time.monotonic() < until:
                time.sleep(0.02)
            self.assertIn("404", stream.error)
            self.assertFalse(stream.wait(0))


if __name__ == "__main__":
    unittest.main()
