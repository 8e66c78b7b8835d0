//! Every example, run. They are modules of this one program, so that the node is linked once.
#![allow(dead_code, reason = "nobody calls the examples' main")]

#[path = "../one_pallet.rs"]
mod one_pallet;
#[path = "../submit_and_watch.rs"]
mod submit_and_watch;
#[path = "../whole_node.rs"]
mod whole_node;
#[path = "../worker_in_node.rs"]
mod worker_in_node;

// The runtime of the first example looks for its pallet at the root of the program.
use one_pallet::stations;

use rlc_chain::{Chain, Key, MarketplaceCall, PocoCall, RegistryCall, Sender};
use rlc_node::embedded::NodeBuilder;
use rlc_primitives::{
	assets::{App, Description},
	work::{DelegationProof, TaskRef},
	AppId, AppOrder, CategoryId, Delegation, Restriction, ResultDigest, Tag, WorkerpoolId, WorkerpoolOrder, RLC,
};
use rlc_worker::Compiler;
use sp_core::H256;

#[test]
fn one_pallet_serves_a_foreign_runtime() {
	one_pallet::run();
}

#[tokio::test]
async fn whole_node_runs_inside_a_program() {
	assert_eq!(whole_node::run().await.expect("it runs"), RLC);
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_joins_a_pool_from_inside_a_node() {
	let folder = tempfile::tempdir().expect("a folder");
	let worker = worker_in_node::run(folder.path(), Compiler::unlimited()).await.expect("it runs");
	assert_eq!((worker.account.0, worker.alive), (Key::from_suri("//Bob").expect("a key").account(), true));
}

#[tokio::test]
async fn request_is_submitted_and_its_deal_watched() {
	let node = NodeBuilder::dev().instant_seal().rpc(([127, 0, 0, 1], 0)).start().await.expect("starts");
	let address = node.rpc_address().expect("it is served");
	let chain = Chain::connect(&format!("ws://{address}")).await.expect("connects");
	let person = |name: &str| Sender::new(chain.clone(), Key::from_suri(name).expect("a key"));
	let (developer, scheduler, worker, requester) =
		(person("//Bob"), person("//Charlie"), person("//Dave"), person("//Eve"));
	let app = offers(&developer, &scheduler).await;

	let (before, _) = chain.best().await.expect("an answer");
	let deal = submit_and_watch::submit(&requester, app).await.expect("a deal");

	// Somebody computes it, with the scheduler's signature.
	let task = TaskRef { deal, index: 0 };
	let open = chain.task_of(task).await.expect("an answer").expect("a task");
	let expiry = open.contribution_deadline;
	let delegation = Delegation { worker: worker.account(), task: task.id(), enclave: None, expiry };
	let domain = chain.domain().await.expect("a domain");
	let signature = scheduler.key().sign_delegation(&delegation, &domain);
	let authorization = DelegationProof::Signed { signature, expiry };
	let digest = ResultDigest(H256::repeat_byte(7));
	let result = PocoCall::ContributeAndFinalize { task, digest, authorization, enclave: None, callback_data: None };
	worker.send(result).await.expect("accepted");

	assert_eq!(submit_and_watch::watch(&chain, deal, before).await.expect("it closes"), 1);
	node.stop().await.expect("stops");
}

/// Offers an app and the computing for it; the app.
async fn offers(developer: &Sender, scheduler: &Sender) -> AppId {
	let app = App { checksum: H256::repeat_byte(1), ..Default::default() };
	let description: Description = b"a pool".to_vec().try_into().expect("short");
	let id = AppId::derive(&developer.account(), &app);
	let workerpool = WorkerpoolId::derive(&scheduler.account(), &description);
	developer.send(RegistryCall::RegisterApp { app }).await.expect("registers");
	scheduler.send(RegistryCall::RegisterWorkerpool { description }).await.expect("registers");

	let app_order = AppOrder {
		app: id,
		price: RLC / 10,
		volume: 10,
		tag: Tag::NONE,
		dataset_restrict: Restriction::Anyone,
		workerpool_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: H256::zero(),
	};
	let workerpool_order = WorkerpoolOrder {
		workerpool,
		price: RLC,
		volume: 10,
		tag: Tag::NONE,
		category: CategoryId(0),
		trust: 10,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: H256::zero(),
	};
	developer.send(MarketplaceCall::PublishOrder { order: app_order.into() }).await.expect("publishes");
	scheduler.send(MarketplaceCall::PublishOrder { order: workerpool_order.into() }).await.expect("publishes");
	id
}
