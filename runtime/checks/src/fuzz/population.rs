//! Who takes part in a history: the rich and the poor, holders of Ethereum keys, an account whose RLC vests, proxies, a
//! shared account, and hundreds of candidates for validators and of nominators.

use codec::Encode;
use pallet_staking::{Call as Staking, MaxNominatorsCount, Nominators, RewardDestination, ValidatorPrefs, Validators};
use pallet_vesting::VestingInfo;
use rlc_primitives::{AccountId, Balance, NRLC, RLC};
use rlc_runtime::{configs::accounts::ProxyType, limits::Limits, Runtime, RuntimeCall, RuntimeOrigin};
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{
	traits::{Dispatchable, StaticLookup},
	Perbill,
};

use crate::people::{give_session_keys, Person};

/// How many have a key of this chain and are rich, how many have an Ethereum key, and how many have next to nothing.
const RICH: usize = 10;
const ETHEREAL: usize = 4;
const POOR: usize = 2;

/// What each of the rich has, in nRLC: enough to stand for election, and to work besides.
const WEALTH: Balance = 30_000 * RLC;

/// What each of the poor has, in nRLC.
const POVERTY: Balance = 5 * NRLC;

/// What the one whose RLC vests has besides, in nRLC.
const FREE: Balance = 100 * RLC;

/// How many validators are elected.
const SEATS: u32 = 10;

/// How many candidates have session keys: more than are elected.
const KEYED: u32 = 20;

/// The most nominators: fewer than live networks admit, since every one of them is checked after every block.
const NOMINATORS: u32 = 200;

/// How many more than are admitted want to stand for election, and to nominate.
const TOO_MANY: u32 = 20;

/// How many places of candidates, and of nominators, the people can take.
const FREE_PLACES: u32 = 3;

/// How many candidates a nominator names.
const NOMINATIONS: u32 = 4;

/// Who acts for the principal, by their places among the people, and as what. One of them is poor: like a worker's
/// machine, it can send what is free, and nothing else.
const PROXIES: [(usize, ProxyType); 4] =
	[(1, ProxyType::Any), (4, ProxyType::Worker), (RICH + ETHEREAL, ProxyType::Worker), (5, ProxyType::Scheduler)];

/// Returns the people: the rich, those with Ethereum keys, the poor, one whose RLC vests, and an account that several
/// share.
pub fn people() -> Vec<Person> {
	let seed = |number: usize| format!("//person//{number}");
	let rich = (0..RICH).map(|number| Person::new(&seed(number)));
	let ethereal = (0..ETHEREAL).map(|number| Person::with_ethereum_key(&seed(number)));
	let others = (RICH..=RICH + POOR).map(|number| Person::new(&seed(number)));
	let mut people: Vec<_> = rich.chain(ethereal).chain(others).collect();
	let signatories = signatories(&people).iter().map(Person::account).collect();
	let shared = pallet_multisig::Pallet::<Runtime>::multi_account_id(&sorted(signatories), 1);
	people.push(Person::new("//nobody").for_account(shared));
	people
}

/// Returns the one for whom others act as proxies.
pub fn principal(people: &[Person]) -> &Person {
	&people[0]
}

/// Returns those that act for the principal, and as what.
pub fn proxies(people: &[Person]) -> Vec<(&Person, ProxyType)> {
	PROXIES.iter().map(|(at, kind)| (&people[*at], *kind)).collect()
}

/// Returns those who share an account: each of them can act for it alone.
pub fn signatories(people: &[Person]) -> &[Person] {
	&people[2..4]
}

/// Returns accounts as multisigs name them.
pub fn sorted(mut accounts: Vec<AccountId>) -> Vec<AccountId> {
	accounts.sort();
	accounts
}

/// Returns the one whose RLC vests.
pub fn vesting(people: &[Person]) -> &Person {
	&people[RICH + ETHEREAL + POOR]
}

/// Returns the account that several share, with a key that nobody has.
pub fn shared(people: &[Person]) -> &Person {
	&people[RICH + ETHEREAL + POOR + 1]
}

/// Gives everyone what they have at first.
///
/// # Panics
///
/// If the preset's accounts are too poor.
pub fn settle(people: &[Person]) {
	let (moneyed, rest) = people.split_at(RICH + ETHEREAL);
	for person in moneyed {
		give(person.account(), WEALTH);
	}
	for person in &rest[..POOR] {
		give(person.account(), POVERTY);
	}
	// All of it vests over some thousand blocks.
	let vesting = vesting(people).account();
	let schedule = VestingInfo::new(WEALTH, WEALTH / 5_000, 0);
	let call = pallet_vesting::Call::vested_transfer { target: address(vesting.clone()), schedule };
	does(Alice.to_account_id(), call);
	give(vesting, FREE);
	give(shared(people).account(), WEALTH);
	for (proxy, proxy_type) in proxies(people) {
		let delegate = address(proxy.account());
		let call = pallet_proxy::Call::add_proxy { delegate, proxy_type, delay: 0 };
		does(principal(people).account(), call);
	}
	populate_staking();
}

