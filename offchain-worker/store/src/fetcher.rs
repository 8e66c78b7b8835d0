//! Fetches apps, datasets and inputs from wherever they are.

use std::{
	collections::HashMap,
	fs::{self, File},
	io::{Read, Write},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, PoisonError,
	},
	time::Duration,
};

use futures::{
	future::{BoxFuture, Shared, WeakShared},
	FutureExt,
};
use reqwest::{Method, Url};
use tokio_util::sync::CancellationToken;

use crate::{
	cache::{Cache, Fetched},
	client::content_url,
	download::{download, Job, Part},
	error::{FetchError, FetchErrorKind},
	ipfs::cat_url,
	location::Location,
	store::blocking,
	web::Web,
	Cid, HashKind,
};

/// How contents are fetched.
#[derive(Clone, Debug)]
pub struct FetchConfig {
	/// Where the fetcher keeps its files.
	pub dir: PathBuf,
	/// How much it keeps, in bytes. What is in use is kept in any case.
	pub cache_size: u64,
	/// The stores to look for CIDs in, by their servers: `https://host:port` for `https://host:port/store/CID`.
	pub stores: Vec<Url>,
	/// An IPFS node's RPC to look for CIDs in after the stores, such as `http://127.0.0.1:5001`.
	pub ipfs: Option<Url>,
	/// The largest content, in bytes.
	pub max_size: u64,
	/// The longest time for one content.
	pub timeout: Duration,
	/// Whether `file://` may be fetched: any file that this process may read.
	pub allow_file: bool,
	/// Whether URLs may lead into private networks and to this machine. The stores and the IPFS node may be there in any
	/// case.
	pub allow_private_networks: bool,
}

impl FetchConfig {
	/// 16 GiB kept, contents up to 4 GiB within 10 minutes, from public networks only.
	pub fn new(dir: impl Into<PathBuf>) -> Self {
		Self {
			dir: dir.into(),
			cache_size: 16 << 30,
			stores: Vec::new(),
			ipfs: None,
			max_size: 4 << 30,
			timeout: Duration::from_secs(600),
			allow_file: false,
			allow_private_networks: false,
		}
	}
}

type Fetching = BoxFuture<'static, Result<Fetched, FetchError>>;

/// Fetches contents into a cache. Cloning gives another handle on the same.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
	config: FetchConfig,
	web: Web,
	cache: Cache,
	/// What is being fetched now, by location and checksum. It ends when nobody waits for it any more.
	under_way: Mutex<HashMap<String, WeakShared<Fetching>>>,
	/// How many were begun.
	begun: AtomicU64,
}

impl Fetcher {
	/// A fetcher on a directory, which is made if it is not there. No other fetcher may use it.
	///
	/// # Errors
	///
	/// [`FetchErrorKind::Disk`]; [`FetchErrorKind::Unreachable`], if HTTP cannot be used at all.
	pub fn new(config: FetchConfig) -> Result<Self, FetchError> {
		let cache = Cache::open(&config.dir.join("files"), config.cache_size)?;
		let parts = config.dir.join("parts");
		fs::create_dir_all(&parts)?;
		for entry in fs::read_dir(&parts)? {
			fs::remove_file(entry?.path())?;
		}
		let web = Web::new(config.stores.iter().chain(&config.ipfs), config.allow_private_networks)?;
		Ok(Self(Arc::new(Inner { config, web, cache, under_way: Mutex::default(), begun: AtomicU64::new(0) })))
	}

	/// Fetch a content: a CID, `http(s)://…`, or `file://…`; URLs may end with `#sha256=HEX`.
	///
	/// A content whose SHA-256 is known by the location, or given, is checked, and not fetched if it is there already.
	/// Who asks for the same while it is being fetched waits for that.
	///
	/// # Errors
	///
	/// [`FetchError`]; [`FetchErrorKind::Stopped`] once `stop` is cancelled.
	pub async fn fetch(
		&self,
		location: &str,
		sha256: Option<[u8; 32]>,
		stop: &CancellationToken,
	) -> Result<Fetched, FetchError> {
		let (place, by_location) = Location::parse(location)?;
		let expected = expected(&place, [sha256, by_location])?;
		if let Some(file) = expected.first().and_then(|cid| self.0.cache.get(cid)) {
			return Ok(file);
		}
		let fetching = self.share(format!("{place:?} {expected:?}"), place, expected);
		tokio::select! {
			result = fetching => result,
			() = stop.cancelled() => {
				Err(FetchError::new(FetchErrorKind::Stopped, "it is not wanted any more"))
			},
		}
	}

