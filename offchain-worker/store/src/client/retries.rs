//! How long uploads and downloads wait after failures, and when they give up.

use std::time::Duration;

use rlc_service::Backoff;

/// The waits of one series of failures without any progress. Together they take four to eight seconds: longer than a
/// server takes to restart.
pub(crate) const BACKOFF: Backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5)).times(5);
