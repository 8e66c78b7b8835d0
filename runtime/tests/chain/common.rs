//! A chain in memory: real blocks, real signatures, run by the native runtime.

use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::Get};
use rlc_runtime::*;
use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::Era,
	traits::{Dispatchable, Header as _, Zero},
	ApplyExtrinsicResult, BuildStorage, Digest, DigestItem,
};

/// A chain that starts from a preset.
pub fn chain(preset: &str) -> sp_io::TestExternalities {
	genesis(presets::preset(preset).expect("the preset exists"))
}

/// A chain that starts from a genesis patch.
pub fn genesis(patch: serde_json::Value) -> sp_io::TestExternalities {
	fn merge(into: &mut serde_json::Value, from: serde_json::Value) {
		match (into, from) {
			(serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
				for (key, value) in from {
					merge(into.entry(key).or_insert(serde_json::Value::Null), value);
				}
			}
			(into, from) => *into = from,
		}
	}
	let mut json = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	merge(&mut json, patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(json).expect("the patch fits the runtime");
	let mut ext = sp_io::TestExternalities::new(config.build_storage().unwrap());
	let (offchain, _) = sp_core::offchain::testing::TestOffchainExt::with_offchain_db(ext.offchain_db());
	ext.register_extension(sp_core::offchain::OffchainDbExt::new(offchain));
	ext
}

/// Makes the next block of these extrinsics and checks the invariants after it. Each slot has a block.
pub fn block(extrinsics: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
	let number = System::block_number() + 1;
	let slot_ms = timing::SlotMs::get();
	let slot = sp_consensus_babe::Slot::from(1_000_000 + u64::from(number));
	let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, pre_digest.encode())] };
	let header = Header::new(number, Hash::zero(), Hash::zero(), System::parent_hash(), digest);

	Executive::initialize_block(&header);
	let now = u64::from(slot) * slot_ms;
	let timestamp = UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }));
	Executive::apply_extrinsic(timestamp).unwrap().unwrap();
	let results = extrinsics.into_iter().map(Executive::apply_extrinsic).collect();
	let header = Executive::finalize_block();

	check_invariants();
	// What the next block needs to know of this one; `finalize_block` left it to the block after.
	frame_system::BlockHash::<Runtime>::insert(number, header.hash());
	results
}

/// Makes `count` empty blocks.
pub fn blocks(count: u32) {
	for _ in 0..count {
		block(vec![]);
	}
}

/// Every pallet's `try_state`.
pub fn check_invariants() {
	use frame_support::traits::{TryState, TryStateSelect};
	<AllPalletsWithSystem as TryState<BlockNumber>>::try_state(System::block_number(), TryStateSelect::All)
		.expect("the invariants hold after every block");
}

/// The call, signed by a well-known account with its next nonce.
pub fn signed(by: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	signed_as(by, System::account_nonce(by.to_account_id()), call)
}

/// The call, signed by a well-known account.
pub fn signed_as(by: Sr25519Keyring, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	let call = call.into();
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_skip_feeless_payment::SkipCheckIfFeeless::from(
			pallet_transaction_payment::ChargeTransactionPayment::from(0),
		),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	);
	let payload = SignedPayload::new(call.clone(), extension.clone()).unwrap();
	let signature = payload.using_encoded(|bytes| by.sign(bytes));
	UncheckedExtrinsic::new_signed(call, by.to_account_id().into(), signature.into(), extension)
}

/// Dispatches as root.
pub fn root(call: impl Into<RuntimeCall>) -> sp_runtime::DispatchResult {
	call.into().dispatch(RuntimeOrigin::root()).map(|_| ()).map_err(|error| error.error)
}

/// True if the call can be executed in some block, by weight.
pub fn fits(call: &RuntimeCall) -> bool {
	let most = configs::system::Weights::get().max_block;
	call.get_dispatch_info().total_weight().all_lte(most)
}

/// Whether an event of this block or of one before satisfies `wanted`; events stand until the next block begins.
pub fn happened(wanted: impl Fn(&RuntimeEvent) -> bool) -> bool {
	System::events().iter().any(|record| wanted(&record.event))
}

/// All RLC, in nRLC.
pub fn issuance() -> Balance {
	pallet_balances::TotalIssuance::<Runtime>::get()
}

/// Free nRLC of an account.
pub fn free(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

/// `false` for zero.
pub fn nonzero(amount: Balance) -> bool {
	!amount.is_zero()
}

/// Takes a referendum from submission through the votes of all to its enactment. Returns all events of the way.
pub fn pass_referendum(
	origin: OriginCaller,
	proposal: frame_support::traits::Bounded<RuntimeCall, sp_runtime::traits::BlakeTwo256>,
) -> Vec<RuntimeEvent> {
	use frame_support::traits::schedule::DispatchTime;
	use pallet_conviction_voting::{AccountVote, Conviction, Vote};
	use Sr25519Keyring::{Alice, Bob, Charlie, Dave};

	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let all_aye = |who: Sr25519Keyring| {
		let vote =
			AccountVote::Standard { vote: Vote { aye: true, conviction: Conviction::None }, balance: 9_000_000 * RLC };
		signed(who, pallet_conviction_voting::Call::vote { poll_index: index, vote })
	};
	let submit = pallet_referenda::Call::submit {
		proposal_origin: Box::new(origin),
		proposal,
		enactment_moment: DispatchTime::After(1),
	};
	let succeed = |extrinsics| {
		for result in block(extrinsics) {
			result.expect("the extrinsic is valid").expect("the call succeeds");
		}
	};
	succeed(vec![signed(Alice, submit)]);
	succeed(vec![signed(Alice, pallet_referenda::Call::place_decision_deposit { index })]);
	succeed([Alice, Bob, Charlie, Dave].map(all_aye).to_vec());
	let mut events = Vec::new();
	for _ in 0..60 {
		block(vec![]);
		events.extend(System::events().into_iter().map(|record| record.event));
	}
	let confirmed =
		|event: &RuntimeEvent| matches!(event, RuntimeEvent::Referenda(pallet_referenda::Event::Confirmed { .. }));
	assert!(events.iter().any(confirmed), "the referendum passes");
	events
}
