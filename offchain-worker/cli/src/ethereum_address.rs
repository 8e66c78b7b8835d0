//! Ethereum's addresses, as wallets write them.

use rlc_primitives::{ethereum::account_of, AccountId};
use rlc_store::{Cid, HashKind};
use sp_core::H160;

use crate::failure::{failure, Result};

/// How many hex digits an address has.
const DIGITS: usize = 40;

/// Returns whether a text is meant as an address.
pub(crate) fn is_meant(text: &str) -> bool {
	text.strip_prefix("0x").is_some_and(|digits| digits.len() == DIGITS)
}

/// Returns the account of an address.
///
/// # Errors
///
/// If it is not written in hex digits, or their case is not as the checksum has it.
pub(crate) fn account(address: &str) -> Result<AccountId> {
	let digits = address.strip_prefix("0x").unwrap_or(address);
	let bytes = hex::decode(digits).ok().and_then(|bytes| <[u8; DIGITS / 2]>::try_from(bytes).ok());
	let Some(bytes) = bytes else {
		return Err(failure!(AccountInvalid, "{address} is not an Ethereum address"; "write 0x and 40 hex digits"));
	};
	if !has_right_checksum(digits) {
		return Err(failure!(AccountChecksum, "{address} has a wrong checksum: a digit is mistyped, or its case";
			"copy it once more from the wallet"));
	}
	Ok(account_of(H160(bytes)))
}

/// Returns whether the case of an address's hex digits is right. Digits of one case have no checksum. Source: EIP-55.
fn has_right_checksum(digits: &str) -> bool {
	let has = |case: fn(&char) -> bool| digits.chars().any(|one| case(&one));
	if !has(char::is_ascii_uppercase) || !has(char::is_ascii_lowercase) {
		return true;
	}
	let hash = hex::encode(Cid::of(HashKind::Keccak256, digits.to_ascii_lowercase().as_bytes()).digest());
	digits
		.chars()
		.zip(hash.chars())
		.all(|(digit, nibble)| !digit.is_ascii_alphabetic() || digit.is_ascii_uppercase() == (nibble >= '8'))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The examples of EIP-55.
	const ADDRESSES: [&str; 6] = [
		"0x52908400098527886E0F7030069857D2E4169EE7",
		"0xde709f2102306220921060314715629080e2fb77",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
		"0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
	];

	#[test]
	fn address_with_a_wrong_checksum_is_refused() {
		for address in ADDRESSES {
			assert!(is_meant(address));
			let read = account(address).unwrap();
			assert_eq!(account(&address.to_lowercase()).unwrap(), read, "without a checksum");
		}
		for address in &ADDRESSES[2..] {
			let other_case = address.replacen('a', "A", 1);
			let other_digit = format!("{}0", &address[..41]);
			for wrong in [other_case, other_digit] {
				assert_eq!(account(&wrong).unwrap_err().code(), "account.checksum", "{wrong}");
			}
		}
	}

	#[test]
	fn what_is_not_hex_is_refused() {
		let refused = account("0xZ2908400098527886E0F7030069857D2E4169EE7").unwrap_err();
		assert_eq!(refused.code(), "account.invalid");
	}
}
