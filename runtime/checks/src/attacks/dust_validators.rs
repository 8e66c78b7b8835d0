//! Elections stopped by dust: more candidates than an election looks at make it fail, and with it the end of eras,
//! rewards, unbonding, and slashes.

use pallet_staking::{Call as Staking, RewardDestination, ValidatorPrefs};
use rlc_primitives::RLC;
use rlc_runtime::{Runtime, RuntimeCall};
use sp_runtime::Perbill;

use super::{
	calls::DUST,
	chain::{Chain, PLENTY},
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "dust-validators",
	promise: "E8",
	about: "210 candidates with 1 nRLC at stake each, and eras no longer end",
	network: Network::SHORT_SESSIONS,
	play,
};

/// What a candidate gets, in nRLC: it bonds 1, and the rest pays its fees.
const EACH: u128 = RLC / 100;

/// Blocks of an era: three sessions of ten slots.
const ERA: usize = 30;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let candidates = chain.people("candidate", 210, EACH);
	let all: Vec<_> = candidates.iter().chain([&mallory]).collect();

	chain.watch(&all, &[]);
	let begin = era();
	let prefs = ValidatorPrefs { commission: Perbill::from_percent(100), blocked: false };
	for some in candidates.chunks(70) {
		let extrinsics = some.iter().flat_map(|one| {
			let bond = Staking::bond { value: DUST, payee: RewardDestination::Staked };
			let calls: [RuntimeCall; 2] = [bond.into(), Staking::validate { prefs: prefs.clone() }.into()];
			chain.sign_all(one, calls)
		});
		let extrinsics = extrinsics.collect();
		chain.block(extrinsics);
	}
	for _ in 0..4 * ERA {
		chain.block(Vec::new());
	}
	let ended = u128::from(era() - begin);
	chain.toll().with_harm("eras of three that did not end", 3u128.saturating_sub(ended), 0)
}

/// Returns the era that validators work in now.
fn era() -> u32 {
	pallet_staking::ActiveEra::<Runtime>::get().map_or(0, |era| era.index)
}
