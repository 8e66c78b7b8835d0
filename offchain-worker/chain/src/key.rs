//! Secret keys, and what they sign.

mod development;

use std::fmt;

use rlc_primitives::{
	ethereum::{account_of, EthereumSignature},
	AccountId, Delegation, Hash, Order, OrderSignature, SchedulerSignature, Signature, SigningDomain,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_runtime::{traits::IdentifyAccount, MultiSigner};

use crate::Error;

/// Kinds of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
	/// Schnorr over Ristretto, as Substrate's wallets make them.
	#[default]
	Sr25519,
	/// Edwards curve, as many hardware wallets make them.
	Ed25519,
	/// Secp256k1, with Substrate's account.
	Ecdsa,
	/// Secp256k1, with Ethereum's address.
	Ethereum,
}

/// A secret key, and the account that it acts for: its own, or one that named it its proxy. Printing it shows accounts
/// alone.
#[derive(Clone)]
pub struct Key {
	pair: Secret,
	/// Its own.
	signer: AccountId,
	/// If it is a proxy: for whom.
	real: Option<AccountId>,
	is_development: bool,
}

// The kinds differ in size by a few hundred bytes, and a process holds few keys.
#[allow(clippy::large_enum_variant)]
#[derive(Clone)]
enum Secret {
	Sr25519(sr25519::Pair),
	Ed25519(ed25519::Pair),
	Ecdsa(ecdsa::Pair),
	Ethereum(ecdsa::KeccakPair),
}

impl Key {
	/// Returns the sr25519 key of a mnemonic, a seed in hex, or a development key such as `//Alice`, with derivations.
	///
	/// # Errors
	///
	/// [`Error::BadKey`], without the text.
	pub fn from_suri(suri: &str) -> Result<Self, Error> {
		Self::new(Scheme::default(), suri)
	}

	/// Returns the same for any kind of key. An Ethereum wallet's key is its private key in hex, or a development key such as
	/// `//Alice`. A phrase is refused: derived as for other keys, it would make an account that no wallet knows.
	///
	/// # Errors
	///
	/// [`Error::BadKey`], without the text.
	pub fn new(scheme: Scheme, suri: &str) -> Result<Self, Error> {
		fn pair<P: Pair>(suri: &str) -> Result<P, Error> {
			P::from_string(suri, None).map_err(|error| Error::BadKey(format!("{error:?}")))
		}
		let account = |signer: MultiSigner| signer.into_account();
		let key = match scheme {
			Scheme::Sr25519 => {
				let pair: sr25519::Pair = pair(suri)?;
				Self::of(account(pair.public().into()), Secret::Sr25519(pair))
			}
			Scheme::Ed25519 => {
				let pair: ed25519::Pair = pair(suri)?;
				Self::of(account(pair.public().into()), Secret::Ed25519(pair))
			}
			Scheme::Ecdsa => {
				let pair: ecdsa::Pair = pair(suri)?;
				Self::of(account(pair.public().into()), Secret::Ecdsa(pair))
			}
			Scheme::Ethereum => {
				let pair = if suri.starts_with('/') { pair(suri)? } else { wallet_pair(suri)? };
				Self::of(wallet_account(&pair)?, Secret::Ethereum(pair))
			}
		};
		let is_development = development::is_phrase(suri) || development::is_account(&key.signer);
		Ok(Self { is_development, ..key })
	}

	fn of(signer: AccountId, pair: Secret) -> Self {
		Self { pair, signer, real: None, is_development: false }
	}

	/// Returns the same key, as a proxy of this account: what it sends is that account's call. Its signatures stay its own:
	/// under an order they do not count for that account; under a delegation they do, if the worker that brings it names the
	/// [`signer`](Self::signer). A key is not a proxy of its own account.
	#[must_use]
	pub fn on_behalf_of(self, account: AccountId) -> Self {
		let real = Some(account).filter(|account| *account != self.signer);
		Self { real, ..self }
	}

	/// Returns the account that it acts for.
	pub fn account(&self) -> AccountId {
		self.real.as_ref().unwrap_or(&self.signer).clone()
	}

	/// Returns its own account, which its signatures show.
	pub fn signer(&self) -> AccountId {
		self.signer.clone()
	}

	/// Returns the same key, as one [for development](Self::is_development): what it was made of says so, and what it is
	/// made of now does not.
	#[must_use]
	pub fn for_development(self) -> Self {
		Self { is_development: true, ..self }
	}

