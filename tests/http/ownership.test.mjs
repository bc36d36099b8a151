// Ownership over HTTP: take, handover and its decisions, temporary loans, introductions, races.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, get, good, me, open, pointers, post, taken } from "./tickets_world.mjs";

const events = (who, ticket) => all(who, `/tickets/${ticket.number}/events`);
const soon = (seconds) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function offer(giver, ticket, fields) {
	return good(post(giver, `/tickets/${ticket.number}/handovers`, { reason: "expertise", mode: "permanent", ...fields }), 201);
}

describe("take", () => {
	test("the taker becomes the owner, the reporter is told by name, the response clock stops", async () => {
		const ticket = await taken();
		const agent = await me("agent");
		assert.equal(ticket.owner.id, agent.id);
		assert.equal(ticket.status, "in_progress");
		const seen = await events("employee", ticket);
		const introduction = seen.find((event) => event.type === "introduced");
		assert.ok(introduction.body.includes(agent.family_name), introduction.body);
		const response = ticket.clocks.find((clock) => clock.metric === "response");
		if (response) assert.equal(response.state, "stopped");
	});

	test("of many who take at once one gets it, the others are told who has it", async () => {
		const ticket = await open("employee");
		const answers = await Promise.all(
			Array.from({ length: 12 }, (_, i) => post(["agent", "agent2", "agent3", "lead"][i % 4], `/tickets/${ticket.number}/take`)),
		);
		assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
		const owner = answers.find((answer) => answer.status === 200).json.owner;
		for (const answer of answers.filter((one) => one.status !== 200)) {
			assert.equal(answer.status, 409);
			assert.equal(answer.json.code, "already-owned");
			assert.deepEqual(answer.json.owner, owner);
		}
		const whole = await good(get("lead", `/tickets/${ticket.number}`));
		assert.equal(whole.owners.length, 1);
	});

	test("an employee cannot take", async () => {
		const ticket = await open("employee");
		assert.equal((await post("employee", `/tickets/${ticket.number}/take`)).status, 403);
	});
});

