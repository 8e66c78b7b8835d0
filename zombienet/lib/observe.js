"use strict";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Tells what a step saw. `run.sh` shows the lines with this mark and leaves zombienet's own chatter in the log.
const say = (text) => console.log(`observed: ${text}`);

// Asks `probe` until it gives something truthy, and returns that. A probe that throws has given nothing yet: nodes
// that start, restart or have no finality so far answer with errors.
async function until(what, seconds, probe) {
	const deadline = Date.now() + seconds * 1000;
	for (;;) {
		let why = "";
		try {
			const answer = await probe();
			if (answer) return answer;
		} catch (error) {
			why = `; the last attempt said: ${error.message}`;
		}
		if (Date.now() >= deadline) throw new Error(`${what}: not within ${seconds} s${why}`);
		await sleep(500);
	}
}

function check(holds, otherwise) {
	if (!holds) throw new Error(otherwise);
}

module.exports = { check, say, sleep, until };
