//! Machines that work for an account with a key that holds no stake: what they do is free, and what they may do is bounded.

use frame_support::traits::{Contains, InstanceFilter};
use pallet_poco::{ContributionOf, Delegate, FailureCause, TaskRef};
use rlc_checks::{assets, people::Person, work::delegation_by_proxy};
use rlc_primitives::{AnyOrder, AppId, WorkerpoolId};
use rlc_runtime::{configs::accounts::ProxyType, *};
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	ApplyExtrinsicResult, DispatchError,
};

use crate::{common::*, work::*};

/// What an account needs to exist, in nRLC: all that a machine's has.
const LEAST: Balance = 1;

/// Returns a machine that has next to nothing.
fn machine() -> Person {
	newcomer(LEAST)
}

/// Returns another key, which has RLC.
fn rich_machine() -> Person {
	Person::new("//Ferdie")
}

/// Lets an account name a proxy, whose calls must be announced this many blocks ahead.
fn entrust(real: &Person, proxy: &Person, proxy_type: ProxyType, delay: BlockNumber) {
	let call = pallet_proxy::Call::add_proxy { delegate: proxy.account().into(), proxy_type, delay };
	succeed(vec![sign(real, 0, 0, call)]);
}

fn proxied_as(real: &Person, force_proxy_type: Option<ProxyType>, call: impl Into<RuntimeCall>) -> RuntimeCall {
	let call = Box::new(call.into());
	pallet_proxy::Call::proxy { real: real.account().into(), force_proxy_type, call }.into()
}

fn proxied(real: &Person, call: impl Into<RuntimeCall>) -> RuntimeCall {
	proxied_as(real, None, call)
}

/// Returns how the last block's proxied calls ended.
fn executed() -> Vec<Result<(), DispatchError>> {
	let result = |event| match event {
		RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
		_ => None,
	};
	System::events().into_iter().filter_map(|record| result(record.event)).collect()
}

/// Checks that a call is not free: a key with RLC pays its fee, and the pool refuses the call from a key without.
fn assert_pays(what: &str, call: impl Into<RuntimeCall>) {
	let call = call.into();
	assert!(!is_free(&sign(&rich_machine(), 0, 0, call.clone())), "{what}");
	let poor = Person::new("//newcomer");
	assert_eq!(free(&poor.account()), LEAST, "the scene has a poor machine");
	let refused = TransactionValidityError::from(InvalidTransaction::Payment);
	assert_eq!(validate(&sign(&poor, 0, 0, call)).map(drop), Err(refused), "{what}");
}

#[test]
fn proxy_of_a_worker_contributes_and_reveals_for_free() {
	test(|| {
		let task = open(1);
		let machine = machine();
		entrust(&worker(), &machine, ProxyType::Worker, 0);
		succeed(vec![sign(&machine, 0, 0, proxied(&worker(), contribute(&worker(), task)))]);
		assert_eq!(executed(), [Ok(())]);
		assert_eq!((free(&machine.account()), Rlc::locked(worker().account())), (LEAST, STAKE));
		succeed(vec![sign(&machine, 0, 0, proxied_as(&worker(), Some(ProxyType::Worker), reveal(task)))]);
		assert_eq!(executed(), [Ok(())]);
		assert_eq!((free(&machine.account()), Rlc::locked(worker().account())), (LEAST, 0));
		assert!(pallet_poco::Tasks::<Runtime>::get(task.id()).expect("it is kept").is_closed());
	});
}

#[test]
fn proxy_of_a_worker_reveals_failures_for_free() {
	test(|| {
		let task = open(1);
		let machine = machine();
		entrust(&worker(), &machine, ProxyType::Worker, 0);
		let commit = commit(&worker(), task, exit(1).digest(&task.id()));
		succeed(vec![sign(&machine, 0, 0, proxied(&worker(), commit))]);
		succeed(vec![sign(&machine, 0, 0, proxied(&worker(), reveal_failure(task, exit(1))))]);
		assert_eq!((executed(), free(&machine.account())), (vec![Ok(())], LEAST));
	});
}

