//! The one owner of a worker's tasks: takes in what happened, decides, journals, then acts.
//!
//! Each turn of the loop takes all messages that wait, asks [`next_action`](crate::next::next_action) about each task that
//! they concern, and hands all changes to the writer of the journal, with what follows from them. That comes back when the
//! changes are on disk, and only then is anything started that others can see. Whatever takes time runs beside the loop and
//! comes back as a message.
//!
//! Everything that is done for a task is logged in the task's span.

mod ask;
mod clean_up;
mod commitments;
mod compute;
mod entry;
mod follow;
mod instructions;
mod later;
mod room;
mod send;
mod upload;
mod write;

use std::{
	collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
	path::PathBuf,
	sync::Arc,
	time::Duration,
};

use futures::StreamExt;
use rlc_primitives::{
	work::{FailureCause, TaskRef},
	AccountId, Balance, BlockNumber, TaskId,
};
use rlc_protocol::worker::{Resources, Usage};
use rlc_service::Watchdog;
use sp_core::H256;
use tokio::{
	sync::{mpsc, watch},
	time::Instant,
};

use self::entry::{Busy, Entry};
use crate::{
	clock::{self, Clock},
	disk::Disk,
	journal::{Change, Journal, JournalError},
	messages::{Effect, Message, Outgoing, Status},
	metrics::Metrics,
	next::{next_action, Action},
	plans::Plans,
	ports::{ChainPort, Delivery, Runner},
	record::{End, Record, State},
	results::{is_there, is_whole, Results},
	shows::Shows,
};

/// The most messages that are taken in before the journal is written.
const TURN: usize = 1_000;

/// How often deadlines and forgotten things are looked at.
const TICK: Duration = Duration::from_secs(1);

/// How long a stopping worker waits for what runs.
const STOP_TIME: Duration = Duration::from_secs(10);

/// What the loop works with.
pub(crate) struct Parts {
	pub chain: Arc<dyn ChainPort>,
	pub runner: Arc<dyn Runner>,
	pub delivery: Arc<dyn Delivery>,
	/// To the scheduler.
	pub link: mpsc::UnboundedSender<Outgoing>,
	/// What apps write, for those who read along.
	pub shows: Arc<Shows>,
	/// For heartbeats.
	pub status: watch::Sender<Status>,
	pub metrics: Arc<Metrics>,
	/// Where results are kept.
	pub results: Arc<Results>,
	/// Hears that the loop goes on.
	pub watchdog: Watchdog,
	/// On what all of that is written.
	pub disk: Arc<Disk>,
}

/// What the loop has to keep to.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
	/// What tasks share: each takes as many of the slots as its share of the rest says.
	pub resources: Resources,
	/// How long a result that is in no store is kept at least, from when its task was taken.
	pub keep_for: Duration,
	/// How often the chain is asked about a task of which nothing was heard.
	pub quiet: Duration,
	/// How long what may have been sent before the start has to get into a block, before it is sent again.
	pub grace: Duration,
	/// How long the first of a batch waits for others to be sent with.
	pub batch_time: Duration,
	/// The most that is offered as a tip, in nRLC.
	pub max_tip: Balance,
}

/// The worker's tasks, and what happens to them.
pub(crate) struct Actor {
	parts: Parts,
	bounds: Bounds,
	writer: write::Writer,
	plans: Arc<Plans>,
	account: AccountId,
	inbox: mpsc::UnboundedReceiver<Message>,
	/// For what runs beside the loop.
	back: mpsc::UnboundedSender<Message>,
	tasks: HashMap<TaskId, Entry>,
	/// Tasks that wait for slots, and for how many: one, until it is known.
	queue: VecDeque<(TaskId, u32)>,
	/// How many slots are taken.
	taken: u32,
	sends: send::Sends,
	asks: ask::Asks,
	/// Closed tasks, by the block that has to be finalized.
	closing: BTreeMap<BlockNumber, Vec<TaskId>>,
	/// Results that are in no store.
	kept: clean_up::Kept,
	/// Data of callbacks that the scheduler did not take.
	data: clean_up::Kept,
	/// Tasks that are tried again at a time.
	later: BTreeSet<(Instant, TaskId)>,
	/// Tasks whose next call waits until work goes on that is stopped on the chain.
	stopped: BTreeSet<TaskId>,
	/// Why the last tasks failed, for evidence on chain.
	failures: VecDeque<(TaskId, TaskRef, FailureCause)>,
	clock: Clock,
	head: Option<(BlockNumber, H256)>,
	finalized: BlockNumber,
	/// To be written before anything else is done.
	changes: Vec<Change>,
	/// To be done after that.
	effects: Vec<Effect>,
	/// Whether tasks may come, by the owner's policy.
	active: bool,
	/// Whether the node is behind.
	behind: bool,
	/// Why no task has room, if none has.
	no_room: Option<String>,
	/// Whether the journal waits for room.
	journal_full: bool,
	draining: bool,
	stopping: bool,
}

