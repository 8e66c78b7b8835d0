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

debian_packages() {
	say "installing system packages: $*"
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
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
	command -v runc >/dev/null || [ -x /usr/sbin/runc ] || missing+=(runc) # runs containers for workers
	command -v slirp4netns >/dev/null || missing+=(slirp4netns)    # lets containers reach the internet
	command -v nft >/dev/null || [ -x /usr/sbin/nft ] || missing+=(nftables) # and nothing that is nearer
	if [ "$with_tests" = yes ]; then
		command -v pasta >/dev/null || missing+=(passt)            # does so too, and better where it is new
		command -v ip >/dev/null || [ -x /usr/sbin/ip ] || missing+=(iproute2) # networks of the tests' own
		command -v node >/dev/null || missing+=(nodejs npm)        # the zombienet program is JavaScript
		ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql) # schedulers can share one
		# Compile apps in C and C++. Parts of a compiler have the same version as it.
		local clang
		# Not there on a machine that nobody prepared: then the version is Debian's.
		clang=$(clang -dumpversion 2>/dev/null | cut -d. -f1) || clang=
		command -v wasm-ld >/dev/null || missing+=(lld)
		[ -e /usr/lib/wasm32-wasi/libc.a ] || missing+=(wasi-libc)
		[ -e /usr/lib/wasm32-wasi/libc++.a ] ||
			missing+=("libclang-rt-${clang:-14}-dev-wasm32" "libc++-${clang:-14}-dev-wasm32" "libc++abi-${clang:-14}-dev-wasm32")
	fi
	[ ${#missing[@]} = 0 ] && return
	if ! command -v apt-get >/dev/null; then
		fail "this system has no apt-get, so these have to be installed by hand (Debian's names): ${missing[*]}"
	fi
	debian_packages "${missing[@]}"
}

# The list of system calls that other runners of containers allow, beside which a test lays ours. Its package would bring
# their networks along, so this takes one file out of it.
seccomp_profile() {
	local to="$RLC_HOME/seccomp.json" package=golang-github-containers-common from
	[ -e /usr/share/containers/seccomp.json ] || [ -e "$to" ] && return
	command -v apt-get >/dev/null ||
		fail "this system has no apt-get, so containers-common has to be installed by hand (/usr/share/containers/seccomp.json)"
	say "taking the seccomp profile out of $package"
	from=$(mktemp -d)
	(
		cd "$from"
		apt-get download -q $package 2>/dev/null || { as_root apt-get update -q && apt-get download -q $package; }
		dpkg-deb --extract ./$package*.deb .
	)
	mkdir -p "$RLC_HOME"
	mv "$from/usr/share/containers/seccomp.json" "$to"
	rm -rf "$from"
}

# ── Rust for Wasm: the runtime, and apps ────────────────────────────────────────────────────────────────────────────

# Debian ships the sources of Rust's library, which rustup cannot always download. The library is compiled from them for
# each Wasm target once, into a toolchain of our own that borrows everything else from Debian.
debian_toolchain() {
	if ! ls -d /usr/src/rustc-*/library >/dev/null 2>&1 || ! [ -x /usr/bin/rustc ]; then
		command -v apt-get >/dev/null ||
			fail "rustup could not add $1 and there is no apt-get; install that Rust target by hand"
		debian_packages rustc-web cargo-web rust-web-src
	fi

	local to="$RLC_WASM_TOOLCHAIN" version lld
	version=$(/usr/bin/rustc --version)
	if [ "$(cat "$to/version" 2>/dev/null)" != "$version" ]; then
		lld=$(command -v rust-lld || ls "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld 2>/dev/null | head -1 ||
			true)
		if [ -z "$lld" ]; then
			debian_packages lld
			lld=$(command -v lld)
		fi
		rm -rf "$to"
		mkdir -p "$to/bin" "$to/lib/rustlib"
		for part in /usr/lib/rustlib/*; do
			case "$(basename "$part")" in "$WASM_TARGET" | "$APP_TARGET") ;; *) ln -s "$part" "$to/lib/rustlib/" ;; esac
		done
		ln -s /usr/bin/cargo "$to/bin/cargo"
		ln -s "$lld" "$to/bin/rust-lld"
		printf '#!/bin/sh\nPATH="%s/bin:$PATH" exec /usr/bin/rustc --sysroot "%s" "$@"\n' "$to" "$to" >"$to/bin/rustc"
		chmod +x "$to/bin/rustc"
		printf '%s\n' "$version" >"$to/version"
	fi
	rustup toolchain link rlc-wasm "$to"
}

# Adds target $1 to that toolchain, with the parts $2 of Rust's library.
debian_target() {
	debian_toolchain "$1"
	say "compiling Rust's library for $1 from Debian's sources (about half a minute)"
	local build lib="$RLC_WASM_TOOLCHAIN/lib/rustlib/$1"
	build=$(mktemp -d)
	mkdir "$build/src"
	printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$build/Cargo.toml"
	printf '#![no_std]\n' >"$build/src/lib.rs"
	# What is made for Wasm is linked with link-time optimization, for which its libraries must carry bitcode.
	(cd "$build" && env -u RUSTC -u CARGO -u CARGO_TARGET_DIR -u RUSTUP_TOOLCHAIN \
		RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" \
		/usr/bin/cargo build -q --release -Z build-std="$2" --target "$1")
	rm -rf "$lib"
	mkdir -p "$lib/lib"
	# All but the empty package that it was compiled for.
	rm -f "$build/target/$1"/release/deps/libempty-*
	cp "$build/target/$1"/release/deps/lib*.rlib "$lib/lib/"
	if [ "$1" = "$APP_TARGET" ]; then
		# What C programs on WASI begin with and call; where the compiler looks for its own copy.
		[ -e /usr/lib/wasm32-wasi/libc.a ] || debian_packages wasi-libc
		mkdir "$lib/lib/self-contained"
		ln -s /usr/lib/wasm32-wasi/libc.a /usr/lib/wasm32-wasi/crt1-reactor.o "$lib/lib/self-contained/"
		# Debian's is older than Rust's library expects: it lacks the functions that say that there are no threads.
		clang --target=wasm32 -Os -c -x c -o "$build/threads.o" - <<-'END'
			enum { NOT_SUPPORTED = 58 };
			int pthread_attr_init(void *attr) { return 0; }
			int pthread_attr_setstacksize(void *attr, unsigned long bytes) { return 0; }
			int pthread_attr_destroy(void *attr) { return 0; }
			int pthread_create(void *thread, void *attr, void *start, void *with) { return NOT_SUPPORTED; }
			int pthread_detach(void *thread) { return NOT_SUPPORTED; }
			int pthread_join(void *thread, void *result) { return NOT_SUPPORTED; }
		END
		"$RLC_WASM_TOOLCHAIN/bin/rust-lld" -flavor wasm -r -o "$lib/lib/self-contained/crt1-command.o" \
			/usr/lib/wasm32-wasi/crt1-command.o "$build/threads.o"
	fi
	rm -rf "$build"
	/usr/bin/rustc --version >"$lib/version"
}

# Sees to it that something compiles for target $1: the default toolchain, or the one above.
rust_target() {
	has_target "$1" && return
	local version="$RLC_WASM_TOOLCHAIN/lib/rustlib/$1/version"
	if [ -e "$version" ] && [ "$(cat "$version")" = "$(/usr/bin/rustc --version)" ]; then return; fi
	say "adding the Rust target $1, for which $3"
	if timeout 120 rustup target add "$1" >/dev/null 2>&1 && has_target "$1"; then return; fi
	say "rustup could not download it; using Debian's Rust instead"
	debian_target "$1" "$2"
}

rust() {
	if ! command -v cargo >/dev/null || ! command -v rustup >/dev/null; then
		fail "needs Rust through rustup (https://rustup.rs), stable 1.95 or newer; install it and run this again"
	fi
	rust_target "$WASM_TARGET" core,alloc "the runtime is compiled"
	rust_target "$APP_TARGET" std,panic_abort "apps are compiled"
}

system_packages
[ "$with_tests" = no ] || seccomp_profile
rust
say "ready"
