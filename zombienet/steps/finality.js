"use strict";

// Blocks and GRANDPA finality advance on every node, the nodes agree on what is final, and every validator makes
// blocks.

const { allNodes, show } = require("../lib/node");
const { check, say, until } = require("../lib/observe");
const { authors, validators } = require("../lib/validators");

const ADVANCE = 5;

exports.run = async (name, network) => {
	const nodes = allNodes(network);
	const first = await until("every node answers", 60, () => Promise.all(nodes.map((node) => node.finalized())));
	const target = Math.max(...first.map(({ number }) => number)) + ADVANCE;

	const last = await until(`every node finalizes #${target}`, 60, async () => {
		const heads = await Promise.all(nodes.map((node) => node.finalized()));
		return heads.every(({ number }) => number >= target) && heads;
	});
	for (const [index, node] of nodes.entries()) {
		say(`${node.name}: final ${show(first[index])} -> ${show(last[index])}, best ${show(await node.best())}`);
	}

	const hashes = await Promise.all(nodes.map((node) => node.hashAt(target)));
	check(new Set(hashes).size === 1, `the nodes disagree on block ${target}: ${hashes.join(", ")}`);
	say(`all ${nodes.length} nodes have ${hashes[0]} as block ${target}`);

	await nodes.find((node) => node.name === name).withApi(async (api) => {
		const session = await validators(api);
		const made = await until(`each of ${session.join(", ")} makes a block`, 60, async () => {
			const { number } = (await api.rpc.chain.getHeader());
			const counts = await authors(api, first[0].number + 1, number.toNumber());
			return session.every((validator) => counts[validator]) && counts;
		});
		say(`blocks by author since #${first[0].number}: ${JSON.stringify(made)}`);
	});
};
