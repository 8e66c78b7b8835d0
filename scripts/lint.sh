#!/usr/bin/env bash
# What can be said about the code without running it; the cheap checks first.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

for part in rustfmt clippy; do
	"cargo-${part/rustfmt/fmt}" --version >/dev/null 2>&1 || rustup component add "$part"
done

echo "lint: formatting"
cargo fmt --all --check

echo "lint: no pallet names another (invariant I8)"
scripts/pallet-dependencies.sh

echo "lint: features reach every dependency that has them"
command -v zepter >/dev/null || cargo install --locked --quiet zepter --version 1.88.2
zepter run check

echo "lint: clippy"
cargo clippy --release --all-targets -- -D warnings
echo "lint: clippy, as the runtime is compiled for Wasm, where nothing may panic"
cargo clippy --release -p rlc-runtime --no-default-features -- -D warnings

echo "lint: the example apps"
(cd offchain-worker/apps && export CARGO_TARGET_DIR="$TARGET/apps-build" &&
	cargo fmt --all --check && cargo clippy --locked --all-targets --quiet -- -D warnings)
