//! The numbers of errors. A failure is encoded by its number, so none changes, and new ones come last.

use rlc_runtime::Runtime;
use scale_info::{TypeDef, TypeInfo};

/// Returns the names of a pallet's errors by their numbers.
fn names<E: TypeInfo>() -> Vec<&'static str> {
	let TypeDef::Variant(errors) = E::type_info().type_def else { panic!("errors are an enum") };
	for (number, error) in errors.variants.iter().enumerate() {
		assert_eq!(usize::from(error.index), number, "{} has another number than its place", error.name);
		assert!(error.fields.is_empty(), "{}: tools show no name of an error within an error", error.name);
		assert!(!error.docs.is_empty(), "{} has no docs for those who meet it", error.name);
		assert!(!error.docs.concat().contains('['), "{}: its docs are shown where links lead nowhere", error.name);
	}
	errors.variants.iter().map(|error| error.name).collect()
}

#[test]
fn rlc_errors_keep_their_numbers() {
	assert_eq!(
		names::<pallet_rlc::Error<Runtime>>(),
		[
			"CapExceeded",
			"InsufficientFree",
			"InsufficientLocked",
			"Unbalanced",
			"InsufficientKitty",
			"NotFound",
			"StillLocked",
			"IssuanceChanged",
		]
	);
}

#[test]
fn registry_errors_keep_their_numbers() {
	assert_eq!(
		names::<pallet_registry::Error<Runtime>>(),
		[
			"AlreadyRegistered",
			"NotFound",
			"NotOwner",
			"AlreadyOwner",
			"RatioTooHigh",
			"AlreadyMember",
			"NotMember",
			"GroupNotEmpty",
		]
	);
}

#[test]
fn marketplace_errors_keep_their_numbers() {
	assert_eq!(
		names::<pallet_marketplace::Error<Runtime>>(),
		[
			"InvalidReferenceTime",
			"TooManyCategories",
			"UnknownCategory",
			"NotFound",
			"NotOwner",
			"AlreadyPublished",
			"AlreadyPresigned",
			"WrongKind",
			"StillValid",
			"PayerMustCall",
			"PaidByAnother",
			"OrderExpired",
			"CategoryMismatch",
			"TrustTooLow",
			"AppTooExpensive",
			"DatasetTooExpensive",
			"WorkerpoolTooExpensive",
			"AppMismatch",
			"DatasetMismatch",
			"TagNotCovered",
			"AppNotTee",
			"NetworkNotGranted",
			"RequestExcludesWorkerpool",
			"AppExcludesDataset",
			"AppExcludesWorkerpool",
			"AppExcludesRequester",
			"DatasetExcludesApp",
			"DatasetExcludesWorkerpool",
			"DatasetExcludesRequester",
			"WorkerpoolExcludesApp",
			"WorkerpoolExcludesDataset",
			"WorkerpoolExcludesRequester",
			"AppNotRegistered",
			"DatasetNotRegistered",
			"WorkerpoolNotRegistered",
			"AppOrderConsumed",
			"DatasetOrderConsumed",
			"WorkerpoolOrderConsumed",
			"RequestConsumed",
			"AppOrderNotAuthorized",
			"DatasetOrderNotAuthorized",
			"WorkerpoolOrderNotAuthorized",
			"RequestNotAuthorized",
			"NotExpressible",
			"SignatureWrongLength",
			"SignatureInvalidV",
			"SignatureHighS",
			"SignatureUnrecoverable",
			"Overflow",
			"DealNotFound",
			"NoOpenTask",
			"NotPrunable",
			"SchedulerUnfunded",
			"RequesterUnfunded",
			"TooManyUnattended",
			"ChargeTooHigh",
			"StillFunded",
			"RecordInUse",
			"NoEnclaves",
			"RecordTooPoor",
			"NetworkLimitsTrust",
		]
	);
}

#[test]
fn poco_errors_keep_their_numbers() {
	assert_eq!(
		names::<pallet_poco::Error<Runtime>>(),
		[
			"NotFound",
			"NotScheduler",
			"NotDelegated",
			"WrongEnclave",
			"WrongSchedulerSignature",
			"MalformedSchedulerSignature",
			"EnclaveSignatureMissing",
			"UnexpectedEnclaveSignature",
			"WrongEnclaveSignature",
			"EmptyBatch",
			"DuplicateTask",
			"BatchTooHeavy",
			"TooManyDelegates",
			"AlreadyReported",
			"TooManyReports",
			"NotDeliverable",
			"QueueFull",
			"NoReceiver",
			"NotPrunable",
			"BadAmounts",
			"NotActive",
			"NotRevealing",
			"AlreadyClosed",
			"ContributionTooLate",
			"RevealTooLate",
			"FinalTooLate",
			"ClaimTooEarly",
			"ReopenTooEarly",
			"AlreadyContributed",
			"TooManyContributors",
			"EnclaveRequired",
			"ConsensusOverflow",
			"NotContributor",
			"NotOpen",
			"NotWinner",
			"WrongDigest",
			"WrongSeal",
			"RevealsMissing",
			"AlreadyRevealed",
			"TrustTooHigh",
			"AlreadyHasContributions",
			"CallbackDataMissing",
			"UnexpectedCallbackData",
			"WrongCallbackData",
			"UndelegatedTooEarly",
			"WrongFailure",
			"NotFromOutside",
			"TooFewReports",
			"DelegationExpired",
			"NotProxy",
		]
	);
}
