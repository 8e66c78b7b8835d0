use super::*;
use crate::ports::Undelivered;
use jsonrpsee::{
	core::{async_trait, SubscriptionResult},
	server::{Server, ServerHandle},
	types::ErrorObjectOwned,
	PendingSubscriptionSink, SubscriptionMessage,
};
use rlc_disk::Budget;
use rlc_primitives::{AccountId, TaskId, WorkerpoolId};
use rlc_protocol::{
	address::websocket,
	requester::code,
	version::{Protocols, OLDEST, PROTOCOL},
	worker::{Challenge, Held, Joined, Logs, Shown, Step, WorkerRpcServer},
};
use sp_core::{sr25519, Pair};
use std::{net::SocketAddr, sync::Mutex};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

fn task(number: u64) -> TaskId {
	TaskId(H256::from_low_u64_be(number))
}

fn report(number: u64, step: Step) -> Report {
	Report { task: task(number), step, at: 1, cause: None, digest: None, usage: None }
}

/// A scheduler that remembers what it hears.
#[derive(Clone, Default)]
struct Scheduler(Arc<Heard>);

struct Heard {
	protocol: u32,
	joins: Mutex<Vec<Join>>,
	heartbeats: Mutex<Vec<Heartbeat>>,
	reports: Mutex<Vec<Report>>,
	logs: Mutex<Vec<TaskId>>,
	shown: Mutex<Vec<Shown>>,
	callbacks: Mutex<Vec<String>>,
	/// Whether another machine works with the key of each worker that joins.
	has_twin: bool,
}

impl Default for Heard {
	fn default() -> Self {
		Self {
			protocol: PROTOCOL,
			joins: Mutex::default(),
			heartbeats: Mutex::default(),
			reports: Mutex::default(),
			logs: Mutex::default(),
			shown: Mutex::default(),
			callbacks: Mutex::default(),
			has_twin: false,
		}
	}
}

#[async_trait]
impl WorkerRpcServer for Scheduler {
	async fn challenge(&self, _: Account, protocols: Option<Protocols>) -> Result<Challenge, ErrorObjectOwned> {
		assert_eq!(protocols, Some(SPOKEN));
		Ok(Challenge {
			protocol: self.0.protocol,
			challenge: H256::repeat_byte(5),
			not_after: 9,
			workerpool: WorkerpoolId::default(),
			genesis: H256::zero(),
		})
	}

	async fn join(&self, join: Join) -> Result<Joined, ErrorObjectOwned> {
		let (genesis, workerpool) = (H256::zero(), WorkerpoolId::default());
		let claim = Claim::Join(Bounds { genesis, workerpool, not_after: 9, nonce: join.challenge });
		assert!(claim.is_signed_by(&join.signature, &join.account.0));
		assert_eq!((join.protocol, join.not_after), (self.0.protocol, 9));
		if self.0.has_twin && join.standby {
			return Err(ErrorObjectOwned::owned(code::ELSEWHERE, "another works with this key", None::<()>));
		}
		self.0.joins.lock().unwrap().push(join);
		Ok(Joined {
			session: H256::repeat_byte(6),
			heartbeat: 20,
			forget: vec![task(9)],
			max_result: 1_000,
			retention: Some(9),
		})
	}

	async fn subscribe_instructions(&self, pending: PendingSubscriptionSink, _: Session) -> SubscriptionResult {
		let sink = pending.accept().await?;
		if self.0.has_twin {
			sink.send(SubscriptionMessage::from_json(&Instruction::Replaced)?).await?;
		}
		for instruction in [Instruction::Stop { task: task(1), reason: "done".into() }, Instruction::Drain] {
			sink.send(SubscriptionMessage::from_json(&instruction)?).await?;
		}
		sink.closed().await;
		Ok(())
	}

	async fn heartbeat(&self, session: Session, heartbeat: Heartbeat) -> Result<(), ErrorObjectOwned> {
		assert_eq!(session, H256::repeat_byte(6));
		self.0.heartbeats.lock().unwrap().push(heartbeat);
		Ok(())
	}

