//! What all HTTP of this crate shares: requests for contents, URLs of contents, header names.

pub(crate) mod headers;
pub(crate) mod url;
pub(crate) mod web;
