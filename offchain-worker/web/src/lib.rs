#![doc = include_str!("../README.md")]

mod client;
mod fetch;
mod guard;
mod link;
mod proxy;
mod reach;
mod redirects;

pub use self::{
	client::{causes, client, is_timeout, shown, CONNECT_TIMEOUT, KEEP_ALIVE, READ_TIMEOUT},
	fetch::{
		error::{WebError, WebErrorKind},
		request::{InvalidRequest, Request, KEPT, MAX_HEADERS},
		Exchange, Limits, Web,
	},
	guard::{BoxError, ClosedHost, Guarded},
	link::Peer,
	proxy::{InvalidProxy, Proxy},
	reach::Reach,
	redirects::{policy, target, ClearText, NotFollowed, MAX_REDIRECTS},
};
pub use reqwest::{Method, Url};
pub use rlc_perimeter::{IpNet, Perimeter};
pub use tokio_rustls::rustls::pki_types::CertificateDer;
