//! The chain that attacks are played on: it watches what the attackers and their victims have.

use std::{
	cmp::Reverse,
	time::{Duration, Instant},
};

use codec::{Decode, Encode};
use frame_support::{
	dispatch::GetDispatchInfo,
	storage::{with_transaction_unchecked, TransactionOutcome},
	traits::{Get, GetCallMetadata, Hooks},
};
use rlc_primitives::{Balance, Moment, RLC};
use rlc_runtime::{
	timing::SlotMs, Executive, Marketplace, Runtime, RuntimeCall, RuntimeOrigin, System, TransactionPayment,
	UncheckedExtrinsic,
};
use sp_keyring::Sr25519Keyring::Ferdie;
use sp_runtime::{
	traits::Dispatchable,
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, DispatchResult,
};

use super::{
	network::{Submitted, LONGEST_GAP},
	party::Party,
	toll::Toll,
};
use crate::{chain, people::Person};

/// A chain under attack.
pub struct Chain {
	attackers: Party,
	victims: Party,
	submitted: Submitted,
	checked: bool,
	salt: u64,
}

impl Chain {
	/// Returns the chain whose state is at hand, with nobody watched yet.
	pub fn new(submitted: Submitted) -> Self {
		let (attackers, victims) = (Party::default(), Party::default());
		let mut chain = Self { attackers, victims, submitted, checked: true, salt: 0 };
		// The clock begins with the first block.
		chain.block(Vec::new());
		chain
	}

	/// Lets invariants be broken from here on: the attack is on one.
	pub fn stop_checking(&mut self) {
		self.checked = false;
	}

	/// Returns a number that was not there before.
	pub fn salt(&mut self) -> u64 {
		self.salt += 1;
		self.salt
	}

	/// Returns someone with this much RLC, in nRLC.
	///
	/// # Panics
	///
	/// If the preset's accounts are too poor.
	pub fn person(&self, name: &str, amount: Balance) -> Person {
		let person = Person::new(&format!("//{name}"));
		if amount == 0 {
			return person;
		}
		let call = pallet_balances::Call::force_transfer {
			source: Ferdie.to_account_id().into(),
			dest: person.account().into(),
			value: amount,
		};
		self.root(RuntimeCall::Balances(call)).expect("the preset's accounts are rich");
		person
	}

	/// Returns this many people with this much RLC each, in nRLC.
	pub fn people(&self, name: &str, count: usize, amount: Balance) -> Vec<Person> {
		(0..count).map(|number| self.person(&format!("{name}//{number}"), amount)).collect()
	}

	/// Starts to count what the attackers and their victims gain and lose.
	pub fn watch(&mut self, attackers: &[&Person], victims: &[&Person]) {
		self.attackers = Party::of(attackers);
		self.victims = Party::of(victims);
	}

	/// Returns the fees that the attackers paid so far, in nRLC.
	pub fn fees(&self) -> Balance {
		self.attackers.fees
	}

	/// Returns what the attack cost and brought so far.
	pub fn toll(&self) -> Toll {
		let (had, has) = (self.attackers.had(), self.attackers.has());
		let spent = self.attackers.fees.max(had.saturating_sub(has));
		Toll {
			spent_for_good: spent,
			held_refundable: self.attackers.most_held,
			won: (has + spent).saturating_sub(had),
			victim_lost: self.victims.lost().saturating_sub(self.victims.fees),
			harm: None,
		}
	}

	/// Makes a block.
	pub fn block(&mut self, extrinsics: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
		self.block_after(0, extrinsics)
	}

	fn block_after(&mut self, empty_slots: u64, extrinsics: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
		let results = chain::unchecked_block_after(empty_slots, extrinsics);
		if self.checked {
			chain::check_invariants();
		}
		self.attackers.look();
		self.victims.look();
		results
	}

	/// Lets time pass, in ms, with blocks as seldom as the chain can take them.
	pub fn pass(&mut self, ms: Moment) {
		let until = now() + ms;
		while now() < until {
			let slots = (until - now()).min(LONGEST_GAP).div_ceil(SlotMs::get());
			self.block_after(slots.saturating_sub(1), Vec::new());
		}
	}

	/// Makes one block after so long without any, in ms.
	pub fn skip(&mut self, ms: Moment) {
		self.block_after(ms.div_ceil(SlotMs::get()), Vec::new());
	}

