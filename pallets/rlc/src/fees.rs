//! Fees become rewards: validators are paid with what users paid, and nothing is minted for them.
//!
//! A fee is split when it is taken: the treasury's share goes there, the rest waits in [`Pallet::fee_account`]. When an
//! era ends, staking asks what it may pay out ([`EraPayout`]): all that waits, which moves to
//! [`Pallet::reward_account`]. Staking then pays by depositing into its stakers' accounts, and hands over the debt,
//! which is settled out of that account. So issuance is the same before and after every payout.
//!
//! Rewards that nobody claims stay in the reward account, where governance can see and move them.

use frame_support::{
	defensive,
	traits::{
		fungible::{Balanced, Debt, Inspect, Mutate},
		tokens::{Fortitude, Preservation},
		Get, Imbalance, OnUnbalanced,
	},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::traits::AccountIdConversion;
use sp_staking::EraPayout;

use crate::{Config, CreditOf, Event, Pallet, TreasuryShare};

impl<T: Config> Pallet<T> {
	/// Holds the fees collected in the current era.
	pub fn fee_account() -> AccountId {
		T::PalletId::get().into_sub_account_truncating(b"fees")
	}

	/// Holds the rewards that ended eras promised and nobody claimed yet.
	pub fn reward_account() -> AccountId {
		T::PalletId::get().into_sub_account_truncating(b"rewards")
	}
}

/// Takes transaction fees.
pub struct CollectFees<T>(core::marker::PhantomData<T>);

impl<T: Config> OnUnbalanced<CreditOf<T>> for CollectFees<T> {
	fn on_nonzero_unbalanced(fee: CreditOf<T>) {
		let (treasury, rewards) = {
			let share = TreasuryShare::<T>::get().mul_floor(fee.peek());
			fee.split(share)
		};
		T::Treasury::on_unbalanced(treasury);
		// A deposit can only fail where it would create an account below the existential deposit. The credit is then
		// dropped, which burns it: a loss below the smallest balance that an account may have.
		let _ = T::Currency::resolve(&Pallet::<T>::fee_account(), rewards);
	}
}

/// What an ended era pays: the fees collected in it, wherever the stake stands.
impl<T: Config> EraPayout<Balance> for Pallet<T> {
	fn era_payout(_staked: Balance, _issuance: Balance, _millis: u64) -> (Balance, Balance) {
		let fees = Self::fee_account();
		let amount = T::Currency::reducible_balance(&fees, Preservation::Expendable, Fortitude::Polite);
		if amount == 0
			|| T::Currency::transfer(&fees, &Self::reward_account(), amount, Preservation::Expendable).is_err()
		{
			return (0, 0);
		}
		Self::deposit_event(Event::RewardsFunded { amount });
		(amount, 0)
	}
}

/// Settles what staking paid to stakers out of the rewards promised.
pub struct SettleRewards<T>(core::marker::PhantomData<T>);

impl<T: Config> OnUnbalanced<Debt<AccountId, T::Currency>> for SettleRewards<T> {
	fn on_nonzero_unbalanced(paid: Debt<AccountId, T::Currency>) {
		if T::Currency::settle(&Pallet::<T>::reward_account(), paid, Preservation::Expendable).is_err() {
			// Staking pays at most what `era_payout` promised, so this needs governance to have emptied the account.
			defensive!("rewards were paid that no fee had funded");
		}
	}
}
