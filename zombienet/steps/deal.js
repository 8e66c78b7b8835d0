"use strict";

// A deal through to its reward: assets, orders, a match, a delegation, a contribution and its reveal are sent to one
// node; what became of them is read on all others, at final blocks.

const { account, submit } = require("../lib/accounts");
const { allNodes, nodeNamed, show } = require("../lib/node");
const { check, say, until } = require("../lib/observe");

const DEVELOPER = "alice";
const SCHEDULER = "bob";
const REQUESTER = "charlie";
const WORKER = "ferdie";

// nRLC in an RLC.
const NRLC = 10n ** 9n;
// What the task costs. The app is free, so all of it is for the workerpool.
const PRICE = NRLC;
// A new workerpool takes 30 percent of the price as a stake from its scheduler and from each worker, and leaves 1
// percent of the reward to the scheduler.
const LOCKS = { [REQUESTER]: PRICE, [SCHEDULER]: (PRICE * 30n) / 100n, [WORKER]: (PRICE * 30n) / 100n };
const GAINS = { [REQUESTER]: -PRICE, [SCHEDULER]: PRICE / 100n, [WORKER]: (PRICE * 99n) / 100n };

// The data of the call's first event of this kind.
function told({ events, block }, kind) {
	const event = events.find((one) => kind.is(one));
	check(event, `a call in block ${show(block)} succeeded without its event: ${kind.meta.name}`);
	return event.data;
}

async function register(api) {
	const { registry } = api.tx;
	const [app, workerpool] = await Promise.all([
		submit(api, DEVELOPER, registry.registerApp({ name: "zombienet" })),
		submit(api, SCHEDULER, registry.registerWorkerpool("zombienet")),
	]);
	const id = (outcome) => told(outcome, api.events.registry.Registered).asset;
	return { app: id(app).asApp.toHex(), workerpool: id(workerpool).asWorkerpool.toHex() };
}

// Two orders are published; the requester brings its own, whose authorization is that it calls. Fields that are left
// out are defaults: no restriction, no tag, no dataset, a salt of zeros.
async function match(api, { app, workerpool }) {
	const { marketplace } = api.tx;
	const orders = {
		app: { app, price: 0, volume: 1 },
		workerpool: { workerpool, price: PRICE, volume: 1, category: 0, trust: 1 },
		request: {
			app,
			workerpoolMaxPrice: PRICE,
			requester: account(REQUESTER).address,
			volume: 1,
			category: 0,
			trust: 1,
		},
	};
	await Promise.all([
		submit(api, DEVELOPER, marketplace.publishOrder({ App: orders.app })),
		submit(api, SCHEDULER, marketplace.publishOrder({ Workerpool: orders.workerpool })),
	]);
	const known = (order) => ({ order, authorization: "OnChain" });
	const outcome = await submit(
		api,
		REQUESTER,
		marketplace.matchOrders({
			app: known(orders.app),
			workerpool: known(orders.workerpool),
			request: known(orders.request),
		}),
	);
	const { deal, first } = told(outcome, api.events.marketplace.DealOpened);
	say(`deal ${deal.toHex().slice(0, 10)}... of 1 task for ${PRICE / NRLC} RLC: block ${show(outcome.block)}`);
	return { deal: deal.toHex(), index: first.toNumber() };
}

// Returns the task's id, and the blocks of the contribution and of the reveal.
async function compute(api, place) {
	const { poco } = api.tx;
	const worker = account(WORKER);
	const delegated = await submit(api, SCHEDULER, poco.delegate([place], [{ worker: worker.address }]));
	const task = told(delegated, api.events.poco.Delegated).task.toHex();

	const bytes = (hex) => Buffer.from(hex.slice(2), "hex");
	const keccak = (...parts) => zombie.util.keccakAsHex(Buffer.concat(parts));
	const digest = keccak(Buffer.from("what the app computed"));
	const commitment = {
		result: keccak(bytes(task), bytes(digest)),
		seal: keccak(worker.publicKey, bytes(task), bytes(digest)),
	};
	const contributed = await submit(api, WORKER, poco.contribute(place, commitment, "OnChain", null));
	told(contributed, api.events.poco.ConsensusReached);

	const revealed = await submit(api, WORKER, poco.reveal(place, digest));
	check(told(revealed, api.events.poco.TaskClosed).outcome.unwrap().toHex() === digest, "closed with another result");
	say(
		`task ${task.slice(0, 10)}... of ${SCHEDULER}'s workerpool: ${WORKER} contributed in block ` +
			`${show(contributed.block)} and revealed in block ${show(revealed.block)}, which closed it`,
	);
	return { task, digest, contributed: contributed.block, revealed: revealed.block };
}

// What an account has at a block, in nRLC: in all, and of that locked in the escrow.
async function funds(api, name, hash) {
	const { query } = await api.at(hash);
	const { address } = account(name);
	const [{ data }, entry] = await Promise.all([query.system.account(address), query.rlc.locked(address)]);
	const locked = entry.isSome ? entry.unwrap().toBigInt() : 0n;
	return { locked, total: data.free.toBigInt() + data.reserved.toBigInt() + locked };
}

// Workers pay nothing for what they contribute and reveal, so that between these two blocks only rewards move money.
const settled = (node, { task, digest, contributed, revealed }) =>
	node.withApi(async (api) => {
		const head = await until(`${node.name} finalizes #${revealed.number}`, 60, async () => {
			const final = await node.finalized();
			return final.number >= revealed.number && final;
		});
		const { stage, consensus } = await node.rpc("poco_task", task, head.hash);
		check(stage === "completed" && consensus.digest === digest, `${node.name}: the task is ${stage}`);

		const gains = [];
		for (const name of [WORKER, SCHEDULER, REQUESTER]) {
			const before = await funds(api, name, contributed.hash);
			const after = await funds(api, name, head.hash);
			const gain = after.total - before.total;
			check(before.locked === LOCKS[name], `${node.name}: ${name} had ${before.locked} nRLC locked`);
			check(after.locked === 0n, `${node.name}: ${name} still has ${after.locked} nRLC locked`);
			check(gain === GAINS[name], `${node.name}: ${name} got ${gain} nRLC, not ${GAINS[name]}`);
			gains.push(`${name} ${gain > 0n ? "+" : ""}${gain}`);
		}
		say(`${node.name}: completed at final ${show(head)}, nothing is locked, nRLC: ${gains.join(", ")}`);
	});

exports.run = async (name, network) => {
	const done = await nodeNamed(network, name).withApi(async (api) =>
		compute(api, await match(api, await register(api))),
	);
	const others = allNodes(network).filter((node) => node.name !== name);
	await Promise.all(others.map((node) => settled(node, done)));
};