#[test]
fn proxy_pays_the_tip_and_the_account_the_stake() {
	test(|| {
		let task = open(1);
		let machine = newcomer(LEAST + 500);
		entrust(&worker(), &machine, ProxyType::Worker, 0);
		let before = free(&worker().account());
		let tipped = sign(&machine, 0, 500, proxied(&worker(), contribute(&worker(), task)));
		assert_eq!(valid(&tipped).priority, paying(&tipped, 500));
		succeed(vec![tipped]);
		assert_eq!((free(&machine.account()), before - free(&worker().account())), (LEAST, STAKE));
	});
}

#[test]
fn call_for_an_account_by_nobody_of_its_own_is_not_free() {
	test(|| {
		let task = open(1);
		let _ = machine();
		let call = || proxied(&worker(), contribute(&worker(), task));
		assert_pays("a stranger", call());
		let before = free(&rich_machine().account());
		let not_proxy = pallet_proxy::Error::<Runtime>::NotProxy;
		assert_eq!(block(vec![sign(&rich_machine(), 0, 0, call())]), [Ok(Err(not_proxy.into()))]);
		assert!(free(&rich_machine().account()) < before);
	});
}

#[test]
fn proxy_of_another_type_or_with_a_delay_is_not_free() {
	test(|| {
		let task = open(1);
		let poor = machine();
		for (proxy_type, delay) in [
			(ProxyType::Staking, 0),
			(ProxyType::Governance, 0),
			(ProxyType::NonTransfer, 0),
			(ProxyType::CancelProxy, 0),
			(ProxyType::Scheduler, 0),
			(ProxyType::Worker, 5),
			(ProxyType::Any, 5),
		] {
			for machine in [&poor, &rich_machine()] {
				entrust(&worker(), machine, proxy_type, delay);
			}
			let call = || contribute(&worker(), task);
			assert_pays(&format!("{proxy_type:?}, {delay} blocks"), proxied(&worker(), call()));
			let forced = proxied_as(&worker(), Some(ProxyType::Worker), call());
			assert_pays(&format!("{proxy_type:?} as a worker's"), forced);
			succeed(vec![sign(&worker(), 0, 0, pallet_proxy::Call::remove_proxies {})]);
		}
		// As it is with the right one.
		entrust(&worker(), &poor, ProxyType::Worker, 0);
		assert!(is_free(&sign(&poor, 0, 0, proxied(&worker(), contribute(&worker(), task)))));
		let wrong = proxied_as(&worker(), Some(ProxyType::Any), contribute(&worker(), task));
		assert_pays("asks for a type that it is not", wrong);
	});
}

#[test]
fn call_that_would_be_refused_or_does_something_else_is_not_free() {
	test(|| {
		let task = open(2);
		for machine in [machine(), rich_machine()] {
			entrust(&worker(), &machine, ProxyType::Worker, 0);
		}
		let contribute = || contribute(&worker(), task);
		let none = pallet_poco::Call::report_failure { task: nth(task, 9), cause: FailureCause::InvalidParams };
		assert_pays("no such task", proxied(&worker(), none));
		assert_pays("nothing to reveal", proxied(&worker(), reveal(task)));
		let another = crate::work::contribute(&requester(), task);
		assert_pays("another's delegation", proxied(&worker(), another));
		assert_pays("a call within a call", proxied(&worker(), proxied(&worker(), contribute())));
		let batch = || pallet_utility::Call::batch { calls: vec![contribute()] };
		assert_pays("a batch", proxied(&worker(), batch()));
		assert_pays("in a batch", pallet_utility::Call::batch { calls: vec![proxied(&worker(), contribute())] });
		for (pallet, call) in [("Proxy", "proxy"), ("Poco", "contribute"), ("Poco", "reveal")] {
			pause(pallet, call);
			assert_pays(&format!("{pallet}.{call} is paused"), proxied(&worker(), contribute()));
			resume(pallet, call);
		}
		assert!(is_free(&sign(&rich_machine(), 0, 0, proxied(&worker(), contribute()))));
	});
}

/// E2: a worker that works by a proxy is not late because proxies are paused.
#[test]
fn pause_of_proxies_stops_work_and_pause_of_work_stops_no_proxies() {
	test(|| {
		let call = proxied(&worker(), reveal(open(1)));
		let passes = || <Runtime as frame_system::Config>::BaseCallFilter::contains(&call);
		pause("Proxy", "proxy");
		assert!(Clock::is_work_stopped() && !passes());
		resume("Proxy", "proxy");
		pause("Poco", "reveal");
		assert!(Clock::is_work_stopped() && passes());
	});
}

