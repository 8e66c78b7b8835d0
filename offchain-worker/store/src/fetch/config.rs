//! How contents are fetched.

use std::{path::PathBuf, time::Duration};

use reqwest::Url;
use rlc_disk::Budget;
use rlc_web::Reach;

/// How contents are fetched.
#[derive(Clone, Debug)]
pub struct FetchConfig {
	/// The directory where the fetcher keeps its files.
	pub dir: PathBuf,
	/// How much it keeps, in bytes. What is in use is kept in any case.
	pub cache_size: u64,
	/// From what the cache draws, with what is on its way to it. What nobody uses gives way for other parts.
	pub budget: Budget,
	/// The servers of the stores in which CIDs are looked for: `https://host:port` for `https://host:port/store/CID`.
	pub stores: Vec<Url>,
	/// The RPC of the IPFS node in which CIDs are looked for after the stores, such as `http://127.0.0.1:5001`.
	pub ipfs: Option<Url>,
	/// The gateways that are asked for blocks of IPFS after the node, such as `https://trustless-gateway.link`. None of them
	/// is believed. They may be anywhere.
	pub gateways: Vec<Url>,
	/// The largest content, in bytes.
	pub max_size: u64,
	/// The longest time for one content.
	pub timeout: Duration,
	/// Whether `file://` may be fetched: any file that this process may read.
	pub allow_file: bool,
	/// Where URLs may lead. The stores and the IPFS node may be anywhere, and are reached without a proxy.
	pub reach: Reach,
}

impl FetchConfig {
	/// Keeps 16 GiB, and fetches contents of up to 4 GiB within 10 minutes, from public networks only.
	pub fn new(dir: impl Into<PathBuf>) -> Self {
		Self {
			dir: dir.into(),
			cache_size: 16 << 30,
			budget: Budget::unlimited(),
			stores: Vec::new(),
			ipfs: None,
			gateways: Vec::new(),
			max_size: 4 << 30,
			timeout: Duration::from_secs(600),
			allow_file: false,
			reach: Reach::default(),
		}
	}
}
