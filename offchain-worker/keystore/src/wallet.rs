//! Private keys of Ethereum's accounts, and the phrases that wallets make them of.

use bip32::{DerivationPath, XPrv};
use bip39::{Language, Mnemonic};
use sp_core::{ecdsa, Pair};
use zeroize::Zeroizing;

use super::text::{digits, words};

/// Where wallets find the first account of a phrase. Source: BIP-44, with Ethereum's coin type of SLIP-44.
const FIRST_ACCOUNT: &str = "m/44'/60'/0'/0/0";

/// Returns the private key, as `0x` and hex digits, that a text is, with or without `0x`, or that wallets make of it: of an
/// English phrase, the key of the first account. `None` if it is neither.
pub(super) fn private_key(text: &str) -> Option<Zeroizing<String>> {
	match digits(text) {
		Some(digits) => Some(Zeroizing::new(format!("0x{digits}"))),
		None => of_phrase(text),
	}
}

/// Returns the private key that earlier versions made of a text that is not one: they derived as Substrate does, so that no
/// wallet knows the account. `None` if they made none.
pub(super) fn earlier_private_key(text: &str) -> Option<Zeroizing<String>> {
	let pair = ecdsa::KeccakPair::from_string(text, None).ok()?;
	Some(written(&Zeroizing::new(Pair::to_raw_vec(&pair))))
}

/// Returns the private key of a phrase's first account. Its words may begin with capitals, as telephones write them.
fn of_phrase(text: &str) -> Option<Zeroizing<String>> {
	let mut phrase = words(text);
	phrase.make_ascii_lowercase();
	let phrase = Mnemonic::parse_in_normalized(Language::English, &phrase).ok()?;
	let seed = Zeroizing::new(phrase.to_seed_normalized(""));
	let path: DerivationPath = FIRST_ACCOUNT.parse().expect("it is a path of BIP-32");
	let key = XPrv::derive_from_path(*seed, &path).ok()?;
	Some(written(Zeroizing::new(key.to_bytes()).as_ref()))
}

fn written(key: &[u8]) -> Zeroizing<String> {
	let digits = Zeroizing::new(hex::encode(key));
	Zeroizing::new(format!("0x{}", digits.as_str()))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The phrase of Hardhat's and Anvil's accounts, and the private key that they print for its first one.
	const PHRASE: &str = "test test test test test test test test test test test junk";
	const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

	#[test]
	fn phrase_makes_the_key_that_wallets_make() {
		let lines = PHRASE.replace(' ', "\r\n");
		let typed = PHRASE.replacen('t', "T", 1);
		for text in [PHRASE, &format!(" {PHRASE}\r\n"), &lines, &typed] {
			assert_eq!(private_key(text).unwrap().as_str(), KEY, "{text:?}");
		}
	}

	/// Phrases of zeros, of each length, and what begins the private keys that wallets make of them.
	#[test]
	fn phrases_of_all_lengths_make_keys() {
		for (words, last, key) in [
			(12, "about", "0x1ab42cc412"),
			(15, "address", "0x89fe6cf31a"),
			(18, "agent", "0x7baa95e968"),
			(21, "admit", "0x01a17b608f"),
			(24, "art", "0x1053fae1b3"),
		] {
			let phrase = format!("{}{last}", "abandon ".repeat(words - 1));
			assert!(private_key(&phrase).unwrap().starts_with(key), "{phrase}");
		}
	}

	#[test]
	fn key_is_read_with_and_without_its_prefix_and_lines_end() {
		let bare = &KEY[2..];
		for text in [KEY, bare, &format!("{bare}\r\n"), &format!(" 0X{bare}\n")] {
			assert_eq!(private_key(text).unwrap().as_str(), KEY, "{text:?}");
		}
	}

	#[test]
	fn what_is_neither_makes_no_key() {
		let misspelled = PHRASE.replace("junk", "test");
		let derived = format!("{PHRASE}//0");
		let (short, long) = (&KEY[..65], format!("{KEY}0"));
		for text in ["", " ", "//Alice", &misspelled, &derived, short, &long, "test junk"] {
			assert!(private_key(text).is_none(), "{text:?}");
		}
	}

	#[test]
	fn earlier_derivations_are_known() {
		let earlier = earlier_private_key(PHRASE).unwrap();
		assert_ne!(earlier.as_str(), KEY);
		assert!(digits(&earlier).is_some());
		assert!(earlier_private_key("//Alice").is_some() && earlier_private_key("hello").is_none());
	}
}
