//! Free calls: what they pay, which comes first, how many fit into a block, and what wallets see.

use codec::Encode;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_poco::{ResultOf, TaskRef};
use pallet_transaction_payment::ChargeTransactionPayment;
use rlc_checks::work::{batch, delegation, reveal_batch};
use rlc_primitives::{traits::Deals as _, DealId};
use rlc_runtime::{
	free_calls::{most, ChargeUnlessFree, Consumed, WeightInfo as _, TIP_TOO_HIGH},
	*,
};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{
	traits::TransactionExtension,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};

use crate::{common::*, work::*};

#[test]
fn free_call_ranks_as_a_paying_one_without_a_tip() {
	test(|| {
		let task = open(1);
		let free = sign(&worker(), 0, 0, contribute(&worker(), task));
		assert_eq!(valid(&free).priority, paying(&free, 0));
		// The delegation is another's: as long and as heavy, but not free.
		let paid = sign(&requester(), 0, 0, contribute(&worker(), task));
		assert_eq!(valid(&paid).priority, valid(&free).priority);
		assert!(valid(&paid).provides.len() < valid(&free).provides.len());
	});
}

#[test]
fn free_call_ranks_twice_as_high_near_its_deadline_and_no_higher_than_a_tip() {
	test(|| {
		let task = open(1);
		let start = Marketplace::deal(&task.deal).expect("it is open").start;
		let free = sign(&worker(), 0, 0, contribute(&worker(), task));
		let tipped = sign(&worker(), 0, 1, contribute(&worker(), task));
		rlc_checks::chain::set_time(start + 7 * T * 4 / 5 - 1);
		assert_eq!(valid(&free).priority, paying(&free, 0));
		rlc_checks::chain::set_time(start + 7 * T * 4 / 5);
		assert_eq!(valid(&tipped).priority, paying(&tipped, 1));
		assert_eq!(valid(&free).priority, paying(&tipped, 1).min(2 * paying(&free, 0)));
		assert!(valid(&free).priority > paying(&free, 0));
	});
}

#[test]
fn free_call_pays_the_tip_alone() {
	test(|| {
		let task = open(1);
		let before = free(&worker().account());
		let tipped = sign(&worker(), 0, 5_000, contribute(&worker(), task));
		assert_eq!(valid(&tipped).priority, paying(&tipped, 5_000));
		succeed(vec![tipped]);
		assert_eq!(before - free(&worker().account()), 5_000 + STAKE);
		let paid = |event: &RuntimeEvent| match event {
			RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
				who,
				actual_fee,
				tip,
			}) => *who == worker().account() && (*actual_fee, *tip) == (5_000, 5_000),
			_ => false,
		};
		assert!(happened(paid));
		let before = free(&worker().account());
		succeed(vec![sign(&worker(), 0, 0, reveal(task))]);
		assert!(free(&worker().account()) >= before + STAKE, "and without a tip, nothing");
	});
}

#[test]
fn tip_above_the_balance_is_refused_and_nothing_is_lost() {
	test(|| {
		let task = open(1);
		let poor = newcomer(STAKE + 100);
		let refused = Err(TransactionValidityError::from(TIP_TOO_HIGH));
		// The first is more than all there is, the second more than the stake leaves.
		for tip in [STAKE + 101, 101] {
			let extrinsic = sign(&poor, 0, tip, contribute(&poor, task));
			assert_eq!(validate(&extrinsic).map(drop), refused, "{tip}");
			assert_eq!(block(vec![extrinsic])[0].map(drop), refused, "{tip}");
			assert_eq!((free(&poor.account()), System::account_nonce(poor.account())), (STAKE + 100, 0));
		}
		succeed(vec![sign(&poor, 0, 50, contribute(&poor, task))]);
		assert_eq!(free(&poor.account()), 50);
		let extrinsic = sign(&poor, 0, 51, reveal(task));
		assert_eq!(validate(&extrinsic).map(drop), refused, "a reveal locks nothing");
		succeed(vec![sign(&poor, 0, 0, reveal(task))]);
	});
}

