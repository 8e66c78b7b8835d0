//! Content-addressed inputs and results, resumable, over HTTP.
//!
//! A content is named by its hash, so whoever reads it can check it, and nobody has to be believed. The result of a task
//! is packed as one canonical archive whose SHA-256 is the digest on chain: its name is known from the chain alone.
//!
//! ```text
//! worker ── pack ─► upload (token) ─► Store of the scheduler ─► download, verified ── unpack ─► requester
//! requester ────── upload (token) ──►       │
//!                                           └─► Fetcher of a worker ◄── http(s)://, file://, IPFS
//! ```
//!
//! | part | what for |
//! |---|---|
//! | [`Cid`] | names: CIDs of version 1 for raw bytes, by SHA-256 or Keccak-256 |
//! | [`archive`] | results of many files as one, with the same bytes on every machine |
//! | [`Store`] | contents on disk: quotas, retention, tokens |
//! | [`routes`] | the store over HTTP |
//! | [`Client`] | uploads and downloads that survive breaks |
//! | [`Fetcher`] | apps, datasets and inputs from anywhere, through a bounded cache |
//! | [`Ipfs`] | an IPFS node beside the store, or behind it |
//! | [`RegistryImage`] | images from a registry, as an OCI layout |
//!
//! # Requests
//!
//! The scheduler nests [`routes`] at `/store`. Every answer that is not good says in words why.
//!
//! | request | what it does | answer |
//! |---|---|---|
//! | `GET /store/CID` | the content, with `Range`, `If-Range`, `If-None-Match` | 200, 206, 304, 404, 416 |
//! | `HEAD /store/CID` | the same without the bytes | the same |
//! | `PUT /store/CID` | stores up to 1 MiB at once | 201 |
//! | `POST /store/CID`, `Upload-Length` | begins an upload, or opens it again | 201 with `Upload-Offset`; 200: it is all there |
//! | `PATCH /store/CID`, `Upload-Offset` | brings the bytes from there on | 204 with the new `Upload-Offset`; 201: it is all there, and right |
//! | `HEAD /store/CID` with a token | how far an upload has come | 200 with `Upload-Offset`, `Upload-Length` |
//!
//! Uploads need `Authorization: Bearer TOKEN` with a token from [`Store::token`], which is good for one content, up to a
//! size and a time, on somebody's quota. After any break, also a restart of the server, `POST` tells where to go on; who
//! opens an upload again takes it over from a connection that still hangs. When the last byte is there the hash is
//! checked: another content is refused with 422, and removed.
//!
//! | status | why |
//! |---|---|
//! | 401, 403 | no token, a forged or expired one; one for another content |
//! | 404 | not in this store, or no name of a content |
//! | 408 | nothing came for 30 s |
//! | 409 | the upload goes on elsewhere, or at another byte: `POST` again |
//! | 411 | `Upload-Length` is missing |
//! | 413 | larger than the token allows, or than was said |
//! | 422 | not what its name says |
//! | 429 | [too many uploads](MAX_UPLOADS_EACH) of one uploader at once |
//! | 502 | the store's IPFS node does not give it now |
//! | 507 | the disk, the store, or the uploader's share of it is full |
//!
//! # What survives
//!
//! A killed process loses nothing that was answered. After a power cut:
//!
//! - A content of more than 1 MiB that was confirmed is there: its bytes and its name are forced to the disk before.
//! - Smaller ones of the last seconds may be torn or gone: hundreds of results come per second, and forcing each to the
//!   disk would stop that. Whoever made one can upload it again, and a scheduler asks the next winner for it.
//! - Who holds what may be forgotten for what was said in the last seconds. Such contents are kept for the usual time.
//!
//! So whatever was there when the store was opened is hashed before it is used for the first time, whatever its size.
//! What is not what its name says, also because somebody changed it, is removed as if it had never come.
//!
//! # Who holds what
//!
//! The same content may be stored for several: two tasks can have the same result. Each of them holds it for its own
//! time, on its own quota; it is removed when nobody holds it any more. [`Store::collect`] does that, and is to be called
//! now and then.
//!
//! # On an IPFS node
//!
//! With [`StoreConfig::ipfs`] the store's contents are kept on an IPFS node, through its HTTP RPC, and the disk is a cache
//! of them. [`Store::mirror`] does that beside everything else:
//!
//! | when | what happens |
//! |---|---|
//! | an upload is there, and right | it is confirmed and served, from the disk; no node is waited for |
//! | soon after | it is added to the node, and pinned: under its own name up to 1 MiB (SHA-256), else under one that the store remembers |
//! | the node has it | its file may go: the oldest go when those that the node has too are more than [`StoreConfig::cache_size`] |
//! | it is read and its file is gone | the store asks the node's RPC for the part, and nobody else; whoever reads it checks it, as ever |
//! | it is stored again and its file is gone | it is taken, and added again: the node may have lost it |
//! | nobody holds it any more | it is unpinned |
//! | the node is away | uploads are taken as long as the disk has room, no file goes; what is to be done is done later, also after a restart |
//!
//! Sizes and quotas are those of all contents, wherever they are. [`Usage::unmirrored`] tells how many the node does not
//! have yet. A node belongs to one store: what another store, or somebody else, pinned under the same name would be
//! unpinned too. Without the node, contents whose files are gone are not there, until the store is opened with it again.
//!
//! # Example
//!
//! ```
//! # async fn example(dir: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
//! use rlc_store::{Client, Cid, Grant, HashKind, Keep, Store, StoreConfig};
//!
//! let store = Store::open(dir, StoreConfig::new([7; 32])).await?;
//! let cid = Cid::of(HashKind::Sha256, b"a result");
//! let token = store.token(&Grant {
//!     cid,
//!     max_size: 1_000,
//!     expires: u64::MAX,
//!     who: "worker 1, task 2".into(),
//!     keep: Keep::Retention,
//! });
//! let app: axum::Router = axum::Router::new().nest("/store", rlc_store::routes(store));
//! // … once it is served:
//! let client = Client::new(["http://127.0.0.1:9000".parse()?])?;
//! client.upload_bytes(&cid, &token, "a result", |_, _| ()).await?;
//! client.download(&cid, &dir.join("result"), Default::default(), |_, _| ()).await?;
//! # Ok(())
//! # }
//! ```

mod address;
pub mod archive;
mod cache;
mod cid;
mod client;
mod download;
mod durable;
mod error;
mod fetcher;
mod held;
mod index;
mod ipfs;
mod location;
mod lock;
mod mirror;
mod quotas;
mod range;
mod reading;
mod registry;
mod retry;
mod routes;
mod store;
mod token;
mod upload;
mod web;

pub use self::cid::{Cid, HashKind, Hasher, InvalidCid};
pub use cache::Fetched;
pub use client::{Client, DownloadLimits};
pub use error::{FetchError, FetchErrorKind, StoreError, UploadError};
pub use fetcher::{FetchConfig, Fetcher};
pub use ipfs::Ipfs;
pub use reading::Reading;
pub use registry::RegistryImage;
pub use reqwest::Url;
pub use routes::{routes, MAX_PUT};
pub use store::{Collected, Store, StoreConfig, Usage};
pub use token::{Grant, Keep, TokenError};
pub use tokio_util::sync::CancellationToken;
pub use upload::MAX_UPLOADS_EACH;
pub use web::MAX_REDIRECTS;
