//! Whether the pool of an offer can run the tasks of a request now.

use jsonrpsee::ws_client::WsClient;
use rlc_chain::Chain;
use rlc_primitives::deal::FINAL_WINDOW;
use rlc_protocol::requester::{PoolInfo, SchedulerRpcClient};

use crate::{
	context::Context,
	demand::Demand,
	failure::Result,
	forecast,
	market::{Quote, Wish},
	pool,
	table::span,
};

/// What a pool has for the tasks of a request.
pub(crate) struct Fit {
	/// The connection to its scheduler.
	pub scheduler: WsClient,
	/// The pool.
	pub info: PoolInfo,
	/// The same with only the workers that have what a task needs, and as many slots as tasks fit into.
	pub fitting: PoolInfo,
	demand: Demand,
}

impl Fit {
	/// Asks the pool of these offers.
	///
	/// # Errors
	///
	/// If chain or scheduler do not answer.
	pub(crate) async fn of(context: &Context, chain: &Chain, quote: &Quote, wish: &Wish) -> Result<Self> {
		let demand = Demand::of(chain, quote, wish).await?;
		let url = pool::url(context, chain, quote.workerpool.workerpool).await?;
		let (scheduler, info) = pool::meet(&url).await?;
		let fitting = if demand.is_nothing() {
			info.clone()
		} else {
			let workers = scheduler.workers().await.map_err(|error| pool::refused(&error))?;
			forecast::fitting(&info, &workers, &demand)
		};
		Ok(Self { scheduler, info, fitting, demand })
	}

	/// Returns why no connected worker can run the tasks; `None` if one can.
	pub(crate) fn shortage(&self, wish: &Wish) -> Option<String> {
		(self.fitting.workers == 0).then(|| missing(&self.demand, wish))
	}

	/// Returns why the workers that can run the tasks cannot decide on them, or not if all are new, and what to do; `None` if
	/// they can.
	pub(crate) fn too_few(&self, wish: &Wish) -> Option<String> {
		too_few(&self.fitting, wish)
	}
}

/// Returns in words that no worker has what is demanded, and what becomes of the tasks then.
fn missing(demand: &Demand, wish: &Wish) -> String {
	let with = if demand.is_nothing() { String::new() } else { format!(" that has {}", demand.words()) };
	let end = end(wish);
	format!(
		"the workerpool has no worker now{with}: the tasks would wait for one, and after {end} the price would come back"
	)
}

/// Does what [`Fit::too_few`] says. It never advises less trust: this is the word of the party that trust protects against.
fn too_few(fitting: &PoolInfo, wish: &Wish) -> Option<String> {
	let (why, wait) = match forecast::too_few(fitting, wish.trust) {
		Some(why) => (why, "wait"),
		None => (forecast::too_few_if_new(fitting, wish.trust)?, "may wait"),
	};
	let end = end(wish);
	Some(format!(
		"{why}: the tasks {wait} for others, and after {end} the price comes back; name another --workerpool, or wait until \
		it has more"
	))
}

/// Returns after what time a task without a result is paid back.
fn end(wish: &Wish) -> String {
	span(wish.reference_time.saturating_mul(FINAL_WINDOW))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{forecast::tests::info, market::tests::wish};
	use rlc_protocol::Needs;

	#[test]
	fn what_no_worker_has_is_named() {
		let needs = Needs { cores: 9, memory: 900 << 30, gpus: 1, ..Needs::default() };
		let words = missing(&Demand { needs, ..Demand::default() }, &wish());
		let has = "no worker now that has 9 cores, 900.0 GiB of memory, 1 graphics processor: ";
		assert!(words.contains(has), "{words}");
		let words = missing(&Demand::default(), &wish());
		assert!(words.contains("no worker now: "), "{words}");
	}

	#[test]
	fn buyer_is_told_that_too_few_can_agree_and_not_to_trust_one_of_them() {
		let pool = |votes, vouched| PoolInfo { votes: Some(votes), vouched: Some(vouched), ..info(3, 6, 0) };
		let wish = |trust| Wish { trust, ..wish() };
		assert_eq!(too_few(&pool(2, 1), &wish(3)), None);
		let told = too_few(&pool(1, 3), &wish(3)).unwrap();
		assert!(
			told.contains("1 operator") && told.contains("the tasks wait") && told.contains("after 50 min"),
			"{told}"
		);
		let told = too_few(&pool(2, 3), &wish(5)).unwrap();
		assert!(told.contains("2 operators") && told.contains("the tasks may wait"), "{told}");
		for (trust, vouched) in [(1, 0), (3, 0), (3, 1)] {
			let told = too_few(&pool(1, vouched), &wish(trust)).unwrap();
			assert!(told.contains("--workerpool") && !told.contains("--trust"), "its scheduler may lie: {told}");
		}
	}
}