#[test]
fn who_can_pay_nothing_can_still_do_what_is_free() {
	test(|| {
		let task = open(1);
		let poor = newcomer(STAKE + 1);
		succeed(vec![sign(&poor, 0, 0, contribute(&poor, task))]);
		assert_eq!(free(&poor.account()), 1);
		succeed(vec![sign(&poor, 0, 0, reveal(task))]);
	});
}

#[test]
fn copies_of_a_free_call_exclude_each_other() {
	test(|| {
		let task = open(2);
		succeed(vec![sign(&worker(), 0, 0, contribute(&worker(), task))]);
		let common = |one: &UncheckedExtrinsic, other: &UncheckedExtrinsic| {
			let tags = valid(other).provides;
			valid(one).provides.into_iter().filter(|tag| tags.contains(tag)).count()
		};
		let [first, copy] = [0, 1].map(|later| sign(&worker(), later, 0, reveal(task)));
		assert_eq!(common(&first, &copy), 1);
		let [one, other] = [0, 1].map(|n| sign(&worker(), n, 0, contribute(&worker(), nth(task, 1))));
		assert_eq!((common(&one, &other), common(&first, &other)), (1, 0));
		let same_number = sign(&worker(), 0, 10, reveal(task));
		assert_eq!(common(&first, &same_number), 2, "its number, and what it does");
		assert!(valid(&same_number).priority > valid(&first).priority, "so it takes the other's place");
	});
}

#[test]
fn free_calls_take_at_most_half_of_what_a_block_has_for_ordinary_ones() {
	test(|| {
		let first = open(2_000);
		let batches = 20;
		let batch = |n: Nonce| {
			let tasks = (0..100).map(|index| nth(first, u64::from(n) * 100 + index));
			sign(&worker(), n, 0, contribute_batch(&worker(), tasks))
		};
		let all: Vec<_> = (0..batches).map(batch).collect();
		let weight = all[0].get_dispatch_info().total_weight();
		let transfer = pallet_balances::Call::transfer_keep_alive { dest: developer().account().into(), value: 1 };
		let paying = sign(&requester(), 0, 0, transfer);
		let base = configs::system::Weights::get().get(DispatchClass::Normal).base_extrinsic;
		let paid = paying.get_dispatch_info().total_weight() + base;
		let mut results = block(all.into_iter().chain([paying]).collect());
		assert_eq!(results.pop(), Some(Ok(Ok(()))), "what pays still fits");
		let taken = results.iter().take_while(|result| **result == Ok(Ok(()))).count();
		let waits = TransactionValidityError::from(InvalidTransaction::ExhaustsResources);
		assert_eq!(results.get(taken), Some(&Err(waits)), "the next has to wait: {taken} are in");
		let used = *System::block_weight().get(DispatchClass::Normal);
		assert!(used.all_lte(most() + paid), "{used} of {}", most());
		assert!((used + weight + base).any_gt(most()), "as much as fits is used: {used} of {}", most());
		assert!(!Consumed::<Runtime>::exists(), "each block begins anew");
		let next = System::account_nonce(worker().account());
		assert_eq!(next as usize, taken);
		let tasks = (0..100).map(|index| nth(first, u64::from(next) * 100 + index));
		succeed(vec![sign(&worker(), 0, 0, contribute_batch(&worker(), tasks))]);
	});
}

#[test]
fn batch_for_one_deal_fits_into_the_half_whatever_it_does() {
	test(|| {
		let tasks = || (0..100).map(|index| TaskRef { deal: DealId(H256::zero()), index });
		let result = |task: TaskRef| ResultOf {
			task,
			digest: digest(),
			authorization: delegation(&scheduler(), &worker().account(), task),
			enclave: None,
		};
		let results = batch(tasks().map(result));
		for call in [
			contribute_batch(&worker(), tasks()),
			reveal_batch(tasks().map(|task| (task, digest()))),
			pallet_poco::Call::contribute_and_finalize_batch { results }.into(),
			reveal(nth(TaskRef { deal: DealId(H256::zero()), index: 0 }, 0)),
			pallet_poco::Call::finalize {
				task: TaskRef { deal: DealId(H256::zero()), index: 0 },
				callback_data: Some(vec![0; 4_096].try_into().expect("few enough")),
			}
			.into(),
		] {
			let weight = sign(&worker(), 0, 0, call).get_dispatch_info().total_weight();
			assert!(weight.all_lt(most()), "{weight} of {}", most());
		}
	});
}