	async fn report(&self, _: Session, reports: Vec<Report>) -> Result<(), ErrorObjectOwned> {
		self.0.reports.lock().unwrap().extend(reports);
		Ok(())
	}

	async fn logs(&self, _: Session, task: TaskId, _: Logs) -> Result<(), ErrorObjectOwned> {
		self.0.logs.lock().unwrap().push(task);
		Ok(())
	}

	async fn shown(&self, _: Session, shown: Vec<Shown>) -> Result<(), ErrorObjectOwned> {
		self.0.shown.lock().unwrap().extend(shown);
		Ok(())
	}

	async fn callback_data(&self, _: Session, id: TaskId, data: String) -> Result<(), ErrorObjectOwned> {
		for (refused, code) in [(task(404), code::UNKNOWN_TASK), (task(403), code::NOT_ALLOWED)] {
			if id == refused {
				return Err(ErrorObjectOwned::owned(code, "not these", None::<()>));
			}
		}
		self.0.callbacks.lock().unwrap().push(data);
		Ok(())
	}
}

impl Scheduler {
	async fn serve(&self, address: SocketAddr) -> (SocketAddr, ServerHandle) {
		let server = Server::builder().build(address).await.unwrap();
		let address = server.local_addr().unwrap();
		(address, server.start(self.clone().into_rpc()))
	}

	fn joins(&self) -> usize {
		self.0.joins.lock().unwrap().len()
	}
}

/// Returns what is in hand, without a delegation to show.
fn in_hand(held: &[Report]) -> Vec<Held> {
	held.iter().cloned().map(Held::from).collect()
}

/// The ends of a link that runs.
struct Ends {
	outgoing: mpsc::UnboundedSender<Outgoing>,
	status: watch::Sender<Status>,
	actor: mpsc::UnboundedReceiver<Message>,
	offer: watch::Sender<Resources>,
	results: Arc<Results>,
	shows: Arc<Shows>,
	link: tokio::task::JoinHandle<()>,
}

/// What a link's other ends are.
type Others = (
	mpsc::UnboundedSender<Outgoing>,
	watch::Sender<Status>,
	mpsc::UnboundedReceiver<Message>,
	watch::Sender<Resources>,
);

fn link(address: SocketAddr) -> Ends {
	let (link, (outgoing, status, actor, offer)) = unconnected(address);
	let (results, shows) = (link.results.clone(), link.shows.clone());
	Ends { outgoing, status, actor, offer, results, shows, link: tokio::spawn(link.run()) }
}

/// Returns a link that does not run yet.
fn unconnected(address: SocketAddr) -> (Link, Others) {
	let pair = sr25519::Pair::from_seed(&[1; 32]);
	let (outgoing, receiver) = mpsc::unbounded_channel();
	let (status, status_receiver) = watch::channel(Status::default());
	let (actor_sender, actor) = mpsc::unbounded_channel();
	let (offer, resources) = watch::channel(Resources { slots: 2, gpus: 2, ..Resources::default() });
	let identity = Identity {
		account: Account(AccountId::new(pair.public().0)),
		signer: None,
		genesis: H256::zero(),
		workerpool: Some(WorkerpoolId::default()),
		whereabouts: Box::new(|_| Box::pin(async { Err("the pool is known".into()) })),
		sign: Box::new(move |payload: &[u8]| pair.sign(payload).into()),
		operator: None,
		resources,
		cached: Box::new(|| vec![H256::repeat_byte(8)]),
		standby: false,
	};
	let url = websocket(&format!("http://{address}/")).unwrap();
	let results = Arc::new(Results::new("nowhere".into(), &Budget::unlimited()));
	let shows = Arc::default();
	let link = Link { url, identity, outgoing: receiver, status: status_receiver, actor: actor_sender, results, shows };
	(link, (outgoing, status, actor, offer))
}

impl Ends {
	/// Returns the next message, while it answers what is in hand.
	async fn next(&mut self, held: &[Report]) -> Message {
		loop {
			match timeout(PATIENCE, self.actor.recv()).await.unwrap().unwrap() {
				Message::Connected(answer) => answer.send(in_hand(held)).unwrap(),
				other => return other,
			}
		}
	}

