#!/usr/bin/env bash
# The crates' documentation; a warning is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps
echo "docs: $TARGET/doc"
