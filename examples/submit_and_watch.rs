//! Submit a request to a node, and watch its deal to the end.
//!
//! This is what a dApp's back end does, over a node's WebSocket. Run it against `rlc up`, with the id of an app that is
//! on sale there (`rlc app deploy … --publish` prints it):
//!
//! ```sh
//! cargo run --release --features rlc-examples/programs --example submit_and_watch -- ws://127.0.0.1:9944 0x5b…
//! ```

use std::error::Error;

use futures::StreamExt;
use rlc_chain::{At, Chain, Event, Key, MarketplaceCall, MarketplaceEvent, PocoEvent, Sender};
use rlc_primitives::{AccountId, AppId, CategoryId, DealId, PoolRestriction, RequestOrder, Tag, RLC};
use sp_core::{H160, H256};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
	let mut arguments = std::env::args().skip(1);
	let (Some(node), Some(app)) = (arguments.next(), arguments.next()) else {
		return Err("give the node's URL and the app's id".into());
	};
	let app = AppId(app.parse::<H160>()?);
	let chain = Chain::connect(&node).await?;
	let requester = Sender::new(chain.clone(), Key::from_suri("//Eve")?);

	// Look from a block before the deal, so that nothing of it is missed.
	let (before, _) = chain.best().await?;
	let deal = submit(&requester, app).await?;
	println!("deal {deal:?}");
	let completed = watch(&chain, deal, before).await?;
	println!("{completed} of its tasks have a result");
	Ok(())
}

/// Buys one run of an app, from the best offers in the book, and returns the deal.
///
/// # Errors
///
/// If no offers serve the request, or if the chain refuses it.
pub async fn submit(requester: &Sender, app: AppId) -> Result<DealId, Box<dyn Error>> {
	let chain = requester.chain();
	let request = request(requester.account(), app);

	// What would it cost, and who would compute it? `None`: nobody, at this price.
	let estimate = chain.estimate(&request).await?.ok_or("no offers serve this request; offer more")?;
	println!("{} nRLC a task, and {} of deposit", estimate.task_price, estimate.deposit);

	// Put the request into the book. A validator finds these offers too, and matches them in one of the next blocks.
	let (before, _) = chain.best().await?;
	requester.send(MarketplaceCall::PublishOrder { order: request.into() }).await?;
	let published = estimate.orders.request;
	let mut blocks = chain.follow(Some(before), At::Finalized);
	while let Some(block) = blocks.next().await {
		for (_, event) in block?.events {
			match event {
				Event::Marketplace(MarketplaceEvent::DealOpened { deal, request, .. }) if request == published => {
					return Ok(deal)
				}
				_ => {}
			}
		}
	}
	Err("the node ended".into())
}

/// Returns a request for one task that a single worker's word is enough for.
fn request(requester: AccountId, app: AppId) -> RequestOrder {
	RequestOrder {
		app,
		app_max_price: RLC,
		dataset: None,
		dataset_max_price: 0,
		workerpool: PoolRestriction::Anyone,
		workerpool_max_price: 10 * RLC,
		requester,
		volume: 1,
		tag: Tag::NONE,
		category: CategoryId(0),
		trust: 1,
		beneficiary: None,
		callback: None,
		// JSON for the worker: arguments, input files, what each task needs.
		params: br#"{"iexec_args": "first second"}"#.to_vec().try_into().unwrap_or_default(),
		// Tells this request from an equal one.
		salt: H256::zero(),
		payer: None,
		expiry: None,
	}
}

/// Prints what happens to a deal until it closes. Returns how many of its tasks are completed.
///
/// # Errors
///
/// If the node no longer answers.
pub async fn watch(chain: &Chain, deal: DealId, since: u32) -> Result<u32, Box<dyn Error>> {
	let (mut completed, mut is_closed) = (0, false);
	// Final blocks, each once, also after the connection was lost. What is told here cannot be undone.
	let mut blocks = chain.follow(Some(since), At::Finalized);
	while let Some(block) = blocks.next().await {
		let block = block?;
		for (_, event) in block.events {
			match event {
				Event::Marketplace(MarketplaceEvent::DealOpened { deal: opened, size, .. }) if opened == deal => {
					println!("block {}: opened, {size} tasks", block.number);
				}
				Event::Poco(PocoEvent::TaskClosed { task, deal: of, outcome }) if of == deal => {
					println!("block {}: task {task:?} closed, digest {outcome:?}", block.number);
					completed += u32::from(outcome.is_some());
				}
				Event::Marketplace(MarketplaceEvent::DealClosed { deal: closed }) if closed == deal => is_closed = true,
				_ => {}
			}
		}
		// The last task closes in the same block, by an event after the deal's.
		if is_closed {
			return Ok(completed);
		}
	}
	Err("the node ended".into())
}