	/// SHA-256 of the contents that need not be fetched.
	pub fn cached(&self) -> Vec<[u8; 32]> {
		self.0.cache.hashes()
	}

	/// The fetching that is under way, or a new one.
	fn share(&self, key: String, place: Location, expected: Vec<Cid>) -> Shared<Fetching> {
		let mut under_way = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner);
		under_way.retain(|_, fetching| fetching.upgrade().is_some_and(|fetching| fetching.peek().is_none()));
		if let Some(fetching) = under_way.get(&key).and_then(WeakShared::upgrade) {
			return fetching;
		}
		let inner = self.0.clone();
		// Never used again: who was before may still be at it.
		let number = inner.begun.fetch_add(1, Ordering::Relaxed);
		let part = inner.config.dir.join("parts").join(number.to_string());
		let fetching = async move {
			let within = inner.config.timeout;
			let result = tokio::time::timeout(within, inner.fetch(&place, &expected, &part)).await;
			result.unwrap_or_else(|_| {
				let words = format!("it took longer than the {} s that are allowed", within.as_secs_f32());
				Err(FetchError::new(FetchErrorKind::TimedOut, words))
			})
		};
		let fetching = fetching.boxed().shared();
		if let Some(weak) = fetching.downgrade() {
			under_way.insert(key, weak);
		}
		fetching
	}
}

/// The names that a content has to have, that by SHA-256 first.
fn expected(place: &Location, sha256: [Option<[u8; 32]>; 2]) -> Result<Vec<Cid>, FetchError> {
	let by_name = if let Location::Content(cid) = place { Some(*cid) } else { None };
	let mut expected: Vec<_> = sha256.into_iter().flatten().map(Cid::of_sha256).chain(by_name).collect();
	expected.sort_unstable();
	expected.dedup();
	if expected.iter().filter(|cid| cid.hash_kind() == HashKind::Sha256).count() > 1 {
		let words = "the location names another content than the checksum";
		return Err(FetchError::new(FetchErrorKind::WrongChecksum, words));
	}
	Ok(expected)
}

/// Removes an unfinished file, however its fetching ends.
struct Unfinished<'a>(&'a Path);

impl Drop for Unfinished<'_> {
	fn drop(&mut self) {
		// It may have got its place, or never have begun.
		let _ = fs::remove_file(self.0);
	}
}

impl Inner {
	async fn fetch(self: &Arc<Self>, place: &Location, expected: &[Cid], part: &Path) -> Result<Fetched, FetchError> {
		let _unfinished = Unfinished(part);
		match place {
			Location::Web(url) => {
				// The stores are near, and theirs is the same if its name is known.
				if let Some(Ok(file)) = self.in_stores(expected, part).await {
					return Ok(file);
				}
				self.download(Method::GET, url, expected, part).await
			}
			Location::File(path) => self.copy(path, expected, part).await,
			Location::Ipfs(name) => self.cat(name, expected, part).await.unwrap_or_else(|| {
				let words = format!("{name} is in IPFS, and no IPFS node is set up here");
				Err(FetchError::new(FetchErrorKind::NotAllowed, words))
			}),
			Location::Content(cid) => self.find(cid, expected, part).await,
		}
	}

	/// Look for a content in the stores, one after the other, and then in IPFS.
	async fn find(self: &Arc<Self>, cid: &Cid, expected: &[Cid], part: &Path) -> Result<Fetched, FetchError> {
		let mut error = FetchError::new(FetchErrorKind::NotFound, format!("{cid} is in none of the stores"));
		let mut failed = |new: FetchError| {
			// What may be there, but did not come, says more than what is not there.
			if new.kind != FetchErrorKind::NotFound {
				error = new;
			}
		};
		match self.in_stores(expected, part).await {
			Some(Ok(file)) => return Ok(file),
			Some(Err(error)) => failed(error),
			None => (),
		}
		match self.cat(&cid.to_string(), expected, part).await {
			Some(Ok(file)) => return Ok(file),
			Some(Err(error)) => failed(error),
			None => (),
		}
		Err(error)
	}

