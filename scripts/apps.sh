#!/usr/bin/env bash
# Builds the example apps: modules for the wasm tier, images for the container tier, and the tool that joins pictures.
# They are put in $TARGET/apps. Safe to repeat: what has not changed is left alone.
#
#   scripts/apps.sh          build them
#   scripts/apps.sh --test   also test them, natively
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

case "${1:-}" in
	"" | --test) ;;
	*) echo "apps: unknown option $1; use no option or --test" >&2; exit 1 ;;
esac

# Absolute, since cargo is called in another directory.
mkdir -p "$TARGET/apps"
to=$(cd "$TARGET/apps" && pwd)
build="$(dirname "$to")/apps-build"
host=$(rustc -vV | sed -n 's/^host: //p')

# Cargo in the apps' workspace, for target $1, with toolchain $2 or the default one.
for_target() {
	local target="$1" toolchain="$2"
	shift 2
	# The same sources give the same bytes wherever they lie.
	(cd offchain-worker/apps && env ${toolchain:+RUSTUP_TOOLCHAIN="$toolchain"} CARGO_TARGET_DIR="$build" \
		RUSTFLAGS="${flags:-} --remap-path-prefix=$PWD=apps --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
		cargo build --locked --quiet --release --target "$target" "$@")
}

# Puts file $1 in place as $2, unless it is there already.
place() {
	cmp -s "$1" "$to/$2" && return
	cp "$1" "$to/$2.new"
	mv "$to/$2.new" "$to/$2"
	echo "apps: $to/$2 ($(wc -c <"$1" | tr -d ' ') bytes)"
}

echo "apps: building; the first time this takes about a minute"
modules="hello inference misbehave render"
for_target "$APP_TARGET" "${APP_BUILD_TOOLCHAIN:-}" $(printf -- '--package %s ' $modules)
for_target "$WASM_TARGET" "${WASM_BUILD_TOOLCHAIN:-}" --package noop
for module in $modules; do
	place "$build/$APP_TARGET/release/$module.wasm" "$module.wasm"
done
place "$build/$WASM_TARGET/release/noop.wasm" noop.wasm

# Natively they need nothing but the kernel, so that they can be all that an image holds.
flags="-C target-feature=+crt-static" for_target "$host" "" --package hello --package misbehave --package render
place "$build/$host/release/render" render
for program in hello misbehave; do
	image="$build/container-$program.tar"
	offchain-worker/apps/container-hello/build.sh "$build/$host/release/$program" "$image"
	place "$image" "container-$program.tar"
done

if [ "${1:-}" = --test ]; then
	echo "apps: testing"
	(cd offchain-worker/apps && CARGO_TARGET_DIR="$build" cargo test --locked --workspace)
fi
echo "apps: ready in $to"