	/// Signs calls of one account, with consecutive nonces.
	pub fn sign_all(&self, by: &Person, calls: impl IntoIterator<Item = RuntimeCall>) -> Vec<UncheckedExtrinsic> {
		let nonces = System::account_nonce(by.account())..;
		nonces.zip(calls).map(|(nonce, call)| by.sign(System::block_hash(0), nonce, call)).collect()
	}

	/// Signs a call with a tip, in nRLC.
	pub fn sign(&self, by: &Person, tip: Balance, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
		by.sign_with_tip(System::block_hash(0), System::account_nonce(by.account()), tip, call)
	}

	/// Makes a block of one account's calls. Returns whether each was accepted and succeeded.
	pub fn send_all(&mut self, by: &Person, calls: impl IntoIterator<Item = RuntimeCall>) -> Vec<bool> {
		let extrinsics = self.sign_all(by, calls);
		self.block(extrinsics).iter().map(succeeded).collect()
	}

	/// Makes a block of one call. Returns whether it was accepted and succeeded.
	pub fn send(&mut self, by: &Person, call: impl Into<RuntimeCall>) -> bool {
		self.send_all(by, [call.into()]) == [true]
	}

	/// Makes a block of one call that does what everybody may do.
	///
	/// # Panics
	///
	/// If it is refused: the scene is not as the attack needs it.
	pub fn must(&mut self, by: &Person, call: impl Into<RuntimeCall>) {
		let call = call.into();
		let name = call.get_call_metadata().function_name;
		let results = self.block(vec![self.sign(by, 0, call)]);
		assert!(results.iter().all(succeeded), "{name}: {results:?}");
	}

	/// Dispatches as root.
	pub fn root(&self, call: impl Into<RuntimeCall>) -> DispatchResult {
		call.into().dispatch(RuntimeOrigin::root()).map(drop).map_err(|error| error.error)
	}

	/// Returns what the pool thinks of an extrinsic.
	pub fn validate(&self, extrinsic: &UncheckedExtrinsic) -> TransactionValidity {
		with_transaction_unchecked(|| {
			let parent = System::parent_hash();
			let validity = Executive::validate_transaction(TransactionSource::External, extrinsic.clone(), parent);
			TransactionOutcome::Rollback(validity)
		})
	}

	/// Makes a block as a validator does: of what the pool holds, the highest priority first, as much as fits.
	/// Returns the results in the order of what was given; `None` for what the pool refuses.
	pub fn author(&mut self, pool: &[UncheckedExtrinsic]) -> Vec<Option<ApplyExtrinsicResult>> {
		let mut ranked: Vec<_> = pool
			.iter()
			.enumerate()
			.filter_map(|(at, one)| Some((Reverse(self.validate(one).ok()?.priority), at)))
			.collect();
		ranked.sort();
		let results = self.block(ranked.iter().map(|(_, at)| pool[*at].clone()).collect());
		let mut all = vec![None; pool.len()];
		for ((_, at), result) in ranked.into_iter().zip(results) {
			all[at] = Some(result);
		}
		all
	}

	/// Runs a validator's off-chain worker, and makes a block of what it submits. Returns how long it searched.
	pub fn search(&mut self) -> Duration {
		let begin = Instant::now();
		<Marketplace as Hooks<_>>::offchain_worker(System::block_number());
		let took = begin.elapsed();
		let submitted = self.submitted.take();
		let found = submitted.iter().filter_map(|bytes| UncheckedExtrinsic::decode(&mut bytes.as_slice()).ok());
		self.block(found.collect());
		took
	}
}

/// Returns whether an extrinsic was included and its call succeeded.
pub fn succeeded(result: &ApplyExtrinsicResult) -> bool {
	matches!(result, Ok(Ok(())))
}

/// Returns what an extrinsic would cost if it were not free, in nRLC.
pub fn price_of(extrinsic: &UncheckedExtrinsic) -> Balance {
	let length = extrinsic.encoded_size().try_into().unwrap_or(u32::MAX);
	TransactionPayment::compute_fee(length, &extrinsic.get_dispatch_info(), 0)
}

/// Returns chain time, in ms.
pub fn now() -> Moment {
	pallet_timestamp::Now::<Runtime>::get()
}

/// What most people of a scene have: enough for everything, in nRLC.
pub const PLENTY: Balance = 10_000 * RLC;
