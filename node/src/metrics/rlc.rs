//! What the escrow and the kitty hold.

use frame_system::AccountInfo;
use rlc_primitives::{Balance, Nonce};
use rlc_runtime::{Rlc, Runtime};
use substrate_prometheus_endpoint::{Gauge, PrometheusError, Registry, U64};

use super::{
	register::gauge,
	state::{State, Unreadable},
};

/// Gauges of locked RLC.
#[derive(Clone)]
pub(super) struct Gauges {
	kitty: Gauge<U64>,
	escrow: Gauge<U64>,
}

impl Gauges {
	pub(super) fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			kitty: gauge(registry, "rlc_kitty_nrlc", "What the kitty holds, in nRLC")?,
			escrow: gauge(registry, "rlc_escrow_nrlc", "What the escrow holds, locks and kitty together, in nRLC")?,
		})
	}

	pub(super) fn show(&self, found: &Found) {
		self.kitty.set(nrlc(found.kitty));
		self.escrow.set(nrlc(found.escrow));
	}
}

/// What a scan found.
pub(super) struct Found {
	kitty: Balance,
	escrow: Balance,
}

impl Found {
	pub(super) fn scan(state: &State) -> Result<Self, Unreadable> {
		let kitty: Option<Balance> = state.value(pallet_rlc::Kitty::<Runtime>::hashed_key())?;
		let account = frame_system::Account::<Runtime>::hashed_key_for(Rlc::escrow_account());
		let account: Option<AccountInfo<Nonce, <Runtime as frame_system::Config>::AccountData>> =
			state.value(account)?;
		let escrow = account.map(|account| account.data.free);
		Ok(Self { kitty: kitty.unwrap_or_default(), escrow: escrow.unwrap_or_default() })
	}
}

/// Returns an amount in nRLC. Every amount that can exist fits.
fn nrlc(amount: Balance) -> u64 {
	amount.try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::MAX_SUPPLY;

	#[test]
	fn whole_supply_fits_into_a_gauge() {
		assert_eq!(Balance::from(nrlc(MAX_SUPPLY)), MAX_SUPPLY);
	}

	#[test]
	fn findings_are_shown() {
		let gauges = Gauges::register(&Registry::new()).expect("an empty registry");
		gauges.show(&Found { kitty: 5, escrow: 8 });
		assert_eq!((gauges.kitty.get(), gauges.escrow.get()), (5, 8));
	}
}