	/// Returns whether it acts for another account than its own.
	pub fn is_proxy(&self) -> bool {
		self.real.is_some()
	}

	/// Returns whether it is a key for development, which everybody has: it is derived from a phrase that manuals print, such
	/// as that of `//Alice`, or development tools start with it.
	pub fn is_development(&self) -> bool {
		self.is_development
	}

	/// Returns which kind it is.
	pub fn scheme(&self) -> Scheme {
		match &self.pair {
			Secret::Sr25519(_) => Scheme::Sr25519,
			Secret::Ed25519(_) => Scheme::Ed25519,
			Secret::Ecdsa(_) => Scheme::Ecdsa,
			Secret::Ethereum(_) => Scheme::Ethereum,
		}
	}

	/// Returns its signature under any bytes, as transactions and natively signed payloads have it.
	pub fn sign(&self, payload: &[u8]) -> Signature {
		match &self.pair {
			Secret::Sr25519(pair) => pair.sign(payload).into(),
			Secret::Ed25519(pair) => pair.sign(payload).into(),
			Secret::Ecdsa(pair) => pair.sign(payload).into(),
			Secret::Ethereum(pair) => pair.sign(payload).into(),
		}
	}

	/// Returns its signature under an order: as Ethereum's wallets sign if it is an Ethereum key and the order has that
	/// form, else natively. [`Order::struct_hash`] says why an order does not have it.
	pub fn sign_order<O: Order>(&self, order: &O, domain: &SigningDomain) -> OrderSignature {
		match (&self.pair, domain.eip712_digest(order)) {
			(Secret::Ethereum(pair), Ok(digest)) => OrderSignature::Eip712(wallet_signature(pair, digest)),
			_ => OrderSignature::Native(self.sign(&domain.native_payload(order))),
		}
	}

	/// Returns its signature, as a scheduler or as a scheduler's proxy, that lets a worker work on a task.
	pub fn sign_delegation(&self, delegation: &Delegation, domain: &SigningDomain) -> SchedulerSignature {
		SchedulerSignature::Native(self.sign(&delegation.native_payload(domain)))
	}
}

/// Returns the pair of a private key in hex.
fn wallet_pair(text: &str) -> Result<ecdsa::KeccakPair, Error> {
	let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
	let pair = bytes.and_then(|bytes| <ecdsa::KeccakPair as Pair>::from_seed_slice(&bytes).ok());
	pair.ok_or_else(|| Error::BadKey("it is not a private key of 0x and 64 hex digits".into()))
}

/// Returns what an Ethereum wallet makes of a hash: `r ‖ s ‖ v`.
fn wallet_signature(pair: &ecdsa::KeccakPair, hash: Hash) -> EthereumSignature {
	let mut bytes = pair.sign_prehashed(&hash.0).0;
	bytes[64] += 27;
	EthereumSignature::Full(bytes)
}

/// Returns the account of an Ethereum key. A signature tells the address without a library for curves.
fn wallet_account(pair: &ecdsa::KeccakPair) -> Result<AccountId, Error> {
	let hash = Hash::repeat_byte(1);
	let address = wallet_signature(pair, hash).recover(hash);
	address.map(account_of).map_err(|error| Error::BadKey(format!("it does not sign: {error:?}")))
}