#[test]
fn copies_by_proxies_and_by_the_account_exclude_each_other() {
	test(|| {
		let task = open(1);
		for machine in [machine(), rich_machine()] {
			entrust(&worker(), &machine, ProxyType::Worker, 0);
		}
		let call = || contribute(&worker(), task);
		let copies = [
			sign(&Person::new("//newcomer"), 0, 0, proxied(&worker(), call())),
			sign(&rich_machine(), 0, 0, proxied(&worker(), call())),
			sign(&rich_machine(), 1, 0, proxied_as(&worker(), Some(ProxyType::Worker), call())),
			sign(&worker(), 0, 0, call()),
		];
		let tags: Vec<_> = copies.iter().map(|copy| valid(copy).provides).collect();
		for (n, one) in tags.iter().enumerate() {
			for other in &tags[..n] {
				assert_eq!(one.iter().filter(|tag| other.contains(tag)).count(), 1, "what it does");
			}
		}
	});
}

/// E3: nothing is in a block for free that does no work.
#[test]
fn copy_that_comes_second_in_a_block_is_not_free() {
	test(|| {
		let task = open(1);
		let poor = machine();
		for machine in [&poor, &rich_machine()] {
			entrust(&worker(), machine, ProxyType::Worker, 0);
		}
		let copy = |by: &Person| sign(by, 0, 0, proxied(&worker(), contribute(&worker(), task)));
		let before = free(&rich_machine().account());
		let results =
			block(vec![sign(&worker(), 0, 0, contribute(&worker(), task)), copy(&poor), copy(&rich_machine())]);
		let refused = Err(TransactionValidityError::from(InvalidTransaction::Payment));
		assert_eq!(results, [Ok(Ok(())), refused, Ok(Ok(()))], "a proxied call that is refused counts as made");
		assert_eq!(executed(), [Err(pallet_poco::Error::<Runtime>::NotActive.into())]);
		assert!(free(&rich_machine().account()) < before, "so it paid");
	});
}

#[test]
fn proxies_take_from_the_budget_of_the_task() {
	test(|| {
		register();
		let task = open_another(0, 3, PRICE, 1);
		let budget = configs::computing::PocoRules::get().free_contributions(3);
		let workers: Vec<_> = (0..=budget).map(|n| Person::new(&format!("//worker//{n}"))).collect();
		let machine = rich_machine();
		for who in &workers {
			let value = RLC;
			let dest = who.account().into();
			succeed(vec![sign(&requester(), 0, 0, pallet_balances::Call::transfer_keep_alive { dest, value })]);
			entrust(who, &machine, ProxyType::Worker, 0);
		}
		for (n, who) in workers.iter().enumerate() {
			let digest = rlc_primitives::ResultDigest(sp_core::H256::repeat_byte(n as u8 + 1));
			let extrinsic = sign(&machine, 0, 0, proxied(who, commit(who, task, digest)));
			assert_eq!(is_free(&extrinsic), n < budget as usize, "contribution {n}");
			succeed(vec![extrinsic]);
		}
	});
}

/// Returns an offer and a request of the scheduler's.
fn orders() -> [AnyOrder; 3] {
	let app = assets::app_order(AppId::default(), 0, 1);
	let workerpool =
		assets::workerpool_order(WorkerpoolId::derive(&scheduler().account(), &assets::description(1)), PRICE, 1, 1);
	let request = assets::request_order(&app, &workerpool, scheduler().account(), 1, 1);
	[app.into(), workerpool.into(), request.into()]
}

fn publish(order: AnyOrder) -> RuntimeCall {
	pallet_marketplace::Call::publish_order { order: Box::new(order) }.into()
}

fn delegate(task: TaskRef) -> RuntimeCall {
	let delegate = Delegate { worker: worker().account(), enclave: None };
	let (tasks, workers) = (vec![task].try_into(), vec![delegate].try_into());
	pallet_poco::Call::delegate { tasks: tasks.expect("few enough"), workers: workers.expect("few enough") }.into()
}

fn transfer() -> RuntimeCall {
	pallet_balances::Call::transfer_allow_death { dest: requester().account().into(), value: 1 }.into()
}