describe("handover", () => {
	test("it moves when the receiver accepts, not before", async () => {
		const ticket = await taken();
		const receiver = await me("agent2");
		const handover = await offer("agent", ticket, { to: receiver.id, reason: "level_escalation", note: "look at the fiscal drive" });
		assert.equal(handover.state, "offered");
		assert.equal((await good(get("agent", `/tickets/${ticket.number}`))).owner.id, (await me("agent")).id);
		assert.equal((await post("agent3", `/handovers/${handover.id}/accept`)).status, 403);
		const decided = await good(post("agent2", `/handovers/${handover.id}/accept`));
		assert.equal(decided.state, "accepted");
		const whole = await good(get("agent2", `/tickets/${ticket.number}`));
		assert.equal(whole.owner.id, receiver.id);
		assert.deepEqual(whole.owners.map((period) => period.person.id), [(await me("agent")).id, receiver.id]);
		assert.equal(whole.owners[0].to, whole.owners[1].from);
		const told = (await events("employee", ticket)).filter((event) => event.type === "introduced");
		assert.equal(told.length, 2);
		assert.ok(told[1].body.includes(receiver.family_name));
		assert.ok(!(await events("employee", ticket)).some((event) => event.body === "look at the fiscal drive"), "the next step stays inside");
		const again = await post("agent2", `/handovers/${handover.id}/accept`);
		assert.equal(again.status, 409);
		assert.equal(again.json.code, "handover-decided");
	});

	test("what is missing or contradicts is named", async () => {
		const ticket = await taken();
		const to = (await me("agent2")).id;
		const wrong = async (body) => {
			const answer = await post("agent", `/tickets/${ticket.number}/handovers`, body);
			assert.equal(answer.status, 422, JSON.stringify(body));
			return pointers(answer);
		};
		assert.deepEqual(await wrong({ to, reason: "other", mode: "permanent" }), ["note"]);
		assert.deepEqual(await wrong({ to, reason: "sick", mode: "temporary" }), ["until"]);
		assert.deepEqual(await wrong({ to, reason: "sick", mode: "temporary", until: "2020-01-01T00:00:00Z" }), ["until"]);
		assert.deepEqual(await wrong({ reason: "sick", mode: "permanent" }), ["to"]);
		assert.deepEqual(await wrong({ to, to_team: 1, reason: "sick", mode: "permanent" }), ["to"]);
		assert.deepEqual(await wrong({ to: (await me("employee")).id, reason: "sick", mode: "permanent" }), ["to"]);
		assert.deepEqual(await wrong({ to: (await me("agent")).id, reason: "sick", mode: "permanent" }), ["to"]);
		assert.deepEqual(await wrong({ to, reason: "returned", mode: "permanent" }), ["reason"]);
	});

	test("one offer at a time; decline needs a note and leaves the owner; withdraw too", async () => {
		const ticket = await taken();
		const to = (await me("agent2")).id;
		const first = await offer("agent", ticket, { to });
		const second = await post("agent", `/tickets/${ticket.number}/handovers`, { to, reason: "sick", mode: "permanent" });
		assert.equal(second.status, 409);
		assert.deepEqual(pointers(await post("agent2", `/handovers/${first.id}/decline`)), ["note"]);
		assert.equal((await good(post("agent2", `/handovers/${first.id}/decline`, { note: "not mine" }))).state, "declined");
		const third = await offer("agent", ticket, { to });
		assert.equal((await good(post("agent", `/handovers/${third.id}/withdraw`))).state, "withdrawn");
		const whole = await good(get("agent", `/tickets/${ticket.number}`));
		assert.equal(whole.owner.id, (await me("agent")).id);
		assert.equal(whole.handover, null);
	});

	test("offered to a team: the first of it who accepts owns it, and the queue changes with it", async () => {
		const receiver = await me("agent2");
		const team = receiver.teams[0];
		const ticket = await taken();
		const handover = await offer("agent", ticket, { to_team: team.id, reason: "level_escalation" });
		await good(post("agent2", `/handovers/${handover.id}/accept`));
		const whole = await good(get("agent2", `/tickets/${ticket.number}`));
		assert.equal(whole.owner.id, receiver.id);
		assert.equal(whole.team.id, team.id);
		const olas = whole.clocks.filter((clock) => clock.metric === "ola");
		if (olas.length > 1) assert.equal(olas[0].state, "stopped");
	});

	test("a lead offers in the absent owner's place and forces it; it is recorded as forced", async () => {
		const ticket = await taken();
		const to = (await me("agent3")).id;
		const handover = await offer("lead", ticket, { to, reason: "sick" });
		assert.equal((await post("agent", `/handovers/${handover.id}/force`)).status, 403);
		assert.equal((await good(post("lead", `/handovers/${handover.id}/force`, { note: "ill since Monday" }))).state, "forced");
		const whole = await good(get("lead", `/tickets/${ticket.number}`));
		assert.equal(whole.owner.id, to);
		assert.ok((await events("lead", ticket)).some((event) => event.type === "handover_forced"));
	});

	test("a temporary one returns by itself at its hour, and the reporter hears of both", async () => {
		const ticket = await taken();
		const giver = await me("agent");
		const until = soon(4);
		const handover = await offer("agent", ticket, { to: (await me("agent2")).id, reason: "shift_end", mode: "temporary", until });
		await good(post("agent2", `/handovers/${handover.id}/accept`));
		assert.equal((await good(get("agent", `/tickets/${ticket.number}`))).owner.id, (await me("agent2")).id);
		let whole;
		for (let tries = 0; tries < 60; tries++) {
			await sleep(250);
			whole = await good(get("agent", `/tickets/${ticket.number}`));
			if (whole.owner.id === giver.id) break;
		}
		assert.equal(whole.owner.id, giver.id);
		assert.equal(whole.owners.length, 3);
		assert.equal((await events("employee", ticket)).filter((event) => event.type === "introduced").length, 3);
	});

	test("the preview is the very text that the reporter then gets", async () => {
		const ticket = await taken();
		const to = (await me("agent2")).id;
		const preview = await good(post("agent", `/tickets/${ticket.number}/handovers/preview`, { to, reason: "expertise" }));
		const handover = await offer("agent", ticket, { to, reason: "expertise" });
		await good(post("agent2", `/handovers/${handover.id}/accept`));
		const told = (await events("employee", ticket)).filter((event) => event.type === "introduced");
		assert.equal(told.at(-1).body.trim(), preview.body.trim());
	});
});
