"use strict";

// What an outage of one validator looks like from outside. zombienet's `restart` kills the process, waits and starts
// it again, and no script can run in between. So "watch" starts to take samples in the background of zombienet's own
// process, and "recovered" reads them. With "migrating", the outage must have begun during an upgrade's migrations.

const { allNodes, nodeNamed, show } = require("../lib/node");
const { check, say, sleep, until } = require("../lib/observe");
const { authors } = require("../lib/validators");

// In how many seconds finality must advance by a block without the node that is down. With slots of a second, a quarter
// of them empty, one and a half are usual.
const PATIENCE = 3;

let watching = false;
// Of each: its time; what the victim has finalized, nothing if it is down; the least that all others have finalized; the
// best block of one of them.
const samples = [];

// A node that takes too long to answer is up all the same: there is no sample then.
async function watch(victim, others) {
	const unlessSlow = (error) => {
		if (error.name === "TimeoutError") throw error;
		return null;
	};
	while (watching) {
		try {
			const own = await victim.finalized().catch(unlessSlow);
			const heads = await Promise.all(others.map((node) => node.finalized()));
			const finalized = Math.min(...heads.map(({ number }) => number));
			const { number: best } = await others[0].best();
			samples.push({ time: Date.now(), own, others: finalized, best });
		} catch (error) {
			say(`no sample: ${error.message}`);
		}
		await sleep(250);
	}
}

async function recovered(victim, others, migrating) {
	const down = samples.findIndex(({ own }) => !own);
	check(down > 0, `${victim.name} was never seen down`);
	const back = await until(`${victim.name} answers again`, 60, () => samples.slice(down).find(({ own }) => own));
	const [last, gone] = [samples[down - 1], samples[down]];
	const seconds = (back.time - gone.time) / 1000;
	say(
		`${victim.name} was down for ${seconds.toFixed(1)} s, after it finalized ` +
			`${show(last.own)}; the others went from #${gone.others} to #${back.others} without it`,
	);
	check(back.others - gone.others >= Math.floor(seconds / PATIENCE), "finality stood still while one of four was down");
	if (migrating) {
		const migrate = async (number) => others[0].migrates(await others[0].hashAt(number));
		check(await migrate(gone.best), `the migrations had ended at #${gone.best}, when ${victim.name} was first seen down`);
		const then = (await migrate(back.best)) ? "still went on" : "had ended";
		say(`migrations went on at #${gone.best}, when it was gone, and ${then} at #${back.best}, when it was back`);
	}

	const caughtUp = await until(`${victim.name} finalizes #${back.others}`, 60, () =>
		samples.find(({ time, own }) => time >= back.time && own?.number >= back.others),
	);
	watching = false;
	const hash = await others[0].hashAt(back.others);
	check((await victim.hashAt(back.others)) === hash, `${victim.name} has another block #${back.others}`);
	say(
		`${victim.name} came back with ${show(back.own)} and had caught up with #${back.others} ` +
			`${caughtUp.time - back.time} ms later: ${show(caughtUp.own)}`,
	);

	const made = await others[0].withApi((api) =>
		until(`${victim.name} makes blocks again`, 60, async () => {
			const { number } = await api.rpc.chain.getHeader();
			return (await authors(api, back.others + 1, number.toNumber()))[victim.name];
		}),
	);
	say(`${victim.name} makes blocks again: ${made} since #${back.others}`);
}

exports.run = async (name, network, [phase, meanwhile]) => {
	const victim = nodeNamed(network, name);
	const others = allNodes(network).filter((node) => node.name !== name);
	if (phase === "recovered") return recovered(victim, others, meanwhile === "migrating");

	samples.length = 0;
	watching = true;
	watch(victim, others);
	await until(`${name} is seen up`, 20, () => samples.some(({ own }) => own));
};
