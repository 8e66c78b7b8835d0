//! What the chain holds for what it stores.

use codec::Encode;
use rlc_primitives::{
	assets::{Group, Policy, Workerpool},
	Balance,
};

use crate::{
	calls::{Call, GovernanceCall, MarketplaceCall, ProxyCall, RegistryCall, SessionCall},
	rpc::decode_all,
	Chain, Error,
};

/// What the chain holds for what it stores, in nRLC. A deposit comes back when what it pays for is removed. Referendums
/// change them; what is held already stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deposits {
	/// For an account: what it has to keep, or it ends.
	pub account: Balance,
	/// For an app, a dataset, a workerpool, a group, or a member of one.
	pub asset: Balance,
	/// For each byte of it.
	pub asset_byte: Balance,
	/// For an order in the book, or presigned.
	pub order: Balance,
	/// For each byte of it.
	pub order_byte: Balance,
	/// For the record of how much of an order is consumed.
	pub record: Balance,
	/// For an account's list of proxies.
	pub proxies: Balance,
	/// For each of them.
	pub proxy: Balance,
	/// For the session keys of a validator.
	pub keys: Balance,
	/// For a referendum, from its submission on.
	pub referendum: Balance,
	/// For a call that is stored beside its referendum.
	pub call: Balance,
	/// For each byte of it.
	pub call_byte: Balance,
	/// What a scheduler stakes for a task at least, for each hour of the category's reference time.
	pub stake_rate: Balance,
}

impl Chain {
	/// Returns what the chain holds for what it stores.
	///
	/// # Errors
	///
	/// Those of every question; [`Error::Mismatch`] if the runtime does not tell.
	pub async fn deposits(&self) -> Result<Deposits, Error> {
		let runtime = self.runtime(None).await?;
		let read = |pallet: &str, name: &str| {
			let value = runtime.constant(pallet, name).ok_or_else(|| {
				let difference = format!("it has no constant {pallet}.{name}");
				Error::Mismatch { version: runtime.version.spec_version, difference }
			})?;
			decode_all(name, value)
		};
		Ok(Deposits {
			account: read("Balances", "ExistentialDeposit")?,
			asset: read("Registry", "ItemDeposit")?,
			asset_byte: read("Registry", "ByteDeposit")?,
			order: read("Marketplace", "OrderDeposit")?,
			order_byte: read("Marketplace", "ByteDeposit")?,
			record: read("Marketplace", "RecordDeposit")?,
			proxies: read("Proxy", "ProxyDepositBase")?,
			proxy: read("Proxy", "ProxyDepositFactor")?,
			keys: read("Session", "KeyDeposit")?,
			referendum: read("Referenda", "SubmissionDeposit")?,
			call: read("Origins", "CallDeposit")?,
			call_byte: read("Origins", "CallByteDeposit")?,
			stake_rate: read("Marketplace", "StakeRate")?,
		})
	}
}

impl Deposits {
	/// Returns what a call has the chain hold of its sender for what it stores, at most; 0 for a batch. What a match takes is
	/// known from an estimate, and a record that a call may need to make is not counted here.
	pub fn of(&self, call: &Call) -> Balance {
		match call {
			Call::Registry(RegistryCall::RegisterApp { app }) => self.asset(app),
			Call::Registry(RegistryCall::RegisterDataset { dataset }) => self.asset(dataset),
			Call::Registry(RegistryCall::RegisterWorkerpool { description }) => {
				self.asset(&Workerpool { description: description.clone(), policy: Policy::default() })
			}
			Call::Registry(RegistryCall::SetDescription { description, .. }) => bytes(description, self.asset_byte),
			Call::Registry(RegistryCall::CreateGroup { name }) => self.asset(&Group { name: name.clone(), members: 0 }),
			Call::Registry(RegistryCall::AddMembers { members, .. }) => {
				members.iter().fold(0, |sum: Balance, member| sum.saturating_add(self.asset(member)))
			}
			Call::Marketplace(MarketplaceCall::PublishOrder { order } | MarketplaceCall::PresignOrder { order }) => {
				self.order.saturating_add(bytes(order, self.order_byte)).saturating_add(self.record)
			}
			Call::Proxy(ProxyCall::AddProxy { .. }) => self.proxies.saturating_add(self.proxy),
			Call::Session(SessionCall::SetKeys { .. }) => self.keys,
			Call::Governance(GovernanceCall::NotePreimage { call }) => self.stored_call(call.len()),
			Call::Governance(GovernanceCall::Submit { .. }) => self.referendum,
			Call::Governance(GovernanceCall::PlaceDecisionDeposit { amount, .. }) => *amount,
			_ => 0,
		}
	}

