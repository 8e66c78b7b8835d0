#!/usr/bin/env bash
# Makes this machine able to build, run and test the workspace. Safe to repeat: what is there is left alone.
#
#   scripts/setup.sh          what `make run` needs
#   scripts/setup.sh --test   also what `make test` needs
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

with_tests=no
case "${1:-}" in
	"") ;;
	--test) with_tests=yes ;;
	*) fail "unknown option $1; use no option or --test" ;;
esac

# ── system packages ─────────────────────────────────────────────────────────────────────────────────────────────────

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
		fail "needs root for: $*. Run it as root, then run this again."
	fi
}

# Debian's name for what each program or library comes from, and why it is needed.
system_packages() {
	local missing=()
	command -v cc >/dev/null || missing+=(gcc libc6-dev)
	command -v make >/dev/null || missing+=(make)
	command -v jq >/dev/null || missing+=(jq)                       # reads chain specs
	command -v clang >/dev/null || missing+=(clang)               # compiles C inside crates
	ls /usr/lib/llvm-*/lib/libclang.so* /usr/lib/*/libclang*.so* >/dev/null 2>&1 || missing+=(libclang-dev) # bindgen
	command -v protoc >/dev/null || missing+=(protobuf-compiler)   # the network protocols' messages
	command -v pkg-config >/dev/null || missing+=(pkg-config)
	pkg-config --exists openssl 2>/dev/null || missing+=(libssl-dev)
	if [ "$with_tests" = yes ]; then
		command -v node >/dev/null || missing+=(nodejs npm)        # the zombienet program is JavaScript
	fi
	[ ${#missing[@]} = 0 ] && return
	if ! command -v apt-get >/dev/null; then
		fail "this system has no apt-get, so these have to be installed by hand (Debian's names): ${missing[*]}"
	fi
	say "installing system packages: ${missing[*]}"
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# ── Rust for the Wasm runtime ───────────────────────────────────────────────────────────────────────────────────────

# Debian ships the sources of Rust's library, which rustup cannot always download. core, alloc and compiler_builtins
# for the Wasm target are compiled from them once, into a toolchain of our own that borrows everything else from Debian.
debian_wasm_toolchain() {
	if ! ls -d /usr/src/rustc-*/library >/dev/null 2>&1 || ! [ -x /usr/bin/rustc ]; then
		command -v apt-get >/dev/null ||
			fail "rustup could not add $WASM_TARGET and there is no apt-get; install that Rust target by hand"
		say "installing Debian's Rust with its library sources: rustc-web cargo-web rust-web-src"
		as_root apt-get update -q
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
			rustc-web cargo-web rust-web-src
	fi

	local to="$RLC_WASM_TOOLCHAIN" version lld
	version=$(/usr/bin/rustc --version)
	lld=$(command -v rust-lld || ls "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld 2>/dev/null | head -1 || true)
	if [ -z "$lld" ]; then
		say "installing the linker: lld"
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends lld
		lld=$(command -v lld)
	fi
	if [ "$(cat "$to/version" 2>/dev/null)" != "$version" ]; then
		say "compiling Rust's core library for $WASM_TARGET from Debian's sources (about half a minute)"
		rm -rf "$to"
		mkdir -p "$to/bin" "$to/lib/rustlib/$WASM_TARGET/lib"
		for part in /usr/lib/rustlib/*; do
			[ "$(basename "$part")" = "$WASM_TARGET" ] || ln -s "$part" "$to/lib/rustlib/"
		done
		ln -s /usr/bin/cargo "$to/bin/cargo"
		ln -s "$lld" "$to/bin/rust-lld"
		printf '#!/bin/sh\nPATH="%s/bin:$PATH" exec /usr/bin/rustc --sysroot "%s" "$@"\n' "$to" "$to" >"$to/bin/rustc"
		chmod +x "$to/bin/rustc"

		local build
		build=$(mktemp -d)
		mkdir "$build/src"
		printf '[package]\nname = "core-library"\nversion = "0.0.0"\nedition = "2021"\n' >"$build/Cargo.toml"
		printf '#![no_std]\n' >"$build/src/lib.rs"
		# The runtime is linked with link-time optimisation, for which its libraries must carry bitcode.
		(cd "$build" && env -u RUSTC -u CARGO -u CARGO_TARGET_DIR -u RUSTUP_TOOLCHAIN \
			RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" \
			/usr/bin/cargo build -q --release -Z build-std=core,alloc --target "$WASM_TARGET")
		cp "$build/target/$WASM_TARGET"/release/deps/lib{core,alloc,compiler_builtins}-*.rlib \
			"$to/lib/rustlib/$WASM_TARGET/lib/"
		rm -rf "$build"
		printf '%s\n' "$version" >"$to/version"
	fi
	rustup toolchain link rlc-wasm "$to"
}

rust() {
	if ! command -v cargo >/dev/null || ! command -v rustup >/dev/null; then
		fail "needs Rust through rustup (https://rustup.rs), stable 1.93 or newer; install it and run this again"
	fi
	has_wasm_target && return
	[ "${WASM_BUILD_TOOLCHAIN:-}" = rlc-wasm ] && [ "$(cat "$RLC_WASM_TOOLCHAIN/version")" = "$(/usr/bin/rustc --version)" ] && return
	say "adding the Rust target $WASM_TARGET, for which the runtime is compiled"
	if timeout 120 rustup target add "$WASM_TARGET" >/dev/null 2>&1 && has_wasm_target; then return; fi
	say "rustup could not download it; using Debian's Rust instead"
	debian_wasm_toolchain
}

system_packages
rust
say "ready"
