#!/bin/sh
# Everything that must hold before a change goes in, for any machine that runs jobs: a Debian container as root needs
# only rustup and this checkout, since `cargo xtask test` brings the rest. Ends with a status that is not zero when
# anything failed.
set -eu
cd "$(dirname "$0")/.."

cargo xtask test

# The two commands of the README's first lines, short of serving.
cargo xtask demo --no-serve
test -s target/demo/report.html

# Where these are installed they are asked too; neither is needed to build, run or test.
if command -v cargo-deny >/dev/null; then
  cargo deny check
fi
if command -v trunk >/dev/null; then
  PATH="${XDG_CACHE_HOME:-$HOME/.cache}/makespan/tools/bin:$PATH" trunk build --release --offline
  test -s target/trunk/index.html
fi