/// Has as many candidates and nominators as staking admits, and has those refused who are too many, or have too little.
fn populate_staking() {
	let limits = Limits::default();
	let (least, commission) = (limits.min_validator_bond, limits.min_commission);
	MaxNominatorsCount::<Runtime>::put(NOMINATORS);
	let seats = RuntimeCall::from(Staking::set_validator_count { new: SEATS });
	seats.dispatch(RuntimeOrigin::root()).expect("root sets the count");

	// Those who are refused for what they are come first, while there are places.
	for (number, value, commission) in
		[(0, NRLC, commission), (1, least - 1, commission), (2, least, Perbill::zero()), (3, least, commission / 2u32)]
	{
		let who = bonded("refused candidate", number, value);
		assert!(tries(who, validate(commission)).is_err(), "refused candidate {number} is admitted");
	}
	let poor = bonded("refused nominator", 0, limits.min_nominator_bond - 1);
	assert!(tries(poor, nominate(0)).is_err(), "a nominator with too little is admitted");

	let places = limits.max_validator_count - Validators::<Runtime>::count();
	fill("candidate", places, least, |_| validate(commission));
	for number in 0..KEYED {
		give_session_keys(&staker("candidate", number), &format!("candidate//{number}"));
	}
	let places = NOMINATORS - Nominators::<Runtime>::count();
	fill("nominator", places, limits.min_nominator_bond, nominate);
}

/// Fills this many places with stakers of a role, has more of them be refused, and empties a few of the last ones.
fn fill(role: &str, places: u32, least: Balance, call: impl Fn(u32) -> RuntimeCall) {
	for number in 0..places + TOO_MANY {
		// No two have the same at stake.
		let who = bonded(role, number, least + Balance::from(number) * RLC);
		let tried = tries(who, call(number));
		assert_eq!(tried.is_ok(), number < places, "{role} {number}: {tried:?}");
	}
	for number in places - FREE_PLACES..places {
		does(staker(role, number), Staking::chill {});
	}
}

/// Returns who stakes in a role, and does nothing else.
fn staker(role: &str, number: u32) -> AccountId {
	AccountId::new(blake2_256(&(role, number).encode()))
}

/// Returns the same, with this much at stake, in nRLC.
fn bonded(role: &str, number: u32, value: Balance) -> AccountId {
	let who = staker(role, number);
	give(who.clone(), value + RLC);
	does(who.clone(), Staking::bond { value, payee: RewardDestination::Staked });
	who
}

fn validate(commission: Perbill) -> RuntimeCall {
	Staking::validate { prefs: ValidatorPrefs { commission, blocked: false } }.into()
}

/// Returns what names a few candidates, others for each number, some of them without session keys.
fn nominate(number: u32) -> RuntimeCall {
	let targets = (0..NOMINATIONS).map(|more| address(staker("candidate", (number + 7 * more) % (2 * KEYED))));
	Staking::nominate { targets: targets.collect() }.into()
}

fn address(who: AccountId) -> <<Runtime as frame_system::Config>::Lookup as StaticLookup>::Source {
	who.into()
}

/// Gives an account RLC of the preset's rich, in nRLC.
fn give(to: AccountId, value: Balance) {
	does(Alice.to_account_id(), pallet_balances::Call::transfer_allow_death { dest: address(to), value });
}

fn does(who: AccountId, call: impl Into<RuntimeCall>) {
	tries(who, call).expect("everything is there at first");
}

fn tries(who: AccountId, call: impl Into<RuntimeCall>) -> sp_runtime::DispatchResult {
	call.into().dispatch(RuntimeOrigin::signed(who)).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
	use frame_support::traits::Get;
	use rlc_runtime::{presets::DEVELOPMENT, timing::SessionSlots, Session};

	use super::*;
	use crate::chain;

	#[test]
	fn elections_have_hundreds_of_candidates_and_nominators() {
		chain::chain(DEVELOPMENT).execute_with(|| {
			settle(&people());
			assert_eq!(Validators::<Runtime>::count(), Limits::default().max_validator_count - FREE_PLACES);
			assert_eq!(Nominators::<Runtime>::count(), NOMINATORS - FREE_PLACES);
			// A session in each block: an era, the one in which the next is planned, and one more.
			for _ in 0..9 {
				chain::block_after(SessionSlots::get(), Vec::new());
			}
			assert_eq!(Session::validators().len(), SEATS as usize);
		});
	}
}
