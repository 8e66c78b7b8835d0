//! The pool's orders: what is on sale follows what [`decide::sale`](crate::decide::sale) judges.
//!
//! ```text
//! every 10 s, and when something changes:  database, book, open deals ─► Market ─► Change ─► database, book
//! ```
//! With offers of its own the scheduler owns the pool's orders: it replaces and withdraws whatever else is there. Without, it
//! leaves what its owner publishes by hand, until there is a reason to sell nothing: then it withdraws that, remembers it, and
//! puts it back later. Of several instances, one does this.

use std::time::Duration;

use rlc_primitives::{market::OpenDeal, Moment, OrderHash, WorkerpoolOrder};
use rlc_protocol::requester::OnSale;
use rlc_service::week;
use tokio::time::{timeout, Instant};

use super::{Input, Means, Pool, Reply};
use crate::{
	db::in_time,
	decide::{
		capacity,
		sale::{self, Plan},
	},
	model::{Halt, Selling},
};

/// How often the book is looked at.
const EVERY: Duration = Duration::from_secs(10);

/// After how long it is looked at again if that failed: each time may cost a fee.
const AGAIN: Duration = Duration::from_secs(30);

/// How long orders have to leave the book when the scheduler stops.
const LEAVE_TIME: Duration = Duration::from_secs(8);

/// What becomes of the pool's orders.
#[derive(Debug)]
pub(super) struct Orders {
	/// Whether the pool sells.
	pub selling: Selling,
	/// Why nothing is on sale, if so.
	pub halted: Option<Halt>,
	/// What is on sale, if this instance keeps the orders and has looked at the book: how many orders, and tasks.
	on_sale: Option<(u64, u64)>,
	/// The same once the book is as it is to be.
	planned: (u64, u64),
	/// Whether the book is being looked at, or changed.
	under_way: bool,
	/// When it is looked at next.
	next: Instant,
	/// How often the operator has changed what is decided here: what was read before does not hold.
	version: u64,
	/// Since when no worker takes tasks that the pool vouches for.
	deserted: Option<Instant>,
}

impl Default for Orders {
	fn default() -> Self {
		let now = Instant::now();
		Self {
			selling: Selling::default(),
			halted: None,
			on_sale: None,
			planned: (0, 0),
			under_way: false,
			next: now,
			version: 0,
			// Workers are on their way.
			deserted: Some(now),
		}
	}
}

/// What there is to decide about.
#[derive(Debug)]
pub(crate) struct Market {
	/// Which of the operator's changes it is after.
	version: u64,
	selling: Selling,
	/// The rest, if this instance keeps the orders.
	lot: Option<Lot>,
}

#[derive(Debug, Default)]
struct Lot {
	/// The pool's orders in the book, each with what is left of it.
	book: Vec<(OrderHash, WorkerpoolOrder)>,
	/// Orders that were withdrawn, to be put back.
	withdrawn: Vec<WorkerpoolOrder>,
	open: Vec<OpenDeal>,
}

/// What is to be done.
#[derive(Debug, Default)]
struct Change {
	/// Whether the pool sells from now on, if that changes, and when that by which it was judged had changed.
	judged: Option<(Moment, Selling)>,
	/// Orders to remember before they are withdrawn.
	remember: Vec<WorkerpoolOrder>,
	plan: Plan,
	/// Whether no order is left to be put back, once that is done.
	forget: bool,
}

impl Change {
	fn is_empty(&self) -> bool {
		self.judged.is_none() && self.plan.is_empty() && !self.forget
	}
}

impl Pool {
	/// Looks at the book, if it is time to.
	pub(super) fn see_to_orders(&mut self) {
		let now = Instant::now();
		if !capacity::has_workers(&self.state) {
			self.orders.deserted.get_or_insert(now);
		} else if self.orders.deserted.take().is_some() {
			// The first worker: there is something to sell.
			self.orders.next = now;
		}
		if self.orders.under_way || now < self.orders.next {
			return;
		}
		self.orders.under_way = true;
		let (means, version) = (self.means.clone(), self.orders.version);
		tokio::spawn(async move {
			let _permit = means.calls.acquire().await;
			let market = look(&means, version).await.map(Box::new);
			// Fails only when the pool ends.
			let _ = means.inputs.send(Input::Market(market)).await;
		});
	}

