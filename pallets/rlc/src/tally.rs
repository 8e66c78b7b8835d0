//! What a settlement comes to: the sums of its movements, worked out before anything moves.

use alloc::collections::BTreeMap;

use rlc_primitives::{
	traits::{Movement, MovementKind},
	AccountId, Balance,
};
use sp_runtime::ArithmeticError;

/// Sums of movements, in nRLC.
#[derive(Default)]
pub struct Tally<'a> {
	/// Whom the movements concern. In the order of the accounts, which is the same on every node.
	pub accounts: BTreeMap<&'a AccountId, Share>,
	/// Seized, to pay for rewards.
	pub seized: Balance,
	/// Rewarded out of what is seized.
	pub rewarded: Balance,
	/// Seized for the kitty.
	pub to_kitty: Balance,
	/// Rewarded out of the kitty.
	pub from_kitty: Balance,
	/// Of what is seized, the treasury's.
	pub to_treasury: Balance,
}

/// One account's sums, in nRLC.
#[derive(Default)]
pub struct Share {
	/// What is unlocked.
	pub unlocked: Balance,
	/// What leaves its lock: unlocked or seized.
	pub released: Balance,
	/// What the escrow account pays it: unlocked or rewarded.
	pub paid: Balance,
}

impl<'a> Tally<'a> {
	/// Sums up. Movements of 0 concern nobody.
	///
	/// # Errors
	///
	/// [`ArithmeticError::Overflow`] for more nRLC than a `Balance` can say.
	pub fn of(movements: &'a [Movement]) -> Result<Self, ArithmeticError> {
		let mut tally = Self::default();
		for movement in movements.iter().filter(|movement| movement.amount > 0) {
			tally.count(movement)?;
		}
		Ok(tally)
	}

	fn count(&mut self, movement: &'a Movement) -> Result<(), ArithmeticError> {
		let amount = movement.amount;
		let share = self.accounts.entry(&movement.who).or_default();
		match movement.kind {
			MovementKind::Unlock => {
				add(&mut share.released, amount)?;
				add(&mut share.paid, amount)?;
				add(&mut share.unlocked, amount)
			}
			MovementKind::Seize => {
				add(&mut share.released, amount)?;
				add(&mut self.seized, amount)
			}
			MovementKind::SeizeForKitty => {
				add(&mut share.released, amount)?;
				add(&mut self.to_kitty, amount)
			}
			MovementKind::Reward => {
				add(&mut share.paid, amount)?;
				add(&mut self.rewarded, amount)
			}
			MovementKind::RewardFromKitty => {
				add(&mut share.paid, amount)?;
				add(&mut self.from_kitty, amount)
			}
			MovementKind::ToTreasury => add(&mut self.to_treasury, amount),
		}
	}
}

fn add(sum: &mut Balance, amount: Balance) -> Result<(), ArithmeticError> {
	*sum = sum.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
	Ok(())
}
