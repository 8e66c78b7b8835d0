//! The catalog: every code of this program's own failures, what it means, and what to do.
//!
//! A new failure takes a code from here, or adds a line. A code never changes its name or its meaning.

/// Declares the codes.
macro_rules! catalog {
	($($variant:ident, $name:literal, $meaning:literal, $remedy:literal;)*) => {
		/// A failure of this program.
		#[derive(Clone, Copy, Debug, PartialEq, Eq)]
		pub(crate) enum Code {
			$(#[doc = $meaning] $variant,)*
		}

		impl Code {
			/// All codes, by subject.
			pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

			/// Returns its name, which programs can rely on.
			pub(crate) fn name(self) -> &'static str {
				match self { $(Self::$variant => $name,)* }
			}

			/// Returns what it means.
			pub(crate) fn meaning(self) -> &'static str {
				match self { $(Self::$variant => $meaning,)* }
			}

			/// Returns what to do.
			pub(crate) fn remedy(self) -> &'static str {
				match self { $(Self::$variant => $remedy,)* }
			}
		}
	};
}

catalog! {
	Usage, "usage",
		"The command line is wrong: an option is missing, unknown, or does not go with another.",
		"Run the command with --help: it ends with examples.";
	Internal, "internal",
		"Something happened in this program that should be impossible.",
		"Report it with the whole message, and with what you did.";
	ErrorCodeUnknown, "code.unknown",
		"Neither this program nor the chain has an error of this code.",
		"Copy the code from the end of an error, without the brackets; `rlc explain` lists all.";
	NotConfirmed, "not-confirmed",
		"The command asks before it goes on, and the answer was no, or there was no terminal to ask on. Nothing was done.",
		"Answer y, or give --yes. --max-cost agrees to what a command costs, up to an amount; so do the amount of `account send`, and --max-price of a request.";
	CostTooHigh, "cost.too-high",
		"The command would cost more than --max-cost, with deposits and fees. Nothing more was signed.",
		"Allow more with --max-cost, or ask for less.";
	Stopped, "stopped",
		"You stopped the command with Ctrl-C, or another program stopped it with a signal.",
		"Resume as the message says. What is on the chain goes on by itself.";

	AccountMissing, "account.missing",
		"The command acts for an account, and none is named.",
		"Give --account NAME, or set RLC_ACCOUNT. `rlc account create NAME` makes an account.";
	ProxyMissing, "proxy.missing",
		"The account that acts may not act for the other one: it is not its proxy, or one of another type.",
		"With the other account's key, run `rlc account proxy add`. `rlc account proxy list` shows its proxies.";
	AccountUnknown, "account.unknown",
		"The keystore holds no account of this name.",
		"`rlc account list` shows the names. `rlc account create` and `rlc account import` add one.";
	AccountExists, "account.exists",
		"The keystore holds an account of this name already. Keys are never overwritten.",
		"Choose another name, or remove the old account with `rlc account remove`.";
	AccountName, "account.name",
		"The text cannot name an account, because the name becomes the name of a file.",
		"Use up to 64 letters, digits, '-', '_' and '.'.";
	AccountInvalid, "account.invalid",
		"The text names no account: it is neither an address nor a derivation, and too long for a name.",
		"Give an address (SS58, 0x and 64 hex digits, or an Ethereum address), a name of `rlc account list`, or //Alice and the like.";
	AccountChecksum, "account.checksum",
		"An Ethereum address in letters of both cases has a checksum in them, and it is wrong: a digit is mistyped, or its case.",
		"Copy the address once more. An address in lower case alone is accepted without a check.";
	KeyDevelopment, "key.development",
		"The key is one for development, such as that of //Alice: everybody has it, and can take what its account gets. \
		 The command refuses it on a live network.",
		"Make a key of your own with `rlc account create`.";
	PasswordEmpty, "password.empty",
		"A new key is to be sealed with a password, and it is empty. Nothing was saved.",
		"Give a password that nobody guesses.";
	PasswordMissing, "password.missing",
		"A key is sealed with a password, and there is no terminal to ask for it.",
		"Give --password-file FILE, or set RLC_PASSWORD.";
	PasswordWrong, "password.wrong",
		"The password does not open the key, or the key's file has been changed.",
		"Try again. If the password is lost, import the phrase or private key under another name.";
	PasswordDiffers, "password.differs",
		"A new password was typed twice, and not the same. Nothing was saved.",
		"Try again.";
	SecretMissing, "secret.missing",
		"An import needs the secret of the key, and there is no terminal to ask for it.",
		"Give --secret-file FILE; - is standard input.";
	SecretInvalid, "secret.invalid",
		"The text does not make a key of this kind.",
		"Give a phrase of 12 to 24 words or a seed for sr25519; for ethereum, the private key in hex, or a wallet's phrase.";
	KeyDamaged, "key.damaged",
		"The file of a key is not as this program wrote it.",
		"Restore the file from a backup, or import the phrase or private key under another name.";
	AmountInvalid, "amount.invalid",
		"The text is not an amount of RLC, one of more than can exist, or one of nothing where there must be something.",
		"Write 1.5, 1.5RLC or 1500000000nRLC. A number without a unit is RLC; an RLC has nine digits after the point.";
	FundsShort, "funds.short",
		"The account has less free RLC than it takes. What is staked, locked in deals, or held as a deposit is not free.",
		"`rlc account show` shows what is free. Send the account RLC with `rlc account send`, or ask for less.";

	StakeMissing, "stake.missing",
		"The account has bonded no RLC, so it has nothing at stake.",
		"Bond RLC with `rlc staking bond`.";
	StakeExists, "stake.exists",
		"--compound says where the rewards of a new stake go, and the account has a stake already.",
		"Leave --compound out. Rewards go where they went before.";
	StakeShort, "stake.short",
		"The account has less at stake than it takes, or would have after this.",
		"`rlc staking status` shows the stake and the least stakes. Bond more, unbond less, or end what the account does with `rlc staking stop`.";
	StakeIdle, "stake.idle",
		"The account neither validates nor nominates, so there is nothing to stop.",
		"`rlc staking unbond` takes the stake back.";
	StakeWaits, "stake.waits",
		"Nothing of the stake can be withdrawn: nothing was unbonded, or the wait is not over.",
		"`rlc staking status` shows when it is.";
	CandidateUnknown, "candidate.unknown",
		"The account that is nominated is not a candidate, or admits no new nominators.",
		"`rlc staking candidates` lists whom one can nominate.";
	CommissionLow, "commission.low",
		"The commission is lower than the chain allows.",
		"`rlc staking status` shows the least commission.";
	KeysMissing, "keys.missing",
		"The account wants to validate, and the chain does not know with which keys its node signs.",
		"Have the node make keys (author_rotateKeysWithOwner), and give them with --keys and --proof.";
	RewardsNone, "rewards.none",
		"No rewards of past eras wait to be paid: none were earned, or somebody had them paid already.",
		"Those of an era are paid after its end. Ask again then.";

	HomeMissing, "home.missing",
		"Neither XDG_DATA_HOME nor HOME says where this program may keep its data.",
		"Set one of them, or give the directory with the option that the message names.";
	FileUnusable, "file.unusable",
		"The system refuses to read or write a file or directory.",
		"The message says why. Check the path, its permissions, and that the disk has room.";
	FileKind, "file.kind",
		"The file is of another kind than the command needs.",
		"Give a regular file; for an app, a WebAssembly module or the tar of an image.";
	OutputTaken, "output.taken",
		"The directory or file to be written exists already and holds something else. Nothing is overwritten.",
		"Choose another one, or remove it.";
	DiskShared, "disk.shared",
		"A worker's data would be on the disk of the system, which others can fill.",
		"Give the worker a file system of its own with --dir, or set a quota.";
	DiskSmall, "disk.small",
		"The disk has too little room for a worker.",
		"Free some, or keep the worker's data on another disk with --dir.";

	NodeUrl, "node.url",
		"The address of the node is not a WebSocket address.",
		"Write it as ws://HOST:PORT or wss://HOST:PORT.";
	NodeUnreachable, "node.unreachable",
		"The node does not answer.",
		"Check that it runs and that --node, or RLC_NODE, is its address. `rlc up` starts one on this machine.";
	NodeRefused, "node.refused",
		"The node refuses a question.",
		"The message says why. A public node may not offer all methods: try another with --node.";
	NodeAnswer, "node.answer",
		"The node's answer cannot be read.",
		"Check that --node is a node of the RLC chain, and that nothing between it and you changes answers.";
	NodeMismatch, "node.mismatch",
		"The runtime of the chain and this program are of different versions.",
		"Install the version of this program that fits the chain.";
	NodeDiscarded, "node.discarded",
		"The node has discarded the state of an old block that is needed.",
		"Use an archive node: one that runs with --state-pruning archive.";
	ChainStalled, "chain.stalled",
		"The last block is old: the chain makes no blocks, or the node does not receive them.",
		"Check the node's peers and the chain's validators. A chain that makes blocks on demand has no problem.";
	ChainPaused, "chain.paused",
		"Governance has stopped the calls for this, or the chain migrates its state. Deadlines of tasks stand still meanwhile.",
		"Wait: tasks go on by themselves afterwards. A pause of tasks ends after six hours at the latest.";
	ClockBehind, "clock.behind",
		"This machine's clock is behind the chain's. Signatures with a time would be refused.",
		"Set the clock, best by NTP.";
	TransactionInvalid, "transaction.invalid",
		"The node does not take the transaction. Nothing has happened, and nothing will.",
		"The message says why. Most often the account cannot pay the fee.";
	TransactionDropped, "transaction.dropped",
		"The transaction left the node's pool before it was in a block.",
		"Check on the chain what happened, then try again.";
	TransactionLate, "transaction.late",
		"No block has taken the transaction in time. One still may, within 64 blocks of its signature.",
		"Check on the chain what happened before you try again.";

	AssetUnknown, "asset.unknown",
		"No app, dataset or workerpool of this id or name is registered on the chain.",
		"Check the id or the name, and that --node is a node of the right chain. `rlc app list` shows names.";
	NameAmbiguous, "name.ambiguous",
		"A name does not tell which app, dataset or workerpool is meant: several are called so, or so alike that one could be \
		 mistaken for the other. Anybody can give any name.",
		"Give the id of the one that you mean, or the account of its owner and its name: OWNER/NAME.";
	NameTooLong, "name.too-long",
		"The name, or name and URL together, are longer than the chain takes.",
		"Choose a shorter one.";
	LocationTooLong, "location.too-long",
		"The location of a file is longer than the chain takes.",
		"Choose a shorter URL, or a shorter path.";
	AppName, "app.name",
		"The text cannot name a package of Rust.",
		"Use letters, digits, '-' and '_', and begin with a letter.";
	ImageInvalid, "image.invalid",
		"Workers cannot take the container image, or it cannot be packed into one file.",
		"The message says why. Give an OCI layout of regular files, the output of `docker save`, or docker://HOST/NAME:TAG, \
		 for linux/amd64.";
	PolicyInvalid, "policy.invalid",
		"The policy of a workerpool is out of bounds.",
		"A worker's stake is at most 1,000 percent of the price, a scheduler's part at most 100 percent.";

	CategoryUnknown, "category.unknown",
		"The chain has no category of this name or number.",
		"Choose one of those in the message. A category says how long a task may take.";
	ParamsInvalid, "params.invalid",
		"The text of --params is not iExec's params in JSON.",
		"Check the JSON and the names of its fields.";
	ParamsUnsupported, "params.unsupported",
		"The params ask for something that no worker of this chain does.",
		"Leave it out.";
	ParamsTooLong, "params.too-long",
		"The params of a request are longer than the chain takes.",
		"Put data into files, and give them with --input.";
	ArgsInvalid, "args.invalid",
		"The text of --args cannot be split into arguments, as a shell does it.",
		"Close every quotation mark.";
	InputLocal, "input.local",
		"A signed request names a file of this machine, which no worker can reach.",
		"Upload the file first, and name it by its CID or by a URL.";
	EachInvalid, "each.invalid",
		"The table of --each, or the pattern of --input-each, does not say what each task is run with, or there are too many tasks, or one asks for more than a task can have.",
		"The message says which row, column or option is wrong. `rlc app run --help` says how columns are read.";
	EachDivided, "each.divided",
		"A request for several tasks that others match names a list of what each task is run with. Several deals could be made of it, and each would begin with the first entry.",
		"Use `rlc app run`, which makes one deal, or sign a request of one task for each entry.";
	AfterFailed, "after.failed",
		"A deal that --after names has tasks without a result, so there is nothing to go on with. Nothing was bought.",
		"`rlc deal show` says why they failed. Buy that deal again, and give the new one to --after.";
	AfterTooMany, "after.too-many",
		"The deals that --after names have more results than a task can read. Nothing was bought.",
		"Put results together by a deal in between, and give that one to --after.";
	InputUnpinned, "input.unpinned",
		"A request for a trust above 1 names an input by a URL that does not say which bytes are there. Each worker could \
		 read something else, and lose its stake.",
		"Name the input by its CID, or add #sha256= and the file's SHA-256 in hex to its URL, as `rlc app run` and \
		 `rlc order sign` do. Or ask for --trust 1.";
	PriceMissing, "price.missing",
		"A signed request needs a highest price.",
		"Give --max-price.";
	PriceLow, "price.low",
		"The highest price of a request is less than what app and dataset may cost.",
		"Raise --max-price, or lower --app-price and --dataset-price.";

	OffersNone, "offers.none",
		"One side of the deal is not on sale: app, dataset, or computing in this category.",
		"Ask the owner to publish an order, or choose another one; `rlc orderbook` shows what is on sale.";
	OffersTrust, "offers.trust",
		"No workerpool on sale promises as much trust as the request asks for.",
		"Ask for the trust that the message names, or wait for another workerpool.";
	OffersTag, "offers.tag",
		"No workerpool on sale has all that the request demands by its tag.",
		"Demand less with --tag, or wait for another workerpool.";
	OffersNetwork, "offers.network",
		"The app is sold only with a network, and the request asks for a trust above 1. A network can tell each worker \
		 something else, so workers might not agree.",
		"Ask for --trust 1, or ask the app's owner for an order without a network.";
	OffersRecord, "offers.record",
		"No workerpool on sale has as good a record as the request demands. A new workerpool has no record.",
		"Demand less with --least-completed, or allow more with --max-failed; `rlc workerpool show` shows a workerpool's record.";
	OffersTooDear, "offers.too-dear",
		"The cheapest offers cost more than --max-price.",
		"Raise --max-price, or wait for cheaper offers.";
	OffersVolume, "offers.volume",
		"The offers are good for fewer tasks than the request asks for.",
		"Ask for fewer --tasks, or split the request.";
	OffersExclude, "offers.exclude",
		"Each side is on sale, but no offers go together: they are restricted, demand a tag, or the scheduler lacks a stake.",
		"Look at the orders with `rlc orderbook`; ask for fewer --tasks.";
	BookChanged, "book.changed",
		"An order was bought or withdrawn while it was looked at.",
		"Try again.";
	BookEmpty, "book.empty",
		"The account has no order for the asset in the book.",
		"Check --account: only the account that published an order can withdraw it.";
	OrderFile, "order.file",
		"The file does not hold an order.",
		"Give a file with a signed order, of `rlc order sign` or of iExec's SDK.";
	OrderUnknown, "order.unknown",
		"The chain knows no order of this hash: it was never published, or has been withdrawn.",
		"Give the order's file, or check the hash.";
	OrderKind, "order.kind",
		"An order was given for the wrong side of a deal.",
		"Give the app order with --app, the dataset order with --dataset, the workerpool order with --workerpool, the request with --request.";
	WorkersMissing, "workers.missing",
		"No worker that is connected to the workerpool's scheduler has what the tasks need.",
		"Ask for less, name another --workerpool, or buy anyway with --no-wait: the price comes back if no worker joins in time.";

	DealUnknown, "deal.unknown",
		"The chain knows no deal of this id: it never existed, or ended long ago and has been pruned.",
		"Check the id that `rlc app run` printed, and that --node is a node of the right chain.";
	TaskUnknown, "task.unknown",
		"The chain knows no task of this name. By its id, a task is found only once a worker has contributed to it.",
		"Name it as DEAL:INDEX; `rlc deal show DEAL` lists the tasks.";
	TaskIndex, "task.index",
		"The request has no task of this index.",
		"Indices begin at 0, and end before the number of tasks.";
	TaskOpen, "task.open",
		"No task of the deal has a result yet.",
		"Follow the deal with `rlc deal watch`.";
	TaskFailed, "task.failed",
		"No task of the deal has a result, and none will. The price is paid back; the charge for what workers do on \
		 the chain is not.",
		"`rlc deal show` and `rlc task show` tell what failed; `rlc task logs` what the app wrote.";
	TaskClosed, "task.closed",
		"The task has a result or has failed already, so there is nothing to claim.",
		"Nothing is left to do.";
	NotOverdue, "task.not-overdue",
		"A task can be claimed only after its deadline.",
		"Try again when the message says.";
	ResultUndelivered, "result.undelivered",
		"The chain holds the digest of a result, and no worker has uploaded the result itself.",
		"Try again later. At trust 1 a single worker can claim any digest: ask for a higher --trust next time.";
	ResultInvalid, "result.invalid",
		"A result cannot be unpacked.",
		"The app may have left more, or larger, files than are taken; ask its developer.";

	CallInvalid, "call.invalid",
		"A text, a file, or what a referendum proposes is not a call of the chain.",
		"The message says where it differs. `rlc gov propose --help` shows how calls are written.";
	CallFiltered, "call.filtered",
		"The chain's filter refuses the call: it is paused, all but governance is stopped, a proxy of this type may not make it, \
		 or a vote on a track would set a value beyond its bounds. It had no effect.",
		"A stop of everything ends by itself after six hours, the pause of a call by a vote: try again then. For a proxy, see \
		 `rlc account proxy list`. For a vote, propose a value within the bounds of docs/threat-model.md, or have root decide \
		 with --track root.";
	CallForbidden, "call.forbidden",
		"The referendum would propose a call that it can never make: accounts alone may, or the origin of another track. It would \
		 fail after the vote, so nothing was signed.",
		"The message names the track that may, or another call. If the chain is newer than this program, install the one that \
		 fits.";
	ValueInvalid, "value.invalid",
		"The text is not a value of the parameter's kind.",
		"Write a time as 7d, 12h, 30min, 90s, or in ms; an amount as 1.5, 1.5RLC, or 1500000000nRLC.";
	ValueOutOfBounds, "value.bounds",
		"The referendum would set a value that no vote on its track may set. It would fail after the vote, so nothing was \
		 signed.",
		"Choose a value within the bounds that the message names; docs/threat-model.md lists all. Only root may leave most of them.";
	ParameterUnknown, "parameter.unknown",
		"The chain has no parameter of this name that a referendum sets.",
		"Choose one of those in the message.";
	TrackUnknown, "track.unknown",
		"Referenda have no track of this name.",
		"Choose one of those in the message.";
	ReferendumUnknown, "referendum.unknown",
		"The chain knows no referendum of this index.",
		"`rlc gov list --all` lists them. Check that --node is a node of the right chain.";
	ReferendumEnded, "referendum.ended",
		"The referendum has ended, so it takes no votes and no deposits.",
		"`rlc gov status` tells how it ended, and what can be unlocked or refunded.";
	ReferendumOpen, "referendum.open",
		"The referendum has not ended, so its deposits cannot come back yet.",
		"`rlc gov status` tells when it ends.";
	DepositNone, "deposit.none",
		"No deposit of the referendum can come back: none is held, or it stays where it is for good.",
		"`rlc gov status` shows which deposits are held.";
	LocksNone, "locks.none",
		"No vote of the account can be unlocked now: nothing is locked, or it has to stay locked.",
		"`rlc gov votes` shows what is locked, and until when.";
	DepositPlaced, "deposit.placed",
		"Somebody has placed the decision deposit of the referendum already.",
		"Nothing is left to do: the referendum goes on with it.";
	VoteInvalid, "vote.invalid",
		"The account cannot cast this vote.",
		"The message says why: how much it can vote with, or to whom it delegated its votes.";

	SchedulerUrl, "scheduler.url",
		"The text is not the URL of a scheduler, or not one at which others can reach it.",
		"Write it as http://HOST:PORT or https://HOST:PORT, without user, query, or fragment, and short enough for the chain.";
	SchedulerUnreachable, "scheduler.unreachable",
		"The scheduler does not answer.",
		"Check that it runs and that the URL is right. What is on the chain goes on without it.";
	SchedulerMissing, "scheduler.missing",
		"No scheduler on this machine takes commands at this socket.",
		"Run the command as the user of `rlc scheduler run`, and with its --dir or --admin.";
	SchedulerRefused, "scheduler.refused",
		"The scheduler refuses a question.",
		"The message says why.";
	SchedulerProtocol, "scheduler.protocol",
		"The scheduler and this program speak different versions of their protocol.",
		"Upgrade the one that the message names: both from the same release understand each other.";
	SchedulerHidden, "scheduler.hidden",
		"The workerpool does not say on the chain where its scheduler is.",
		"Ask the owner of the workerpool for the URL.";
	SchedulerPrivate, "scheduler.private",
		"The URL that the owner of a workerpool wrote on the chain leads to this machine, or into a private network, where this \
		 program may reach what that owner cannot.",
		"If you know the owner and the URL, give --allow-private-schedulers. Or name another --workerpool.";
	SchedulerFailed, "scheduler.failed",
		"The scheduler cannot start, or has ended by itself.",
		"The message says why; its log says more.";
	StoreMissing, "store.missing",
		"A file has to be uploaded, and no workerpool in the book has a store.",
		"Name a scheduler with --store, an IPFS node with --ipfs, or with --location where the file is already.";
	StoreUpload, "store.upload",
		"The store does not take the upload.",
		"The message says why. Try again later, or use another store.";
	StoreFull, "store.full",
		"The store has no room for an upload now, or for the results of tasks.",
		"Try again later, or use another store. Its operator can give it more room, or keep results for a shorter time.";
	ResultsHomeless, "results.homeless",
		"Results of completed tasks are in no store yet. Their workers keep them, and upload them as soon as they can.",
		"Wait. If it lasts, the pool's operator should look at the scheduler's log, its store, and the workers.";
	ContentMissing, "content.missing",
		"The content is not where it should be.",
		"Check its name or URL.";
	ContentUnreachable, "content.unreachable",
		"The location of the content cannot be reached, or does not answer in time.",
		"Check the URL and your network, then try again.";
	ContentTooLarge, "content.too-large",
		"The content is larger than is allowed.",
		"Split it, or make it smaller.";
	ContentWrong, "content.wrong",
		"The content is not what its hash says. It was not used.",
		"Try again; if it happens again, do not trust where it comes from.";
	ContentLocation, "content.location",
		"The location of a content is invalid, or may not be used here.",
		"Give a CID or an http(s) URL.";

	WorkerMissing, "worker.missing",
		"No worker runs in this directory.",
		"Give --dir, or --account, as the worker was started with.";
	WorkerFailed, "worker.failed",
		"The worker cannot start, or has ended by itself.",
		"The message says why; its log says more. `rlc doctor` checks what the machine can do.";
	TierFailed, "tier.failed",
		"WebAssembly modules or container images do not run on this machine.",
		"The message says what is missing.";
	DeviceUnusable, "device.unusable",
		"A graphics processor cannot be given to containers, or there is none.",
		"The message says why. Workers without graphics processors need none.";
	AppFailed, "app.failed",
		"No task of the deal has a result: the app fails by itself, and the workers agree on how. The price is paid back, \
		 but for what the workers are paid for their attempt: a fifth of the workerpool's price at most, and nothing at \
		 trust 1. The charge for what workers do on the chain is not.",
		"`rlc task logs` shows what the app wrote. Try it with `rlc app try` before you buy again.";
	TaskReleased, "task.released",
		"No task of the deal has a result: something that the workers had to fetch, or to read, is missing; or the app took \
		 longer than the category allows, or more memory or disk than the workers have. The price is paid back; the charge for \
		 what workers do on the chain is not.",
		"The message says which. Check the locations and checksums of the app, the dataset and the inputs; or try the app \
		 with `rlc app try`, and choose a longer category, or say what it needs with --memory and --disk.";
	RunFailed, "run.failed",
		"An app was not run, for a reason that lies with this machine and not with the app.",
		"`rlc doctor` checks what the machine can do.";

	ProgramMissing, "program.missing",
		"A program that is needed is not there.",
		"Build or install it, or say where it is with the option that the message names.";
	ProgramFailed, "program.failed",
		"The system does not start a program.",
		"The message says why.";
	PortTaken, "port.taken",
		"Another program listens on the port.",
		"Stop that program, or choose another port.";
	StackLiars, "stack.liars",
		"There are to be more liars than workers.",
		"Give at least as many --workers as --liars.";
	StackSlow, "stack.slow",
		"A part of the stack has not answered in time.",
		"Its log says why: the message names it. On a busy machine, try again when it is idle, or start fewer --workers.";
	StackDied, "stack.died",
		"A part of the stack has ended by itself, so all parts were stopped.",
		"The message ends with the last lines of its log.";
	DemoMissing, "demo.missing",
		"The example apps or their data are not there.",
		"Build the apps with scripts/apps.sh, and run the demo in the repository, or say where they are.";
	DemoFailed, "demo.failed",
		"The demo did not end as it should.",
		"Report it with the whole output.";
}

