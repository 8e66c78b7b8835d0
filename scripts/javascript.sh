# Sourced by tests in JavaScript, each in a folder of its own: what they have in common. `name` is the test's name.

fail() { printf '%s: %s\n' "$name" "$*" >&2; exit 1; }

# Prints the path of the node to test: the one given, else the one in Cargo's target directory.
node_to_test() {
	local node=${1:-${CARGO_TARGET_DIR:-$(dirname "${BASH_SOURCE[0]}")/../target}/release/rlc-node}
	[ -x "$node" ] || fail "no node at $node: build it, or give its path"
	realpath "$node"
}

# Links node_modules to the packages of this folder's package-lock.json. The packages are kept outside the checkout, so
# that another checkout need not download them again.
link_packages() {
	command -v npm >/dev/null || fail "needs Node.js 20 or newer with npm"
	local packages new
	packages=${XDG_CACHE_HOME:-$HOME/.cache}/rlc/$name-$(cat package-lock.json .npmrc | sha256sum | cut -c 1-16)
	if ! [ -d "$packages" ]; then
		mkdir -p "$(dirname "$packages")"
		new=$(mktemp -d "$packages.XXXXXX")
		cp package.json package-lock.json .npmrc "$new"
		(cd "$new" && npm ci --no-audit --no-fund)
		mv -T "$new" "$packages" || [ -d "$packages" ]
	fi
	rm -rf node_modules
	ln -s "$packages/node_modules" node_modules
}
