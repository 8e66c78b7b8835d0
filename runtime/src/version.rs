//! Which runtime this is.

use alloc::borrow::Cow;
use sp_version::RuntimeVersion;

/// Defines [`VERSION`] with a number, which has to stand there as a literal for the attribute to find it.
macro_rules! version {
	($spec_version:tt) => {
		/// The version of this runtime.
		///
		/// `spec_version` rises with every release that changes behavior; `transaction_version` whenever an existing
		/// call or extension encodes differently.
		#[sp_version::runtime_version]
		pub const VERSION: RuntimeVersion = RuntimeVersion {
			spec_name: Cow::Borrowed("rlc"),
			impl_name: Cow::Borrowed("rlc"),
			authoring_version: 1,
			spec_version: $spec_version,
			impl_version: 1,
			apis: crate::apis::RUNTIME_API_VERSIONS,
			transaction_version: 2,
			system_version: 1,
		};
	};
}

#[cfg(not(feature = "next-version"))]
version!(3);
#[cfg(feature = "next-version")]
version!(4);