	/// Returns what is held for a call of so many bytes that is stored beside its referendum, in nRLC.
	pub fn stored_call(&self, bytes: usize) -> Balance {
		self.call.saturating_add(each(bytes, self.call_byte))
	}

	fn asset(&self, content: &impl Encode) -> Balance {
		self.asset.saturating_add(bytes(content, self.asset_byte))
	}
}

/// Returns what the bytes of something take at this price for each.
fn bytes(content: &impl Encode, each: Balance) -> Balance {
	self::each(content.encoded_size(), each)
}

/// Returns what so many bytes take at this price for each.
fn each(bytes: usize, price: Balance) -> Balance {
	price.saturating_mul(u128::try_from(bytes).unwrap_or(u128::MAX))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::calls::{BalancesCall, ProxyType};
	use rlc_primitives::{AccountId, Address, OrderHash};

	const DEPOSITS: Deposits = Deposits {
		account: 1,
		asset: 1_000,
		asset_byte: 1,
		order: 2_000,
		order_byte: 2,
		record: 30,
		proxies: 400,
		proxy: 5,
		keys: 0,
		referendum: 60_000,
		call: 700,
		call_byte: 3,
		stake_rate: 0,
	};

	#[test]
	fn what_is_stored_is_paid_for_by_item_and_byte() {
		let description = b"pool".to_vec().try_into().unwrap();
		// A length, four letters, and the policy: two ratios of 4 and 1 bytes, and who closes tasks.
		let pool = Call::Registry(RegistryCall::RegisterWorkerpool { description });
		assert_eq!(DEPOSITS.of(&pool), 1_000 + 5 + 6);
		let description = b"a longer one".to_vec().try_into().unwrap();
		let longer = RegistryCall::SetDescription { workerpool: Default::default(), description };
		assert_eq!(DEPOSITS.of(&Call::Registry(longer)), 13, "no more than its bytes");
		let delegate = Address::Id(AccountId::new([1; 32]));
		let proxy = ProxyCall::AddProxy { delegate, proxy_type: ProxyType::Any, delay: 0 };
		assert_eq!(DEPOSITS.of(&proxy.into()), 405);
	}

	#[test]
	fn referendum_takes_a_deposit_twice() {
		let (origin, proposal) = (crate::Data::Nothing, crate::Proposal::of(&[1]));
		assert_eq!(DEPOSITS.of(&GovernanceCall::Submit { origin, proposal, after: 1 }.into()), 60_000);
		assert_eq!(DEPOSITS.of(&GovernanceCall::PlaceDecisionDeposit { index: 1, amount: 7 }.into()), 7);
		assert_eq!(DEPOSITS.of(&GovernanceCall::RefundDecisionDeposit { index: 1 }.into()), 0);
	}

	#[test]
	fn stored_call_takes_a_deposit_for_its_bytes_alone() {
		let note = GovernanceCall::NotePreimage { call: vec![1; 200] };
		assert_eq!(DEPOSITS.of(&note.into()), 700 + 200 * 3, "not for their count");
	}

	#[test]
	fn what_stores_nothing_takes_no_deposit() {
		let dest = Address::Id(AccountId::new([1; 32]));
		assert_eq!(DEPOSITS.of(&BalancesCall::TransferKeepAlive { dest, value: 9 }.into()), 0);
		assert_eq!(DEPOSITS.of(&MarketplaceCall::UnpublishOrder { order: OrderHash::default() }.into()), 0);
	}
}
