#!/usr/bin/env -S python3 -S
"""Records a cargo build as a run that Makespan opens.

    python3 examples/cargo_build.py -o build.jsonl -- build -p makespan-cli -j 2 --target-dir target/recorded

Everything after `--` goes to cargo. Cargo then calls this very file in place of each rustc (`RUSTC_WRAPPER`), which
runs the real one, notes what it was given, when it started and ended and what it wrote, and leaves a record in a
folder; when cargo is done, the records become events (docs/events.md). Only the standard library is used. It needs a
system where a script with a first line like the one above is a program.

What a task is: one call of rustc. A library is two tasks, as cargo sees it: `metadata`, up to the moment that the
crates which depend on it may start, and `codegen`, the rest. Dependencies are the `--extern` flags, resolved to the
calls of this build, and the build script of a crate's own package. Runs of build scripts are no calls of rustc and
are left out; so are crates that were fresh. Cargo tells no slot, so workers are packed: each call takes the lowest
slot that is free when it starts.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

RECORDS = "MAKESPAN_RUSTC_RECORDS"


def wrap(folder, command):
    """Runs rustc in cargo's place, passes everything through, and leaves a record of the call."""
    arguments = command[1:]
    # Cargo also asks rustc about itself; those calls compile nothing.
    if "--emit" not in " ".join(arguments) or value(arguments, "--crate-name") in (None, "___"):
        os.execvp(command[0], command)
    record = {
        "arguments": arguments,
        "package": os.environ.get("CARGO_PKG_NAME", ""),
        "version": os.environ.get("CARGO_PKG_VERSION", ""),
        "uses_build_script": "OUT_DIR" in os.environ,
        "artifacts": [],
        "started": time.time_ns(),
    }
    errors = []
    # Left open on purpose: the descriptors that cargo hands down are its jobserver.
    process = subprocess.Popen(command, stderr=subprocess.PIPE, close_fds=False)
    for line in process.stderr:
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
        message = as_object(line)
        if message.get("$message_type") == "artifact" or "artifact" in message:
            record["artifacts"].append([message["artifact"], message.get("emit"), time.time_ns()])
        elif message.get("level") == "error":
            errors.append(message.get("rendered") or message.get("message", ""))
    code = process.wait()
    record["ended"] = time.time_ns()
    record["code"] = code
    record["errors"] = errors
    record["sizes"] = {path: os.path.getsize(path) for path, _, _ in record["artifacts"] if os.path.exists(path)}
    record.update(resources())
    with open(os.path.join(folder, f"{record['started']}-{os.getpid()}.json"), "w", encoding="utf-8") as out:
        json.dump(record, out)
    return code