fn batches(calls: Vec<RuntimeCall>) -> [RuntimeCall; 3] {
	use pallet_utility::Call::{batch, batch_all, force_batch};
	let (first, second) = (calls.clone(), calls.clone());
	[batch { calls }.into(), batch_all { calls: first }.into(), force_batch { calls: second }.into()]
}

#[test]
fn scheduler_s_proxy_delegates_and_offers_and_does_nothing_else() {
	test(|| {
		let task = open(1);
		let [app, workerpool, request] = orders();
		let cause = FailureCause::AppUnavailable;
		let may = |call: &RuntimeCall| ProxyType::Scheduler.filter(call);
		let allowed = [
			delegate(task),
			publish(workerpool.clone()),
			pallet_poco::Call::reopen { task }.into(),
			pallet_poco::Call::abandon { task }.into(),
			pallet_poco::Call::release { task, cause }.into(),
			pallet_poco::Call::finalize { task, callback_data: None }.into(),
			pallet_registry::Call::set_description {
				workerpool: WorkerpoolId::default(),
				description: assets::description(2),
			}
			.into(),
		];
		let denied = [
			transfer(),
			publish(app),
			publish(request.clone()),
			pallet_marketplace::Call::presign_order { order: Box::new(request) }.into(),
			contribute(&scheduler(), task),
			reveal(task),
			reveal_failure(task, exit(1)),
			pallet_poco::Call::report_failure { task, cause }.into(),
			pallet_registry::Call::register_workerpool { description: assets::description(2) }.into(),
			pallet_proxy::Call::add_proxy {
				delegate: worker().account().into(),
				proxy_type: ProxyType::Scheduler,
				delay: 0,
			}
			.into(),
			proxied(&worker(), delegate(task)),
			pallet_utility::Call::as_derivative { index: 0, call: Box::new(transfer()) }.into(),
			pallet_utility::Call::if_else { main: Box::new(delegate(task)), fallback: Box::new(transfer()) }.into(),
		];
		assert!(allowed.iter().all(may));
		for call in &denied {
			assert!(!may(call), "{call:?}");
			for batch in batches(vec![delegate(task), call.clone()]) {
				assert!(!may(&batch), "{batch:?}");
				assert!(batches(vec![batch]).iter().all(|nested| !may(nested)));
			}
		}
		for batch in batches(allowed.to_vec()) {
			assert!(may(&batch) && batches(vec![batch]).iter().all(may));
		}
	});
}

#[test]
fn worker_s_proxy_works_and_does_nothing_else() {
	test(|| {
		let task = open(1);
		let cause = FailureCause::AppUnavailable;
		let may = |call: &RuntimeCall| ProxyType::Worker.filter(call);
		let allowed = [
			contribute(&worker(), task),
			contribute_batch(&worker(), [task].into_iter()),
			reveal(task),
			reveal_failure(task, exit(1)),
			pallet_poco::Call::report_failure { task, cause }.into(),
			pallet_poco::Call::finalize { task, callback_data: None }.into(),
		];
		assert!(allowed.iter().all(may));
		assert!(batches(allowed.to_vec()).iter().all(may));
		let [_, workerpool, request] = orders();
		for call in [transfer(), publish(workerpool), publish(request), delegate(task)] {
			assert!(!may(&call), "{call:?}");
			assert!(batches(vec![reveal(task), call]).iter().all(|batch| !may(batch)));
		}
	});
}

#[test]
fn scheduler_s_machine_works_and_cannot_take_anything() {
	test(|| {
		let task = open(1);
		let machine = rich_machine();
		entrust(&scheduler(), &machine, ProxyType::Scheduler, 0);
		let filtered = DispatchError::from(frame_system::Error::<Runtime>::CallFiltered);
		let before = free(&scheduler().account()) + Rlc::locked(scheduler().account());
		succeed(vec![sign(&machine, 0, 0, proxied(&scheduler(), delegate(task)))]);
		assert_eq!(executed(), [Ok(())]);
		let [_, _, request] = orders();
		for call in [transfer(), publish(request)] {
			let nested = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
			for call in [call.clone()].into_iter().chain(batches(vec![call])).chain(batches(vec![nested.into()])) {
				succeed(vec![sign(&machine, 0, 0, proxied(&scheduler(), call))]);
				assert_eq!(executed(), [Err(filtered)]);
			}
		}
		assert_eq!(free(&scheduler().account()) + Rlc::locked(scheduler().account()), before);
	});
}

