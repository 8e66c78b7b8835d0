#![doc = include_str!("../README.md")]

pub mod blocking;
pub mod error;
pub mod escape;
pub mod files;
pub mod http;
pub mod listen;
pub mod logs;
pub mod metrics;
pub mod observe;
pub mod rate_limit;
pub mod retry;
pub mod shutdown;
pub mod tls;
pub mod watchdog;
pub mod week;

pub use blocking::blocking;
pub use error::one_line;
pub use metrics::{Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, MetricsError, Registry};
pub use observe::Observed;
pub use rate_limit::RateLimit;
pub use retry::{Backoff, Retryable};
pub use shutdown::{stop_requested, Shutdown};
pub use tls::{Tls, TlsError};
pub use watchdog::{ServiceManager, Watchdog};