def as_object(line):
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def resources():
    """CPU seconds and peak memory of the compiler that just ended."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return {"cpu_s": used.ru_utime + used.ru_stime, "rss_bytes": used.ru_maxrss * unit}


def value(arguments, flag):
    """The argument after a flag."""
    return arguments[arguments.index(flag) + 1] if flag in arguments else None


def values(arguments, flag):
    return [after for before, after in zip(arguments, arguments[1:]) if before == flag]


class Call:
    """One record, as far as events need it."""

    def __init__(self, record):
        self.record = record
        arguments = record["arguments"]
        self.crate = value(arguments, "--crate-name")
        self.kind = value(arguments, "--crate-type") or "bin"
        codegen = [flag for flag in values(arguments, "-C") if flag.startswith("extra-filename=")]
        self.stem = self.crate + (codegen[0].split("=", 1)[1] if codegen else "")
        self.is_build_script = self.crate.startswith("build_script_")
        # A build script is called `build_script_build` in every package.
        self.title = f"{record['package']} (build script)" if self.is_build_script else self.crate
        self.externs = []
        for extern in values(arguments, "--extern"):
            path = extern.split("=", 1)[1] if "=" in extern else ""
            stem, suffix = os.path.splitext(os.path.basename(path))
            if path:
                self.externs.append((stem.removeprefix("lib"), suffix))
        metadata = [at for _, emit, at in record["artifacts"] if emit == "metadata"]
        self.metadata_at = metadata[0] if metadata and self.kind in ("lib", "rlib") else None

    @property
    def features(self):
        flags = values(self.record["arguments"], "--cfg")
        return sorted(flag.split("=", 1)[1].strip('"') for flag in flags if flag.startswith("feature="))


def pack(calls):
    """The slot of each call, from 1: the lowest that is free when it starts."""
    free_at = []
    for call in calls:
        start = call.record["started"]
        slot = next((i for i, end in enumerate(free_at) if end <= start), len(free_at))
        free_at[slot:slot + 1] = [call.record["ended"]]
        call.slot = slot + 1


def events(calls, name, started, ended, code):
    """The run as events, in the order in which things began."""
    yield {
        "event": "run", "makespan": 1, "run": f"cargo-{started}", "name": name, "workflow": "cargo build",
        "source": "examples/cargo_build.py", "started": started, "ended": ended,
        "status": "succeeded" if code == 0 else "failed", "labels": {"tool": "cargo"},
    }
    titles = {}
    for call in calls:
        titles.setdefault(call.title, []).append(call)
    for title, same in titles.items():
        for i, call in enumerate(same):
            version = call.record["version"]
            different = len({other.record["version"] for other in same}) == len(same)
            call.id = title if len(same) == 1 else f"{title} {version}" if different else f"{title} #{i + 1}"
    by_stem = {call.stem: call for call in calls}
    scripts = {(c.record["package"], c.record["version"]): c for c in calls if c.is_build_script}
    for call in calls:
        yield from told(call, by_stem, scripts)


def told(call, by_stem, scripts):
    record = call.record
    after = []
    for stem, suffix in call.externs:
        needed = by_stem.get(stem)
        if needed is not None:
            # A library compiles on the metadata of another; what is linked or loaded needs its code.
            coded = needed.metadata_at is not None and suffix != ".rmeta"
            after.append(f"{needed.id}: codegen" if coded else needed.id)
    script = scripts.get((record["package"], record["version"])) if record["uses_build_script"] else None
    if script is not None and script is not call:
        after.append(script.id)
    step = {"proc-macro": "procedural macro", "bin": "binary"}.get(call.kind, "metadata")
    step = "build script" if call.is_build_script else step
    worker = f"slot {call.slot}"
    yield {
        "event": "task", "task": call.id, "step": step, "kind": "rustc", "after": after,
        "labels": {"package": record["package"], "version": record["version"], "crate_type": call.kind},
        "params": {"features": call.features},
    }
    end = {"status": "succeeded"} if record["code"] == 0 else failure(record)
    last, split = call.id, call.metadata_at
    first = {"event": "attempt", "task": call.id, "started": record["started"], "worker": worker}
    if split is None:
        yield {**first, "ended": record["ended"], **end}
    else:
        last = f"{call.id}: codegen"
        yield {**first, "ended": split, "status": "succeeded"}
        yield {"event": "task", "task": last, "step": "codegen", "kind": "rustc", "after": [call.id],
               "labels": {"package": record["package"], "version": record["version"]}}
        yield {"event": "attempt", "task": last, "started": split, "ended": record["ended"], "worker": worker, **end}
    yield {"event": "sample", "task": last, "name": "cpu_time", "value": round(record["cpu_s"], 3), "unit": "s",
           "t": record["ended"]}
    yield {"event": "sample", "task": last, "name": "peak_memory", "value": round(record["rss_bytes"] / 1e6, 1),
           "unit": "MB", "t": record["ended"]}
    for path, emit, _ in record["artifacts"]:
        if emit in ("metadata", "link") and path in record["sizes"]:
            owner = call.id if emit == "metadata" else last
            yield {"event": "artifact", "task": owner, "name": os.path.basename(path), "size": record["sizes"][path]}


def failure(record):
    message = record["errors"][0].strip().splitlines()[0] if record["errors"] else f"rustc ended with {record['code']}"
    return {"status": "failed", "error": {"message": message, "kind": "rustc", "trace": "\n".join(record["errors"])}}


def record_build(arguments):
    if "--" not in arguments or arguments[:1] != ["-o"]:
        sys.exit("usage: cargo_build.py -o FILE.jsonl -- build [cargo's flags]")
    out, cargo = arguments[1], ["cargo", *arguments[arguments.index("--") + 1:]]
    # A folder for cargo's output says nothing about the build, and where it lies is nobody's business.
    shown = [word for i, word in enumerate(cargo) if "--target-dir" not in (word, cargo[i - 1])]
    with tempfile.TemporaryDirectory() as folder:
        started = time.time_ns()
        environment = {**os.environ, "RUSTC_WRAPPER": os.path.abspath(__file__), RECORDS: folder}
        code = subprocess.run(cargo, env=environment, check=False).returncode
        ended = time.time_ns()
        records = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                records.append(json.load(file))
    calls = [Call(record) for record in sorted(records, key=lambda record: record["started"])]
    pack(calls)
    with open(out, "w", encoding="utf-8") as file:
        for event in events(calls, " ".join(shown), started, ended, code):
            file.write(json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")
    print(f"{out}: {len(calls)} calls of rustc")
    return code


if __name__ == "__main__":
    if RECORDS in os.environ:
        sys.exit(wrap(os.environ[RECORDS], sys.argv[1:]))
    sys.exit(record_build(sys.argv[1:]))
