//! Memory that an app wants and does not get.

use super::*;

/// Returns a module that wants 32 MiB of memory, and leaves no result if it gets them.
fn greedy() -> Vec<u8> {
	wat::parse_str(r#"(module (memory (export "memory") 512) (func (export "_start")))"#).unwrap()
}

#[tokio::test]
async fn what_only_this_machine_has_too_little_of_is_not_contributed() {
	let ends = |trust, memory, share| async move {
		let mut bench = bench(&greedy());
		bench.plan.deal.deal.trust = trust;
		bench.plan.params.rlc_needs.memory = memory;
		bench.apps.limits.memory = share;
		let finished = bench.run().await;
		(finished.outcome.unwrap_err().cause.unwrap(), finished.agreed.map(|agreed| agreed.cause))
	};
	let (mib, fault) = (1 << 20, Some(AppFault::ResourcesExceeded));
	assert_eq!(ends(3, 0, 16 * mib).await, (FailureCause::ResourcesExceeded, None), "another may have more");
	assert_eq!(
		ends(3, 16 * mib, 64 * mib).await,
		(FailureCause::ResourcesExceeded, fault),
		"it ends so on each machine"
	);
	assert_eq!(ends(1, 0, 16 * mib).await, (FailureCause::ResourcesExceeded, fault), "nobody else is asked");
	let enough = ends(3, 0, 64 * mib).await;
	assert_eq!(enough, (FailureCause::InvalidResult, Some(AppFault::InvalidResult)), "it ends well, without a result");
}

/// Returns a module that asks for 32 MiB of memory, and ends well whether it gets them or not, without a result.
fn asking() -> Vec<u8> {
	let text = r#"(module (memory (export "memory") 1) (func (export "_start") (drop (memory.grow (i32.const 512)))))"#;
	wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn memory_is_refused_only_where_it_is_the_same_for_all_workers_of_a_task() {
	let ends = |trust, memory| async move {
		let mut bench = bench(&asking());
		bench.plan.deal.deal.trust = trust;
		bench.plan.params.rlc_needs.memory = memory;
		bench.apps.limits.memory = 16 << 20;
		let finished = bench.run().await;
		(finished.outcome.unwrap_err().cause.unwrap(), finished.agreed.map(|agreed| agreed.cause))
	};
	let refused = (FailureCause::InvalidResult, Some(AppFault::InvalidResult));
	assert_eq!(ends(3, 8 << 20).await, refused, "it was bought");
	assert_eq!(ends(1, 0).await, refused, "nobody else is asked");
	assert_eq!(ends(3, 0).await, (FailureCause::ResourcesExceeded, None), "another would go on in another way");
}
