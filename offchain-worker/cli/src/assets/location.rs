//! Where the file of an app or dataset is kept.

use std::slice;

use clap::Args;
use rlc_chain::{Chain, Key};
use rlc_primitives::{
	assets::{self, MAX_LOCATION},
	market::{BookFilter, BookKey},
	AnyOrder, WorkerpoolId,
};
use rlc_store::{check_location, Ipfs, Url};

use crate::{
	context::Context,
	failure::{failure, Failure, Result},
	local_file::LocalFile,
	pool::{self, Scheduler},
};

/// How many orders are looked at to find a store.
const LOOKED_AT: u32 = 100;
/// How many schedulers are asked to keep a file that named none.
const MOST_TRIED: usize = 5;

/// Where the file of an app or dataset is to be kept.
#[derive(Clone, Debug, Args)]
pub(crate) struct Location {
	/// Do not upload the file: it is at this CID or http(s) URL
	#[arg(long, value_name = "URL")]
	pub location: Option<String>,

	/// The scheduler whose store keeps the file [default: of the first workerpool in the book that takes it]
	#[arg(long, value_name = "URL", conflicts_with = "location")]
	pub store: Option<String>,

	/// Upload the file to the IPFS node with this RPC, such as http://127.0.0.1:5001, for workers that have a node too
	#[arg(long, value_name = "URL", conflicts_with_all = ["location", "store"])]
	pub ipfs: Option<Url>,
}

impl Location {
	/// Uploads a file if it has to be, and returns where workers will find it.
	///
	/// # Errors
	///
	/// If no store is found, or the store does not answer or refuses the file.
	pub(crate) async fn keep(
		self,
		context: &Context,
		chain: &Chain,
		key: &Key,
		file: &LocalFile,
	) -> Result<assets::Location> {
		let location = self.url(context, chain, key, file).await?.into_bytes().try_into();
		location.map_err(|_| {
			failure!(LocationTooLong, "the location is too long: at most {MAX_LOCATION} bytes are allowed";
				"choose a shorter one")
		})
	}

	async fn url(self, context: &Context, chain: &Chain, key: &Key, file: &LocalFile) -> Result<String> {
		if let Some(location) = self.location {
			check_location(&location).map_err(|error| Failure::from(error).during("--location"))?;
			return Ok(location);
		}
		if let Some(node) = self.ipfs {
			let _progress = context.out.wait(format!("uploading {}", file.path.display()));
			let name = Ipfs::new(node)?.add(&file.path).await?;
			return Ok(named(format!("ipfs://{name}"), file));
		}
		let scheduler = match self.store {
			Some(url) => {
				let scheduler = pool::scheduler_at(chain, &url).await?;
				upload(context, chain, key, &scheduler, slice::from_ref(file)).await?;
				scheduler
			}
			None => {
				let keeper = upload_to_first(context, chain, key, file).await?;
				context.out.say(format_args!(
					"warning: {} keeps the file as long as its owner wants, usually 30 days; to sell for longer, keep it \
					 yourself and give --location, --store or --ipfs",
					keeper.place.url
				));
				keeper
			}
		};
		// A URL, so that workers of every pool find it: not that of a proxy on this machine. Their own pool's store is asked
		// first, by the checksum.
		let base = scheduler.public.as_ref().unwrap_or_else(|| {
			let url = &scheduler.place.url;
			context.out.say(format_args!("warning: the workerpool names no URL, so others look for the file at {url}"));
			url
		});
		Ok(named(format!("{}/store/{}", base.trim_end_matches('/'), file.cid), file))
	}
}

/// Returns a location that says the file's name too, where there is room for it.
fn named(location: String, file: &LocalFile) -> String {
	let named = format!("{location}?filename={}", file.name());
	if named.len() <= MAX_LOCATION as usize {
		named
	} else {
		location
	}
}

/// Uploads files to a scheduler's store. What it has already is not sent again.
///
/// # Errors
///
/// If the store does not answer or refuses the files.
pub(crate) async fn upload(
	context: &Context,
	chain: &Chain,
	key: &Key,
	scheduler: &Scheduler,
	files: &[LocalFile],
) -> Result<()> {
	if files.is_empty() {
		return Ok(());
	}
	let client = pool::connect(&scheduler.place).await?;
	let store = pool::store(&scheduler.place)?;
	for file in files {
		let bounds = pool::bounds(chain.genesis(), scheduler.workerpool);
		let token = pool::upload_token(&client, bounds, key, file.cid.digest(), file.size).await?;
		let progress = context.out.bytes(format!("uploading {}", file.path.display()), file.size);
		store.upload_file(&file.cid, &token, &file.path, |done, _| progress.set(done)).await?;
	}
	Ok(())
}

/// Uploads a file to the first workerpool in the book whose scheduler takes it, and returns that scheduler. Anyone can offer
/// work for a pool that does not answer.
async fn upload_to_first(context: &Context, chain: &Chain, key: &Key, file: &LocalFile) -> Result<Scheduler> {
	let mut refused = Vec::new();
	for workerpool in offered(chain).await? {
		let Ok(scheduler) = pool::scheduler(context, chain, workerpool).await else { continue };
		match upload(context, chain, key, &scheduler, slice::from_ref(file)).await {
			Ok(()) => return Ok(scheduler),
			Err(why) => {
				context.out.say(format_args!("warning: {} does not keep the file: {why}", scheduler.place.url));
				refused.push(scheduler.place.url);
			}
		}
		if refused.len() >= MOST_TRIED {
			break;
		}
	}
	let why = match refused.is_empty() {
		true => "no workerpool in the book has a store".into(),
		false => format!("no workerpool that was asked keeps the file: {}", refused.join(", ")),
	};
	Err(failure!(StoreMissing, "{why}";
		"name a scheduler with --store URL, or say with --location where the file is"))
}

/// Returns the workerpools that have offers in the book, each once, the cheapest of each category first.
async fn offered(chain: &Chain) -> Result<Vec<WorkerpoolId>> {
	let mut found = Vec::new();
	for (category, _) in chain.categories().await? {
		let filter = BookFilter { list: BookKey::Workerpools(category), min_price: None, max_price: None };
		for entry in chain.orderbook(filter, None, LOOKED_AT).await?.entries {
			match entry.order {
				AnyOrder::Workerpool(order) if !found.contains(&order.workerpool) => found.push(order.workerpool),
				_ => {}
			}
		}
	}
	Ok(found)
}