/// Returns a worker's contribution to a task, with a delegation that this key signed as the scheduler's proxy.
fn contribute_for(machine: &Person, task: TaskRef) -> RuntimeCall {
	let authorization = delegation_by_proxy(machine, &worker().account(), task);
	let ContributionOf { task, commitment, .. } = contribution(&worker(), task);
	pallet_poco::Call::contribute { task, commitment, authorization, enclave_signature: None }.into()
}

fn refused(error: pallet_poco::Error<Runtime>) -> ApplyExtrinsicResult {
	Ok(Err(error.into()))
}

#[test]
fn delegation_by_a_proxy_of_the_scheduler_is_free_until_the_proxy_is_removed() {
	test(|| {
		let first = open(3);
		let machine = rich_machine();
		entrust(&scheduler(), &machine, ProxyType::Scheduler, 0);
		let call = |n| sign(&worker(), 0, 0, contribute_for(&machine, nth(first, n)));
		let before = free(&worker().account());
		assert!(is_free(&call(0)));
		succeed(vec![call(0)]);
		assert_eq!(before - free(&worker().account()), STAKE, "the stake, and no fee");
		let delegate = machine.account().into();
		let remove = pallet_proxy::Call::remove_proxy { delegate, proxy_type: ProxyType::Scheduler, delay: 0 };
		succeed(vec![sign(&scheduler(), 0, 0, remove)]);
		assert!(!is_free(&call(1)));
		assert_eq!(block(vec![call(1)]), [refused(pallet_poco::Error::NotProxy)]);
		// A proxy for everything may sign too.
		entrust(&scheduler(), &machine, ProxyType::Any, 0);
		succeed(vec![call(2)]);
	});
}

#[test]
fn delegation_by_a_proxy_of_another_type_account_or_with_a_delay_is_refused() {
	test(|| {
		let task = open(1);
		let machine = rich_machine();
		let call = || sign(&worker(), 0, 0, contribute_for(&machine, task));
		entrust(&requester(), &machine, ProxyType::Scheduler, 0);
		assert_eq!(block(vec![call()]), [refused(pallet_poco::Error::NotProxy)], "a proxy of somebody else's");
		for (proxy_type, delay) in [
			(ProxyType::NonTransfer, 0),
			(ProxyType::Governance, 0),
			(ProxyType::Staking, 0),
			(ProxyType::CancelProxy, 0),
			(ProxyType::Worker, 0),
			(ProxyType::Scheduler, 5),
			(ProxyType::Any, 5),
		] {
			entrust(&scheduler(), &machine, proxy_type, delay);
			assert!(!is_free(&call()), "{proxy_type:?}, {delay} blocks");
			assert_eq!(block(vec![call()]), [refused(pallet_poco::Error::NotProxy)], "{proxy_type:?}, {delay} blocks");
		}
		// The other types do no harm once it has the right one too.
		entrust(&scheduler(), &machine, ProxyType::Scheduler, 0);
		succeed(vec![call()]);
	});
}

#[test]
fn machines_of_a_worker_and_its_scheduler_need_no_key_of_a_stake() {
	test(|| {
		let task = open(1);
		let (machine, hot) = (machine(), rich_machine());
		entrust(&worker(), &machine, ProxyType::Worker, 0);
		entrust(&scheduler(), &hot, ProxyType::Scheduler, 0);
		let extrinsic = sign(&machine, 0, 0, proxied(&worker(), contribute_for(&hot, task)));
		assert!(is_free(&extrinsic));
		succeed(vec![extrinsic]);
		assert_eq!((executed(), free(&machine.account())), (vec![Ok(())], LEAST));
	});
}

#[test]
fn what_workers_and_schedulers_may_contains_no_other_type_s() {
	let all = [
		ProxyType::NonTransfer,
		ProxyType::Governance,
		ProxyType::Staking,
		ProxyType::CancelProxy,
		ProxyType::Worker,
		ProxyType::Scheduler,
	];
	for hot in [ProxyType::Worker, ProxyType::Scheduler] {
		assert!(all.iter().all(|other| hot.is_superset(other) == (hot == *other)));
		assert!(!ProxyType::NonTransfer.is_superset(&hot) && ProxyType::Any.is_superset(&hot));
	}
}