/// What the codes of the chain's errors begin with.
pub(crate) const REFUSED: &str = "chain.refused.";

/// Returns the code of an error of the chain, such as `chain.refused.poco.not-delegated` for `Poco.NotDelegated`.
pub(crate) fn refusal_code(pallet: &str, error: &str) -> String {
	format!("{REFUSED}{}.{}", kebab(pallet), kebab(error))
}

/// Writes a name in lower case, with a hyphen where a word begins.
fn kebab(name: &str) -> String {
	let mut kebab = String::new();
	let mut before = None;
	for (letter, after) in name.chars().zip(name.chars().skip(1).map(Some).chain([None])) {
		let begins = before.is_some_and(|before: char| before.is_lowercase() || before.is_ascii_digit())
			|| before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_lowercase);
		if letter.is_uppercase() && begins {
			kebab.push('-');
		}
		kebab.extend(letter.to_lowercase());
		before = Some(letter);
	}
	kebab
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{collections::BTreeSet, fs, path::Path};

	#[test]
	fn codes_are_unique_and_explained() {
		let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
		assert_eq!(names.len(), Code::ALL.len());
		for code in Code::ALL {
			let name = code.name();
			assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '-'), "{name}");
			assert!(code.meaning().ends_with('.') && code.remedy().ends_with('.'), "{name}");
		}
	}

	#[test]
	fn every_code_is_in_use() {
		fn read(dir: &Path, text: &mut String) {
			for entry in fs::read_dir(dir).unwrap().flatten() {
				let path = entry.path();
				if path.is_dir() {
					read(&path, text);
				} else if !path.ends_with("failure/code.rs") {
					text.push_str(&fs::read_to_string(path).unwrap());
				}
			}
		}
		let mut sources = String::new();
		read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
		let words: BTreeSet<_> = sources.split(|c: char| !c.is_alphanumeric()).collect();
		for code in Code::ALL {
			assert!(words.contains(format!("{code:?}").as_str()), "{code:?} is not used: remove it");
		}
	}

	#[test]
	fn errors_of_the_chain_have_codes_in_kebab_case() {
		assert_eq!(refusal_code("Poco", "NotDelegated"), "chain.refused.poco.not-delegated");
		assert_eq!(refusal_code("ConvictionVoting", "NotOngoing"), "chain.refused.conviction-voting.not-ongoing");
		assert_eq!(refusal_code("X", "NoURLGiven"), "chain.refused.x.no-url-given");
	}
}
