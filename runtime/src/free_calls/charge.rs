//! The transaction extension: who pays what, and which call comes first.

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
	dispatch::{DispatchInfo, PostDispatchInfo},
	pallet_prelude::{TransactionSource, Weight},
	storage::{with_transaction, TransactionOutcome},
	traits::OriginTrait,
};
use pallet_poco::FreeCall;
use pallet_transaction_payment::{ChargeTransactionPayment, OnChargeTransaction};
use scale_info::{Type, TypeInfo};
use sp_runtime::{
	traits::{Implication, TransactionExtension, TransactionExtensionMetadata, ValidateResult},
	transaction_validity::{InvalidTransaction, TransactionPriority, TransactionValidityError, ValidTransaction},
	DispatchError, DispatchResult,
};

use super::{
	ensure_room, weight_of,
	work::{staked, Work},
	Config, Consumed, WeightInfo,
};
use crate::*;

/// What others pay.
type Charge = ChargeTransactionPayment<Runtime>;

/// Weights of what this extension does besides.
type Measured = <Runtime as Config>::WeightInfo;

/// Withdraws fees and tips.
type Purse = <Runtime as pallet_transaction_payment::Config>::OnChargeTransaction;

/// The tip of a call that pays no fee, between withdrawal and deposit.
type Withdrawn = <Purse as OnChargeTransaction<Runtime>>::LiquidityInfo;

/// Refuses a free call whose signer cannot pay its tip beside what the call locks: offer less, or nothing.
pub const TIP_TOO_HIGH: InvalidTransaction = InvalidTransaction::Custom(rlc_primitives::TIP_TOO_HIGH);

/// Charges a transaction's fee and its tip; of a free call's, the tip alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct ChargeUnlessFree(Charge);

impl ChargeUnlessFree {
	/// Returns the extension of a transaction with this tip, in nRLC.
	pub fn with_tip(tip: Balance) -> Self {
		Self(Charge::from(tip))
	}

	/// Returns what this extension weighs for a free call; `None` if a call of this kind is never free. The check that it is
	/// free is part of what the call itself weighs.
	fn free_weight(&self, call: &RuntimeCall) -> Option<Weight> {
		let stakes = staked(call)?;
		let tip = if self.0.tip() == 0 { Measured::free_call() } else { Measured::tipped_free_call(stakes) };
		Some(tip.saturating_add(proxy_weight(call)))
	}

	/// Returns a free call's priority.
	fn priority(&self, call: &RuntimeCall, info: &DispatchInfo, len: usize, is_urgent: bool) -> TransactionPriority {
		let tip = self.0.tip();
		let ordinary = Charge::get_priority(info, len, tip, tip);
		if tip != 0 || !is_urgent {
			return ordinary;
		}
		// With a tip, the same call weighs more, and each nRLC counts for less.
		let least = Self::with_tip(1);
		let others = info.extension_weight.saturating_sub(self.weight(call));
		let tipped = DispatchInfo { extension_weight: others.saturating_add(least.weight(call)), ..*info };
		ordinary.saturating_mul(2).min(Charge::get_priority(&tipped, len, 1, 1))
	}

	/// Returns what the transaction pool needs to know of a free call. Refuses a call whose tip the signer cannot pay.
	pub(super) fn admit(
		&self,
		call: &RuntimeCall,
		work: &Work,
		info: &DispatchInfo,
		len: usize,
		free: FreeCall,
	) -> Result<ValidTransaction, TransactionValidityError> {
		let tip = self.0.tip();
		ensure_tip(call, work, info, tip)?;
		let priority = self.priority(call, info, len, free.is_urgent);
		Ok(ValidTransaction { priority, provides: free.provides, ..Default::default() })
	}
}

/// Returns what looking up the proxy weighs, if one makes this call.
fn proxy_weight(call: &RuntimeCall) -> Weight {
	match call {
		RuntimeCall::Proxy(_) => Measured::proxied_call(),
		_ => Weight::zero(),
	}
}

/// Wallets find the extension that they know.
impl TypeInfo for ChargeUnlessFree {
	type Identity = <Charge as TypeInfo>::Identity;

	fn type_info() -> Type {
		Charge::type_info()
	}
}

/// What validation found out.
pub enum Val {
	/// It is an ordinary call.
	Charged(pallet_transaction_payment::Val<Runtime>),
	/// It is free, and this account signed it.
	Free(AccountId),
}

