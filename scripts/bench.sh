#!/usr/bin/env bash
# What one node does in a second: task lifecycles beside transfers, as it computes them; then transfers from the RPC into
# blocks; then runs of an app that does nothing, as a module and in a container; then what the whole stack does, from a
# request to its verified result.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo build --release
cargo bench --bench lifecycles "$@"
cargo bench --bench transfers "$@"
cargo bench --bench runs "$@"
cargo bench --bench containers "$@"
scripts/apps.sh
cargo bench --bench stack "$@"
