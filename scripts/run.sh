#!/usr/bin/env bash
# Builds everything and runs the demo on its own stack: real work, paid and proven. Options are passed on to `rlc demo`.
# With HEADLESS=1 it stops at the end, and the exit code says whether everything went as promised.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

echo "run: building; the first time this takes about 30 minutes on two cores"
cargo build --release
scripts/apps.sh
[ -z "${HEADLESS:-}" ] || set -- --headless "$@"
exec "$TARGET/release/rlc" demo "$@"