/// What is settled after the call.
pub enum Pre {
	/// Its fee.
	Charged(pallet_transaction_payment::Pre<Runtime>),
	/// The tip of a free call, and what it may weigh.
	Free {
		/// Who signed.
		who: AccountId,
		/// What it offers, in nRLC.
		tip: Balance,
		/// That, withdrawn.
		withdrawn: Withdrawn,
		/// What was booked for it.
		booked: Weight,
		/// The part of it that this extension does not need, since no fee is paid.
		unspent: Weight,
	},
}

/// Refuses a free call whose signer cannot pay the tip beside what the call locks. Changes nothing.
fn ensure_tip(
	call: &RuntimeCall,
	work: &Work,
	info: &DispatchInfo,
	tip: Balance,
) -> Result<(), TransactionValidityError> {
	if tip == 0 {
		return Ok(());
	}
	let affordable: Result<bool, DispatchError> = with_transaction(|| {
		let withdrawn = <Purse as OnChargeTransaction<Runtime>>::withdraw_fee(work.signer, call, info, tip, tip);
		let affordable = withdrawn.is_ok() && Poco::can_stake(work.call, work.account());
		drop(withdrawn);
		TransactionOutcome::Rollback(Ok(affordable))
	});
	match affordable {
		Ok(true) => Ok(()),
		_ => Err(TIP_TOO_HIGH.into()),
	}
}

impl TransactionExtension<RuntimeCall> for ChargeUnlessFree {
	const IDENTIFIER: &'static str = <Charge as TransactionExtension<RuntimeCall>>::IDENTIFIER;
	type Implicit = <Charge as TransactionExtension<RuntimeCall>>::Implicit;
	type Val = Val;
	type Pre = Pre;

	fn metadata() -> Vec<TransactionExtensionMetadata> {
		<Charge as TransactionExtension<RuntimeCall>>::metadata()
	}

	fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
		<Charge as TransactionExtension<RuntimeCall>>::implicit(&self.0)
	}

	/// A call that may be free, but is not, takes the same lookups as a free one without a tip, and then pays its fee.
	fn weight(&self, call: &RuntimeCall) -> Weight {
		let fee = self.0.weight(call);
		let Some(free) = self.free_weight(call) else { return fee };
		fee.saturating_add(Measured::free_call()).saturating_add(proxy_weight(call)).max(free)
	}

	fn validate(
		&self,
		origin: RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfo,
		len: usize,
		implicit: Self::Implicit,
		implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCall> {
		if let Some(who) = origin.as_signer().cloned() {
			if let Some(work) = Work::of(call, &who) {
				ensure_room(info)?;
				if let Some(free) = work.free_call(call) {
					let valid = self.admit(call, &work, info, len, free)?;
					return Ok((valid, Val::Free(who), origin));
				}
			}
		}
		let (valid, charged, origin) = self.0.validate(origin, call, info, len, implicit, implication, source)?;
		Ok((valid, Val::Charged(charged), origin))
	}

	fn prepare(
		self,
		val: Self::Val,
		origin: &RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfo,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		let who = match val {
			Val::Charged(val) => return self.0.prepare(val, origin, call, info, len).map(Pre::Charged),
			Val::Free(who) => who,
		};
		let tip = self.0.tip();
		let withdrawn = <Purse as OnChargeTransaction<Runtime>>::withdraw_fee(&who, call, info, tip, tip)
			.map_err(|_| TIP_TOO_HIGH)?;
		let booked = weight_of(info);
		let unspent = self.weight(call).saturating_sub(self.free_weight(call).unwrap_or_default());
		Consumed::<Runtime>::mutate(|consumed| consumed.saturating_accrue(booked));
		Ok(Pre::Free { who, tip, withdrawn, booked, unspent })
	}

	fn post_dispatch_details(
		pre: Self::Pre,
		info: &DispatchInfo,
		post_info: &PostDispatchInfo,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		let (who, tip, withdrawn, booked, unspent) = match pre {
			Pre::Charged(pre) => return Charge::post_dispatch_details(pre, info, post_info, len, result),
			Pre::Free { who, tip, withdrawn, booked, unspent } => (who, tip, withdrawn, booked, unspent),
		};
		if tip > 0 {
			<Purse as OnChargeTransaction<Runtime>>::correct_and_deposit_fee(
				&who, info, post_info, tip, tip, withdrawn,
			)?;
			TransactionPayment::deposit_fee_paid_event(who, tip, tip);
		}
		let actual = post_info.calc_actual_weight(info).saturating_sub(unspent);
		let saved = info.total_weight().saturating_sub(actual).min(booked);
		Consumed::<Runtime>::mutate(|consumed| consumed.saturating_reduce(saved));
		Ok(unspent)
	}
}
