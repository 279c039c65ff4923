"""`python3 -m tests`: all tests, and one line with their sum, in the form that `cargo xtask test` counts."""

import pathlib
import sys
import unittest

if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    suite = unittest.defaultTestLoader.discover(str(here), top_level_dir=str(here.parent))
    result = unittest.TextTestRunner(stream=sys.stderr).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    for test, why in result.skipped:
        print("SKIPPED %s: %s" % (test, why))
    print("test result: %s. %d passed; %d failed; %d ignored" % (
        "FAILED" if failed else "ok", max(0, result.testsRun - failed - len(result.skipped)), failed, len(result.skipped)))
    sys.exit(1 if failed else 0)
