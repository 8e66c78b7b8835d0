//! What the program and embedded nodes have in common unless told otherwise.

use std::num::NonZeroU32;

/// What the node calls itself.
pub(crate) const IMPL_NAME: &str = "RLC Node";
/// Version and commit.
pub(crate) const IMPL_VERSION: &str = env!("SUBSTRATE_CLI_IMPL_VERSION");
/// The most RPC calls a minute of one connection that does not come from this machine.
pub(crate) const CALLS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60_000).expect("it is not zero");
/// Where calls come from that are not limited: programs on this machine share its resources anyway.
pub(crate) const UNLIMITED: [&str; 2] = ["127.0.0.0/8", "::1/128"];
/// The most calls in one RPC request.
pub(crate) const MAX_BATCH: u32 = 100;
/// Messages of a subscription that wait for the program; when there are more, the node waits for the program.
pub(crate) const SUBSCRIPTION_BUFFER: usize = 1024;
