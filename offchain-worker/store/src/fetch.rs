//! Fetches apps, datasets and inputs from wherever they are.

mod blocks;
mod config;
mod location;
mod pin;
mod sources;
mod tree;

use std::{
	collections::HashMap,
	fs,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
};

use futures::{
	future::{BoxFuture, Shared, WeakShared},
	FutureExt,
};
use rlc_disk::private_dir;
use rlc_service::blocking;
use tokio_util::sync::CancellationToken;
use tracing::{
	field::{display, Empty},
	instrument, Instrument, Span,
};

pub use self::{
	config::FetchConfig,
	location::{check_location, is_location, is_pinned},
	pin::pin,
};
use self::{location::Location, sources::Sources};
use crate::{
	disk::cache::{remove_stray, Cache, Fetched},
	error::{FetchError, FetchErrorKind},
	http::web::Web,
	Cid, HashKind,
};

type Fetching = BoxFuture<'static, Result<Fetched, FetchError>>;

/// Fetches contents into a cache. Clones are handles on the same fetcher.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
	sources: Arc<Sources>,
	/// What is being fetched now, by location and checksum. A fetch ends when nobody waits for it any longer.
	under_way: Mutex<HashMap<String, WeakShared<Fetching>>>,
	/// How many fetches have begun.
	begun: AtomicU64,
	/// The SHA-256 of files that were read out of IPFS, by location: what their names do not say. Never what a caller or a
	/// location only claims, which others would then compute from.
	of_trees: Mutex<HashMap<String, [u8; 32]>>,
}

/// How many of these are kept, at most.
const MAX_TREES: usize = 1_000;

impl Fetcher {
	/// Makes a fetcher on a directory, which is made if it is missing. No other fetcher may use it.
	///
	/// # Errors
	///
	/// [`FetchErrorKind::Disk`]; [`FetchErrorKind::Unreachable`], if HTTP cannot be used at all.
	pub fn new(config: FetchConfig) -> Result<Self, FetchError> {
		let cache = Cache::open(&config.dir.join("files"), config.cache_size, &config.budget)?;
		let parts = config.dir.join("parts");
		private_dir(&parts)?;
		for entry in fs::read_dir(&parts)? {
			remove_stray(&entry?.path());
		}
		let web =
			Web::new(config.stores.iter().chain(&config.ipfs), config.reach.clone())?.with_gateways(&config.gateways);
		let sources = Arc::new(Sources { config, web, cache });
		Ok(Self(Arc::new(Inner {
			sources,
			under_way: Mutex::default(),
			begun: AtomicU64::new(0),
			of_trees: Mutex::default(),
		})))
	}

	/// Fetches a content: a CID, also of a file in IPFS or with a path in a directory there, `http(s)://…`, or `file://…`; each
	/// may end with `#sha256=HEX`.
	///
	/// A content whose SHA-256 is given, or known by the location, is checked, and not fetched if it is there already.
	/// Callers that ask for the same content while it is being fetched share that fetch.
	///
	/// # Errors
	///
	/// [`FetchError`]; [`FetchErrorKind::Stopped`] once `stop` is canceled.
	#[instrument(skip_all, fields(cid = Empty))]
	pub async fn fetch(
		&self,
		location: &str,
		sha256: Option<[u8; 32]>,
		stop: &CancellationToken,
	) -> Result<Fetched, FetchError> {
		let (location, by_location) = Location::parse(location)?;
		let tree = matches!(location, Location::Ipfs { .. }).then(|| format!("{location:?}"));
		let by_tree = tree.as_ref().and_then(|tree| self.of_trees().get(tree).copied());
		let expected = expected(&location, [sha256, by_location.or(by_tree)])?;
		if let Some(cid) = expected.first() {
			Span::current().record("cid", display(cid));
			if let Some(file) = self.cached_file(*cid).await? {
				return Ok(file);
			}
		}
		// With nothing to compare with, it is read from the tree itself, and from nowhere else.
		let read = tree.filter(|_| expected.is_empty());
		let fetching = self.share(format!("{location:?} {expected:?}"), location, expected);
		let fetched = tokio::select! {
			result = fetching => result?,
			() = stop.cancelled() => {
				let words = "the fetch was stopped: its content is no longer needed";
				return Err(FetchError::new(FetchErrorKind::Stopped, words));
			},
		};
		if let Some(tree) = read {
			let mut known = self.of_trees();
			if known.len() >= MAX_TREES {
				known.clear();
			}
			known.insert(tree, fetched.cid().digest());
		}
		Ok(fetched)
	}

	fn of_trees(&self) -> MutexGuard<'_, HashMap<String, [u8; 32]>> {
		self.0.of_trees.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Returns the SHA-256 of each content that need not be fetched.
	pub fn cached(&self) -> Vec<[u8; 32]> {
		self.0.sources.cache.hashes()
	}

	/// Returns a content that is there already.
	async fn cached_file(&self, cid: Cid) -> Result<Option<Fetched>, FetchError> {
		if let Some(file) = self.0.sources.cache.get_checked(&cid) {
			return Ok(Some(file));
		}
		let sources = self.0.sources.clone();
		blocking(move || Ok(sources.cache.get(&cid))).await
	}

	/// Returns the fetch that is under way, or a new one.
	fn share(&self, key: String, location: Location, expected: Vec<Cid>) -> Shared<Fetching> {
		let mut under_way = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner);
		under_way.retain(|_, fetching| fetching.upgrade().is_some_and(|fetching| fetching.peek().is_none()));
		if let Some(fetching) = under_way.get(&key).and_then(WeakShared::upgrade) {
			return fetching;
		}
		let sources = self.0.sources.clone();
		// Never used again: an earlier fetch of the same content may still write to its file.
		let number = self.0.begun.fetch_add(1, Ordering::Relaxed);
		let part = sources.config.dir.join("parts").join(number.to_string());
		let fetching = async move {
			let within = sources.config.timeout;
			let result = tokio::time::timeout(within, sources.fetch(&location, &expected, &part)).await;
			result.unwrap_or_else(|_| {
				let words = format!("it took longer than the {} s that are allowed", within.as_secs_f32());
				Err(FetchError::new(FetchErrorKind::TimedOut, words))
			})
		};
		let fetching = fetching.in_current_span().boxed().shared();
		if let Some(weak) = fetching.downgrade() {
			under_way.insert(key, weak);
		}
		fetching
	}
}

/// Returns the names that a content must have, that by SHA-256 first.
fn expected(location: &Location, sha256: [Option<[u8; 32]>; 2]) -> Result<Vec<Cid>, FetchError> {
	let by_name = if let Location::Content(cid) = location { Some(*cid) } else { None };
	let mut expected: Vec<_> = sha256.into_iter().flatten().map(Cid::of_sha256).chain(by_name).collect();
	expected.sort_unstable();
	expected.dedup();
	if expected.iter().filter(|cid| cid.hash_kind() == HashKind::Sha256).count() > 1 {
		let words = "the location and the checksum name different contents; correct one of them";
		return Err(FetchError::new(FetchErrorKind::WrongChecksum, words));
	}
	Ok(expected)
}
