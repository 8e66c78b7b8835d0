//! Delegations as strangers write them, and entries of the journal.

use codec::DecodeAll;
use proptest::prelude::*;
use rlc_primitives::{ethereum::EthereumSignature, DealId};
use rlc_testing::spoiled;
use sp_core::{ecdsa, ed25519, sr25519, H256};

use super::*;

const TASK: TaskRef = TaskRef { deal: DealId(H256::repeat_byte(1)), index: 300 };

fn signatures() -> impl Strategy<Value = SchedulerSignature> {
	prop::sample::select(vec![
		SchedulerSignature::Native(sr25519::Signature::from_raw([7; 64]).into()),
		SchedulerSignature::Native(ed25519::Signature::from_raw([7; 64]).into()),
		SchedulerSignature::Native(ecdsa::Signature::from_raw([7; 65]).into()),
		SchedulerSignature::Ethereum(EthereumSignature::Full([7; 65])),
		SchedulerSignature::Ethereum(EthereumSignature::Compact([7; 64])),
	])
}

fn records() -> impl Strategy<Value = Record> {
	let failure = AgreedFailure { cause: AppFault::AppFailed, code: 3, trace: H256::repeat_byte(1) };
	let output = |kind| Output { digest: ResultDigest(H256::repeat_byte(5)), kind, size: 7 };
	let states = vec![
		State::Taken,
		State::Computed(output(OutputKind::Archive)),
		State::Revealing(output(OutputKind::Failure(failure))),
		State::Ended(End::Completed),
		State::Ended(End::Failed(RunFailure::of_task(FailureCause::AppFailed { code: -1 }, "exit code -1"))),
		State::Ended(End::Aborted("stopped".into())),
	];
	(signatures(), prop::sample::select(states)).prop_map(|(signature, state)| {
		let authorization = DelegationProof::Signed { signature, expiry: 9 };
		Record { task: TASK, authorization, batched: true, taken: 5, state }
	})
}

proptest! {
	#[test]
	fn delegation_is_passed_on_as_it_came(delegation in spoiled(signatures().prop_map(|signature| signature.encode()))) {
		let assignment =
			Assignment { task: TASK, delegation: delegation.clone(), signer: None, expiry: 10, batched: false };
		match Record::new(&assignment, 5).map(|record| record.authorization) {
			Ok(DelegationProof::OnChain) => prop_assert!(delegation.is_empty()),
			Ok(DelegationProof::Signed { signature, expiry: 10 }) => prop_assert_eq!(signature.encode(), delegation),
			Ok(other) => prop_assert!(false, "{other:?}"),
			Err(words) => prop_assert!(words.len() < 500),
		}
	}

	#[test]
	fn entry_of_the_journal_is_read_as_written(bytes in spoiled(records().prop_map(|record| record.encode()))) {
		if let Ok(record) = Record::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(record.encode(), bytes);
		}
	}
}
