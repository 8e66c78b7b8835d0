//! Why orders do not match: the one list of refusals, which the pallet's errors are made of too.
//!
//! Errors of a pallet stand side by side, not nested: tools that follow metadata show the outer name only.

use rlc_primitives::{money::MoneyError, OrderKind};

/// Passes the variants of [`Refusal`], each with its docs, to the macro of this name: in seven groups, with errors of the
/// pallet's own between them.
///
/// Their order is part of the encoding of the pallet's errors: no variant moves, and none is inserted.
macro_rules! refusals {
	($callback:ident) => {
		$callback! {
			category {
				/// There is no such category. Ask for one that exists.
				UnknownCategory,
			}
			orders {
				/// The request has expired. Sign another.
				OrderExpired,
				/// The workerpool order is for another category than the request. Choose another workerpool order.
				CategoryMismatch,
				/// The workerpool delivers less trust than the request asks for. Choose another workerpool order.
				TrustTooLow,
				/// The app costs more than the request's maximum. Choose another app order, or raise the maximum.
				AppTooExpensive,
				/// The dataset costs more than the request's maximum. Choose another dataset order, or raise the maximum.
				DatasetTooExpensive,
				/// The workerpool costs more than the request's maximum. Choose another workerpool order, or raise the maximum.
				WorkerpoolTooExpensive,
				/// The request is for another app. Bring an order of that app.
				AppMismatch,
				/// The request is for another dataset, or for none, or its dataset is missing. Bring the dataset that it names.
				DatasetMismatch,
				/// The workerpool order's tag lacks a bit that the app, the dataset or the request demands. Choose another
				/// workerpool order.
				TagNotCovered,
				/// A trusted execution environment is demanded, and the app order's tag lacks its bit. Choose an app order that
				/// has it.
				AppNotTee,
				/// The request or the dataset demands a network, and the app order's tag lacks its bit. Choose an app order
				/// that has it.
				NetworkNotGranted,
				/// The request is not for this workerpool.
				RequestExcludesWorkerpool,
				/// The app order is not for this dataset.
				AppExcludesDataset,
				/// The app order is not for this workerpool.
				AppExcludesWorkerpool,
				/// The app order is not for this requester.
				AppExcludesRequester,
				/// The dataset order is not for this app.
				DatasetExcludesApp,
				/// The dataset order is not for this workerpool.
				DatasetExcludesWorkerpool,
				/// The dataset order is not for this requester.
				DatasetExcludesRequester,
				/// The workerpool order is not for this app.
				WorkerpoolExcludesApp,
				/// The workerpool order is not for this dataset.
				WorkerpoolExcludesDataset,
				/// The workerpool order is not for this requester.
				WorkerpoolExcludesRequester,
				/// The app is not registered. Register it first, or check its id.
				AppNotRegistered,
				/// The dataset is not registered. Register it first, or check its id.
				DatasetNotRegistered,
				/// The workerpool is not registered. Register it first, or check its id.
				WorkerpoolNotRegistered,
				/// Nothing is left of the app order, or it never had volume. Choose another.
				AppOrderConsumed,
				/// Nothing is left of the dataset order, or it never had volume. Choose another.
				DatasetOrderConsumed,
				/// Nothing is left of the workerpool order, or it never had volume. Choose another.
				WorkerpoolOrderConsumed,
				/// Nothing is left of the request, or it never had volume. Sign another.
				RequestConsumed,
			}
			amounts {
				/// An amount exceeds 128 bits. Lower the prices or the volume.
				Overflow,
			}
			unattended {
				/// The scheduler can stake for no task now, with its free RLC or with its order's bond. Choose another
				/// workerpool order.
				SchedulerUnfunded,
				/// The requester has too little free RLC for one task and the deposits. Send it RLC.
				RequesterUnfunded,
				/// The workerpool has as many unattended tasks open as its record allows. Match the orders yourself, or
				/// wait until some of them have closed.
				TooManyUnattended,
				/// The chain is so busy that tasks cost far more to compute on it than usual. Match the orders yourself, or
				/// wait.
				ChargeTooHigh,
			}
			enclaves {
				/// A trusted execution environment is demanded, and this chain knows of no enclave that could do it. Ask
				/// without, or wait until it does.
				NoEnclaves,
			}
			records {
				/// The workerpool's record is worse than the least that the request names, or became so as its tasks grew old.
				/// Choose another workerpool order.
				RecordTooPoor,
			}
			networks {
				/// The app order grants a network, which can tell each worker something else, and the request asks for a trust
				/// above 1, at which workers have to agree. Ask for trust 1, or choose an app order that grants no network.
				NetworkLimitsTrust,
			}
		}
	};
}

pub(crate) use refusals;

macro_rules! define {
	($($group:ident { $($(#[$($doc:tt)*])* $name:ident,)* })*) => {
		/// Why orders do not match.
		#[derive(Clone, Copy, Debug, PartialEq, Eq)]
		pub enum Refusal {
			$($($(#[$($doc)*])* $name,)*)*
		}
	};
}

refusals!(define);

impl Refusal {
	/// Returns the refusal of an order of this kind of which nothing is left.
	pub fn nothing_left(kind: OrderKind) -> Self {
		match kind {
			OrderKind::App => Self::AppOrderConsumed,
			OrderKind::Dataset => Self::DatasetOrderConsumed,
			OrderKind::Workerpool => Self::WorkerpoolOrderConsumed,
			OrderKind::Request => Self::RequestConsumed,
		}
	}
}

impl From<MoneyError> for Refusal {
	fn from(_: MoneyError) -> Self {
		Self::Overflow
	}
}
