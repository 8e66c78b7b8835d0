//! The runtime with a raised version, as the file `next_runtime.compact.compressed.wasm` beside the node's own.
