//! A validator's slot for dust: governance asks for one validator more than there is well-staked, and 1 nRLC is elected.

use pallet_staking::{Call as Staking, RewardDestination, ValidatorPrefs};
use rlc_primitives::RLC;
use rlc_runtime::Runtime;
use sp_runtime::Perbill;

use super::{calls::DUST, chain::Chain, network::Network, toll::Toll, Attack};
use crate::people::give_session_keys;

pub const ATTACK: Attack = Attack {
	name: "dust-slots",
	promise: "E8",
	about: "1 nRLC takes the validator's slot that honest stake leaves free",
	network: Network::SHORT_SESSIONS,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", RLC);
	chain.watch(&[&mallory], &[]);
	// The local preset has four validators.
	chain.root(Staking::set_validator_count { new: 5 }).expect("root sets the count");
	give_session_keys(&mallory.account(), "mallory");
	chain.send(&mallory, Staking::bond { value: DUST, payee: RewardDestination::Staked });
	let prefs = ValidatorPrefs { commission: Perbill::from_percent(100), blocked: false };
	chain.send(&mallory, Staking::validate { prefs });
	for _ in 0..100 {
		chain.block(Vec::new());
	}
	let era = pallet_staking::CurrentEra::<Runtime>::get().unwrap_or_default();
	let elected = pallet_staking::ErasStakersOverview::<Runtime>::contains_key(era, mallory.account());
	chain.toll().with_harm("validator slots that dust holds", elected.into(), 0)
}
