//! The chain's client, `rlc-chain`, on whole nodes: in memory and over a connection that breaks.

use std::collections::BTreeSet;

use crate::common::{
	people::{digest, pay, sender, People, PRICE},
	soon, LIMIT,
};
use futures::{Stream, StreamExt};
use rlc_chain::{
	At, BlockEvents, Call, Chain, Error, Event, Key, MarketplaceCall, MarketplaceEvent, PocoCall, PocoEvent, ProxyCall,
	ProxyType, RegistryCall, RegistryEvent, Scheme, Sender,
};
use rlc_checks::assets;
use rlc_node::embedded::NodeBuilder;
use rlc_primitives::{
	market::{BookFilter, BookKey},
	task::{Commitment, Stage},
	work::{ContributionOf, Delegate, DelegationProof, FailureCause, TaskRef, WorkKind},
	AccountId, Address, AppId, CategoryId, DealId, Delegation, RLC,
};

const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

async fn next(blocks: &mut (impl Stream<Item = Result<BlockEvents, Error>> + Unpin)) -> BlockEvents {
	soon("a block", blocks.next()).await.expect("it has no end").expect("a block")
}

#[tokio::test]
async fn task_of_trust_one_takes_one_transaction_with_a_signed_delegation() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let chain = &people.chain;
	let mut blocks = chain.follow(Some(0), At::Finalized);
	assert_eq!(next(&mut blocks).await.number, 0, "the first block is one of them");

	people.register().await;
	let pool = chain.workerpool(people.workerpool()).await.expect("an answer").expect("registered");
	assert_eq!((pool.owner, pool.content.description), (people.scheduler.account(), assets::description(1)));
	assert_eq!(chain.app(AppId::default()).await, Ok(None));
	let (_, xs) = chain.categories().await.expect("an answer").swap_remove(0);
	assert_eq!(xs.reference_time, 300_000);

	let before = chain.funds(&people.requester.account()).await.expect("an answer");
	let deal = people.match_signed(people.requester.key(), 1, 1).await;
	let view = chain.deal(deal).await.expect("an answer").expect("a deal");
	assert_eq!((view.deal.size, view.progress.open), (1, 1));
	let after = chain.funds(&people.requester.account()).await.expect("an answer");
	assert_eq!((after.locked, before.locked), (PRICE, 0));

	let task = TaskRef { deal, index: 0 };
	let open = chain.task_of(task).await.expect("an answer").expect("a task");
	assert_eq!((open.task.stage, chain.task(task.id()).await), (Stage::Active, Ok(None)));
	assert!(open.contribution_deadline > chain.now().await.expect("an answer"));

	let worker = people.worker.account();
	let delegation =
		Delegation { worker: worker.clone(), task: task.id(), enclave: None, expiry: open.contribution_deadline };
	let domain = chain.domain().await.expect("a domain");
	let signature = people.scheduler.key().sign_delegation(&delegation, &domain);
	let proof = DelegationProof::Signed { signature, expiry: delegation.expiry };
	let earned = chain.funds(&worker).await.expect("an answer").free;
	let done = people.worker.send_finalized(Call::Poco(PocoCall::ContributeAndFinalize {
		task,
		digest: digest(7),
		authorization: proof,
		enclave: None,
		callback_data: None,
	}));
	let done = done.await.expect("accepted");
	assert!(done.events.contains(&Event::Poco(PocoEvent::TaskClosed {
		task: task.id(),
		deal,
		outcome: Some(digest(7))
	})));
	assert!(done.events.contains(&Event::Marketplace(MarketplaceEvent::DealClosed { deal })));
	let earned = chain.funds(&worker).await.expect("an answer").free - earned;
	assert_eq!(earned, PRICE * 99 / 100, "the worker's part, and no fee");
	assert_eq!(chain.worker(&worker).await.expect("an answer").open, 0);
	assert_eq!(chain.trades(CategoryId(0), 9).await.expect("an answer").len(), 1);

	let mut seen = Vec::new();
	loop {
		let block = next(&mut blocks).await;
		assert_eq!(block.number as usize, seen.len() + 1);
		assert!(block.clock.poco > 0);
		seen.push(block);
		if seen.last().is_some_and(|block| block.hash == done.block) {
			break;
		}
	}
	assert!(seen.windows(2).all(|pair| pair[1].parent == pair[0].hash));
	let closed = Event::Poco(PocoEvent::TaskClosed { task: task.id(), deal, outcome: Some(digest(7)) });
	assert!(seen.last().is_some_and(|block| block.events.contains(&(Some(done.index), closed))));
	drop(blocks);
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn batch_is_contributed_and_revealed_together() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let chain = &people.chain;
	people.register().await;
	// A requester with an Ethereum key, which signs as such wallets do and needs funds first.
	let wallet = Key::new(Scheme::Ethereum, "//Requester").expect("a key");
	people.requester.send(pay(&wallet.account(), 100 * RLC)).await.expect("pays");
	let deal = people.match_signed(&wallet, 3, 1).await;

	let tasks: Vec<_> = (0..3).map(|index| TaskRef { deal, index }).collect();
	let worker = people.worker.account();
	let workers = vec![Delegate { worker: worker.clone(), enclave: None }];
	people.scheduler.send(Call::Poco(PocoCall::Delegate { tasks: tasks.clone(), workers })).await.expect("delegates");
	let work = chain.work_for(&worker, 100).await.expect("an answer");
	assert_eq!(work.iter().filter(|item| item.what == WorkKind::Contribute).count(), 3);

	people
		.worker
		.send(Call::Poco(PocoCall::ReportFailure { task: tasks[2], cause: FailureCause::TimedOut }))
		.await
		.expect("reports");
	let reported = chain.task_of(tasks[2]).await.expect("an answer").expect("a task").failures;
	assert_eq!(reported[0].cause, FailureCause::TimedOut);

	let contributions = tasks[..2].iter().map(|task| ContributionOf {
		task: *task,
		commitment: Commitment::of(&worker, task.id(), digest(1)),
		authorization: DelegationProof::OnChain,
		enclave_signature: None,
	});
	let done =
		people.worker.send(Call::Poco(PocoCall::ContributeBatch { contributions: contributions.collect() })).await;
	let reached = |event: &&Event| matches!(event, Event::Poco(PocoEvent::ConsensusReached { winners: 1, .. }));
	assert_eq!(done.expect("accepted").events.iter().filter(reached).count(), 2);
	assert_eq!(chain.worker(&worker).await.expect("an answer").open, 2);

	let reveals = tasks[..2].iter().map(|task| (*task, digest(1))).collect();
	let done = people.worker.send(Call::Poco(PocoCall::RevealBatch { reveals })).await.expect("accepted");
	assert_eq!(
		done.events.iter().filter(|event| matches!(event, Event::Poco(PocoEvent::TaskClosed { .. }))).count(),
		2
	);
	let stages = chain.tasks_of(deal, 0, 100).await.expect("an answer");
	let completed = stages.iter().filter(|view| matches!(view.task.stage, Stage::Completed(_))).count();
	assert_eq!((stages.len(), completed), (3, 2));
	people.scheduler.send(Call::Poco(PocoCall::Abandon { task: tasks[2] })).await.expect("gives up");
	assert_eq!(chain.kitty().await.expect("an answer"), 0, "the scheduler's stake is the treasury's");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn orders_are_published_found_and_estimated() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let chain = &people.chain;
	people.register().await;
	let request = people.request(people.requester.account(), 2, 1);
	assert_eq!(chain.estimate(&request).await, Ok(None), "no offers yet");

	let offer = people.workerpool_order();
	people
		.developer
		.send(Call::Marketplace(MarketplaceCall::PublishOrder { order: people.app_order().into() }))
		.await
		.expect("publishes");
	people
		.scheduler
		.send(Call::Marketplace(MarketplaceCall::PublishOrder { order: offer.clone().into() }))
		.await
		.expect("publishes");
	let list = BookKey::Workerpools(CategoryId(0));
	let page = chain.orderbook(BookFilter { list, min_price: None, max_price: None }, None, 10).await.expect("a page");
	assert_eq!((page.entries.len(), page.entries[0].price), (1, PRICE));
	let hash = chain.order_hash(&offer.into()).await.expect("a hash");
	assert_eq!(page.entries[0].hash, hash, "the chain and the client make one hash");
	assert_eq!(chain.order(hash).await.expect("an answer").expect("known").remaining, Some(100));
	let estimate = chain.estimate(&request).await.expect("an answer").expect("offers");
	assert_eq!((estimate.total_price, estimate.orders.workerpool), (2 * PRICE, hash));
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn deposits_are_told_before_they_are_held() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let chain = &people.chain;
	assert!(!chain.is_live().await.expect("an answer"), "RLC of a development chain are worth nothing");
	let deposits = chain.deposits().await.expect("the runtime tells them");
	let delegate = Address::Id(people.worker.account());
	let proxy = ProxyCall::AddProxy { delegate, proxy_type: ProxyType::Worker, delay: 0 };
	for (sender, call) in [
		(&people.developer, Call::from(RegistryCall::RegisterApp { app: assets::app(1) })),
		(&people.scheduler, Call::from(RegistryCall::RegisterWorkerpool { description: assets::description(1) })),
		(&people.developer, Call::from(MarketplaceCall::PublishOrder { order: people.app_order().into() })),
		(&people.requester, Call::from(proxy)),
	] {
		let told = deposits.of(&call);
		let before = chain.funds(&sender.account()).await.expect("an answer").reserved;
		sender.send(call.clone()).await.expect("it is done");
		let after = chain.funds(&sender.account()).await.expect("an answer").reserved;
		assert_eq!(after - before, told, "{call:?}");
	}
}

