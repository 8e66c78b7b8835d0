//! Calls within calls: batches, proxies, multisigs.

use frame_support::traits::InstanceFilter;
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_runtime::RuntimeCall;

use super::Act;
use crate::fuzz::world::World;

/// How often it is looked for another call of the same sender.
const TRIES: usize = 12;

impl World {
	/// Returns the same, in a batch with other calls of its sender now and then.
	pub(super) fn batch(&mut self, act: Act, random: &mut StdRng) -> Act {
		let Act { by: Some(by), call } = act else { return act };
		if !random.gen_ratio(1, 30) {
			return Act { by: Some(by), call };
		}
		let mut calls = vec![call];
		for _ in 0..TRIES {
			let other = self.plain_act(random);
			if other.by.as_ref().is_some_and(|one| one.account() == by.account()) {
				calls.push(other.call);
			} else {
				self.postponed.push(other);
			}
		}
		let call: RuntimeCall = match random.gen_range(0..3) {
			0 => pallet_utility::Call::batch { calls }.into(),
			1 => pallet_utility::Call::force_batch { calls }.into(),
			_ => pallet_utility::Call::batch_all { calls }.into(),
		};
		Act { by: Some(by), call }
	}

	/// Returns the same as it is sent: what an account does that several share, by one of them; and what the principal
	/// does, mostly by a proxy, and mostly by one that may.
	pub(super) fn represent(&self, act: Act, random: &mut StdRng) -> Act {
		let Act { by: Some(by), call } = act else { return act };
		if by.account() == self.shared().account() {
			let signatory = self.signatories().choose(random).map(|one| one.account());
			let by = self.mostly(signatory, random);
			let other_signatories = self.cosigners(&by);
			let call = pallet_multisig::Call::as_multi_threshold_1 { other_signatories, call: Box::new(call) };
			return Act { by: Some(by), call: call.into() };
		}
		if by.account() != self.principal().account() || random.gen_ratio(1, 3) {
			return Act { by: Some(by), call };
		}
		let all = self.proxies();
		let may: Vec<_> = all.iter().filter(|(_, kind)| kind.filter(&call)).collect();
		let (proxy, kind) = match may.choose(random) {
			Some(one) if random.gen_ratio(4, 5) => **one,
			_ => all[random.gen_range(0..all.len())],
		};
		let force_proxy_type = random.gen_bool(0.5).then_some(kind);
		let call = pallet_proxy::Call::proxy { real: by.account().into(), force_proxy_type, call: Box::new(call) };
		Act { by: Some(proxy.clone()), call: call.into() }
	}
}
