//! Ethereum's addresses, as wallets write them.

use std::{fmt, str::FromStr};

use sp_core::H160;
use sp_runtime::traits::{Hash, Keccak256};

/// How many hex digits an address has.
const DIGITS: usize = 40;

/// An Ethereum address: `0x` and 40 hex digits, whose case is a checksum. Digits of one case have none, and are read too.
/// Source: EIP-55.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EthereumAddress(pub H160);

/// Why a text is not an Ethereum address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
	/// It is not of the form.
	#[error("it is not an Ethereum address; write 0x and 40 hex digits")]
	Form,
	/// The case of its digits is not as the checksum has it.
	#[error("it has a wrong checksum: a digit is mistyped, or its case; copy it once more from where it is shown")]
	Checksum,
}

impl FromStr for EthereumAddress {
	type Err = InvalidAddress;

	fn from_str(text: &str) -> Result<Self, InvalidAddress> {
		let digits = text.strip_prefix("0x").filter(|digits| digits.len() == DIGITS).ok_or(InvalidAddress::Form)?;
		let mut bytes = [0; DIGITS / 2];
		hex::decode_to_slice(digits, &mut bytes).map_err(|_| InvalidAddress::Form)?;
		let address = Self(H160(bytes));
		let has = |case: fn(&u8) -> bool| digits.bytes().any(|digit| case(&digit));
		let has_checksum = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
		if has_checksum && address.to_string() != text {
			return Err(InvalidAddress::Checksum);
		}
		Ok(address)
	}
}

/// Writes it with its checksum.
impl fmt::Display for EthereumAddress {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let digits = hex::encode(self.0);
		let checksum = hex::encode(<Keccak256 as Hash>::hash(digits.as_bytes()));
		let cased = digits.chars().zip(checksum.chars());
		let cased = cased.map(|(digit, check)| if check >= '8' { digit.to_ascii_uppercase() } else { digit });
		f.pad(&format!("0x{}", cased.collect::<String>()))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The examples of EIP-55. The digits of the first four have one case.
	const ADDRESSES: [&str; 8] = [
		"0x52908400098527886E0F7030069857D2E4169EE7",
		"0x8617E340B3D01FA5F11F306F4090FD50E238070D",
		"0xde709f2102306220921060314715629080e2fb77",
		"0x27b1fdb04752bbc536007a920d24acb045561c26",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
		"0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
	];

	#[test]
	fn address_is_written_with_its_checksum_and_read_with_or_without() {
		for text in ADDRESSES {
			let address: EthereumAddress = text.parse().unwrap();
			assert_eq!(address.to_string(), text);
			for other in [text.to_ascii_lowercase(), format!("0x{}", text[2..].to_ascii_uppercase())] {
				assert_eq!(other.parse(), Ok(address), "without a checksum");
			}
		}
	}

	#[test]
	fn wrong_checksum_is_refused() {
		for text in &ADDRESSES[4..] {
			let other_case = text.replacen('b', "B", 1);
			let other_digit = format!("{}{}", &text[..41], if text.ends_with('0') { '1' } else { '0' });
			for wrong in [other_case, other_digit] {
				assert_eq!(wrong.parse::<EthereumAddress>(), Err(InvalidAddress::Checksum), "{wrong}");
			}
		}
	}

	#[test]
	fn other_texts_are_not_addresses() {
		let short = &ADDRESSES[4][..41];
		let bare = &ADDRESSES[4][2..];
		let other_digits = ADDRESSES[4].replace('5', "g");
		let wide = format!("0x{}{}", "１".repeat(13), "a");
		for wrong in ["", "0x", short, bare, &other_digits, &wide, &format!("{}0", ADDRESSES[4])] {
			assert_eq!(wrong.parse::<EthereumAddress>(), Err(InvalidAddress::Form), "{wrong}");
		}
	}
}
