#!/usr/bin/env bash
# What a feature of a crate of ours must switch on: the same feature of each of its dependencies that has one. Otherwise
# a runtime for Wasm has parts of std in it, or a benchmark's pallets cannot be measured. A feature that switches nothing on
# is there for FRAME's macros alone, in a crate that always has it.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=$(cargo metadata --locked --format-version 1 | jq -er '
	["std", "runtime-benchmarks", "try-runtime"] as $watched
	| INDEX(.packages[]; .id) as $packages
	| INDEX(.resolve.nodes[]; .id) as $nodes
	| [
		.workspace_members[] as $id
		| $packages[$id] as $crate
		| $watched[] as $feature
		| select(($crate.features[$feature] // []) != [])
		| $crate.dependencies[]
		| select(.kind == null)
		| . as $dependency
		| (.rename // .name) as $key
		| $nodes[$id].deps[].pkg
		| $packages[.]
		| select(.name == $dependency.name and .features[$feature])
		| select($crate.features[$feature] | any(. == "\($key)/\($feature)" or . == "\($key)?/\($feature)") | not)
		| "\($crate.name): add \"\($key)/\($feature)\" to the feature \($feature) in \($crate.manifest_path)"
	]
	| unique[]' || [ $? = 4 ])
if [ -n "$missing" ]; then
	echo "$missing" >&2
	exit 1
fi
echo "features: reach every dependency that has them"