	/// Decides what is on sale, and sees to it.
	pub(super) fn market_read(&mut self, market: Result<Box<Market>, String>) {
		let Market { version, selling, lot } = match market {
			Ok(market) => *market,
			Err(error) => {
				tracing::warn!("the pool's orders cannot be looked at, and stay as they are: {error}");
				return self.round_ends(AGAIN);
			}
		};
		if version != self.orders.version {
			return self.round_ends(Duration::ZERO);
		}
		self.set_selling(selling);
		// Another instance keeps the orders.
		let Some(lot) = lot else {
			self.orders.on_sale = None;
			return self.round_ends(EVERY);
		};
		let volumes: Vec<_> = lot.book.iter().map(|(hash, order)| (*hash, order.volume)).collect();
		self.orders.on_sale = Some(total(volumes.iter().map(|(_, volume)| *volume)));
		let change = self.change(lot);
		let Plan { withdraw, publish } = &change.plan;
		let kept = volumes.into_iter().filter(|(hash, _)| !withdraw.contains(hash)).map(|(_, volume)| volume);
		self.orders.planned = total(kept.chain(publish.iter().map(|order| order.volume)));
		if change.is_empty() {
			return self.round_ends(EVERY);
		}
		for order in &change.plan.publish {
			let WorkerpoolOrder { price, volume, category, trust, .. } = order;
			tracing::info!("on sale: {volume} tasks of category {}, trust {trust}, for {price} nRLC each", category.0);
		}
		let means = self.means.clone();
		tokio::spawn(async move {
			let _permit = means.calls.acquire().await;
			let result = act(&means, change).await;
			let _ = means.inputs.send(Input::Sold(result)).await;
		});
	}

	/// Takes note that the book is as it was to be, or not: then it is tried again.
	pub(super) fn sold(&mut self, result: Result<(), String>) {
		if let Err(error) = &result {
			tracing::warn!("the pool's orders are not as they are to be, and that is tried again: {error}");
		} else {
			self.orders.on_sale = Some(self.orders.planned);
		}
		self.round_ends(if result.is_ok() { EVERY } else { AGAIN });
	}

	/// Returns what is on sale, as far as this instance knows.
	pub(super) fn on_sale(&self) -> Option<OnSale> {
		let (orders, tasks) = self.orders.on_sale?;
		let idle = (orders == 0 && self.orders.halted.is_none()).then(|| self.why_idle().into());
		Some(OnSale { orders, tasks, idle })
	}

