"use strict";

const { nameOf } = require("./accounts");

// The names of the accounts that make blocks in the current session, in alphabetical order.
const validators = async (api) => (await api.query.session.validators()).map(nameOf).sort();

// Who made the blocks `from` to `to`: how many blocks by name.
async function authors(api, from, to) {
	const counts = {};
	for (let number = from; number <= to; number++) {
		const name = await authorOf(api, await api.rpc.chain.getBlockHash(number));
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

// BABE's claim in a header is one byte that tells how the slot was won, then the winner's place in the session. The
// session is the block's own: polkadot-js asks the parent, and is wrong in the first block of each session.
async function authorOf(api, hash) {
	const { digest } = await api.rpc.chain.getHeader(hash);
	const [, claim] = digest.logs.find((entry) => entry.isPreRuntime).asPreRuntime;
	const session = await (await api.at(hash)).query.session.validators();
	return nameOf(session[Buffer.from(claim).readUInt32LE(1)]);
}

module.exports = { authors, validators };