#[tokio::test]
async fn fee_is_told_before_it_is_charged() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let (chain, payer, to) = (&people.chain, people.requester.account(), people.worker.account());
	let told = chain.fee(&payer, &pay(&to, RLC)).await.expect("an answer");
	let before = chain.funds(&payer).await.expect("an answer").free;
	people.requester.send(pay(&to, RLC)).await.expect("pays");
	let charged = before - RLC - chain.funds(&payer).await.expect("an answer").free;
	assert!(0 < charged && charged <= told && told < 2 * charged, "{told} was told, {charged} charged");
	let both = Call::BatchAll(vec![pay(&to, 1), pay(&to, 1)]);
	assert!(chain.fee(&payer, &both).await.expect("an answer") > told, "more costs more");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn burst_goes_out_without_waiting_for_blocks() {
	const COUNT: u32 = 60;
	let node = NodeBuilder::dev().start().await.expect("starts");
	let people = People::on(&node).await;
	let (sender, to) = (&people.requester, Key::from_suri("//Nobody").expect("a key").account());
	let mut pending = Vec::new();
	for _ in 0..COUNT {
		pending.push(sender.submit(pay(&to, 1)).await.expect("the node takes it"));
	}
	let mut blocks = BTreeSet::new();
	for one in pending {
		let receipt = soon("the transaction to be in a block", one.included()).await.expect("accepted");
		blocks.insert(receipt.number);
	}
	assert!(blocks.len() < COUNT as usize, "they share {} blocks", blocks.len());
	let (to, from) = (people.chain.funds(&to).await, people.chain.funds(&sender.account()).await);
	assert_eq!((to.expect("an answer").free, from.expect("an answer").nonce), (COUNT.into(), COUNT));
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn senders_of_one_key_that_do_not_know_of_each_other_get_along() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let other = sender(&people.chain, "//Dave");
	let to = people.worker.account();
	for _ in 0..3 {
		people.requester.send(pay(&to, 1)).await.expect("accepted");
		other.send(pay(&to, 1)).await.expect("accepted, though its number was used");
	}
	node.stop().await.expect("stops");
}

