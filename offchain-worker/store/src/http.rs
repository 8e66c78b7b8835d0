//! What all HTTP of this crate shares: requests that do not lead into private networks, URLs, header names.

pub(crate) mod guard;
pub(crate) mod headers;
pub(crate) mod proxy;
pub(crate) mod reach;
pub(crate) mod redirects;
pub(crate) mod url;
pub(crate) mod web;