impl Actor {
	/// Returns a loop that takes up what the journal holds. Call [`run`](Self::run) next.
	pub fn new(
		parts: Parts,
		bounds: Bounds,
		(journal, records): (Journal, Vec<Record>),
		(back, inbox): (mpsc::UnboundedSender<Message>, mpsc::UnboundedReceiver<Message>),
		now: rlc_chain::Clock,
	) -> Self {
		let account = parts.chain.account();
		let sends = send::Sends::new(bounds.batch_time);
		let (ballast, results) = (parts.disk.ballast.clone(), parts.results.clone());
		let writer = write::Writer::spawn(journal, ballast, results, back.clone());
		let mut actor = Self {
			parts,
			bounds,
			writer,
			plans: Arc::default(),
			account,
			inbox,
			back,
			tasks: HashMap::new(),
			queue: VecDeque::new(),
			taken: 0,
			sends,
			asks: ask::Asks::default(),
			closing: BTreeMap::new(),
			kept: clean_up::Kept::default(),
			data: clean_up::Kept::default(),
			later: BTreeSet::new(),
			stopped: BTreeSet::new(),
			failures: VecDeque::new(),
			clock: Clock::new(now),
			head: None,
			finalized: 0,
			changes: Vec::new(),
			effects: Vec::new(),
			active: true,
			behind: false,
			no_room: None,
			journal_full: false,
			draining: false,
			stopping: false,
		};
		for record in records {
			let file = actor.result_file(record.id());
			let present = match &record.state {
				// It may still be computed again. Of all others, a reader finds out.
				State::Computed(output) | State::Contributing(output) => is_whole(&file, output),
				state => state.output().is_some_and(|output| output.failure().is_some() || is_there(&file, output)),
			};
			let (id, mut entry) = (record.id(), Entry::new(record, None, present));
			if matches!(entry.record.state, State::Contributing(_) | State::Revealing(_)) {
				entry.grace = Some(Instant::now() + actor.bounds.grace);
			}
			actor.tasks.insert(id, entry);
		}
		actor
	}

	/// Works until it is stopped, or drained and done.
	pub async fn run(mut self) -> Result<(), JournalError> {
		let chain = self.parts.chain.clone();
		let mut news = chain.news();
		let mut oldest: Vec<_> = self.tasks.iter().map(|(id, entry)| (entry.record.taken, *id)).collect();
		oldest.sort_unstable();
		for (_, id) in oldest {
			self.consider(id);
		}
		self.look_for_room();
		let mut tick = tokio::time::interval(TICK);
		tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
		while !self.stopping && !self.is_drained() {
			let due = self.next_due();
			tokio::select! {
				message = self.inbox.recv() => match message {
					Some(message) => self.handle(message),
					None => break,
				},
				Some(news) = news.next() => self.follow(news),
				_ = tick.tick() => self.tick(),
				() = clock::sleep_until(due) => {}
				result = &mut self.writer.task => return write::result(result),
			}
			for _ in 0..TURN {
				let Ok(message) = self.inbox.try_recv() else { break };
				self.handle(message);
			}
			self.retry_due();
			self.start_runs();
			self.start_asks();
			self.start_sends();
			self.hand_over();
			self.tell_status();
			self.parts.watchdog.beat();
		}
		self.wind_up().await
	}

	fn handle(&mut self, message: Message) {
		match message {
			Message::Instruction(instruction) => self.instruct(instruction),
			Message::Connected(answer) => {
				// A link that is gone by now asks again.
				let _ = answer.send(self.held());
			}
			Message::Joined(forget) => self.joined(forget),
			Message::Told(tasks) => self.told(tasks),
			Message::Written(effects) => self.perform(effects),
			Message::JournalFull(full) => self.journal_full(full),
			Message::Resources(resources) => self.bounds.resources = resources,
			Message::Ran(task, slots, ran) => self.ran(task, slots, ran),
			Message::NeedsMore(task, taken, needed) => self.needs_more(task, taken, needed),
			Message::Sent(sent) => self.sent(sent),
			Message::Views(answers) => self.answered(answers),
			Message::Work(items) => self.work(items),
			Message::Uploaded(task, result) => self.uploaded(task, result),
			Message::Active(active) => self.active = active,
			Message::Behind(behind) => self.fall_behind(behind),
			Message::Drain => self.drain(),
			Message::Stop => self.stopping = true,
		}
	}