/// Has many processes of one key pay at a time, and returns what arrives.
async fn many_pay(chain: &Chain, key: &Key, amount: impl Fn(u32) -> u128) -> u128 {
	const COUNT: u32 = 20;
	let to = AccountId::new([9; 32]);
	let free = || async { chain.funds(&to).await.expect("an answer").free };
	let before = free().await;
	let payments = (0..COUNT).map(|number| {
		// Each counts for itself, as a process does.
		let sender = Sender::new(chain.clone(), key.clone()).with_patience(LIMIT);
		let call = pay(&to, amount(number));
		async move { sender.send(call).await }
	});
	for paid in soon("all payments", futures::future::join_all(payments)).await {
		paid.expect("it is in a block");
	}
	free().await - before
}

#[tokio::test]
async fn many_senders_of_one_key_at_a_time_all_get_through_once() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	assert_eq!(many_pay(&people.chain, people.requester.key(), |_| 1_000).await, 20_000);
	assert_eq!(many_pay(&people.chain, people.requester.key(), |number| 1 << number).await, (1 << 20) - 1);
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn equal_transactions_of_a_key_that_signs_alike_are_told_apart() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	let people = People::on(&node).await;
	// A key that signs alike makes the same transaction for the same number, of which the node takes one.
	let wallet = Key::new(Scheme::Ethereum, "//Requester").expect("a key");
	people.requester.send(pay(&wallet.account(), 100 * RLC)).await.expect("pays");
	assert_eq!(many_pay(&people.chain, &wallet, |_| 1_000).await, 20_000);
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn refusals_say_why() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	people.register().await;
	let again = people
		.developer
		.send(Call::Registry(RegistryCall::RegisterApp { app: assets::app(1) }))
		.await
		.expect_err("it exists");
	assert!(again.is_refusal("Registry", "AlreadyRegistered"), "{again}");
	assert!(again.to_string().contains("Use what exists"), "{again}");
	let poor = Key::from_suri("//Poor").expect("a key");
	people.requester.send(pay(&poor.account(), RLC)).await.expect("pays");
	let too_much = Sender::new(people.chain.clone(), poor).send(pay(&people.worker.account(), 2 * RLC)).await;
	let too_much = too_much.expect_err("it has half of it");
	assert!(too_much.is_refusal("Token", "FundsUnavailable"), "{too_much}");
	assert!(too_much.to_string().ends_with("Send it RLC, or ask for less."), "{too_much}");

	// All or nothing: the first of the two was good.
	let calls =
		vec![pay(&people.worker.account(), 1), Call::Registry(RegistryCall::RegisterApp { app: assets::app(1) })];
	let batch = people.developer.send(Call::BatchAll(calls)).await.expect_err("the second fails");
	assert!(batch.is_refusal("Registry", "AlreadyRegistered"), "{batch}");

	let task = TaskRef { deal: DealId::default(), index: 0 };
	let stranger = sender(&people.chain, "//Stranger");
	let free =
		stranger.send(Call::Poco(PocoCall::Reveal { task, digest: digest(1) })).await.expect_err("no money, no task");
	assert!(matches!(&free, Error::Invalid(words) if words.contains("else the task is closed")), "{free}");
	let none = people.worker.send(Call::Poco(PocoCall::Reveal { task, digest: digest(1) })).await.expect_err("no task");
	assert!(none.is_refusal("Poco", "NotFound"), "{none}");
	people.worker.send(pay(&people.developer.account(), 1)).await.expect("numbers go on after refusals");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn calls_are_final_and_events_are_followed_on_a_chain_of_slots() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	let people = People::on(&node).await;
	let mut blocks = people.chain.follow(Some(1), At::Best);
	let done = soon(
		"a final block",
		people.requester.send_finalized(Call::Registry(RegistryCall::RegisterApp { app: assets::app(9) })),
	)
	.await;
	let done = done.expect("registers");
	let (final_number, _) = people.chain.finalized().await.expect("an answer");
	assert!(final_number >= done.number);
	let mut number = 0;
	while number < done.number {
		let block = next(&mut blocks).await;
		assert_eq!(block.number, number + 1);
		number = block.number;
		let registers =
			block.events.iter().any(|(_, event)| matches!(event, Event::Registry(RegistryEvent::Registered { .. })));
		assert_eq!(registers, block.hash == done.block);
	}
	drop(blocks);
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn transaction_that_a_node_lost_is_given_to_it_again() {
	let folder = tempfile::tempdir().expect("a folder");
	// Makes no blocks, so that the transaction waits in its pool, which nobody keeps.
	let idle = NodeBuilder::new("dev").base_path(folder.path()).rpc(LOOPBACK).start().await.expect("starts");
	let address = idle.rpc_address().expect("it is served");
	let chain = Chain::connect(&format!("ws://{address}")).await.expect("connects");
	// A node stops and starts meanwhile, beside others.
	let sender = sender(&chain.with_patience(LIMIT), "//Dave").with_patience(3 * LIMIT);
	let to = Key::from_suri("//Eve").expect("a key").account();
	let first = sender.submit(pay(&to, 1)).await.expect("the node takes it");
	let second = sender.submit(pay(&to, 1)).await.expect("the node takes it");
	let both = tokio::spawn(async move { futures::join!(second.included(), first.finalized()) });
	idle.stop().await.expect("stops");

	let node = NodeBuilder::dev().base_path(folder.path()).rpc(address).start().await.expect("starts");
	let (second, first) = both.await.expect("no panic");
	assert!(first.expect("accepted").number <= second.expect("accepted").number);
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn broken_connection_is_made_anew_and_no_block_is_missed() {
	let folder = tempfile::tempdir().expect("a folder");
	let builder = NodeBuilder::dev().instant_seal().base_path(folder.path());
	let node = builder.clone().rpc(LOOPBACK).start().await.expect("starts");
	let address = node.rpc_address().expect("it is served");
	let chain = Chain::connect(&format!("ws://{address}")).await.expect("connects");
	let chain = chain.with_patience(LIMIT);
	let (sender, to) = (sender(&chain, "//Dave"), Key::from_suri("//Eve").expect("a key").account());
	let mut blocks = chain.follow(Some(1), At::Best);

	for number in 1..=3 {
		sender.send(pay(&to, 1)).await.expect("accepted");
		assert_eq!(next(&mut blocks).await.number, number);
	}
	node.stop().await.expect("stops");
	let node = builder.rpc(address).start().await.expect("starts again");
	// A gap so long that it is filled by height: the follower is gone meanwhile.
	for _ in 0..50 {
		sender.send(pay(&to, 1)).await.expect("accepted after the connection was lost");
	}
	// The first extrinsic of a block is its time. A block that begins an epoch may have nothing else.
	let (mut number, mut payments) = (4, 0);
	while payments < 50 {
		let block = next(&mut blocks).await;
		assert_eq!(block.number, number);
		let paid = |(by, event): &(Option<u32>, Event)| *event == Event::ExtrinsicSuccess && *by > Some(0);
		payments += block.events.iter().filter(|event| paid(event)).count();
		number += 1;
	}
	node.stop().await.expect("stops");
	let impatient = chain.with_patience(std::time::Duration::from_secs(1));
	let error = impatient.now().await.expect_err("the node is gone");
	assert!(error.to_string().starts_with(&format!("the node at ws://{address} does not answer")), "{error}");
}

/// What an account needs to exist, in nRLC.
const LEAST: u128 = 1;

/// Returns a sender with a key of its own, which has this much RLC, as a proxy of this account.
async fn proxy_of(account: &Sender, proxy_type: ProxyType, has: u128) -> Sender {
	let (chain, real) = (account.chain(), account.account());
	let key = Key::from_suri("//hot").expect("a key");
	account.send(pay(&key.account(), has)).await.expect("pays");
	let add = ProxyCall::AddProxy { delegate: Address::Id(key.account()), proxy_type, delay: 0 };
	account.send(Call::Proxy(add)).await.expect("adds it");
	assert_eq!(chain.is_proxy(&real, &key.account(), proxy_type).await, Ok(true));
	Sender::new(chain.clone(), key.on_behalf_of(real)).with_patience(LIMIT)
}

#[tokio::test]
async fn proxy_without_rlc_to_spend_completes_tasks_of_its_account() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	people.register().await;
	let deal = people.match_signed(people.requester.key(), 2, 1).await;
	let hot = proxy_of(&people.worker, ProxyType::Worker, LEAST).await;
	let worker = people.worker.account();
	let domain = people.chain.domain().await.expect("a domain");
	let before = people.chain.funds(&worker).await.expect("an answer").free;
	for index in 0..2 {
		let task = TaskRef { deal, index };
		// The delegation names the account, not its proxy.
		let delegation = Delegation { worker: worker.clone(), task: task.id(), enclave: None, expiry: u64::MAX };
		let signature = people.scheduler.key().sign_delegation(&delegation, &domain);
		let call = PocoCall::ContributeAndFinalize {
			task,
			digest: digest(1),
			authorization: DelegationProof::Signed { signature, expiry: delegation.expiry },
			enclave: None,
			callback_data: None,
		};
		let receipt = hot.send(Call::Poco(call)).await.expect("it is free for a proxy too");
		let closed = PocoEvent::TaskClosed { task: task.id(), deal, outcome: Some(digest(1)) };
		assert!(receipt.events.contains(&Event::Poco(closed)), "{receipt:?}");
	}
	let earned = people.chain.funds(&worker).await.expect("an answer").free - before;
	assert_eq!(earned, 2 * PRICE * 99 / 100, "its account earns");
	assert_eq!(people.chain.funds(&hot.key().signer()).await.expect("an answer").free, LEAST, "it paid nothing");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn delegation_that_a_proxy_signed_counts_until_the_proxy_is_removed() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	people.register().await;
	let deal = people.match_signed(people.requester.key(), 2, 1).await;
	let hot = proxy_of(&people.scheduler, ProxyType::Scheduler, LEAST).await;
	let domain = people.chain.domain().await.expect("a domain");
	let deliver = |index| {
		let task = TaskRef { deal, index };
		let (worker, expiry) = (people.worker.account(), u64::MAX);
		let delegation = Delegation { worker, task: task.id(), enclave: None, expiry };
		let signature = hot.key().sign_delegation(&delegation, &domain);
		let authorization = DelegationProof::SignedByProxy { proxy: hot.key().signer(), signature, expiry };
		let digest = digest(1);
		Call::Poco(PocoCall::ContributeAndFinalize { task, digest, authorization, enclave: None, callback_data: None })
	};
	people.worker.send(deliver(0)).await.expect("accepted");

	let delegate = Address::Id(hot.key().signer());
	let remove = ProxyCall::RemoveProxy { delegate, proxy_type: ProxyType::Scheduler, delay: 0 };
	people.scheduler.send(Call::Proxy(remove)).await.expect("removes it");
	let refused = people.worker.send(deliver(1)).await.expect_err("its signer is a stranger");
	assert!(refused.is_refusal("Poco", "NotProxy"), "{refused}");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn proxied_call_that_is_refused_is_told_as_if_its_account_had_sent_it() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let hot = proxy_of(&people.scheduler, ProxyType::Scheduler, RLC).await;
	let task = TaskRef { deal: DealId::default(), index: 0 };
	let abandon = || Call::Poco(PocoCall::Abandon { task });
	let directly = people.scheduler.send(abandon()).await.expect_err("no such deal");
	assert!(directly.is_refusal("Poco", "NotFound"), "{directly}");
	for call in [abandon(), Call::BatchAll(vec![abandon()])] {
		assert_eq!(hot.send(call).await.expect_err("refused"), directly);
	}
	let stolen = hot.send(pay(&people.worker.account(), 1)).await.expect_err("it may not pay");
	assert!(stolen.is_refusal("System", "CallFiltered"), "{stolen}");

	let delegate = Address::Id(hot.key().signer());
	let remove = ProxyCall::RemoveProxy { delegate, proxy_type: ProxyType::Scheduler, delay: 0 };
	people.scheduler.send(Call::Proxy(remove)).await.expect("removes it");
	assert_eq!(people.chain.proxies(&people.scheduler.account()).await, Ok(Vec::new()));
	let refused = hot.send(abandon()).await.expect_err("it is a stranger");
	assert!(refused.is_refusal("Proxy", "NotProxy"), "{refused}");
	node.stop().await.expect("stops");
}
