//! Who stands behind an order: its hash on this chain, and the signatures that authorize it.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256};
use sp_runtime::traits::Verify;

use crate::{
	eip712::{digest, domain_separator, NotExpressible},
	ethereum::{account_of, EthereumSignature, EthereumSignatureError},
	ids::keccak,
	orders::Order,
	AccountId, OrderHash, Signature,
};

/// Starts what is signed natively, so that no other signature on this chain or elsewhere can be taken for it.
const NATIVE_DOMAIN: &[u8; 12] = b"rlc/order/v1";

/// Where an order is valid: on this chain, and on no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SigningDomain {
	/// The hash of the chain's first block.
	pub(crate) genesis: H256,
	/// EIP-712's domain separator.
	separator: H256,
}

impl SigningDomain {
	/// Returns the domain of the chain with this genesis hash, and with this chain id and verifying address for
	/// Ethereum's tools.
	pub fn new(genesis: H256, chain_id: u64, verifying_contract: H160) -> Self {
		Self { genesis, separator: domain_separator(chain_id, verifying_contract) }
	}

	/// Returns the order's hash, by which its consumption is counted.
	///
	/// However an order is authorized it has one hash, and so its volume is consumed once: the EIP-712 digest, as in
	/// iExec's contracts; for an order without an EIP-712 form, the keccak-256 of its [native
	/// payload](Self::native_payload), which starts differently.
	pub fn hash(&self, order: &impl Order) -> OrderHash {
		OrderHash(match self.eip712_digest(order) {
			Ok(digest) => digest,
			Err(_) => keccak(&[&self.native_payload(order)]),
		})
	}

	/// Returns what an Ethereum wallet signs for an order.
	///
	/// # Errors
	///
	/// [`NotExpressible`] if iExec's structure has no room for what the order says.
	pub fn eip712_digest(&self, order: &impl Order) -> Result<H256, NotExpressible> {
		order.struct_hash().map(|hash| digest(self.separator, hash))
	}

	/// Returns what a Substrate key signs for an order: SCALE of `("rlc/order/v1", genesis hash, kind, order)`.
	pub fn native_payload<O: Order>(&self, order: &O) -> Vec<u8> {
		(NATIVE_DOMAIN, self.genesis, O::KIND, order).encode()
	}
}

/// Why a signature does not authorize an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum SignatureError {
	/// The signature is by another key, over another order, or for another chain.
	WrongSigner,
	/// The order has no EIP-712 form. Sign natively.
	NotExpressible(NotExpressible),
	/// The bytes are not an acceptable Ethereum signature.
	Malformed(EthereumSignatureError),
}

/// A signature under an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum OrderSignature {
	/// By a key of this chain over the [native payload](SigningDomain::native_payload), plain or between `<Bytes>` and
	/// `</Bytes>`: browser wallets sign bytes only in this wrapping.
	Native(Signature),
	/// By an Ethereum key over the [EIP-712 digest](SigningDomain::eip712_digest).
	Eip712(EthereumSignature),
}

impl OrderSignature {
	/// Checks that `signer` signed `order` for `domain`.
	///
	/// # Errors
	///
	/// [`SignatureError`], which says what is wrong with it.
	pub fn verify<O: Order>(
		&self,
		order: &O,
		domain: &SigningDomain,
		signer: &AccountId,
	) -> Result<(), SignatureError> {
		let authentic = match self {
			Self::Native(signature) => verify_native(signature, &domain.native_payload(order), signer),
			Self::Eip712(signature) => {
				let digest = domain.eip712_digest(order).map_err(SignatureError::NotExpressible)?;
				account_of(signature.recover(digest).map_err(SignatureError::Malformed)?) == *signer
			}
		};
		authentic.then_some(()).ok_or(SignatureError::WrongSigner)
	}
}