impl fmt::Debug for Key {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Key({:?} of {}", self.scheme(), self.signer)?;
		match &self.real {
			Some(real) => write!(f, ", for {real})"),
			None => f.write_str(")"),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AppId, AppOrder, Restriction, Tag, TaskId};
	use sp_core::H160;
	use sp_runtime::traits::Verify;

	const SCHEMES: [Scheme; 4] = [Scheme::Sr25519, Scheme::Ed25519, Scheme::Ecdsa, Scheme::Ethereum];
	/// The first key of Hardhat's and Anvil's well-known accounts, and its address as they print it.
	const WALLET: (&str, &str) = (
		"0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
		"f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
	);

	fn domain() -> SigningDomain {
		SigningDomain::new(Hash::repeat_byte(1), 134, H160::repeat_byte(2))
	}

	fn order(restrict: Restriction<AccountId>) -> AppOrder {
		AppOrder {
			app: AppId(H160::repeat_byte(3)),
			price: 5,
			volume: 7,
			tag: Tag::NONE,
			dataset_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: restrict,
			salt: Hash::zero(),
		}
	}

	#[test]
	fn each_kind_signs_for_its_account() {
		for scheme in SCHEMES {
			let key = Key::new(scheme, "//Alice").unwrap();
			assert_eq!(key.scheme(), scheme);
			assert!(key.sign(b"payload").verify(b"payload".as_slice(), &key.account()), "{key:?}");
			assert!(!key.sign(b"payload").verify(b"another".as_slice(), &key.account()), "{key:?}");
		}
	}

	#[test]
	fn proxy_acts_for_another_account_and_signs_for_its_own() {
		let (key, real) = (Key::from_suri("//Alice").unwrap(), AccountId::new([7; 32]));
		let (own, proxy) = (key.account(), key.clone().on_behalf_of(real.clone()));
		assert_eq!((proxy.account(), proxy.signer(), proxy.is_proxy()), (real, own.clone(), true));
		assert!(proxy.sign(b"payload").verify(b"payload".as_slice(), &own));
		assert!(!key.on_behalf_of(own).is_proxy());
	}

	#[test]
	fn development_key_is_known_however_it_is_written() {
		let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Someone";
		let alice = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
		for suri in ["//Alice", "/soft", "//Worker//7", phrase, alice] {
			let key = Key::from_suri(suri).unwrap();
			assert!(key.is_development() && key.on_behalf_of(AccountId::new([7; 32])).is_development(), "{suri}");
		}
		assert!(Key::new(Scheme::Ethereum, WALLET.0).unwrap().is_development());
		assert!(!Key::from_suri(&format!("0x{}", "5a".repeat(32))).unwrap().is_development());
		assert!(!Key::new(Scheme::Ethereum, &format!("0x{}", "5a".repeat(32))).unwrap().is_development());
	}

	#[test]
	fn accounts_are_those_that_wallets_show() {
		let alice = Key::from_suri("//Alice").unwrap().account().to_string();
		assert_eq!(alice, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
		let wallet = Key::new(Scheme::Ethereum, WALLET.0).unwrap();
		assert_eq!(wallet.account(), account_of(WALLET.1.parse().unwrap()));
	}

	#[test]
	fn each_kind_signs_orders_and_delegations() {
		let (worker, task) = (AccountId::new([2; 32]), TaskId(Hash::zero()));
		let delegation = Delegation { worker, task, enclave: None, expiry: 1_000 };
		for scheme in SCHEMES {
			let key = Key::new(scheme, "//Bob").unwrap();
			let anyone = order(Restriction::Anyone);
			let signature = key.sign_order(&anyone, &domain());
			assert_eq!(signature.verify(&anyone, &domain(), &key.account()), Ok(()), "{key:?}");
			assert_eq!(matches!(signature, OrderSignature::Eip712(_)), scheme == Scheme::Ethereum);
			let signature = key.sign_delegation(&delegation, &domain());
			assert_eq!(signature.verify(&delegation, &domain(), &key.account()), Ok(()), "{key:?}");
		}
	}

	#[test]
	fn order_without_ethereum_s_form_is_signed_natively() {
		let key = Key::new(Scheme::Ethereum, "//Bob").unwrap();
		let special = order(Restriction::Exactly(AccountId::new([7; 32])));
		let signature = key.sign_order(&special, &domain());
		assert!(matches!(signature, OrderSignature::Native(_)));
		assert_eq!(signature.verify(&special, &domain(), &key.account()), Ok(()));
	}

	#[test]
	fn ethereum_key_is_a_private_key_and_no_phrase() {
		let phrase = "test test test test test test test test test test test junk";
		let derived = format!("{}//0", WALLET.0);
		let (zero, large) = (format!("0x{}", "0".repeat(64)), format!("0x{}", "f".repeat(64)));
		for wrong in ["", "0x", phrase, &derived, &zero, &large] {
			let refused = Key::new(Scheme::Ethereum, wrong).err();
			assert!(matches!(refused, Some(Error::BadKey(_))), "{wrong}");
		}
	}

	#[test]
	fn bad_key_is_not_shown() {
		let error = Key::from_suri("correct horse battery staple").unwrap_err().to_string();
		assert!(error.starts_with("this is not a secret key") && !error.contains("horse"), "{error}");
		assert!(!format!("{:?}", Key::from_suri("//Alice").unwrap()).contains("//Alice"));
	}
}
