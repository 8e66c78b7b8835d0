//! The names of runs and of unpacked images.

use std::{
	sync::{
		atomic::{AtomicU64, Ordering},
		LazyLock,
	},
	time::SystemTime,
};

/// Returns a name unlike all others of this machine: control groups of one name would be one group. The time tells apart
/// processes of one number, as there are in containers.
pub fn unique() -> String {
	static NUMBER: AtomicU64 = AtomicU64::new(0);
	static START: LazyLock<u32> = LazyLock::new(|| {
		SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos())
	});
	format!("rlc-{}-{:08x}-{}", std::process::id(), *START, NUMBER.fetch_add(1, Ordering::Relaxed))
}