#[test]
fn extension_weighs_what_it_does_for_the_call() {
	type Weights = <Runtime as rlc_runtime::free_calls::Config>::WeightInfo;
	test(|| {
		let task = TaskRef { deal: DealId(H256::zero()), index: 0 };
		let weight = |call: &RuntimeCall, tip| ChargeUnlessFree::with_tip(tip).weight(call);
		let transfer: RuntimeCall =
			pallet_balances::Call::transfer_keep_alive { dest: developer().account().into(), value: 1 }.into();
		let fee = ChargeTransactionPayment::<Runtime>::from(0).weight(&transfer);
		let refused = fee + Weights::free_call();
		assert_eq!([0, RLC].map(|tip| weight(&transfer, tip)), [fee; 2], "it is never free");
		let batch = contribute_batch(&worker(), (0..3).map(|n| nth(task, n)));
		for (call, stakes) in [(reveal(task), 0), (contribute(&worker(), task), 1), (batch, 3)] {
			assert_eq!(weight(&call, 0), refused);
			assert_eq!(weight(&call, RLC), refused.max(Weights::tipped_free_call(stakes)));
			let (real, call) = (worker().account().into(), Box::new(call));
			let proxied = pallet_proxy::Call::<Runtime>::proxy { real, force_proxy_type: None, call: call.clone() };
			assert_eq!(weight(&proxied.into(), RLC), weight(&call, RLC) + Weights::proxied_call());
		}
	});
}

#[test]
fn block_books_for_a_free_call_what_it_weighs_without_a_fee() {
	type Weights = <Runtime as rlc_runtime::free_calls::Config>::WeightInfo;
	test(|| {
		let task = open(2);
		let weigh = |task, tip| {
			succeed(vec![sign(&worker(), 0, tip, contribute(&worker(), task))]);
			*System::block_weight().get(DispatchClass::Normal)
		};
		let (free, tipped) = (weigh(task, 0), weigh(nth(task, 1), 1));
		let tip = Weights::tipped_free_call(1).ref_time() - Weights::free_call().ref_time();
		assert_eq!(tipped.ref_time() - free.ref_time(), tip);
	});
}

#[test]
fn call_that_is_not_accepted_pays_its_fee() {
	test(|| {
		let task = open(1);
		let stranger = requester();
		let before = free(&stranger.account());
		let results = block(vec![sign(&stranger, 0, 0, contribute(&worker(), task))]);
		assert!(matches!(results[..], [Ok(Err(_))]), "{results:?}");
		assert!(free(&stranger.account()) < before);
		let broke = newcomer(1);
		let refused = validate(&sign(&broke, 0, 0, contribute(&worker(), task))).map(drop);
		assert_eq!(refused, Err(InvalidTransaction::Payment.into()));
	});
}

#[test]
fn wallets_see_the_extension_that_they_know() {
	let names: Vec<_> = TxExtension::metadata().into_iter().map(|one| one.identifier).collect();
	assert_eq!(
		names,
		[
			"AuthorizeCall",
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"ChargeTransactionPayment",
			"CheckMetadataHash",
			"WeightReclaim",
		]
	);
	type Known = ChargeTransactionPayment<Runtime>;
	assert_eq!(ChargeUnlessFree::type_info(), Known::type_info());
	let seen = ChargeUnlessFree::metadata().remove(0);
	assert_eq!((seen.ty, seen.implicit), (scale_info::meta_type::<Known>(), scale_info::meta_type::<()>()));
	for tip in [0, 5, RLC] {
		assert_eq!(ChargeUnlessFree::with_tip(tip).encode(), Known::from(tip).encode());
	}
}
