//! What no question of the runtime lists: a client walks the chain's state for it, on a whole node.

use std::collections::BTreeSet;

use crate::common::people::{pay, People};
use rlc_chain::{Call, RegistryCall, RewardDestination, StakingCall};
use rlc_checks::assets;
use rlc_node::embedded::NodeBuilder;
use rlc_primitives::{work::TaskRef, Address, AppId, RLC};

#[tokio::test]
async fn all_assets_are_found_on_however_many_pages_they_are() {
	const APPS: u64 = 260;
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	assert!(people.chain.apps(1_000).await.expect("an answer").found.is_empty());
	let calls: Vec<_> =
		(1..=APPS).map(|number| Call::from(RegistryCall::RegisterApp { app: assets::app(number) })).collect();
	for calls in calls.chunks(65) {
		people.developer.send(Call::BatchAll(calls.to_vec())).await.expect("registers");
	}
	let walked = people.chain.apps(1_000).await.expect("an answer");
	assert!(walked.is_whole);
	let owner = people.developer.account();
	assert!(walked.found.iter().all(|(id, app)| app.owner == owner && *id == AppId::derive(&owner, &app.content)));
	let ids: BTreeSet<_> = walked.found.iter().map(|(id, _)| *id).collect();
	let all: BTreeSet<_> = (1..=APPS).map(|number| AppId::derive(&owner, &assets::app(number))).collect();
	assert_eq!(ids, all);
	assert!(!people.chain.apps(100).await.expect("an answer").is_whole, "there are more than a walk may take");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn deals_are_found_by_what_was_agreed_on() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	people.register().await;
	let mut made = BTreeSet::new();
	for volume in [1, 3] {
		made.insert(people.match_signed(people.requester.key(), volume, 1).await);
	}
	let requester = people.requester.account();
	let walked = people.chain.deals(1_000, |_, deal| deal.requester == requester).await.expect("an answer");
	assert!(walked.is_whole);
	assert_eq!(walked.found.iter().map(|known| known.id).collect::<BTreeSet<_>>(), made);
	assert!(walked.found.iter().all(|known| known.progress.open == known.deal.size));
	let three = people.chain.deals(1_000, |_, deal| deal.size == 3).await.expect("an answer").found;
	let view = people.chain.deal(three[0].id).await.expect("an answer").expect("it is there");
	assert_eq!((three.len(), &three[0].deal, &three[0].progress), (1, &view.deal, &view.progress));
	let touched = people.chain.touched_tasks(1_000, |task| Some(TaskRef { deal: task.deal, index: task.index }));
	assert!(touched.await.expect("an answer").found.is_empty(), "nobody has contributed");
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn stake_is_told_with_what_the_chain_asks() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let people = People::on(&node).await;
	let (chain, who) = (&people.chain, people.worker.account());
	let terms = chain.staking_terms().await.expect("an answer");
	assert!(terms.least_to_nominate > 0 && terms.least_to_validate > terms.least_to_nominate);
	assert!(terms.wait > 0 && terms.history >= terms.wait && terms.era_length > 0);
	assert_eq!(chain.stake(&who).await.expect("an answer"), None);
	let (candidate, prefs) = chain.candidates().await.expect("an answer").remove(0);
	assert!(chain.has_session_keys(&candidate).await.expect("an answer"));
	assert!(!prefs.blocked);
	assert!(!chain.has_session_keys(&who).await.expect("an answer"));

	people.requester.send(pay(&who, terms.least_to_nominate)).await.expect("pays");
	let value = terms.least_to_nominate;
	let before = chain.funds(&who).await.expect("an answer").reserved;
	people.worker.send(StakingCall::Bond { value, payee: RewardDestination::Stash }).await.expect("bonds");
	assert_eq!(chain.funds(&who).await.expect("an answer").reserved - before, value, "it is held");
	let targets = vec![Address::Id(candidate.clone())];
	people.worker.send(StakingCall::Nominate { targets }).await.expect("nominates");
	people.worker.send(StakingCall::BondExtra { max_additional: RLC }).await.expect("bonds");
	people.worker.send(StakingCall::Unbond { value: RLC }).await.expect("unbonds");
	let stake = chain.stake(&who).await.expect("an answer").expect("it has one");
	assert_eq!((stake.active, stake.total, stake.nominates), (value, value + RLC, vec![candidate]));
	assert_eq!(stake.unlocking, [(RLC, terms.era + terms.wait)]);
	people.worker.send(StakingCall::Chill).await.expect("stops");
	assert!(chain.stake(&who).await.expect("an answer").expect("it has one").nominates.is_empty());
	node.stop().await.expect("stops");
}
