//! A commitment to a small answer, inverted: who tries all answers against the first contribution learns the result, and is
//! paid for it without computing.

use pallet_poco::{CallbackData, TaskRef};
use rlc_primitives::{task::ContributionStatus, CallbackId, ResultDigest, ResultHash, RLC};
use rlc_runtime::Runtime;
use sp_core::H160;
use sp_io::hashing::blake2_256;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::Terms,
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "guessed-commitment",
	promise: "I10",
	about: "one of 10,000 answers is found from the first contribution, and copied",
	network: Network::LIVE,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let honest = chain.person("honest", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let callback = Some(CallbackId(H160::repeat_byte(7)));
	let terms = Terms { app: &app, pool: &pool, requester: &requester, price: 10 * RLC, trust: 3, volume: 1, callback };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	// Only a machine that computed the task knows its trace.
	let trace = blake2_256(b"what the app did").into();
	let data = calls::answer(7_654, trace);

	chain.watch(&[&mallory], &[]);
	let digest = ResultDigest::of_callback(&data);
	chain.must(&honest, calls::contribute(&scheduler, &honest, task, digest));
	let seen = pallet_poco::Tasks::<Runtime>::get(task.id()).expect("it was contributed to");
	let seen = seen.contributions.first().expect("one contribution").commitment.result;
	let guesses = (0..10_000).map(|value| ResultDigest::of_callback(&calls::answer(value, Default::default())));
	let guessed = guesses.into_iter().find(|digest| ResultHash::of(task.id(), *digest) == seen);
	if let Some(digest) = guessed {
		chain.send(&mallory, calls::contribute(&scheduler, &mallory, task, digest));
		chain.send(&mallory, calls::reveal(task, digest));
	}
	chain.send(&honest, calls::reveal(task, digest));
	let stored = pallet_poco::Tasks::<Runtime>::get(task.id());
	let copied = stored.is_some_and(|task| {
		let mine = task.contribution(&mallory.account());
		mine.is_some_and(|mine| mine.status == ContributionStatus::Proved)
	});
	let data: Option<CallbackData> = data.try_into().ok();
	chain.send(&scheduler, pallet_poco::Call::finalize { task, callback_data: data });
	chain.toll().with_harm("commitments of one that a guess opens", copied.into(), 0)
}
