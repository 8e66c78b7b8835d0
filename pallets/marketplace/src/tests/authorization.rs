//! Ways to stand behind an order, and who may not.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	ethereum::{account_of, EthereumSignature},
	AccountId, OrderSignature, Signature,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_runtime::{traits::IdentifyAccount, MultiSigner};

use super::*;
use crate::Error;

const SEED: [u8; 32] = [42; 32];

/// Checks that the app order, with the signature that `sign` makes, is matched if the app is `owner`'s.
fn authorizes(owner: AccountId, sign: impl Fn(&AppOrder) -> OrderSignature) -> DispatchResult {
	Apps::insert(APP, owner);
	let four = four();
	let authorization = Authorization::Signature(sign(&four.app));
	let orders = SignedOrders { app: SignedOrder { order: four.app.clone(), authorization }, ..four.signed() };
	let matched = Market::match_orders(Who::Broker.origin(), Box::new(orders));
	matched.map(drop).map_err(|refusal| refusal.error)
}

fn native(sign: impl Fn(&[u8]) -> Signature) -> impl Fn(&AppOrder) -> OrderSignature {
	move |order| OrderSignature::Native(sign(&Market::signing_domain().native_payload(order)))
}

#[test]
fn sr25519_signature_authorizes() {
	test(|| {
		let pair = sr25519::Pair::from_seed(&SEED);
		let owner = MultiSigner::from(pair.public()).into_account();
		assert_ok!(authorizes(owner, native(|payload| pair.sign(payload).into())));
	});
}

#[test]
fn signature_of_a_browser_wallet_authorizes() {
	test(|| {
		let pair = sr25519::Pair::from_seed(&SEED);
		let owner = MultiSigner::from(pair.public()).into_account();
		let wrapped = native(|payload| pair.sign(&[b"<Bytes>", payload, b"</Bytes>"].concat()).into());
		assert_ok!(authorizes(owner, wrapped));
	});
}

#[test]
fn ed25519_signature_authorizes() {
	test(|| {
		let pair = ed25519::Pair::from_seed(&SEED);
		let owner = MultiSigner::from(pair.public()).into_account();
		assert_ok!(authorizes(owner, native(|payload| pair.sign(payload).into())));
	});
}

#[test]
fn ecdsa_signature_authorizes() {
	test(|| {
		let pair = ecdsa::Pair::from_seed(&SEED);
		let owner = MultiSigner::from(pair.public()).into_account();
		assert_ok!(authorizes(owner, native(|payload| pair.sign(payload).into())));
	});
}

/// Returns an Ethereum wallet's signature of 65 bytes over a hash.
fn wallet_signs(digest: H256) -> [u8; 65] {
	let mut signature = ecdsa::KeccakPair::from_seed(&SEED).sign_prehashed(&digest.0).0;
	signature[64] += 27;
	signature
}

/// Returns the account of the wallet's address.
fn wallet_account() -> AccountId {
	let hash = H256::repeat_byte(1);
	account_of(EthereumSignature::Full(wallet_signs(hash)).recover(hash).unwrap())
}

/// Returns the wallet: its account, and its signature over the EIP-712 digest.
fn wallet() -> (AccountId, impl Fn(&AppOrder) -> [u8; 65]) {
	(wallet_account(), |order: &AppOrder| wallet_signs(Market::signing_domain().eip712_digest(order).unwrap()))
}

/// Returns the form of EIP-2098.
fn compact(full: [u8; 65]) -> [u8; 64] {
	let mut compact: [u8; 64] = full[..64].try_into().unwrap();
	compact[32] |= (full[64] - 27) << 7;
	compact
}

/// Returns the form whose last byte is the parity alone, as hardware wallets write it.
fn plain(full: [u8; 65]) -> [u8; 65] {
	let mut plain = full;
	plain[64] -= 27;
	plain
}

#[test]
fn signature_of_an_ethereum_wallet_authorizes() {
	test(|| {
		let (owner, sign) = wallet();
		assert_ok!(authorizes(owner, |order| OrderSignature::Eip712(EthereumSignature::Full(sign(order)))));
	});
	test(|| {
		let (owner, sign) = wallet();
		assert_ok!(authorizes(owner, |order| OrderSignature::Eip712(EthereumSignature::Compact(compact(sign(order))))));
	});
	test(|| {
		let (owner, sign) = wallet();
		assert_ok!(authorizes(owner, |order| OrderSignature::Eip712(EthereumSignature::Full(plain(sign(order))))));
	});
}

