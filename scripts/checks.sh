#!/usr/bin/env bash
# Runs recorded or random histories, attacks, or full blocks on the runtime: `scripts/checks.sh --help`.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo run --release --bin rlc-checks -- "$@"
