//! Claims as strangers make and sign them.

use proptest::prelude::*;
use rlc_testing::spoiled;
use sp_core::{sr25519, Pair, H160};

use super::*;

/// What a claim is about.
type About = (u8, Bounds, [u8; 32], u64);

fn claim<'a>(&(purpose, bounds, id, size): &About, worker: &'a AccountId) -> Claim<'a> {
	match purpose {
		0 => Claim::Join(bounds),
		1 => Claim::Operator { genesis: bounds.genesis, worker },
		2 => Claim::Logs { bounds, task: TaskId(id.into()) },
		_ => Claim::Upload { bounds, content: id.into(), size },
	}
}

fn abouts() -> impl Strategy<Value = About> {
	let byte = || 0..2_u8;
	let bounds = (byte(), byte(), 0..300_u64, byte()).prop_map(|(genesis, pool, not_after, nonce)| Bounds {
		genesis: H256::repeat_byte(genesis),
		workerpool: WorkerpoolId(H160::repeat_byte(pool)),
		not_after,
		nonce: H256::repeat_byte(nonce),
	});
	(0..4_u8, bounds, byte().prop_map(|id| [id; 32]), 0..300_u64)
}

#[test]
fn claim_is_signed_in_one_way() {
	let pair = sr25519::Pair::from_seed(&[1; 32]);
	let account = AccountId::new(pair.public().0);
	let claim = Claim::Join(Bounds {
		genesis: H256::zero(),
		workerpool: WorkerpoolId(H160::zero()),
		not_after: 1,
		nonce: H256::zero(),
	});
	let right = Signature::from(pair.sign(&claim.payload())).encode();
	proptest!(|(signature in spoiled(Just(right.clone())))| {
		prop_assert_eq!(claim.is_signed_by(&signature, &account), signature == right);
	});
}

proptest! {
	#[test]
	fn different_claims_have_different_payloads(one in abouts(), other in abouts()) {
		let workers = [&one, &other].map(|(_, _, id, _)| AccountId::new(*id));
		let claims = (claim(&one, &workers[0]), claim(&other, &workers[1]));
		let payloads = (claims.0.payload(), claims.1.payload());
		prop_assert_eq!(claims.0 == claims.1, payloads.0 == payloads.1);
		prop_assert!(payloads.0 == payloads.1 || !payloads.0.starts_with(&payloads.1), "none is the beginning of another");
	}

	#[test]
	fn claim_is_forgotten_only_when_it_is_worth_nothing(not_after in any::<u64>(), now in any::<u64>()) {
		let bounds = Bounds { genesis: H256::zero(), workerpool: WorkerpoolId::default(), not_after, nonce: H256::zero() };
		prop_assert!(!bounds.is_current(now) || now < bounds.forget_at() || now == u64::MAX);
	}
}
