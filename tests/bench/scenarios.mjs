// What is measured: for each scenario the HTTP requests and, as pgbench scripts, the statements that the server sends for them.
// The statements come from the .sql files of the program, so that they cannot differ; their order, transactions and pipelines
// follow the handlers (src/desk, src/supply, cmdb) and http/dispatch.c.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

function statements(root) {
	const found = new Map();
	const visit = (folder) => {
		for (const entry of readdirSync(folder, { withFileTypes: true })) {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) visit(path);
			else if (entry.name.endsWith(".sql"))
				for (const block of readFileSync(path, "utf8").split(/^-- name: /m).slice(1)) {
					const [name, ...lines] = block.split("\n");
					found.set(name.trim(), lines.filter((line) => !/^\s*--/.test(line)).join(" ").replace(/\s+/g, " ").trim().replace(/;$/, ""));
				}
		}
	};
	for (const folder of ["src", "cmdb"]) visit(join(root, folder));
	return found;
}

// NULL as something that the planner does not know: pgbench has no NULL of its own.
const none = (type) => (type === "boolean" ? "nullif(:off::boolean, false)" : type === "ticket_status[]" ? "nullif(:no_statuses::ticket_status[], '{}')" : type.endsWith("[]") ? `nullif(:nothing::${type}, '{}')`
	: type === "ticket_kind" ? "nullif(:kind::ticket_kind, 'incident')" : type === "text" ? "nullif(:empty::text, '-')" : type === "timestamptz" ? "nullif(:never::timestamptz, 'epoch')" : `nullif(:zero::${type}, 0)`);
const int = (name) => `:${name}::bigint`;
const text = (name) => `:${name}::text`;
const actor = (who) => [int(`${who}_id`), `:${who}_roles::integer`, `:${who}_teams::bigint[]`, ":at::timestamptz"];
// Types as the statements give them to their parameters: another type is cast, and a function with a costly argument is not taken into the query.
const list = (words, { open = false, team } = {}) => [...actor("lead"), open ? ":open::ticket_status[]" : none("ticket_status[]"), none("ticket_kind"), none("integer"), none("boolean"),
	none("bigint"), none("boolean"), team ? `:team_${team}::bigint[]` : none("bigint[]"), none("bigint"), none("bigint"), none("bigint"), none("bigint"), words ?? none("text"),
	":zero::bigint", ":first_rank::bigint", ":first_id::bigint", ":page::integer"];

const store_types = ["text[]", "int[]", "bigint[]", "bigint[]", "bigint[]", "text[]", "timestamptz[]", "timestamptz[]", "bigint[]", "timestamptz[]", "timestamptz[]", "bigint[]",
	"int[]", "int[]", "timestamptz[]", "int[]", "timestamptz[]", "timestamptz[]", "bigint[]", "text[]", "text[]", "int[]", "int[]"];
const store = (prefix, ticket, supplier_case) => [ticket ?? none("bigint"), supplier_case ?? none("bigint"), ":at::timestamptz", ...store_types.map((type, i) => `:${prefix}${i}::${type}`)];
// The columns of clock_store for clocks given as objects.
function store_values(prefix, clocks, at, calendar) {
	const array = (values) => `{${values.map((value) => (value === null ? "NULL" : `"${value}"`)).join(",")}}`;
	const column = (pick) => array(clocks.map(pick));
	const columns = [column((c) => c.metric), column(() => 1), column((c) => c.team ?? null), column(() => calendar), column((c) => c.target), column((c) => c.state),
		column(() => at), column((c) => (c.state === "stopped" ? at : null)), column((c) => c.elapsed), column((c) => (c.state === "stopped" ? null : c.due)), column(() => null),
		column(() => 0), column(() => 0), column(() => 0), column((c) => (c.state === "stopped" ? null : c.due)), ...Array(8).fill("{}")];
	return Object.fromEntries(columns.map((value, i) => [`${prefix}${i}`, value]));
}

