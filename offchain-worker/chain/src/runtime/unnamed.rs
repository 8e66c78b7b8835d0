//! Errors of no pallet: what they mean, and what to do. The runtime does not describe them.

use sp_runtime::{ArithmeticError, DispatchError, TokenError};

use crate::Failure;

/// Those that calls of users meet.
const KNOWN: [DispatchError; 17] = [
	DispatchError::Token(TokenError::FundsUnavailable),
	DispatchError::Token(TokenError::OnlyProvider),
	DispatchError::Token(TokenError::BelowMinimum),
	DispatchError::Token(TokenError::CannotCreate),
	DispatchError::Token(TokenError::Frozen),
	DispatchError::Token(TokenError::CannotCreateHold),
	DispatchError::Token(TokenError::NotExpendable),
	DispatchError::Token(TokenError::Blocked),
	DispatchError::Arithmetic(ArithmeticError::Underflow),
	DispatchError::Arithmetic(ArithmeticError::Overflow),
	DispatchError::Arithmetic(ArithmeticError::DivisionByZero),
	DispatchError::CannotLookup,
	DispatchError::BadOrigin,
	DispatchError::ConsumerRemaining,
	DispatchError::NoProviders,
	DispatchError::TooManyConsumers,
	DispatchError::Exhausted,
];

/// Returns those that calls of users meet, in words.
pub(super) fn all() -> impl Iterator<Item = Failure> {
	KNOWN.iter().map(failure)
}

/// Returns an error of no pallet in words.
pub(super) fn failure(error: &DispatchError) -> Failure {
	let (kind, name) = match error {
		DispatchError::Token(token) => ("Token", format!("{token:?}")),
		DispatchError::Arithmetic(arithmetic) => ("Arithmetic", format!("{arithmetic:?}")),
		other => ("System", format!("{other:?}")),
	};
	// The variant's name, without what it holds.
	let name = name.split(['(', ' ']).next().unwrap_or_default().to_owned();
	Failure { pallet: kind.into(), error: name, docs: words(error).into() }
}

fn words(error: &DispatchError) -> &'static str {
	match error {
		DispatchError::Token(token) => match token {
			TokenError::FundsUnavailable => {
				"The account has less free RLC than this takes, with the fee. Send it RLC, or ask for less."
			}
			TokenError::OnlyProvider | TokenError::NotExpendable => {
				"The account would end, and must not. Leave it some RLC."
			}
			TokenError::BelowMinimum | TokenError::CannotCreate => {
				"The receiver would have less than an account must have. Send it more."
			}
			TokenError::CannotCreateHold => {
				"The account would keep too little RLC beside what is held of it. Send it some."
			}
			TokenError::Frozen => {
				"The account's RLC is staked, votes, or has not vested. Unlock it first, or ask for less."
			}
			TokenError::Blocked => "The receiver does not accept RLC. Choose another one.",
			TokenError::UnknownAsset | TokenError::Unsupported => (*token).into(),
		},
		DispatchError::Arithmetic(_) => "An amount or a count is out of bounds. Write a smaller one.",
		DispatchError::CannotLookup => "The address names no account. Name an account.",
		DispatchError::BadOrigin => "The account may not do this. Use the account that may, or ask for a referendum.",
		DispatchError::ConsumerRemaining => {
			"The account would end, but something is held or staked there. Leave it some RLC."
		}
		DispatchError::NoProviders => "The account has no RLC, so it does not exist. Send it RLC first.",
		DispatchError::TooManyConsumers => "Too much is held for the account. Have something removed first.",
		DispatchError::Exhausted => "This does more than is possible at once. Ask for less.",
		other => (*other).into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn errors_have_a_kind_a_name_and_words() {
		let failure = failure(&DispatchError::Token(TokenError::FundsUnavailable));
		assert!(failure.is("Token", "FundsUnavailable"), "{failure}");
		assert_eq!(super::failure(&DispatchError::Other("x")).error, "Other");
		assert_eq!(super::failure(&DispatchError::Other("x")).docs, "x");
	}

	#[test]
	fn known_errors_say_what_to_do() {
		let names: std::collections::BTreeSet<_> = all().map(|failure| (failure.pallet, failure.error)).collect();
		assert_eq!(names.len(), KNOWN.len(), "each has a name of its own");
		for failure in all() {
			assert!(failure.docs.ends_with('.') && failure.docs.matches(". ").count() == 1, "{failure}");
		}
	}
}
