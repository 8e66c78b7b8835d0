"use strict";

// A runtime upgrade as a live network does it: a referendum on the root track authorizes the hash of the new code,
// anyone submits the code, and from then on every node runs it. The new code begins with migrations that take many
// blocks: "begin" returns in the middle of them, so that a node can be killed there, and "complete" waits for their end.

const fs = require("node:fs");

const { NAMES, account, submit } = require("../lib/accounts");
const { allNodes, nodeNamed, show } = require("../lib/node");
const { check, say, until } = require("../lib/observe");

// Ferdie has neither a stake nor an office: anyone may pay a referendum's deposit and submit what it authorized.
const DEPOSITOR = "ferdie";
const VOTERS = NAMES.filter((name) => name !== DEPOSITOR);

// Storage key of the code that a chain runs.
const CODE = `0x${Buffer.from(":code").toString("hex")}`;

// Has a referendum authorize the code with this hash. Returns the referendum's number.
async function authorize(api, hash) {
	const { tx, query } = api;
	const proposal = tx.system.authorizeUpgrade(hash).method.toHex();
	const submission = await submit(
		api,
		"alice",
		tx.referenda.submit({ system: "Root" }, { Inline: proposal }, { After: 1 }),
	);
	const [index] = submission.events.find((event) => api.events.referenda.Submitted.is(event)).data;

	// Nearly everything that they have, stakes included, so that the support curve is met at once; the rest pays fees.
	const vote = async (name) => {
		const { free, reserved } = (await query.system.account(account(name).address)).data;
		const balance = ((free.toBigInt() + reserved.toBigInt()) * 9n) / 10n;
		const aye = { Standard: { vote: { aye: true, conviction: "None" }, balance } };
		await submit(api, name, tx.convictionVoting.vote(index, aye));
	};
	await Promise.all([submit(api, DEPOSITOR, tx.referenda.placeDecisionDeposit(index)), ...VOTERS.map(vote)]);

	const outcome = await until(`referendum ${index} ends`, 90, async () => {
		const info = (await query.referenda.referendumInfoFor(index)).unwrap();
		return !info.isOngoing && info;
	});
	check(outcome.isApproved, `referendum ${index} ended as ${outcome.type}`);
	say(`referendum ${index} was approved in block ${outcome.asApproved[0]}`);

	const authorized = await until("the authorization is enacted", 60, async () => {
		const entry = await query.system.authorizedUpgrade();
		return entry.isSome && entry.unwrap();
	});
	check(authorized.codeHash.toHex() === hash, `another code was authorized: ${authorized.codeHash}`);
	say(`the chain authorizes code ${hash}`);
}

// The block in which the code was submitted, the code's hash, and the version before.
let upgrade;

async function begin(api, nodes) {
	const code = `0x${fs.readFileSync(process.env.RLC_NEXT_RUNTIME, "hex")}`;
	const hash = zombie.util.blake2AsHex(code);
	const before = await nodes[0].specVersion();

	await authorize(api, hash);
	const { block, events } = await submit(api, DEPOSITOR, api.tx.system.applyAuthorizedUpgrade(code));
	// The call itself succeeds even if the chain rejects the code: that uses the authorization up.
	const updated = events.some((event) => api.events.system.CodeUpdated.is(event));
	check(updated, "the chain rejected the code: is its spec version higher?");
	say(`${DEPOSITOR} submitted the ${code.length / 2 - 1} bytes of code: block ${show(block)}`);

	await until("every node runs the new version", 60, async () => {
		const versions = await Promise.all(nodes.map((node) => node.specVersion()));
		return versions.every((version) => version > before);
	});
	for (const node of nodes) say(`${node.name}: spec version ${before} -> ${await node.specVersion()}`);
	upgrade = { block, hash, before };

	const heads = await until("every node is in the middle of the migrations", 30, async () => {
		const best = await Promise.all(nodes.map((node) => node.best()));
		const migrate = await Promise.all(nodes.map((node, index) => node.migrates(best[index].hash)));
		return migrate.every(Boolean) && best;
	});
	say(`migrations go on at ${heads.map(show).join(", ")}`);
}

// The version in the node's answer could come from reading the code alone. That it has been executed shows in what
// it wrote: `lastRuntimeUpgrade` is set by the first block that new code runs. During migrations, blocks contain no
// transactions. A transaction afterwards shows that the migrations ended, and that none failed: a failure would put the
// chain into safe mode.
async function complete(api, nodes) {
	check(upgrade, "there was no upgrade");
	const { block, hash, before } = upgrade;
	const executed = await until("the new code has run", 60, async () => {
		const last = (await api.query.system.lastRuntimeUpgrade()).unwrap();
		return last.specVersion.toNumber() > before && last;
	});
	say(`the chain's own record of its last upgrade: version ${executed.specVersion}, ${executed.specName}`);

	for (const node of nodes) {
		const head = await until(`${node.name} finalizes blocks of the new code`, 60, async () => {
			const final = await node.finalized();
			return final.number >= block.number + 3 && !(await node.migrates(final.hash)) && final;
		});
		const stored = zombie.util.blake2AsHex(await node.rpc("state_getStorage", CODE, head.hash));
		check(stored === hash, `${node.name} stores other code at ${show(head)}: ${stored}`);
		say(`${node.name}: final ${show(head)}, with the new code in its state and all migrations done`);
	}
	const after = await submit(api, DEPOSITOR, api.tx.system.remark("0x"));
	say(`blocks have transactions again: ${show(after.block)}`);
}

exports.run = (name, network, [phase]) => {
	const nodes = allNodes(network);
	const play = phase === "complete" ? complete : begin;
	return nodeNamed(network, name).withApi((api) => play(api, nodes));
};
