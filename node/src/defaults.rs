//! What the program and embedded nodes have in common unless told otherwise.

/// What the node calls itself.
pub(crate) const IMPL_NAME: &str = "RLC Node";
/// Version and commit.
pub(crate) const IMPL_VERSION: &str = env!("SUBSTRATE_CLI_IMPL_VERSION");
/// The most calls in one RPC request.
pub(crate) const MAX_BATCH: u32 = 100;
/// Messages of a subscription that wait for the program; when there are more, the node waits for the program.
pub(crate) const SUBSCRIPTION_BUFFER: usize = 1024;
