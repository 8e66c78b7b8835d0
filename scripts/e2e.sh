#!/usr/bin/env bash
# End-to-end tests: whole stacks of real programs, in which parts are killed, lie and break.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --test
. scripts/env.sh

cargo build --release
scripts/apps.sh
cargo test --release --test end_to_end "$@"
