//! RLC: balances, fees, vesting, the cap.

use alloc::vec::Vec;

use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU32, ConstU8, EitherOfDiverse, VariantCountOf, WithdrawReasons},
	weights::{ConstantMultiplier, WeightToFeeCoefficient, WeightToFeeCoefficients, WeightToFeePolynomial},
	PalletId,
};
use frame_system::EnsureRoot;
use pallet_rlc::fees::CollectFees;
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use rlc_primitives::{MAX_SUPPLY, NRLC};
use smallvec::smallvec;
use sp_runtime::{
	traits::{AccountIdConversion, Bounded, ConvertInto, One},
	FixedPointNumber, Perbill, Perquintill,
};

use crate::{governance::origins::TreasurySpender, *};

parameter_types! {
	pub const ExistentialDeposit: Balance = NRLC;
	pub const MaxSupply: Balance = MAX_SUPPLY;
	pub const RlcPalletId: PalletId = PalletId(*b"rlc/rlc_");
}

impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type DoneSlashHandler = ();
	type DustRemoval = ();
	type ExistentialDeposit = ExistentialDeposit;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeEvent = RuntimeEvent;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
}

/// A second of a validator's computing costs one RLC.
pub struct ComputingFee;
impl WeightToFeePolynomial for ComputingFee {
	type Balance = Balance;
	fn polynomial() -> WeightToFeeCoefficients<Balance> {
		// Weight is in picoseconds: 10¹² of them for 10⁹ nRLC.
		smallvec![WeightToFeeCoefficient {
			degree: 1,
			negative: false,
			coeff_frac: Perbill::from_rational(1u32, 1_000),
			coeff_integer: 0,
		}]
	}
}

parameter_types! {
	/// A megabyte of extrinsics costs one RLC.
	pub const ByteFee: Balance = 1_000 * NRLC;
	/// Blocks a quarter full keep fees where they are.
	pub const TargetFullness: Perquintill = Perquintill::from_percent(25);
	pub AdjustmentSpeed: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
	pub LeastMultiplier: Multiplier = Multiplier::one();
	pub MostMultiplier: Multiplier = Bounded::max_value();
}

impl pallet_transaction_payment::Config for Runtime {
	type FeeMultiplierUpdate =
		TargetedFeeAdjustment<Self, TargetFullness, AdjustmentSpeed, LeastMultiplier, MostMultiplier>;
	type LengthToFee = ConstantMultiplier<Balance, ByteFee>;
	type OnChargeTransaction = FungibleAdapter<Balances, CollectFees<Runtime>>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
	type WeightToFee = ComputingFee;
}

impl free_calls::Config for Runtime {
	type WeightInfo = weights::free_calls::WeightInfo<Runtime>;
}

parameter_types! {
	pub const LeastVestedTransfer: Balance = RLC;
	/// What is not vested yet can be neither transferred nor spent on deposits.
	pub UnvestedMayBe: WithdrawReasons = WithdrawReasons::except(WithdrawReasons::TRANSFER | WithdrawReasons::RESERVE);
}

impl pallet_vesting::Config for Runtime {
	const MAX_VESTING_SCHEDULES: u32 = 28;
	type BlockNumberProvider = System;
	type BlockNumberToBalance = ConvertInto;
	type Currency = Balances;
	type MinVestedTransfer = LeastVestedTransfer;
	type RuntimeEvent = RuntimeEvent;
	type UnvestedFundsAllowedWithdrawReasons = UnvestedMayBe;
	type WeightInfo = weights::pallet_vesting::WeightInfo<Runtime>;
}

/// Holds the part of the original distribution that was sold to the crowd.
pub const SALE: PalletId = PalletId(*b"rlc/sale");
/// Holds the part of the original distribution that is for contingencies.
pub const CONTINGENCY: PalletId = PalletId(*b"rlc/cont");

parameter_types! {
	pub TreasuryAccount: AccountId = Treasury::account_id();
	/// Accounts of which nobody has the key, but for the treasury, which sees to itself.
	pub KeylessAccounts: Vec<AccountId> = Vec::from([SALE, CONTINGENCY].map(|id| id.into_account_truncating()));
}

impl pallet_rlc::Config for Runtime {
	type Currency = Balances;
	type KeylessAccounts = KeylessAccounts;
	type MaxSupply = MaxSupply;
	type OpenLocks = (Marketplace, Poco);
	type PalletId = RlcPalletId;
	type ShareOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TreasurySpender>;
	type Treasury = ResolveTo<TreasuryAccount, Balances>;
	type WeightInfo = weights::pallet_rlc::WeightInfo<Runtime>;
}
