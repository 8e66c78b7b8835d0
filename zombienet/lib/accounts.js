"use strict";

const { check } = require("./observe");

const NAMES = ["alice", "bob", "charlie", "dave", "eve", "ferdie"];

const derived = new Map();

// The well-known development accounts. Their keys are public: they are worth nothing outside a test network.
function account(name) {
	if (!derived.has(name)) {
		const seed = `//${name[0].toUpperCase()}${name.slice(1)}`;
		derived.set(name, new zombie.Keyring({ type: "sr25519" }).createFromUri(seed));
	}
	return derived.get(name);
}

const nameOf = (address) => NAMES.find((name) => account(name).address === address.toString()) ?? address.toString();

// Signs `call` as `name`, waits until its block is final and returns that block and the call's events. Throws if
// the pool refuses the call or the call fails on the chain.
async function submit(api, name, call) {
	const result = await new Promise((resolve, reject) => {
		call.signAndSend(account(name), { nonce: -1 }, (update) => {
			if (update.isError) reject(new Error(`${describe(call)} by ${name} left the pool: ${update.status}`));
			if (update.isFinalized) resolve(update);
		}).catch((error) => reject(new Error(`${describe(call)} by ${name} was refused: ${error.message}`)));
	});
	const { dispatchError } = result;
	check(!dispatchError, `${describe(call)} by ${name} failed: ${dispatchError && explain(api, dispatchError)}`);
	const block = { number: result.blockNumber.toNumber(), hash: result.status.asFinalized.toHex() };
	return { block, events: result.events.map(({ event }) => event) };
}

const describe = ({ method: { section, method } }) => `${section}.${method}`;

function explain(api, error) {
	if (!error.isModule) return error.toString();
	const { section, name, docs } = api.registry.findMetaError(error.asModule);
	return `${section}.${name}: ${docs.join(" ")}`;
}

module.exports = { NAMES, account, nameOf, submit };
