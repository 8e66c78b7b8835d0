//! Headers of uploads in pieces. Servers and clients of stores agree on them.

use reqwest::header::HeaderName;

/// How many bytes have come of an upload, or where a piece begins.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// How many bytes an upload will have.
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
