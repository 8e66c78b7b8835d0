//! What the oracles need to know of the chain's rules: what may be paid, what is at risk, what is stopped. All of it is
//! here, so that a change of the rules is a change of this file.

use frame_support::traits::{CallMetadata, GetCallMetadata};
use pallet_marketplace::Call::{cancel_order, presign_order, publish_order};
use pallet_poco::FailureCause;
use pallet_utility::Call::{batch, batch_all, force_batch};
use rlc_primitives::{
	deal::{FINAL_WINDOW, REVEAL_WINDOW},
	AnyOrder, Balance, Deal, Moment,
};
use rlc_runtime::{
	configs::{accounts::ProxyType, computing::PocoRules},
	timing::DAY,
	Clock, RuntimeCall,
};

/// What workers do.
const OF_WORKERS: [&str; 9] = [
	"contribute",
	"contribute_batch",
	"contribute_and_finalize",
	"contribute_and_finalize_batch",
	"reveal",
	"reveal_batch",
	"reveal_failure",
	"report_failure",
	"finalize",
];

/// What schedulers do.
const OF_SCHEDULERS: [&str; 9] =
	["delegate", "undelegate", "reopen", "abandon", "release", "finalize", "claim", "prune", "deliver"];

/// Returns whether a proxy of a type may make a call: one of those that the people here have.
pub fn may(kind: ProxyType, call: &RuntimeCall) -> bool {
	if let RuntimeCall::Utility(batch { calls } | batch_all { calls } | force_batch { calls }) = call {
		return calls.iter().all(|call| may(kind, call));
	}
	let CallMetadata { pallet_name, function_name } = call.get_call_metadata();
	match (kind, pallet_name) {
		(ProxyType::Any, _) => true,
		(ProxyType::Worker, "Poco") => OF_WORKERS.contains(&function_name),
		(ProxyType::Scheduler, "Poco") => OF_SCHEDULERS.contains(&function_name),
		(ProxyType::Scheduler, "Marketplace") => match call {
			RuntimeCall::Marketplace(publish_order { order } | presign_order { order } | cancel_order { order }) => {
				matches!(**order, AnyOrder::Workerpool(_))
			}
			_ => function_name == "unpublish_order",
		},
		(ProxyType::Scheduler, "Registry") => function_name == "set_description",
		_ => false,
	}
}

/// Returns whether nobody can work on tasks now.
pub fn is_work_stopped() -> bool {
	Clock::is_work_stopped()
}

/// Returns the most that a completed task pays, in nRLC: what was seized from those who were outvoted goes to the treasury.
pub fn most_paid(price: Balance, taken: Balance) -> Balance {
	price.min(taken)
}

/// After this time, in ms of chain time, half of an allowance is left.
pub const HALF_LIFE: Moment = 90 * DAY;

/// Returns the most that an attempt is paid, whatever its pool's allowance, in nRLC: a fifth of the workerpool's price, and
/// nothing where one worker's word is enough.
pub fn most_attempt_pay(deal: &Deal) -> Balance {
	if deal.trust <= 1 {
		return 0;
	}
	deal.workerpool.price / 5
}

/// Returns what an attempt is paid, in nRLC, out of this allowance of its pool.
pub fn attempt_pay(deal: &Deal, allowance: Balance) -> Balance {
	most_attempt_pay(deal).min(allowance)
}

/// Returns how many workers have to report one cause before their scheduler may release a task of this deal.
pub fn reporters(deal: &Deal) -> usize {
	PocoRules::get().new_workers(deal.trust) as usize
}

/// Returns whether a cause counts as from outside the task: in an input, or in a machine's clock or limits.
pub fn is_outside(cause: &FailureCause) -> bool {
	use FailureCause::*;
	matches!(
		cause,
		AppUnavailable
			| DatasetUnavailable
			| InputUnavailable { .. }
			| InvalidParams
			| SecretUnavailable
			| TimedOut
			| ResourcesExceeded
	)
}

/// Returns what a task costs its payer, in nRLC.
pub fn task_price(deal: &Deal) -> Balance {
	deal.task_price().unwrap_or_default()
}

/// Returns what the scheduler stakes for a task, in nRLC.
pub fn pool_stake(deal: &Deal) -> Balance {
	deal.pool_stake
}

/// Returns how long a winner has to reveal, in ms.
pub fn reveal_window(deal: &Deal) -> Moment {
	deal.reference_time * REVEAL_WINDOW
}

/// Returns how long a scheduler has to end a task, in ms.
pub fn final_window(deal: &Deal) -> Moment {
	deal.reference_time * FINAL_WINDOW
}