// facts: what measure.mjs has read from the database. Each scenario: requests() gives [status, method, path, who, body] (or more
// than one, which belong together), scripts() gives texts for pgbench, per_script how many requests one run of a script stands for.
export function scenarios(root, facts) {
	const known = statements(root);
	const run = (name, args) => {
		const sql = known.get(name);
		if (!sql) throw new Error(`there is no statement ${name}`);
		return `${sql.replace(/\$(\d+)/g, (_, n) => args[n - 1])};`;
	};
	const pipeline = (...steps) => ["\\startpipeline", ...steps, "\\endpipeline"].join("\n");
	const number = () => Math.floor(Math.random() * facts.tickets) + 1;
	const one = (items) => items[Math.floor(Math.random() * items.length)];
	const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
	const answer = (id, who, seen, staff) => [run("ticket_read", [...actor(who), id, ":language::text", seen, none("text")]),
		run("clock_list_ticket", [id, `:${staff}::boolean`]), run("ticket_cases", [id])];
	const clocks_of = (id) => pipeline(run("clock_ticket_events", [id]), run("clock_ticket_rows", [id]));
	// From \\gset: a sub-select as an argument would keep functions from being taken into the statement.
	const made = int("id");
	const rounds = (tickets) => [0, 1].map((round) => ({ round, tickets }));
	const half = (count) => Math.floor(count / 2);
	// A place of its own for each client, so that no two want the same ticket.
	const place = (count, first) => `\\set place ${first} + :client_id + 64 * random(0, ${Math.floor((count - first) / 64) - 1})`;
	// What a page refers to, read by its ids: the program sends those of the rows it got, here others as many and as near to each other.
	const page_facts = (first) => ["\\set first " + first,
		pipeline(run("ticket_list_clocks", ["ARRAY(SELECT generate_series(:first::bigint, :first::bigint + 50))"]),
			run("ticket_list_names", [":people::bigint[]", ":some_teams::bigint[]", ":some_services::bigint[]", ":some_suppliers::bigint[]",
				"ARRAY(SELECT generate_series(:first::bigint, :first::bigint + 50))", ":language::text"]))];
	const page = (sql, first = `random(${Math.floor(facts.tickets * 0.97)}, ${facts.tickets - 60})`) => [sql, ...page_facts(first)].join("\n");
	const search = (name, words) => `/api/v1/tickets?q=${encodeURIComponent(words)}`;

	return {
		create: {
			title: "create a ticket", kind: "write",
			requests: () => many(20000, (i) => [[201, "POST", "/api/v1/tickets", "employee",
				{ kind: "incident", subject: `${one(facts.subjects)}, магазин ${i}`, body: `${one(facts.bodies)} Код ошибки: E${i}.`, service: one(facts.services) }]]),
			scripts: () => [["\\set n random(1, 1000000)", "BEGIN;",
				run("ticket_create", [...actor("employee"), ":kind::ticket_kind", "(:subject::text || ', магазин ' || :n::text)",
					"(:body::text || ' Код ошибки: E' || :n::text || '.')", none("bigint"), ":channel::text", ":three::integer", ":two::integer", int("service"), none("bigint"), ":nothing::bigint[]"]).replace(/;$/, " \\gset"),
				clocks_of(made), pipeline(run("clock_store", store("t", made, null)), run("ticket_opened_mail", [made, ":at::timestamptz"]),
					...answer(made, "employee", ":on::boolean", "off")), "COMMIT;"].join("\n")],
		},
		read: {
			title: "read one ticket", kind: "read",
			requests: () => many(20000, () => one(facts.numbers)).map((wanted) => [[200, "GET", `/api/v1/tickets/${wanted}`, "lead"]]),
			scripts: () => [[`\\set t random(1, ${facts.tickets})`, pipeline(...answer(int("t"), "lead", ":on::boolean", "on"))].join("\n")],
		},
		queue: {
			title: "page of 50 of a team's queue", kind: "read",
			requests: () => many(700, (i) => [[200, "GET", `/api/v1/tickets?team=${facts.teams[i % facts.teams.length]}&status=new,in_progress,waiting_reporter,waiting_supplier&limit=50`, "lead"]]),
			scripts: () => facts.teams.map((team) => page(run("ticket_list_team_open", list(null, { open: true, team })))),
		},
		search: {
			title: "full text: a rare word", kind: "read",
			requests: () => many(5000, () => [[200, "GET", search("q", one(facts.codes)), "lead"]]),
			scripts: () => [[`\\set n random(1, ${facts.codes.length})`, run("ticket_search_words", ["(SELECT code FROM bench.code WHERE place = :n)"]),
				page(run("ticket_search_rare", list("(SELECT code FROM bench.code WHERE place = :n)")))].join("\n")],
		},
		common: {
			title: "full text: two common words", kind: "read",
			requests: () => many(500, (i) => [[200, "GET", search("q", facts.common[i % facts.common.length]), "lead"]]),
			scripts: () => facts.common.map((_, i) => [run("ticket_search_words", [text(`common_${i}`)]),
				page(run("ticket_search_walk", [...list(text(`common_${i}`)), int(`walk_${i}`)]))].join("\n")),
		},
		handover: {
			title: "handover (offer, acceptance)", kind: "write", per_script: 2,
			requests: () => rounds(facts.handover()).flatMap(({ round, tickets }) => tickets.map(({ number, owner }) => {
				const to = (owner === facts.agent.id) === (round === 0) ? "agent2" : "agent";
				return [[201, "POST", `/api/v1/tickets/${number}/handovers`, "lead", { to: facts[to].id, reason: "shift_end", note: "Смена закончилась, касса перезагружена" }],
					[200, "POST", "/api/v1/handovers/{id}/accept", to, {}]];
			})),
			scripts: () => {
				const ticket = "(SELECT id FROM bench.open_ticket WHERE place = :place::bigint)";
				const offer = `(SELECT id FROM handover WHERE ticket_id = ${ticket} AND state = 'offered')`;
				const to = `(SELECT CASE WHEN owner_id = :agent_id::bigint THEN :agent2_id::bigint ELSE :agent_id::bigint END FROM ticket WHERE id = ${ticket})`;
				const accepts = [`(SELECT to_id FROM handover WHERE id = ${offer})`, ":agent_roles::integer", ":agent_teams::bigint[]", ":at::timestamptz", offer];
				return [[place(facts.open_tickets, half(facts.open_tickets)),
					pipeline("BEGIN;", run("handover_offer", [...actor("lead"), ticket, to, none("bigint"), ":reason::text", ":mode::text", none("timestamptz"), text("note")])), "COMMIT;",
					pipeline("BEGIN;", run("handover_accept", accepts)), clocks_of(ticket), pipeline(run("clock_store", store("t", ticket, null)), "COMMIT;")].join("\n")];
			},
		},
		case: {
			title: "case event, clocks recomputed", kind: "write",
			requests: () => facts.cases.map((number) => [[201, "POST", `/api/v1/cases/${number}/events`, "lead", { type: "update", body: "Инженер выехал, ждём запчасть" }]]),
			scripts: () => {
				const about = "(SELECT id FROM bench.open_case WHERE place = :place::bigint)";
				return [[place(facts.open_cases, half(facts.open_cases)),
					pipeline("BEGIN;", run("case_event_record", [...actor("lead"), about, ":event::case_event_type", none("timestamptz"), text("note"), none("text"), none("text"), none("bigint")]),
						run("clock_case_events", [about]), run("clock_case_rows", [about])),
					pipeline(run("clock_store", store("c", null, about)), run("case_json", [...actor("lead"), about]), run("clock_list_case", [about]),
						run("case_events_newest", [...actor("lead"), about, ":shown::integer"])), "COMMIT;"].join("\n")];
			},
		},
		impact: {
			title: "impact of a CI", kind: "read",
			requests: () => many(1000, (i) => [[200, "GET", `/api/v1/cmdb/cis/${facts.impact[i % facts.impact.length].id}/impact`, "lead"]]),
			scripts: () => facts.impact.map(({ levels }, i) => [[run("walk_started", [`:start_${i}::bigint[]`, none("timestamptz")]),
				...levels.map((_, k) => pipeline(run("walk_gone", [`:level_${i}_${k}::bigint[]`, none("timestamptz")]),
					run("walk_groups", [`:level_${i}_${k}::bigint[]`, ":on::boolean", none("timestamptz")]), run("walk_edges", [`:level_${i}_${k}::bigint[]`, ":on::boolean", none("timestamptz")]))),
				run("walk_services", [`:hit_${i}::bigint[]`]), run("walk_names", [`:hit_${i}::bigint[]`, none("timestamptz")]),
				run("impact_hit", [`:hit_${i}::bigint[]`, ":nothing::bigint[]", ":nothing::bigint[]", ":nothing::bigint[]", none("timestamptz"), ...actor("lead").slice(0, 3), ":language::text"])].join("\n")]),
		},
	};
}