	/// Returns why nothing is on sale although the pool sells.
	fn why_idle(&self) -> &'static str {
		match &self.means.terms.offers {
			None => "its owner has published no orders",
			Some(_) if self.orders.deserted.is_some() => "no worker has joined yet that the pool vouches for",
			Some(_) => "its workers have all that they can do in time",
		}
	}

	fn round_ends(&mut self, next: Duration) {
		self.orders.under_way = false;
		self.orders.next = Instant::now() + next;
		self.means.looked.send_replace(true);
	}

	/// Returns what is to be done about the orders.
	fn change(&mut self, lot: Lot) -> Change {
		let (now, terms) = (self.now(), self.means.terms.clone());
		let changed = self.orders.selling.changed;
		let judged = sale::judge_losses(terms.limits, self.state.standings(), self.orders.selling, now.date);
		if let Some(judged) = judged {
			self.tell_judgment(judged, now.date);
			self.set_selling(judged);
		}
		let deserted = self.orders.deserted;
		let without_workers = deserted.map_or(0, |since| since.elapsed().as_millis() as Moment);
		let was_full = self.orders.halted == Some(Halt::StoreFull);
		let is_full = self.is_store_full(was_full);
		let halted = sale::halt(self.orders.selling, without_workers, is_full);
		self.set_halted(halted);
		self.means.metrics.on_sale(lot.book.iter().map(|(_, order)| order.volume).fold(0, u64::saturating_add));
		let Lot { book, withdrawn, open } = lot;
		let change = Change { judged: judged.map(|judged| (changed, judged)), ..Default::default() };
		match (&terms.offers, halted) {
			(Some(_), Some(_)) => {
				Change { plan: sale::plan(&book, Vec::new()), forget: !withdrawn.is_empty(), ..change }
			}
			// What workers can do is not known before they are back.
			(Some(offers), None) if deserted.is_some() && offers.iter().any(|offer| offer.volume.is_none()) => change,
			(Some(_), None) => {
				Change { plan: sale::plan(&book, self.wanted(&open)), forget: !withdrawn.is_empty(), ..change }
			}
			(None, Some(_)) => {
				let remember = book.iter().map(|(_, order)| order.clone()).collect();
				Change { remember, plan: sale::plan(&book, Vec::new()), ..change }
			}
			(None, None) => Change { forget: !withdrawn.is_empty(), plan: sale::put_back(&book, withdrawn), ..change },
		}
	}

	/// Returns whether the store has too little room for results of tasks that are not sold yet.
	fn is_store_full(&self, was_full: bool) -> bool {
		let store = self.means.store.usage();
		let left = store.results_left.saturating_sub(self.state.room().total());
		sale::is_full(left, store.results.saturating_add(store.results_left), was_full)
	}

	/// Returns the orders that the book is to hold.
	fn wanted(&self, open: &[OpenDeal]) -> Vec<WorkerpoolOrder> {
		let terms = &self.means.terms;
		let Some(offers) = &terms.offers else { return Vec::new() };
		let rooms = capacity::rooms(&self.state, offers, open);
		let now = week::at(self.now().date);
		let opens_in = |windows: &week::Windows| Moment::from(windows.opens_in(now)) * 60_000;
		let rest = terms.maintenance.as_ref().map(opens_in);
		let is_done_before = |time: Moment| rest.is_none_or(|rest| sale::ends_before(time, rest));
		let sold = offers.iter().zip(rooms).filter(|(offer, _)| is_done_before(offer.reference_time));
		let pool = self.means.identity.workerpool;
		sold.map(|(offer, room)| offer.order(pool, room.trust, room.volume)).collect()
	}

	/// Says that losses have stopped the sale, or that their absence lets it go on.
	fn tell_judgment(&self, judged: Selling, now: Moment) {
		if judged.withdrawn.is_some() {
			let lost = sale::loss(self.state.standings(), self.orders.selling, now);
			tracing::error!(
				"the orders are withdrawn: tasks that were not done in time have cost {lost} nRLC of stake within a day; \
				 find out why, then run `rlc scheduler resume`"
			);
			self.means.metrics.withdrawals.inc();
		} else {
			tracing::warn!("the orders are on sale again: no stake was lost for the quiet time");
		}
	}

	fn set_halted(&mut self, halted: Option<Halt>) {
		if self.orders.halted == halted {
			return;
		}
		match halted {
			Some(halt) => tracing::warn!("nothing is on sale: {halt}"),
			None => tracing::info!("the pool sells again"),
		}
		self.orders.halted = halted;
	}

	fn set_selling(&mut self, selling: Selling) {
		self.orders.selling = selling;
		self.means.metrics.withdrawn.set(selling.withdrawn.is_some().into());
	}

	/// Lets the pool sell, or not, as its operator wants. Replies once that is written down.
	pub(super) fn sell(&mut self, sells: bool, reply: Reply<Result<(), String>>) {
		let now = self.now().date;
		let selling = if sells { Selling::resumed(now) } else { self.orders.selling.paused(now) };
		let means = self.means.clone();
		tokio::spawn(async move {
			let result = in_time(means.db.set_selling(selling)).await.map_err(|error| error.to_string());
			let _ = means.inputs.send(Input::Selling(selling, result, reply)).await;
		});
	}

	/// Takes note that it is written down whether the pool sells.
	pub(super) fn selling_set(
		&mut self,
		selling: Selling,
		result: Result<(), String>,
		reply: Reply<Result<(), String>>,
	) {
		if result.is_ok() {
			self.orders.version += 1;
			self.orders.next = Instant::now();
			self.set_selling(selling);
		}
		let _ = reply.send(result);
	}
}

