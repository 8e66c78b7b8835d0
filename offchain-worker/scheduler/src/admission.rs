//! Which workers may join: those that prove that they hold their key, and that the pool admits.

use std::collections::BTreeSet;

use codec::Encode;
use hmac::{Hmac, Mac};
use rlc_primitives::{AccountId, GroupId, Moment, WorkerpoolId};
use rlc_protocol::{
	requester::code,
	signing::{Bounds, Claim},
	worker::{Join, Resources, MAX_REPORTS},
};
use sha2::Sha256;
use sp_core::H256;

/// Which workers the pool admits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Admission {
	/// All.
	#[default]
	Open,
	/// The scheduler's own: workers that show its account as their operator.
	Private,
	/// Workers of this list, and those whose operator is on it.
	Listed(BTreeSet<AccountId>),
	/// Workers that are members of this group on the chain when they join, and those whose operator is one.
	Group(GroupId),
}

/// How long a challenge is good, in ms.
const CHALLENGE_TIME: Moment = 60_000;

/// The most slots that a worker can have: more is a mistake.
const MAX_SLOTS: u32 = 1_024;

/// Why a worker is refused: a code of [`code`], and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionRefusal {
	/// The code.
	pub code: i32,
	/// Why, and what to do.
	pub words: String,
}

impl AdmissionRefusal {
	/// Returns a refusal with this code and these words.
	pub fn new(code: i32, words: impl Into<String>) -> Self {
		Self { code, words: words.into() }
	}
}

/// Challenges. None is remembered: each says itself for whom it is, and since when, in a way that nobody else can.
///
/// ```text
/// 8 bytes: when, in ms │ 24 bytes: an authentication code of the connection, of the account, and of when
/// ```
/// It is good on the connection on which it was given, for a minute: a signature of it that is seen elsewhere is worth
/// nothing.
pub struct Challenges {
	key: [u8; 32],
}

/// How many bytes of a challenge say when it was given, and how many prove that.
const WHEN: usize = 8;
const CODE: usize = 24;

impl Default for Challenges {
	fn default() -> Self {
		Self { key: rand::random() }
	}
}

impl Challenges {
	/// Returns a challenge for an account on a connection, at this time in ms.
	pub fn give(&self, account: &AccountId, connection: usize, now: Moment) -> H256 {
		let mut challenge = H256(self.code(account, connection, now).finalize().into_bytes().into());
		challenge.0.copy_within(..CODE, WHEN);
		challenge.0[..WHEN].copy_from_slice(&now.to_be_bytes());
		challenge
	}

	/// Returns whether a challenge was given to this account, on this connection, and within a minute.
	pub fn is_good(&self, challenge: &H256, account: &AccountId, connection: usize, now: Moment) -> bool {
		let mut given = [0; WHEN];
		given.copy_from_slice(&challenge.0[..WHEN]);
		let given = Moment::from_be_bytes(given);
		let is_fresh = (given..given.saturating_add(CHALLENGE_TIME)).contains(&now);
		let code = self.code(account, connection, given);
		is_fresh && code.verify_truncated_left(&challenge.0[WHEN..]).is_ok()
	}

	fn code(&self, account: &AccountId, connection: usize, given: Moment) -> Hmac<Sha256> {
		let mut code = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
		code.update(&(connection as u64, account, given).encode());
		code
	}
}

/// Returns until when a challenge is good that is given out at `now`, both in ms.
pub fn not_after(now: Moment) -> Moment {
	now.saturating_add(CHALLENGE_TIME)
}

/// Returns what a worker claims that joins this pool.
fn claim(join: &Join, workerpool: WorkerpoolId, genesis: H256) -> Claim<'static> {
	Claim::Join(Bounds { genesis, workerpool, not_after: join.not_after, nonce: join.challenge })
}

