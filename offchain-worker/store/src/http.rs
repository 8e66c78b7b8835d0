//! What all HTTP of this crate shares: requests that do not lead into private networks, URLs, header names.

pub(crate) mod address;
pub(crate) mod headers;
pub(crate) mod url;
pub(crate) mod web;
