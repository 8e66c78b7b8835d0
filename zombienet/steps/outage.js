"use strict";

// What an outage of one validator looks like from outside. zombienet's `restart` kills the process, waits and starts
// it again, and no script can run in between. So "watch" starts to take samples in the background of zombienet's own
// process, and "recovered" reads them.

const { allNodes, nodeNamed, show } = require("../lib/node");
const { check, say, sleep, until } = require("../lib/observe");
const { authors } = require("../lib/validators");

// How far finality must get without the one that is down. In 15 slots, a quarter of them empty, about 10 is usual.
const PROGRESS = 5;

let watching = false;
// When; what the victim has finalized, nothing if it is down; the least that all others have finalized.
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
			samples.push({ time: Date.now(), own, others: Math.min(...heads.map(({ number }) => number)) });
		} catch (error) {
			say(`no sample: ${error.message}`);
		}
		await sleep(250);
	}
}

async function recovered(victim, others) {
	const down = samples.findIndex(({ own }) => !own);
	check(down > 0, `${victim.name} was never seen down`);
	const back = await until(`${victim.name} answers again`, 60, () => samples.slice(down).find(({ own }) => own));
	const [last, gone] = [samples[down - 1], samples[down]];
	say(
		`${victim.name} was down for ${((back.time - gone.time) / 1000).toFixed(1)} s, after it finalized ` +
			`${show(last.own)}; the others went from #${gone.others} to #${back.others} without it`,
	);
	check(back.others - gone.others >= PROGRESS, "finality stood still while one of four was down");

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

exports.run = async (name, network, [phase]) => {
	const victim = nodeNamed(network, name);
	const others = allNodes(network).filter((node) => node.name !== name);
	if (phase === "recovered") return recovered(victim, others);

	watching = true;
	watch(victim, others);
	await until(`${name} is seen up`, 20, () => samples.some(({ own }) => own));
};
