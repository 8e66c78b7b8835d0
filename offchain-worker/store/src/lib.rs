#![doc = include_str!("../README.md")]

pub mod archive;
mod cid;
mod client;
mod clock;
mod disk;
mod error;
mod fetch;
mod http;
mod ipfs;
mod registry;
mod serve;
mod sizes;
mod store;
mod token;

pub use self::{
	cid::{Cid, HashKind, Hasher, InvalidCid},
	client::{Client, DownloadLimits},
	disk::{cache::Fetched, collect::Collected, quotas::Usage, uploads::MAX_UPLOADS_EACH},
	error::{FetchError, FetchErrorKind, StoreError, UploadError},
	fetch::{check_location, is_location, is_pinned, pin, FetchConfig, Fetcher},
	ipfs::Ipfs,
	registry::RegistryImage,
	serve::routes,
	sizes::MAX_PUT,
	store::{Reading, Store, StoreConfig},
	token::{Grant, Keep, Room, TokenError},
};
pub use reqwest::Url;
pub use rlc_perimeter::{is_public, IpNet, Perimeter};
pub use rlc_web::{InvalidProxy, Proxy, Reach, MAX_REDIRECTS};
pub use tokio_util::sync::CancellationToken;
