"use strict";

// BEEFY finality advances on every node, and never names a block that GRANDPA has not made final.

const { allNodes, show } = require("../lib/node");
const { check, say, until } = require("../lib/observe");

async function advances(node) {
	const first = await until(`${node.name} has BEEFY finality`, 60, () => node.beefyFinalized());
	const last = await until(`BEEFY finality of ${node.name} passes #${first.number}`, 60, async () => {
		const head = await node.beefyFinalized();
		return head.number > first.number && head;
	});
	const grandpa = await node.finalized();
	check(last.number <= grandpa.number, `${node.name}: BEEFY is ahead of GRANDPA: ${show(last)}, ${show(grandpa)}`);
	check(last.hash === (await node.hashAt(last.number)), `${node.name}: ${show(last)} is not on the final chain`);
	say(`${node.name}: BEEFY ${show(first)} -> ${show(last)}, GRANDPA ${show(grandpa)}`);
}

exports.run = (_name, network) => Promise.all(allNodes(network).map(advances));