/// Returns how many orders there are, and how many tasks they are good for together.
fn total(volumes: impl Iterator<Item = u64>) -> (u64, u64) {
	volumes.fold((0, 0), |(orders, tasks): (u64, u64), volume| (orders.saturating_add(1), tasks.saturating_add(volume)))
}

/// Takes the orders out of the book at the end, unless other instances go on.
pub(super) async fn leave_market(means: &Means) {
	match timeout(LEAVE_TIME, leave(means)).await {
		Ok(Ok(0)) => {}
		Ok(Ok(count)) => tracing::info!("{count} orders are withdrawn: {}", Halt::Stopping),
		Ok(Err(error)) => tracing::error!("the pool's orders stay in the book, and nobody serves them: {error}"),
		Err(_) => tracing::error!("the pool's orders stay in the book, and nobody serves them: the chain is slow"),
	}
}

/// Reads what there is to decide about.
async fn look(means: &Means, version: u64) -> Result<Market, String> {
	let selling = in_time(means.db.selling()).await.map_err(|error| error.to_string())?;
	if !in_time(means.db.leads()).await.map_err(|error| error.to_string())? {
		return Ok(Market { version, selling, lot: None });
	}
	// A book of the past says nothing of what is on sale now, and transactions over such a node are numbered as they were.
	if let Some(lag) = means.chain.lag().await.map_err(|error| error.to_string())? {
		return Err(lag.to_string());
	}
	let withdrawn = in_time(means.db.withdrawn_orders()).await.map_err(|error| error.to_string())?;
	let book = means.chain.orders().await.map_err(|error| error.to_string())?;
	let open = match &means.terms.offers {
		Some(_) => means.chain.open_deals().await.map_err(|error| error.to_string())?,
		None => Vec::new(),
	};
	Ok(Market { version, selling, lot: Some(Lot { book, withdrawn, open }) })
}

/// Does what was decided. Which orders are withdrawn is written down before.
async fn act(means: &Means, change: Change) -> Result<(), String> {
	let Change { judged, remember, plan: Plan { withdraw, publish }, forget } = change;
	if let Some((changed, judged)) = judged {
		let holds = in_time(means.db.set_judged(changed, judged)).await.map_err(|error| error.to_string())?;
		if !holds {
			// The operator has said something else meanwhile. What that means is decided next.
			return Ok(());
		}
	}
	if !remember.is_empty() {
		in_time(means.db.add_withdrawn_orders(&remember)).await.map_err(|error| error.to_string())?;
	}
	if !withdraw.is_empty() || !publish.is_empty() {
		means.chain.replace(withdraw, publish).await.map_err(|error| error.to_string())?;
	}
	if forget {
		in_time(means.db.forget_withdrawn_orders()).await.map_err(|error| error.to_string())?;
	}
	Ok(())
}

/// Withdraws the pool's orders, unless another instance lives. Returns how many.
async fn leave(means: &Means) -> Result<usize, String> {
	if in_time(means.db.siblings()).await.map_err(|error| error.to_string())? > 0 {
		return Ok(0);
	}
	let book = means.chain.orders().await.map_err(|error| error.to_string())?;
	if book.is_empty() {
		return Ok(0);
	}
	let (withdraw, orders): (Vec<_>, Vec<_>) = book.into_iter().unzip();
	let count = withdraw.len();
	let remember = if means.terms.offers.is_some() { Vec::new() } else { orders };
	let plan = Plan { withdraw, publish: Vec::new() };
	act(means, Change { remember, plan, ..Default::default() }).await?;
	Ok(count)
}