/// Returns whether `signer` signed `payload`, plain or as browser wallets wrap it.
pub fn verify_native(signature: &Signature, payload: &[u8], signer: &AccountId) -> bool {
	signature.verify(payload, signer) || signature.verify(wrapped(payload).as_slice(), signer)
}

/// Returns what browser wallets sign when asked to sign a payload.
pub fn wrapped(payload: &[u8]) -> Vec<u8> {
	[b"<Bytes>", payload, b"</Bytes>"].concat()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{record::LeastRecord, AppId, AppOrder, CategoryId, PoolRestriction, RequestOrder, Restriction, Tag};
	use sp_core::{ecdsa, ed25519, sr25519, Pair};
	use sp_runtime::{traits::IdentifyAccount, MultiSigner};

	fn domain() -> SigningDomain {
		SigningDomain::new(H256::repeat_byte(1), 134, H160::repeat_byte(2))
	}

	fn order() -> AppOrder {
		AppOrder {
			app: AppId(H160::repeat_byte(3)),
			price: 5,
			volume: 7,
			tag: Tag::NONE,
			dataset_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256::zero(),
		}
	}

	fn request() -> RequestOrder {
		RequestOrder {
			app: AppId(H160::repeat_byte(3)),
			app_max_price: 5,
			dataset: None,
			dataset_max_price: 0,
			workerpool: PoolRestriction::Anyone,
			workerpool_max_price: 9,
			requester: account_of(H160::repeat_byte(4)),
			volume: 1,
			tag: Tag::NONE,
			category: CategoryId(0),
			trust: 1,
			beneficiary: None,
			callback: None,
			params: Default::default(),
			salt: H256::zero(),
			payer: None,
			expiry: None,
		}
	}

	/// A record that every workerpool has.
	const ANY_RECORD: LeastRecord = LeastRecord { completed: 0, max_failed: 100 };

	/// Returns everyone who can sign natively, with their signature over `message`.
	fn everyone(message: &[u8]) -> Vec<(AccountId, OrderSignature)> {
		let seed = [9; 32];
		let sr = sr25519::Pair::from_seed(&seed);
		let ed = ed25519::Pair::from_seed(&seed);
		let ec = ecdsa::Pair::from_seed(&seed);
		let eth = ecdsa::KeccakPair::from_seed(&seed);
		let signers: Vec<(MultiSigner, Signature)> = vec![
			(sr.public().into(), sr.sign(message).into()),
			(ed.public().into(), ed.sign(message).into()),
			(ec.public().into(), ec.sign(message).into()),
		];
		let signers = signers.into_iter().map(|(who, how)| (who.into_account(), how));
		let hash = keccak(&[message]);
		let key = sp_io::crypto::secp256k1_ecdsa_recover(&eth.sign(message).0, &hash.0).ok().unwrap();
		let wallet = account_of(keccak(&[&key]).into());
		let signers = signers.chain([(wallet, eth.sign(message).into())]);
		signers.map(|(who, how)| (who, OrderSignature::Native(how))).collect()
	}

	#[test]
	fn each_kind_of_key_signs_natively() {
		for (who, signature) in everyone(&domain().native_payload(&order())) {
			assert_eq!(signature.verify(&order(), &domain(), &who), Ok(()));
		}
	}

	#[test]
	fn bytes_wrapped_by_a_wallet_are_accepted() {
		let message = [b"<Bytes>", domain().native_payload(&order()).as_slice(), b"</Bytes>"].concat();
		for (who, signature) in everyone(&message) {
			assert_eq!(signature.verify(&order(), &domain(), &who), Ok(()));
		}
	}

	#[test]
	fn foreign_chain_signer_or_order_is_refused() {
		let refused = Err(SignatureError::WrongSigner);
		let elsewhere = SigningDomain::new(H256::repeat_byte(8), 134, H160::repeat_byte(2));
		for (who, signature) in everyone(&domain().native_payload(&order())) {
			assert_eq!(signature.verify(&order(), &elsewhere, &who), refused);
			assert_eq!(signature.verify(&order(), &domain(), &AccountId::new([0; 32])), refused);
			assert_eq!(signature.verify(&AppOrder { price: 6, ..order() }, &domain(), &who), refused);
		}
	}

	#[test]
	fn kinds_of_orders_are_signed_apart() {
		// A dataset order with the same bytes as an app order.
		let app = order();
		let dataset = crate::DatasetOrder {
			dataset: crate::DatasetId(app.app.0),
			price: app.price,
			volume: app.volume,
			tag: app.tag,
			app_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: app.salt,
		};
		assert_eq!(app.encode(), dataset.encode());
		assert_ne!(domain().native_payload(&app), domain().native_payload(&dataset));
		assert_ne!(domain().hash(&app), domain().hash(&dataset));
	}

	#[test]
	fn hash_does_not_depend_on_who_can_sign_how() {
		assert_eq!(domain().hash(&order()).0, domain().eip712_digest(&order()).unwrap());
		let native = AppOrder { requester_restrict: Restriction::Exactly(AccountId::new([5; 32])), ..order() };
		assert_eq!(domain().hash(&native).0, keccak(&[&domain().native_payload(&native)]));
	}

	#[test]
	fn what_iexec_cannot_say_has_no_eip712_form() {
		let foreign = AccountId::new([5; 32]);
		let zero = account_of(H160::zero());
		let inexpressible = [
			(RequestOrder { requester: foreign.clone(), ..request() }, NotExpressible::ForeignAccount),
			(RequestOrder { beneficiary: Some(foreign.clone()), ..request() }, NotExpressible::ForeignAccount),
			(RequestOrder { requester: zero.clone(), ..request() }, NotExpressible::ZeroAddress),
			(RequestOrder { beneficiary: Some(zero.clone()), ..request() }, NotExpressible::ZeroAddress),
			(RequestOrder { dataset: Some(Default::default()), ..request() }, NotExpressible::ZeroAddress),
			(RequestOrder { callback: Some(Default::default()), ..request() }, NotExpressible::ZeroAddress),
			(
				RequestOrder { workerpool: PoolRestriction::Exactly(Default::default()), ..request() },
				NotExpressible::ZeroAddress,
			),
			(
				RequestOrder { workerpool: PoolRestriction::Group(Default::default()), ..request() },
				NotExpressible::ZeroAddress,
			),
			(RequestOrder { payer: Some(zero), ..request() }, NotExpressible::Payer),
			(RequestOrder { expiry: Some(1), ..request() }, NotExpressible::Expiry),
			(
				RequestOrder { workerpool: PoolRestriction::new(Restriction::Anyone, Some(ANY_RECORD)), ..request() },
				NotExpressible::LeastRecord,
			),
		];
		let signature = OrderSignature::Eip712(EthereumSignature::Full([1; 65]));
		for (order, why) in inexpressible {
			assert_eq!(domain().eip712_digest(&order), Err(why));
			let refused = signature.verify(&order, &domain(), &foreign);
			assert_eq!(refused, Err(SignatureError::NotExpressible(why)));
		}
		assert!(domain().eip712_digest(&request()).is_ok());
	}

	#[test]
	fn named_payer_keeps_others_from_paying() {
		let (alice, bob) = (AccountId::new([5; 32]), AccountId::new([6; 32]));
		assert!(request().may_be_paid_by(&bob));
		assert_eq!(request().default_payer(), &request().requester);
		let named = RequestOrder { payer: Some(alice.clone()), ..request() };
		assert!(named.may_be_paid_by(&alice) && !named.may_be_paid_by(&bob));
		assert_eq!(named.default_payer(), &alice);
	}

	#[test]
	fn order_expires_at_its_expiry() {
		let order = RequestOrder { expiry: Some(100), ..request() };
		assert!(!order.has_expired(99) && order.has_expired(100));
		assert!(!request().has_expired(u64::MAX));
	}
}