	async fn joined(&mut self, held: &[Report]) -> (Vec<TaskId>, Vec<TaskId>) {
		let Message::Told(told) = self.next(held).await else { panic!("first what is known to be told") };
		let Message::Joined(forget) = self.next(held).await else { panic!("then the joining") };
		(told, forget)
	}
}

async fn eventually(mut holds: impl FnMut() -> bool) {
	let waiting = async {
		while !holds() {
			sleep(Duration::from_millis(5)).await;
		}
	};
	timeout(PATIENCE, waiting).await.unwrap();
}

fn anywhere() -> SocketAddr {
	([127, 0, 0, 1], 0).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_joins_and_hears_instructions() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	let held = [report(1, Step::Contributed), report(2, Step::Failed)];
	assert_eq!(ends.joined(&held).await, (vec![task(2)], vec![task(9)]), "what ended is told by joining");
	assert_eq!(scheduler.0.joins.lock().unwrap()[0].held, in_hand(&held));
	assert!(matches!(ends.next(&held).await, Message::Instruction(Instruction::Stop { .. })));
	assert!(matches!(ends.next(&held).await, Message::Instruction(Instruction::Drain)));
	assert_eq!(ends.results.most(), 1_000, "what the store takes");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_writes_is_shown_if_it_is_wanted() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	let (tap, _running) = ends.shows.begin(task(1));
	tap.push(0, b"step 1");
	ends.shows.want(task(1), PATIENCE);
	eventually(|| !scheduler.0.shown.lock().unwrap().is_empty()).await;
	let logs = Logs { stdout: "step 1".into(), stderr: String::new() };
	assert_eq!(*scheduler.0.shown.lock().unwrap(), [Shown { task: task(1), logs, missed: 0 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_is_told_by_joining_again_that_a_graphics_processor_is_lost() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	ends.offer.send_modify(|resources| resources.gpus = 1);
	let told = async {
		while scheduler.joins() < 2 {
			if let Message::Connected(answer) = ends.actor.recv().await.unwrap() {
				answer.send(Vec::new()).unwrap();
			}
		}
	};
	timeout(PATIENCE, told).await.unwrap();
	let joins = scheduler.0.joins.lock().unwrap();
	assert_eq!(joins.iter().map(|join| join.resources.gpus).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_whose_place_another_takes_stands_by() {
	let scheduler = Scheduler(Arc::new(Heard { has_twin: true, ..Heard::default() }));
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	// After any other break, it would be back by now.
	let again = timeout(Duration::from_secs(4), async {
		while let Some(message) = ends.actor.recv().await {
			if matches!(message, Message::Connected(_)) {
				break;
			}
		}
	});
	assert!(again.await.is_err(), "it does not take turns");
	assert_eq!(scheduler.joins(), 1);
}

#[tokio::test]
async fn worker_that_stands_by_joins_only_where_no_other_is() {
	for has_twin in [true, false] {
		let scheduler = Scheduler(Arc::new(Heard { has_twin, ..Heard::default() }));
		let (address, _server) = scheduler.serve(anywhere()).await;
		let client = WsClientBuilder::default().build(format!("ws://{address}")).await.unwrap();
		let (mut link, (_outgoing, _status, mut actor, _offer)) = unconnected(address);
		link.identity.standby = true;
		tokio::spawn(async move {
			let Some(Message::Connected(answer)) = actor.recv().await else { panic!("it asks what is in hand") };
			answer.send(Vec::new()).unwrap();
			while actor.recv().await.is_some() {}
		});
		let joined = link.join(&client, &mut UntoldLogs::new()).await;
		assert_eq!(matches!(joined, Err(Broken::Elsewhere)), has_twin);
		assert_eq!(joined.is_ok(), !has_twin);
	}
}

/// Returns why the worker does not join a scheduler, by what it is told of the scheduler's pool.
async fn refused(change: impl FnOnce(&mut Identity)) -> String {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let client = WsClientBuilder::default().build(format!("ws://{address}")).await.unwrap();
	let (mut link, _others) = unconnected(address);
	change(&mut link.identity);
	let Err(refused) = link.join(&client, &mut UntoldLogs::new()).await else { panic!("it may be another pool") };
	assert_eq!(scheduler.joins(), 0);
	refused.to_string()
}

/// Returns a chain that says that a pool is at this address.
fn registered(url: Option<String>) -> Whereabouts {
	Box::new(move |_| {
		let url = url.clone();
		Box::pin(async move { Ok(url) })
	})
}

#[tokio::test]
async fn scheduler_that_passes_on_another_pools_challenge_is_not_answered() {
	let other = WorkerpoolId(sp_core::H160::repeat_byte(5));
	let words = refused(|identity| identity.workerpool = Some(other)).await;
	assert!(words.contains("--workerpool") && words.contains(&format!("not of 0x{}", "05".repeat(20))), "{words}");
	for url in [None, Some("https://pool.example.org".into())] {
		let words = refused(|identity| {
			identity.workerpool = None;
			identity.whereabouts = registered(url.clone());
		});
		let words = words.await;
		assert!(words.contains(url.as_deref().unwrap_or("no address")) && words.contains("--workerpool"), "{words}");
	}
	let words = refused(|identity| identity.workerpool = None).await;
	assert!(words.contains("cannot be asked"), "{words}");
}

#[tokio::test]
async fn pool_that_the_chain_says_is_at_the_schedulers_address_is_joined_and_no_other_afterwards() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let client = WsClientBuilder::default().build(format!("ws://{address}")).await.unwrap();
	let (mut link, (_outgoing, _status, mut actor, _offer)) = unconnected(address);
	link.identity.workerpool = None;
	link.identity.whereabouts = registered(Some(format!("http://{address}/")));
	let answering = tokio::spawn(async move {
		let Some(Message::Connected(answer)) = actor.recv().await else { panic!("it asks what is in hand") };
		answer.send(Vec::new()).unwrap();
		actor
	});
	assert!(link.join(&client, &mut UntoldLogs::new()).await.is_ok());
	assert_eq!((link.identity.workerpool, scheduler.joins()), (Some(WorkerpoolId::default()), 1));
	answering.await.unwrap();
}

#[tokio::test]
async fn scheduler_of_another_protocol_is_not_joined() {
	let scheduler = Scheduler(Arc::new(Heard { protocol: OLDEST - 1, ..Heard::default() }));
	let (address, _server) = scheduler.serve(anywhere()).await;
	let client = WsClientBuilder::default().build(format!("ws://{address}")).await.unwrap();
	let (mut link, _ends) = unconnected(address);
	let Err(refused) = link.join(&client, &mut UntoldLogs::new()).await else { panic!("they do not fit") };
	assert!(refused.to_string().ends_with("upgrade the scheduler"), "{refused}");
	assert_eq!(scheduler.joins(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_in_the_list_is_told_after_joining() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	let most = u64::try_from(MAX_REPORTS).unwrap();
	let mut held = vec![report(0, Step::Completed)];
	held.extend((1..=most).map(|number| report(number, Step::Revealed)));
	held.push(report(most + 1, Step::Computing));
	let (told, _) = ends.joined(&held).await;
	assert!(told.is_empty(), "what ended is not among the first");
	let named = scheduler.0.joins.lock().unwrap()[0].held.clone();
	assert_eq!(
		(named.len(), named[0].report.task),
		(MAX_REPORTS, task(most + 1)),
		"first what only the worker knows of"
	);
	loop {
		if let Message::Told(told) = ends.next(&held).await {
			assert_eq!(told, [task(0)]);
			break;
		}
	}
	let told: Vec<_> = scheduler.0.reports.lock().unwrap().iter().map(|report| report.task).collect();
	assert_eq!(told, [task(most), task(0)], "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_tell_what_changed() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	ends.status.send_replace(Status { free_slots: 2, draining: false });
	let heartbeats = || scheduler.0.heartbeats.lock().unwrap().clone();
	eventually(|| heartbeats().iter().any(|beat| beat.free_slots == 2) && heartbeats().len() > 3).await;
	let cached: Vec<_> = heartbeats().into_iter().map(|beat| beat.cached).collect();
	assert_eq!(cached[0], Some(vec![H256::repeat_byte(8)]));
	assert!(cached[1..].iter().all(Option::is_none), "only when it changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_logs_and_data_arrive_and_ends_are_confirmed() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	let steps = [Step::Started, Step::Computing, Step::Computed, Step::Completed];
	for step in steps {
		ends.outgoing.send(Outgoing::Report(report(1, step))).unwrap();
	}
	ends.outgoing.send(Outgoing::Logs(task(1), Logs::default())).unwrap();
	let (answer, taken) = oneshot::channel();
	ends.outgoing.send(Outgoing::Callback(task(1), vec![1, 2], answer)).unwrap();
	assert_eq!(timeout(PATIENCE, taken).await.unwrap().unwrap(), Ok(()));
	eventually(|| scheduler.0.reports.lock().unwrap().iter().any(|report| report.step == Step::Completed)).await;
	eventually(|| *scheduler.0.logs.lock().unwrap() == [task(1)]).await;
	assert_eq!(*scheduler.0.callbacks.lock().unwrap(), ["0x0102"]);
	loop {
		if let Message::Told(told) = ends.next(&[]).await {
			assert_eq!(told, [task(1)]);
			break;
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_that_knows_nothing_of_a_task_is_told_from_one_that_may_take_its_data_later() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	let mut answers = Vec::new();
	for number in [404, 403] {
		let (answer, taken) = oneshot::channel();
		ends.outgoing.send(Outgoing::Callback(task(number), vec![1], answer)).unwrap();
		answers.push(timeout(PATIENCE, taken).await.unwrap().unwrap());
	}
	assert_eq!(answers[0], Err(Undelivered::Unknown("not these".into())));
	assert!(matches!(answers[1], Err(Undelivered::Failed(_))), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_connection_is_opened_anew_and_logs_are_kept() {
	let scheduler = Scheduler::default();
	let (address, server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	server.stop().unwrap();
	server.stopped().await;
	ends.outgoing.send(Outgoing::Logs(task(3), Logs::default())).unwrap();
	let (answer, taken) = oneshot::channel();
	// It may be asked before it has noticed: then the request itself fails.
	ends.outgoing.send(Outgoing::Callback(task(3), vec![], answer)).unwrap();
	assert!(timeout(PATIENCE, taken).await.unwrap().unwrap().is_err());
	let (_, _server) = scheduler.serve(address).await;
	let held = [report(3, Step::Revealed)];
	loop {
		if let Message::Joined(_) = ends.next(&held).await {
			break;
		}
	}
	assert_eq!(scheduler.joins(), 2);
	assert_eq!(scheduler.0.joins.lock().unwrap()[1].held, in_hand(&held));
	eventually(|| scheduler.0.logs.lock().unwrap().contains(&task(3))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn last_words_are_said() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	ends.outgoing.send(Outgoing::Report(report(4, Step::Completed))).unwrap();
	drop(ends.outgoing);
	timeout(PATIENCE, ends.link).await.unwrap().unwrap();
	assert_eq!(scheduler.0.reports.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_ends_since_it_drained_has_said_so() {
	let scheduler = Scheduler::default();
	let (address, _server) = scheduler.serve(anywhere()).await;
	let mut ends = link(address);
	ends.joined(&[]).await;
	ends.status.send_replace(Status { free_slots: 0, draining: true });
	drop(ends.outgoing);
	timeout(PATIENCE, ends.link).await.unwrap().unwrap();
	let heartbeats = scheduler.0.heartbeats.lock().unwrap();
	assert!(heartbeats.last().is_some_and(|last| last.draining), "{heartbeats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_that_is_not_there_does_not_keep_the_worker_from_ending() {
	let ends = link(([127, 0, 0, 1], 1).into());
	ends.outgoing.send(Outgoing::Report(report(4, Step::Completed))).unwrap();
	drop(ends.outgoing);
	timeout(PATIENCE, ends.link).await.unwrap().unwrap();
}