/// Checks at `now`, in ms, what a worker shows, whichever workers may join. That its challenge was given to it was checked
/// before.
///
/// # Errors
///
/// [`AdmissionRefusal`].
pub fn check(join: &Join, workerpool: WorkerpoolId, genesis: H256, now: Moment) -> Result<(), AdmissionRefusal> {
	let account = &join.account.0;
	let signer = join.signer.as_ref().unwrap_or(&join.account);
	if !claim(join, workerpool, genesis).is_signed_by(&join.signature, &signer.0) {
		let words = format!("the challenge is not signed by {signer}, for this pool and chain");
		return Err(AdmissionRefusal::new(code::WRONG_SIGNATURE, words));
	}
	if !(now..=not_after(now)).contains(&join.not_after) {
		return Err(AdmissionRefusal::new(code::WRONG_SIGNATURE, "the claim has expired: ask for a new challenge"));
	}
	let operator = join.operator.as_ref();
	if let Some(operator) = operator {
		let claim = Claim::Operator { genesis, worker: account };
		if !claim.is_signed_by(&operator.signature, &operator.account.0) {
			let words = format!("{} did not sign that {} is its worker", operator.account, join.account);
			return Err(AdmissionRefusal::new(code::WRONG_SIGNATURE, words));
		}
	}
	check_resources(&join.resources)?;
	if join.held.len() > MAX_REPORTS {
		let words = format!("at most {MAX_REPORTS} tasks can be in hand when a worker joins");
		return Err(AdmissionRefusal::new(code::NOT_ALLOWED, words));
	}
	Ok(())
}

/// Returns whose proxy has to have signed, and that proxy, if the worker's account did not sign itself.
pub fn proxy(join: &Join) -> Option<(&AccountId, &AccountId)> {
	let signer = join.signer.as_ref().filter(|signer| **signer != join.account)?;
	Some((&join.account.0, &signer.0))
}

/// Returns the accounts of which one has to be admitted: the worker's and its operator's.
pub fn candidates(join: &Join) -> impl Iterator<Item = &AccountId> {
	let operator = join.operator.as_ref().map(|operator| &operator.account);
	[Some(&join.account), operator].into_iter().flatten().map(|account| &account.0)
}

/// Admits a worker whose identity was [checked](check), or refuses it. `in_group` is whether one of the [`candidates`] is
/// a member of the admission's group now.
///
/// # Errors
///
/// [`AdmissionRefusal`].
pub fn admit(
	join: &Join,
	admission: &Admission,
	scheduler: &AccountId,
	in_group: bool,
) -> Result<(), AdmissionRefusal> {
	let is_admitted = match admission {
		Admission::Open => true,
		Admission::Private => candidates(join).any(|account| account == scheduler),
		Admission::Listed(list) => candidates(join).any(|account| list.contains(account)),
		Admission::Group(_) => in_group,
	};
	if is_admitted {
		return Ok(());
	}
	let admitted = match admission {
		Admission::Open => "all workers".into(),
		Admission::Private => "its scheduler's own workers".into(),
		Admission::Listed(_) => "workers on its list".into(),
		Admission::Group(group) => format!("members of group {:?}", group.0),
	};
	let worker = &join.account;
	let advice = match admission {
		Admission::Group(_) => format!("ask the group's owner to add {worker}, or its operator"),
		_ => format!("ask its operator to admit {worker}"),
	};
	Err(AdmissionRefusal::new(code::NOT_ALLOWED, format!("this pool admits {admitted} only; {advice}")))
}

