//! Keys for development, which everybody has, since manuals and tools print them.

use rlc_primitives::{ethereum::address_of, AccountId};
use sp_core::crypto::DEV_PHRASE;

/// The accounts of Substrate's development keys: Alice, Bob, Charlie, Dave, Eve, Ferdie.
const ACCOUNTS: [&str; 6] = [
	"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
	"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
	"5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y",
	"5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy",
	"5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw",
	"5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL",
];

/// The addresses of the keys that Hardhat and Anvil start with, and the first one that wallets make of Substrate's
/// development phrase.
const WALLETS: [&str; 11] = [
	"f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
	"70997970c51812dc3a010c7d01b50e0d17dc79c8",
	"3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
	"90f79bf6eb2c4f870365e785982e1f101e93b906",
	"15d34aaf54267db7d7c367839aaf71a00a2c6a65",
	"9965507d1a55bcc2695c58ba16fb37d819b0a4dc",
	"976ea74026e726554db657fa54763abd0c3a0aa9",
	"14dc79964da2c08b23698b3d3cc7ca32193d9955",
	"23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f",
	"a0ee7a142d267c1f36714e4a8f75612f20a79720",
	"f24ff3a9cf04c71dbc94d0b566f7a27b94566cac",
];

/// Returns whether a text makes a key of Substrate's development phrase: it begins with that phrase, or with none.
pub(super) fn is_phrase(suri: &str) -> bool {
	let words = suri.split_whitespace().collect::<Vec<_>>().join(" ");
	words.is_empty() || words.starts_with('/') || words.starts_with(DEV_PHRASE)
}

/// Returns whether this is the account of a key for development, whatever it was made of.
pub(super) fn is_account(account: &AccountId) -> bool {
	match address_of(account) {
		Some(address) => WALLETS.contains(&hex::encode(address).as_str()),
		None => ACCOUNTS.contains(&account.to_string().as_str()),
	}
}