#[test]
fn order_is_consumed_once_however_its_signature_is_written() {
	test(|| {
		let (owner, sign) = wallet();
		Apps::insert(APP, owner);
		let four = four().with(|it| it.app.volume = it.request.volume);
		let full = sign(&four.app);
		let match_with = |form, salt| {
			let four = four.clone().with(|it| it.request.salt.0[0] = salt);
			let authorization = Authorization::Signature(OrderSignature::Eip712(form));
			let app = SignedOrder { order: four.app.clone(), authorization };
			Market::match_orders(Who::Broker.origin(), Box::new(SignedOrders { app, ..four.signed() }))
		};
		assert_ok!(match_with(EthereumSignature::Full(full), 1));
		for form in [EthereumSignature::Full(plain(full)), EthereumSignature::Compact(compact(full))] {
			assert_noop!(match_with(form, 2), Error::<Test>::AppOrderConsumed);
		}
	});
}

#[test]
fn malformed_signatures_have_errors_of_their_own() {
	test(|| {
		let (owner, sign) = wallet();
		let full = |change: fn(&mut [u8; 65])| {
			let sign = &sign;
			move |order: &AppOrder| {
				let mut signature = sign(order);
				change(&mut signature);
				OrderSignature::Eip712(EthereumSignature::Full(signature))
			}
		};
		Apps::insert(APP, &owner);
		let wrong_v = || authorizes(owner.clone(), full(|signature| signature[64] = 29));
		assert_noop!(wrong_v(), Error::<Test>::SignatureInvalidV);
		let high_s = || authorizes(owner.clone(), full(|signature| signature[32] = 0xFF));
		assert_noop!(high_s(), Error::<Test>::SignatureHighS);
		let zero = || authorizes(owner.clone(), full(|signature| signature[..64].fill(0)));
		assert_noop!(zero(), Error::<Test>::SignatureUnrecoverable);
		let other = authorizes(owner, full(|signature| signature[0] ^= 1));
		assert!([Error::<Test>::AppOrderNotAuthorized.into(), Error::<Test>::SignatureUnrecoverable.into()]
			.contains(&other.unwrap_err()));
	});
}

#[test]
fn order_without_an_eip_712_form_is_not_signed_by_a_wallet() {
	test(|| {
		let signature = OrderSignature::Eip712(EthereumSignature::Full([1; 65]));
		let mut orders = four().signed();
		orders.request.authorization = Authorization::Signature(signature);
		let refused = || Market::match_orders(Who::Broker.origin(), Box::new(orders));
		assert_noop!(refused(), Error::<Test>::NotExpressible);
	});
}

#[test]
fn signature_of_another_authorizes_nothing() {
	test(|| {
		let four = four();
		let matched = |orders| Market::match_orders(Who::Broker.origin(), Box::new(orders));
		let app = sign(Who::Broker, &four.app);
		assert_noop!(matched(SignedOrders { app, ..four.signed() }), Error::<Test>::AppOrderNotAuthorized);
		let dataset = four.dataset.as_ref().map(|order| sign(Who::Broker, order));
		assert_noop!(matched(SignedOrders { dataset, ..four.signed() }), Error::<Test>::DatasetOrderNotAuthorized);
		let workerpool = sign(Who::Broker, &four.workerpool);
		assert_noop!(
			matched(SignedOrders { workerpool, ..four.signed() }),
			Error::<Test>::WorkerpoolOrderNotAuthorized
		);
		let request = sign(Who::Broker, &four.request);
		assert_noop!(matched(SignedOrders { request, ..four.signed() }), Error::<Test>::RequestNotAuthorized);
	});
}

#[test]
fn signature_under_another_order_authorizes_nothing() {
	test(|| {
		let four = four();
		let mut app = sign(Who::AppOwner, &four.app);
		app.order.price = 9;
		let refused = || Market::match_orders(Who::Broker.origin(), Box::new(SignedOrders { app, ..four.signed() }));
		assert_noop!(refused(), Error::<Test>::AppOrderNotAuthorized);
	});
}

