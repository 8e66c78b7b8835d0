# Sourced by the other scripts and by nothing else: what a build of this workspace needs in its environment.

RLC_HOME="${RLC_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/rlc}"
# The toolchain that setup assembles where rustup cannot download the Wasm target.
RLC_WASM_TOOLCHAIN="$RLC_HOME/wasm-toolchain"
WASM_TARGET=wasm32v1-none

# True if the default toolchain compiles for the Wasm target.
has_wasm_target() {
	[ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM_TARGET/lib" ]
}

if ! has_wasm_target && [ -d "$RLC_WASM_TOOLCHAIN/lib/rustlib/$WASM_TARGET/lib" ]; then
	export WASM_BUILD_TOOLCHAIN=rlc-wasm
fi

# Where cargo puts what it builds.
TARGET="${CARGO_TARGET_DIR:-$PWD/target}"