// Values of the variables above.
export function variables(facts) {
	const at = `${new Date().toISOString().slice(0, 19)}+00`.replace("T", " ");
	const due = `${new Date(Date.now() + 86400e3).toISOString().slice(0, 19)}+00`.replace("T", " ");
	const given = { at, off: "f", on: "t", nothing: "{}", no_statuses: "{}", empty: "-", never: "1970-01-01 00:00:00+00", zero: 0, two: 2, three: 3, ten: 10, most: 20000, page: 51, shown: 200,
		open: "{new,in_progress,waiting_reporter,waiting_supplier}", first_rank: "100000000000", first_id: "9223372036854775807", language: "ru",
		kind: "incident", channel: "portal", subject: facts.subjects[0], body: facts.bodies[0], service: facts.services[0], reason: "shift_end", mode: "permanent",
		note: "Смена закончилась, касса перезагружена", event: "update" };
	given.people = `{${facts.people}}`;
	given.some_teams = `{${facts.teams.slice(0, 1)}}`;
	given.some_services = `{${facts.services.slice(0, 20)}}`;
	given.some_suppliers = `{${facts.suppliers}}`;
	for (const who of ["lead", "agent", "agent2", "employee"])
		Object.assign(given, { [`${who}_id`]: facts[who].id, [`${who}_roles`]: facts[who].roles, [`${who}_teams`]: `{${facts[who].teams}}` });
	facts.common.forEach((words, i) => Object.assign(given, { [`common_${i}`]: words, [`walk_${i}`]: facts.walks[i] }));
	facts.impact.forEach(({ id, hit, levels }, i) => {
		Object.assign(given, { [`start_${i}`]: `{${id}}`, [`hit_${i}`]: `{${hit}}` });
		levels.forEach((level, k) => (given[`level_${i}_${k}`] = `{${level}}`));
	});
	for (const team of facts.teams) given[`team_${team}`] = `{${team}}`;
	// Elapsed time differs from run to run, so that the rows are written and not only compared.
	const elapsed = Math.floor(Math.random() * 1000);
	const clock = (metric, state, team) => ({ metric, state, team, target: 86400, elapsed, due });
	Object.assign(given, store_values("t", [clock("response", "running"), clock("resolution", "running"), clock("ola", "running", facts.teams[0])], at, facts.calendar),
		store_values("c", [clock("response", "running"), clock("resolution", "running"), clock("acknowledge", "stopped"), clock("update", "running")], at, facts.calendar));
	return given;
}