fn check_resources(resources: &Resources) -> Result<(), AdmissionRefusal> {
	let wrong = |words: &str| Err(AdmissionRefusal::new(code::NOT_ALLOWED, words));
	if resources.slots == 0 || resources.slots > MAX_SLOTS {
		return wrong("a worker has 1 to 1024 slots");
	}
	if !resources.wasm && !resources.container {
		return wrong("a worker that runs neither WebAssembly nor containers gets no tasks");
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_chain::Key;
	use rlc_protocol::{version::PROTOCOL, worker::Operator, Account};
	use sp_core::H160;

	const GENESIS: H256 = H256::repeat_byte(9);

	/// When the tests' workers join, in ms.
	const NOW: Moment = 1_000_000;

	/// Returns the signature of a join, for this pool.
	fn signed(join: &Join, by: &Key, workerpool: WorkerpoolId) -> Vec<u8> {
		by.sign(&claim(join, workerpool, GENESIS).payload()).encode()
	}

	fn key(name: &str) -> Key {
		Key::from_suri(&format!("//{name}")).unwrap()
	}

	/// Returns Bob's request to join, with Charlie as its operator.
	fn join(change: impl FnOnce(&mut Join)) -> Join {
		let bob = key("Bob");
		let charlie = key("Charlie");
		let of = Claim::Operator { genesis: GENESIS, worker: &bob.account() };
		let operator =
			Operator { account: Account(charlie.account()), signature: charlie.sign(&of.payload()).encode() };
		let mut join = Join {
			protocol: PROTOCOL,
			account: Account(bob.account()),
			challenge: H256::repeat_byte(7),
			not_after: not_after(NOW),
			signature: Vec::new(),
			signer: None,
			operator: Some(operator),
			resources: Resources { slots: 1, wasm: true, ..Default::default() },
			version: String::new(),
			held: Vec::new(),
			standby: false,
		};
		join.signature = signed(&join, &bob, WorkerpoolId::default());
		change(&mut join);
		join
	}

	fn checked(join: &Join, admission: &Admission) -> Result<(), i32> {
		let alice = key("Alice").account();
		let admitted =
			check(join, WorkerpoolId::default(), GENESIS, NOW).and_then(|()| admit(join, admission, &alice, false));
		admitted.map_err(|refusal| refusal.code)
	}

	#[test]
	fn open_pool_admits_any_worker_that_holds_its_key() {
		assert_eq!(checked(&join(|_| ()), &Admission::Open), Ok(()));
	}

	#[test]
	fn foreign_signatures_are_refused() {
		let wrong = Err(code::WRONG_SIGNATURE);
		assert_eq!(checked(&join(|join| join.account = Account(key("Dave").account())), &Admission::Open), wrong);
		assert_eq!(checked(&join(|join| join.challenge = H256::zero()), &Admission::Open), wrong);
		let other = |join: &mut Join| join.operator.as_mut().unwrap().account = Account(key("Alice").account());
		assert_eq!(checked(&join(other), &Admission::Open), wrong, "no account is made an operator by others");
	}

	#[test]
	fn claim_that_another_pool_heard_or_that_expired_is_refused() {
		let wrong = Err(code::WRONG_SIGNATURE);
		let elsewhere = WorkerpoolId(H160::repeat_byte(5));
		let made_for = |pool: WorkerpoolId| join(|join| join.signature = signed(join, &key("Bob"), pool));
		assert_eq!(checked(&made_for(WorkerpoolId::default()), &Admission::Open), Ok(()));
		assert_eq!(checked(&made_for(elsewhere), &Admission::Open), wrong);
		for (not_after, expected) in [(NOW - 1, wrong), (NOW, Ok(())), (not_after(NOW) + 1, wrong)] {
			let claimed = join(|join| {
				join.not_after = not_after;
				join.signature = signed(join, &key("Bob"), WorkerpoolId::default());
			});
			assert_eq!(checked(&claimed, &Admission::Open), expected, "{not_after}");
		}
		assert_eq!(checked(&join(|join| join.not_after -= 1), &Admission::Open), wrong, "it is signed, too");
	}

	#[test]
	fn proxy_signs_with_its_own_key_and_is_named() {
		let [bob, dave] = ["Bob", "Dave"].map(|name| Account(key(name).account()));
		let by_dave = |join: &mut Join| {
			join.signature = signed(join, &key("Dave"), WorkerpoolId::default());
			join.signer = Some(Account(key("Dave").account()));
		};
		let signed = join(by_dave);
		assert_eq!(checked(&signed, &Admission::Open), Ok(()), "that it is a proxy is asked of the chain");
		assert_eq!(proxy(&signed), Some((&bob.0, &dave.0)));
		let named = join(|join| join.signer = Some(dave.clone()));
		assert_eq!(checked(&named, &Admission::Open), Err(code::WRONG_SIGNATURE));
		assert_eq!((proxy(&join(|_| ())), proxy(&join(|join| join.signer = Some(bob.clone())))), (None, None));
	}

	#[test]
	fn list_names_workers_or_operators() {
		let listed = |name| Admission::Listed([key(name).account()].into());
		assert_eq!(checked(&join(|_| ()), &listed("Bob")), Ok(()));
		assert_eq!(checked(&join(|_| ()), &listed("Charlie")), Ok(()));
		assert_eq!(checked(&join(|_| ()), &listed("Dave")), Err(code::NOT_ALLOWED));
	}

	#[test]
	fn private_pool_admits_its_schedulers_workers() {
		assert_eq!(checked(&join(|_| ()), &Admission::Private), Err(code::NOT_ALLOWED));
		let alice = key("Alice");
		let own = |join: &mut Join| {
			let claim = Claim::Operator { genesis: GENESIS, worker: &join.account.0 };
			let signature = alice.sign(&claim.payload()).encode();
			join.operator = Some(Operator { account: Account(alice.account()), signature });
		};
		assert_eq!(checked(&join(own), &Admission::Private), Ok(()));
	}

	#[test]
	fn group_pool_admits_members_and_names_its_group_to_others() {
		let alice = key("Alice").account();
		let group = Admission::Group(GroupId(H160::repeat_byte(0xAB)));
		let join = join(|_| ());
		assert_eq!(admit(&join, &group, &alice, true), Ok(()));
		let AdmissionRefusal { code, words } = admit(&join, &group, &alice, false).unwrap_err();
		assert_eq!(code, code::NOT_ALLOWED);
		assert!(words.contains(&format!("members of group 0x{} only", "ab".repeat(20))), "{words}");
		assert!(words.contains(&format!("add {}", join.account)), "{words}");
	}

	#[test]
	fn worker_and_its_operator_are_candidates() {
		let bob = key("Bob").account();
		let charlie = key("Charlie").account();
		assert_eq!(candidates(&join(|_| ())).collect::<Vec<_>>(), [&bob, &charlie]);
		assert_eq!(candidates(&join(|join| join.operator = None)).collect::<Vec<_>>(), [&bob]);
	}

	#[test]
	fn worker_without_slots_or_runtimes_is_refused() {
		let not_allowed = Err(code::NOT_ALLOWED);
		assert_eq!(checked(&join(|join| join.resources.slots = 0), &Admission::Open), not_allowed);
		assert_eq!(checked(&join(|join| join.resources.slots = 5_000), &Admission::Open), not_allowed);
		assert_eq!(checked(&join(|join| join.resources.wasm = false), &Admission::Open), not_allowed);
	}

	#[test]
	fn challenge_is_good_for_one_account_on_one_connection_for_a_minute() {
		let challenges = Challenges::default();
		let now = 1_000_000;
		let [bob, dave] = ["Bob", "Dave"].map(|name| key(name).account());
		let challenge = challenges.give(&bob, 1, now);
		assert!(challenges.is_good(&challenge, &bob, 1, now));
		assert!(challenges.is_good(&challenge, &bob, 1, now + CHALLENGE_TIME - 1));
		assert!(!challenges.is_good(&challenge, &bob, 1, now + CHALLENGE_TIME));
		assert!(!challenges.is_good(&challenge, &bob, 1, now - 1), "it is not from the future");
		assert!(!challenges.is_good(&challenge, &dave, 1, now));
		assert!(!challenges.is_good(&challenge, &bob, 2, now));
		assert!(!Challenges::default().is_good(&challenge, &bob, 1, now), "another scheduler's");
	}

	#[test]
	fn changed_challenge_is_not_good() {
		let challenges = Challenges::default();
		let bob = key("Bob").account();
		let challenge = challenges.give(&bob, 1, 1_000_000);
		for byte in 0..32 {
			let mut changed = challenge;
			changed.0[byte] ^= 1;
			assert!(!challenges.is_good(&changed, &bob, 1, 1_000_001), "byte {byte}");
		}
	}
}
