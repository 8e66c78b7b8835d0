# Sourced by the other scripts, and by a shell that runs cargo itself: what a build of this workspace needs in its
# environment.

RLC_HOME="${RLC_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/rlc}"
# What can be removed: it is downloaded or compiled again.
RLC_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/rlc"
# The toolchain that setup assembles where rustup cannot download a Wasm target.
RLC_WASM_TOOLCHAIN="$RLC_HOME/wasm-toolchain"
# What the runtime is compiled for, and what apps are compiled for.
WASM_TARGET=wasm32v1-none
APP_TARGET=wasm32-wasip1

# True if the default toolchain compiles for the Rust target of that name.
has_target() {
	[ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$1/lib" ]
}

if ! has_target "$WASM_TARGET" && [ -d "$RLC_WASM_TOOLCHAIN/lib/rustlib/$WASM_TARGET/lib" ]; then
	export WASM_BUILD_TOOLCHAIN=rlc-wasm
fi
if ! has_target "$APP_TARGET" && [ -d "$RLC_WASM_TOOLCHAIN/lib/rustlib/$APP_TARGET/lib" ]; then
	export APP_BUILD_TOOLCHAIN=rlc-wasm
fi

# Where cargo puts what it builds.
TARGET="${CARGO_TARGET_DIR:-$PWD/target}"
