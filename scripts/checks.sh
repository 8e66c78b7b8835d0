#!/usr/bin/env bash
# Runs recorded or random histories, or attacks, on the runtime: `scripts/checks.sh --help`.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo run --release --bin rlc-checks -- "$@"