#[test]
fn caller_authorizes_its_own_orders() {
	test(|| {
		let four = four();
		let request = bare(&four.request);
		let orders = Box::new(SignedOrders { request, ..four.signed() });
		let foreign = || Market::match_orders(Who::Broker.origin(), orders.clone());
		assert_noop!(foreign(), Error::<Test>::RequestNotAuthorized);
		assert_ok!(Market::match_orders(Who::Requester.origin(), orders));
	});
	test(|| {
		let four = four();
		let workerpool = bare(&four.workerpool);
		let orders = Box::new(SignedOrders { workerpool, ..four.signed() });
		let foreign = || Market::match_orders(Who::Broker.origin(), orders.clone());
		assert_noop!(foreign(), Error::<Test>::WorkerpoolOrderNotAuthorized);
		assert_ok!(Market::match_orders(Who::Scheduler.origin(), orders));
	});
}

/// Returns all orders without signatures.
fn all_bare(four: &Four) -> Box<SignedOrders> {
	Box::new(SignedOrders {
		app: bare(&four.app),
		dataset: four.dataset.as_ref().map(bare),
		workerpool: bare(&four.workerpool),
		request: bare(&four.request),
	})
}

#[test]
fn presigned_orders_are_matched() {
	test(|| {
		for (owner, order) in four().owned() {
			assert_ok!(Market::presign_order(owner.origin(), Box::new(order)));
		}
		assert_ok!(Market::match_orders(Who::Broker.origin(), all_bare(&four())));
	});
}

#[test]
fn published_orders_are_matched_by_whoever_brings_them() {
	test(|| {
		let four = four().published();
		assert_ok!(Market::match_orders(Who::Broker.origin(), all_bare(&four)));
	});
}

#[test]
fn only_the_owner_of_today_counts() {
	test(|| {
		let four = four();
		for (owner, order) in four.owned() {
			assert_ok!(Market::presign_order(owner.origin(), Box::new(order)));
		}
		four.clone().published();
		Apps::insert(APP, Who::Heir.id());
		assert_noop!(four.matched(), Error::<Test>::AppOrderNotAuthorized);
		let bare = || Market::match_orders(Who::Broker.origin(), all_bare(&four));
		assert_noop!(bare(), Error::<Test>::AppOrderNotAuthorized);
		let Hashes { app, dataset, workerpool, request } = four.hashes();
		let published = || Market::match_published(Who::Broker.origin(), request, app, dataset, workerpool);
		assert_noop!(published(), Error::<Test>::AppOrderNotAuthorized);

		let app = sign(Who::Heir, &four.app);
		let by_the_heir = SignedOrders { app, ..four.signed() };
		assert_ok!(Market::match_orders(Who::Broker.origin(), Box::new(by_the_heir)));
		let deal = Market::deal_view(four.deal()).unwrap().deal;
		assert_eq!(deal.app.owner, Who::Heir.id());
	});
}

#[test]
fn order_has_one_volume_however_it_is_authorized() {
	test(|| {
		// The requester is a wallet's account, so that the request has an EIP-712 form.
		let requester = wallet_account();
		assert_ok!(Balances::transfer_allow_death(Who::Broker.origin(), requester.clone(), 10_000_000));
		let four = four().with(|it| it.request.requester = requester.clone());
		let digest = Market::signing_domain().eip712_digest(&four.request).unwrap();
		let signature = OrderSignature::Eip712(EthereumSignature::Full(wallet_signs(digest)));
		let signed = || Authorization::Signature(signature.clone());
		assert_ok!(Market::presign_order(RuntimeOrigin::signed(requester), boxed(&four.request)));

		let match_with = |authorization, volume| {
			let four = four.clone().with(|it| it.app.volume = volume).with(|it| it.app.salt.0[0] = volume as u8);
			let request = SignedOrder { order: four.request.clone(), authorization };
			Market::match_orders(Who::Broker.origin(), Box::new(SignedOrders { request, ..four.signed() }))
		};
		assert_ok!(match_with(Authorization::OnChain, 4));
		assert_ok!(match_with(signed(), 3));
		assert_noop!(match_with(signed(), 7), Error::<Test>::RequestConsumed);
		assert_noop!(match_with(Authorization::OnChain, 8), Error::<Test>::RequestConsumed);
		assert_eq!(consumed(four.hashes().request), 5);
	});
}
