//! Whose deals are served after others.

use rlc_primitives::DealId;

use crate::model::{Now, State};

/// Puts deals last whose requester or app has failed too often, from `limit` percent on, and others back among the rest.
/// Returns those for which that is news, and whether they come last now.
pub fn rank_deals(state: &mut State, limit: u8, now: Now) -> Vec<(DealId, bool)> {
	let known = state.deals().keys().copied().collect::<Vec<_>>();
	known.into_iter().filter_map(|id| Some((id, rank_deal(state, &id, limit, now)?))).collect()
}

/// Does the same for one deal. Returns whether it comes last now, if that is news.
pub fn rank_deal(state: &mut State, id: &DealId, limit: u8, now: Now) -> Option<bool> {
	let deal = state.deal(id)?;
	let is_last = state.failure_rate(deal, now) >= limit;
	let is_news = is_last != deal.is_last;
	state.set_last(id, is_last);
	is_news.then_some(is_last)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		model::{Hopeless, HOUR},
		testing::{account, task, Scene},
	};
	use rlc_primitives::{
		work::{FailureCause, TaskFailure},
		TaskEvent,
	};

	/// Lets so many tasks of the requester 7 cost their stakes.
	fn with_losses(count: u64) -> Scene {
		let mut scene = Scene::new();
		let deal = scene.deal_with(100, 1, count, |deal| (deal.requester, deal.pool_stake) = (account(7), 5));
		scene.state.set_hopeless(&deal, Hopeless::Needs);
		for index in 0..count {
			scene.see_task(task(deal, index), [TaskEvent::Closed { outcome: None }]);
		}
		scene
	}

	#[test]
	fn deals_of_a_requester_that_fails_too_often_come_last() {
		for (losses, first) in [(2, account(1)), (3, account(2))] {
			let mut scene = with_losses(losses);
			let bad = scene.deal_with(101, 1, 1, |deal| {
				deal.requester = account(7);
				deal.app.id = rlc_primitives::AppId(sp_core::H160::repeat_byte(1));
			});
			let good = scene.deal_with(102, 1, 1, |deal| {
				deal.app.id = rlc_primitives::AppId(sp_core::H160::repeat_byte(2));
				// It came later, and has as much time.
				deal.opened += 1;
			});
			rank_deals(&mut scene.state, 50, scene.now);
			assert_eq!(scene.state.deal(&bad).unwrap().is_last, losses == 3);
			assert!(!scene.state.deal(&good).unwrap().is_last);
			scene.worker(1, 1);
			scene.worker(2, 1);
			// The least loaded worker with the lowest account takes the first.
			assert_eq!(scene.computing(task(bad, 0)), [first], "{losses} lost stakes");
		}
	}

	#[test]
	fn pool_that_gave_a_task_to_nobody_blames_nobody() {
		let mut scene = Scene::new();
		let deal = scene.deal_with(100, 1, 5, |deal| (deal.requester, deal.pool_stake) = (account(7), 5));
		for index in 0..5 {
			scene.see_task(task(deal, index), [TaskEvent::Closed { outcome: None }]);
		}
		assert_eq!(scene.state.failure_rate(scene.state.deal(&deal).unwrap(), scene.now), 0);
		assert_eq!(scene.state.standings().last_loss(), Some(HOUR), "the stakes are lost all the same");
	}

	#[test]
	fn what_costs_the_pool_nothing_weighs_less() {
		let mut scene = Scene::new();
		let worker = scene.worker(1, 20);
		let deal = scene.deal_with(100, 1, 4, |deal| deal.pool_stake = 5);
		scene.decide();
		let failure = TaskFailure::Released { cause: FailureCause::DatasetUnavailable };
		for index in 0..3 {
			scene.see_task(task(deal, index), [TaskEvent::Failed { failure }, TaskEvent::Closed { outcome: None }]);
		}
		let rate = |scene: &Scene| scene.state.failure_rate(scene.state.deal(&deal).unwrap(), scene.now);
		assert_eq!(rate(&scene), 23, "3 of 3 + 10");
		scene.see_task(task(deal, 3), [TaskEvent::Closed { outcome: None }]);
		assert_eq!(rate(&scene), 41, "3 + 4 of those + 10");
		scene.see_task(task(deal, 3), [TaskEvent::Closed { outcome: None }]);
		assert_eq!(rate(&scene), 41, "an event that comes twice counts once");
		assert!(scene.state.worker(&worker).is_some());
	}

	#[test]
	fn failures_of_an_app_count_whoever_asked() {
		let mut scene = with_losses(3);
		let other = scene.deal_with(101, 1, 1, |deal| deal.requester = account(8));
		rank_deals(&mut scene.state, 50, scene.now);
		assert!(scene.state.deal(&other).unwrap().is_last, "it runs the same app");
		rank_deals(&mut scene.state, 55, scene.now);
		assert!(!scene.state.deal(&other).unwrap().is_last, "a higher limit");
	}
}
