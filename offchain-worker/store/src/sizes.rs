//! Sizes on which the disk and the web agree.

/// The largest content that one `PUT` brings, in bytes. Larger ones are uploaded in pieces.
pub const MAX_PUT: u64 = 1 << 20;

/// Contents of up to this many bytes are read and sent in one go.
pub(crate) const READ_AT_ONCE: u64 = 64 * 1024;

/// How many bytes of a large content go to the disk, or come from it, at once.
pub(crate) const CHUNK: usize = 256 * 1024;