	/// Look for a content in the stores, one after the other. `None`: there is no store, or the name is not known.
	async fn in_stores(self: &Arc<Self>, expected: &[Cid], part: &Path) -> Option<Result<Fetched, FetchError>> {
		let cid = expected.first()?;
		let mut last = None;
		for store in &self.config.stores {
			match self.download(Method::GET, &content_url(store, cid), expected, part).await {
				Ok(file) => return Some(Ok(file)),
				Err(new) if last.is_none() || new.kind != FetchErrorKind::NotFound => last = Some(Err(new)),
				Err(_) => {}
			}
		}
		last
	}

	/// Ask the IPFS node, if there is one.
	async fn cat(self: &Arc<Self>, name: &str, expected: &[Cid], part: &Path) -> Option<Result<Fetched, FetchError>> {
		let url = cat_url(self.config.ipfs.as_ref()?, name);
		Some(self.download(Method::POST, &url, expected, part).await)
	}

	async fn download(
		self: &Arc<Self>,
		method: Method,
		url: &Url,
		expected: &[Cid],
		path: &Path,
	) -> Result<Fetched, FetchError> {
		let mut part = Part::open(path, expected).await?;
		let max_size = self.config.max_size;
		download(&self.web, &Job { method, url: url.clone(), expected, max_size, progress: &|_, _| () }, &mut part)
			.await?;
		let cid = expected.first().copied().unwrap_or_else(|| part.cid());
		// Its own name until it is in the cache, where it may be known already.
		let whole = path.with_extension("whole");
		let _unfinished = Unfinished(&whole);
		part.arrive(&whole).await?;
		self.insert(&whole, cid).await
	}

	async fn insert(self: &Arc<Self>, file: &Path, cid: Cid) -> Result<Fetched, FetchError> {
		let (inner, file) = (self.clone(), file.to_path_buf());
		blocking(move || Ok(inner.cache.insert(&file, cid)?)).await
	}

	/// Copy a file of this machine.
	async fn copy(self: &Arc<Self>, path: &Path, expected: &[Cid], part: &Path) -> Result<Fetched, FetchError> {
		if !self.config.allow_file {
			let words =
				format!("file://{} may not be fetched: files of the machine are not allowed here", path.display());
			return Err(FetchError::new(FetchErrorKind::NotAllowed, words));
		}
		let (inner, path, expected, part) = (self.clone(), path.to_path_buf(), expected.to_vec(), part.to_path_buf());
		blocking(move || {
			let cid = copy_file(&path, &part, inner.config.max_size)?;
			if expected.iter().any(|expected| *expected != cid) {
				let words = format!("file://{} is not what its checksum says", path.display());
				return Err(FetchError::new(FetchErrorKind::WrongChecksum, words));
			}
			Ok(inner.cache.insert(&part, cid)?)
		})
		.await
	}
}

fn copy_file(from: &Path, to: &Path, max_size: u64) -> Result<Cid, FetchError> {
	let unreadable = |kind, words: &str| FetchError::new(kind, format!("file://{}: {words}", from.display()));
	let failed = |error: std::io::Error| match error.kind() {
		std::io::ErrorKind::NotFound => unreadable(FetchErrorKind::NotFound, "no such file"),
		_ => unreadable(FetchErrorKind::Unreachable, &error.to_string()),
	};
	// Asked first: opening a pipe would wait for its other end.
	if !fs::metadata(from).map_err(failed)?.is_file() {
		return Err(unreadable(FetchErrorKind::NotAllowed, "not a regular file"));
	}
	let mut source = File::open(from).map_err(failed)?.take(max_size.saturating_add(1));
	let mut target = File::create(to)?;
	let (mut hasher, mut size, mut buffer) = (HashKind::Sha256.hasher(), 0, vec![0; 256 * 1024]);
	loop {
		let count = source.read(&mut buffer).map_err(failed)?;
		if count == 0 {
			break;
		}
		size += count as u64;
		if size > max_size {
			return Err(FetchError::too_large(&format!("file://{}", from.display()), max_size));
		}
		hasher.update(&buffer[..count]);
		target.write_all(&buffer[..count])?;
	}
	target.sync_all()?;
	Ok(hasher.finish())
}
