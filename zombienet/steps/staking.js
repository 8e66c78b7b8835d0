"use strict";

// The validator set changes through staking alone: one stash bonds, registers the session keys that its own node made
// and asks to validate; another one chills. The elections of the next eras do the rest.

const { account, submit } = require("../lib/accounts");
const { nodeNamed, show } = require("../lib/node");
const { check, say, until } = require("../lib/observe");
const { authors, validators } = require("../lib/validators");

const LEAVES = "dave";
// nRLC in an RLC.
const NRLC = 10n ** 9n;

async function request(node, api) {
	const joins = node.name;
	const owner = zombie.util.decodeAddress(account(joins).address);
	const { keys, proof } = await node.rpc("author_rotateKeysWithOwner", `0x${Buffer.from(owner).toString("hex")}`);

	// As much as a genesis validator has at stake, so that the election cannot tell them apart.
	const { active } = (await api.query.staking.ledger(account("alice").address)).unwrap();
	const { tx } = api;
	const [joined, left] = await Promise.all([
		submit(
			api,
			joins,
			tx.utility.batchAll([
				tx.staking.bond(active.unwrap(), "Stash"),
				tx.session.setKeys(keys, proof),
				tx.staking.validate({ commission: await api.query.staking.minCommission(), blocked: false }),
			]),
		),
		submit(api, LEAVES, tx.staking.chill()),
	]);
	const registered = (await api.query.session.nextKeys(account(joins).address)).unwrap().toHex();
	check(registered === keys, `${joins} registered ${registered}, its node made ${keys}`);

	const era = (await api.query.staking.activeEra()).unwrap().index;
	const session = await api.query.session.currentIndex();
	say(`era ${era}, session ${session}: validators ${(await validators(api)).join(", ")}`);
	say(
		`${joins} bonded ${active.toBigInt() / NRLC} RLC, set the keys ${keys.slice(0, 10)}... and validates: ` +
			`block ${show(joined.block)}; ${LEAVES} chilled: block ${show(left.block)}`,
	);
}

async function changed(node, api) {
	const joins = node.name;
	const set = await until(`${joins} is a validator and ${LEAVES} is not`, 180, async () => {
		const names = await validators(api);
		return names.includes(joins) && !names.includes(LEAVES) && names;
	});
	const era = (await api.query.staking.activeEra()).unwrap().index;
	const session = await api.query.session.currentIndex();
	const grandpa = await api.query.grandpa.currentSetId();
	const beefy = await api.query.beefy.validatorSetId();
	say(`era ${era}, session ${session}: validators ${set.join(", ")}; GRANDPA set ${grandpa}, BEEFY set ${beefy}`);

	const start = await node.best();
	const made = await until(`${joins} makes a block`, 60, async () => {
		const counts = await authors(api, start.number + 1, (await node.best()).number);
		return counts[joins] && counts;
	});
	check(!made[LEAVES], `${LEAVES} still makes blocks: ${JSON.stringify(made)}`);
	say(`blocks by author since ${show(start)}: ${JSON.stringify(made)}`);
}

exports.run = (name, network, [phase]) => {
	const node = nodeNamed(network, name);
	return node.withApi((api) => (phase === "changed" ? changed(node, api) : request(node, api)));
};
