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
pub(crate) struct Room {
	/// The connection to its scheduler.
	pub scheduler: WsClient,
	/// The pool.
	pub info: PoolInfo,
	/// The same with only the workers that have what a task needs, and as many slots as tasks fit into.
	pub fitting: PoolInfo,
	demand: Demand,
}

impl Room {
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
			forecast::room_for(&info, &workers, &demand)
		};
		Ok(Self { scheduler, info, fitting, demand })
	}

	/// Returns why no connected worker can run the tasks; `None` if one can.
	pub(crate) fn shortage(&self, wish: &Wish) -> Option<String> {
		(self.fitting.workers == 0).then(|| missing(&self.demand, wish))
	}

	/// Returns why the workers that can run the tasks cannot decide on them, and what to do; `None` if they can.
	pub(crate) fn discord(&self, wish: &Wish) -> Option<String> {
		discord(&self.fitting, wish)
	}
}

/// Returns in words that no worker has what is demanded, and what becomes of the tasks then.
fn missing(demand: &Demand, wish: &Wish) -> String {
	let with = if demand.is_nothing() { String::new() } else { format!(" that has {}", demand.words()) };
	let end = end(wish);
	format!(
		"the workerpool has no worker now{with}: the tasks would wait for one, and after {end} the money would come back"
	)
}

fn discord(fitting: &PoolInfo, wish: &Wish) -> Option<String> {
	let (why, end) = (forecast::too_few(fitting, wish.trust)?, end(wish));
	let instead = if wish.trust > 1 && fitting.vouched != Some(0) {
		"--trust 1 takes the word of one worker, right or wrong"
	} else {
		"name another --workerpool, or wait until it has more"
	};
	Some(format!("{why}: the tasks wait for others, and after {end} the money comes back; {instead}"))
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
	fn remedy_for_a_single_operator_is_one_that_helps() {
		let pool = |votes, vouched| PoolInfo { votes: Some(votes), vouched: Some(vouched), ..info(3, 6, 0) };
		let wish = |trust| Wish { trust, ..wish() };
		assert_eq!(discord(&pool(2, 1), &wish(3)), None);
		let told = discord(&pool(1, 3), &wish(3)).unwrap();
		assert!(told.contains("1 operator") && told.contains("after 50 min") && told.contains("--trust 1"), "{told}");
		for trust in [1, 3] {
			let told = discord(&pool(1, 0), &wish(trust)).unwrap();
			assert!(told.contains("--workerpool") && !told.contains("--trust 1"), "one of them would not do: {told}");
		}
	}
}