	/// Decides what to do with a task, and prepares it.
	fn consider(&mut self, id: TaskId) {
		let Some(span) = self.tasks.get(&id).map(|entry| entry.span.clone()) else { return };
		let _span = span.entered();
		// Each pass but the last one writes down a step forward or back, of which there are few.
		for _ in 0..8 {
			let Some(entry) = self.tasks.get_mut(&id) else { return };
			entry.local.finalized = entry.seen.as_ref().is_some_and(|seen| seen.is_over(self.finalized));
			if entry.not_before.is_some() && !matches!(entry.busy, Busy::Running(_)) {
				return;
			}
			let now = self.clock.now();
			let action = next_action(&entry.record, entry.seen.as_ref(), &entry.local, now);
			match (&entry.busy, &action) {
				(Busy::No, _) | (Busy::Queued, Action::End(_)) => {}
				(Busy::Running(stop), Action::End(_)) => {
					// The end of the run comes back, and is considered.
					stop.send_replace(true);
					return;
				}
				_ => return,
			}
			match action {
				Action::Wait => return,
				Action::Ask => return self.prepare_ask(id),
				Action::Compute => return self.prepare_run(id),
				Action::Contribute(_) | Action::Reveal(_) if entry.grace.is_some() => {
					self.later.extend(entry.grace.map(|at| (at, id)));
					return;
				}
				Action::Contribute(_) => return self.prepare_contribution(id),
				Action::Reveal(_) => return self.prepare_reveal(id),
				Action::Upload(_) => return self.prepare_upload(id),
				Action::Note(state) => self.note(id, state),
				Action::End(end) => return self.end(id, end),
			}
		}
		tracing::error!("no decision is reached; the task is looked at again later");
	}

	/// Takes a step: writes it down, and tells the scheduler.
	fn note(&mut self, id: TaskId, state: State) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let forward = state.step() > entry.record.state.step();
		entry.record.state = state;
		entry.span.in_scope(|| tracing::debug!(step = ?entry.record.state.step(), "noted"));
		entry.grace = None;
		self.changes.push(Change::Put(entry.record.clone()));
		if forward {
			self.report(id, None);
		}
	}

	/// Tells the scheduler the last step of a task.
	fn report(&mut self, id: TaskId, usage: Option<Usage>) {
		let Some(entry) = self.tasks.get(&id) else { return };
		self.parts.metrics.step(entry.record.state.step());
		self.effects.push(Effect::Tell(Outgoing::Report(entry.report(usage))));
	}

	/// Has the changes written; what follows from them comes back as a message.
	fn hand_over(&mut self) {
		let (changes, effects) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.effects));
		if !changes.is_empty() || !effects.is_empty() {
			self.writer.write(changes, effects);
		}
	}

	/// Does what follows from changes that are on disk.
	fn perform(&mut self, effects: Vec<Effect>) {
		for effect in effects {
			match effect {
				Effect::Tell(outgoing) => self.tell(outgoing),
				Effect::Send(batch) => self.send(batch),
				Effect::Upload(task) => self.upload(task),
				Effect::Remove(task) => self.remove_result(task),
			}
		}
	}

	fn tell(&self, outgoing: Outgoing) {
		// Fails only when the worker ends.
		let _ = self.parts.link.send(outgoing);
	}

	fn tell_status(&self) {
		let filled = self.queue.iter().fold(self.taken, |filled, (_, slots)| filled.saturating_add(*slots));
		let takes_tasks = self.active && !self.behind && !self.draining && self.refuses().is_none();
		let free_slots = if takes_tasks { self.bounds.resources.slots.saturating_sub(filled) } else { 0 };
		let status = Status { free_slots, draining: self.draining };
		self.parts.status.send_if_modified(|last| std::mem::replace(last, status) != status);
	}

	/// Takes nothing new while the node is behind. What is in hand goes on: what it owes has deadlines.
	fn fall_behind(&mut self, behind: bool) {
		self.behind = behind;
		self.parts.metrics.behind(behind);
	}

	fn tick(&mut self) {
		self.look_for_room();
		self.ask_about_the_quiet();
		self.expire();
	}

	fn drain(&mut self) {
		if !std::mem::replace(&mut self.draining, true) {
			tracing::info!("the worker drains: {} tasks are in hand", self.tasks.len());
		}
	}

	fn is_drained(&self) -> bool {
		self.draining && self.tasks.values().all(|entry| matches!(entry.record.state, State::Ended(_)))
	}

	/// Stops what runs, closes the journal, and says what is left to say.
	async fn wind_up(mut self) -> Result<(), JournalError> {
		for entry in self.tasks.values() {
			if let Busy::Running(stop) = &entry.busy {
				stop.send_replace(true);
			}
		}
		let (mut last, deadline) = (Vec::new(), Instant::now() + STOP_TIME);
		while self.taken > 0 {
			match tokio::time::timeout_at(deadline, self.inbox.recv()).await {
				Ok(Some(Message::Ran(_, slots, _) | Message::NeedsMore(_, slots, _))) => {
					self.taken = self.taken.saturating_sub(slots);
				}
				Ok(Some(Message::Written(effects))) => last.extend(effects),
				Ok(Some(_)) => {}
				Ok(None) | Err(_) => break,
			}
		}
		self.writer.finish().await?;
		while let Ok(message) = self.inbox.try_recv() {
			if let Message::Written(effects) = message {
				last.extend(effects);
			}
		}
		// What else was to be done is done after the next start.
		last.retain(|effect| matches!(effect, Effect::Tell(_) | Effect::Remove(_)));
		self.perform(last);
		Ok(())
	}

	fn result_file(&self, task: TaskId) -> PathBuf {
		self.parts.results.dir().join(hex::encode(task.0))
	}
}

#[cfg(test)]
mod tests;
