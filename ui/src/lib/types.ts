// Shapes of the server's answers, as the HTTP contract names them.
export type Id = string | number;
export type Ref = { id: Id; name: string };
export type Page<T> = { items: T[]; next: string | null };

export type Session = {
	person: {
		id: Id;
		login: string;
		given_name: string;
		family_name: string;
		mail: string;
		language: string;
		zone?: string;
		theme?: string;
		teams: { id: Id; name: string; level: number }[];
	};
	roles: string[];
	stream_url?: string;
	undo_s?: number;
};

export type ClockState = 'running' | 'paused' | 'stopped' | 'cancelled';
export type ClockBrief = { state: ClockState; due_at: string | null; breached: boolean; remaining_s: number };
export type Pause = { from: string; to: string | null; reason: string | null; waits_for?: string | null; worked_s?: number | null; from_seq?: number; author?: Ref | null };
export type Clock = ClockBrief & {
	metric: string;
	ordinal?: number;
	target_s: number;
	elapsed_s: number;
	paused_s?: number;
	started_at: string | null;
	stopped_at?: string | null;
	breached_at: string | null;
	calendar: Ref;
	pauses: Pause[];
};

export type Kind = 'incident' | 'request' | 'consultation';
export type TicketItem = {
	number: string;
	kind: Kind;
	subject: string;
	status: string;
	priority: number;
	impact: number;
	urgency: number;
	reporter: Ref;
	owner: Ref | null;
	team: Ref | null;
	service: Ref | null;
	supplier: Ref | null;
	opened_at: string;
	updated_at: string;
	response: ClockBrief | null;
	resolution: ClockBrief | null;
	pending_handover: boolean;
};

export type Handover = {
	id: Id;
	from: Ref;
	to: Ref | null;
	to_team: Ref | null;
	reason: string;
	mode: 'permanent' | 'temporary';
	until: string | null;
	note: string | null;
	state: string;
	offered_at: string;
};

export type CaseBrief = {
	number: string;
	supplier: Ref;
	contract: (Ref & { title?: string }) | null;
	status: string;
	sent_at: string;
	clocks: Clock[];
};

export type Attachment = { id: Id; name: string; content_type: string; size_bytes: number; visibility?: string; added_at: string; author: Ref | null };

export type Ticket = TicketItem & {
	body: string;
	channel: string;
	category: Ref | null;
	promised_at: string | null;
	promised_text?: string;
	resolution_text: {
		cause: string;
		fix: string;
		prevention: string | null;
		no_prevention: boolean | null;
		no_ci_reason: string | null;
	} | null;
	rating: { score: number; recommend: number | boolean | null; comment: string | null } | null;
	handover: Handover | null;
	owners: { person: Ref; from: string; to: string | null; reason: string | null; mode: string | null }[];
	clocks: Clock[];
	cis: { id: Id; name: string; class: string | Ref; role: string; status: string }[];
	cases: CaseBrief[];
	attachments: Attachment[];
	can: string[];
	version: number;
};

export type Event = {
	seq: number;
	type: string;
	occurred_at: string;
	recorded_at: string;
	author: Ref | null;
	author_role?: string;
	// Events of cases have neither: all of them are for staff.
	visibility?: 'public' | 'internal' | 'system';
	body: string | null;
	body_html?: string | null;
	data: Record<string, unknown>;
	party?: 'supplier' | 'us' | 'system';
	late_s?: number;
};

export type Case = CaseBrief & {
	ticket: { number: string; subject: string; status?: string };
	ci?: Ref | null;
	service?: Ref | null;
	why?: string | null;
	because?: string | null;
	edition?: number;
	opened_by?: Ref;
	pause_limit_s?: number | null;
	pause_reasons: { key: string; name_en: string; name_ru: string; waits_for: 'us' | 'supplier' }[];
	contestable: number[];
	mail?: { state: string; not_before: string } | null;
	priority: number;
	summary: string;
	body: string;
	supplier_ref: string | null;
	owner: Ref | null;
	can: string[];
	version: number;
};

export type Person = {
	id: Id;
	name: string;
	login?: string;
	department?: string | null;
	mail?: string | null;
	teams?: Ref[];
	load?: number;
	present?: boolean;
	absent_until?: string | null;
};

export type Mail = { subject: string; body: string; language: string };

export type Preview = {
	supplier: Ref | null;
	contract: Ref | null;
	why: string | null;
	because?: string | null;
	candidates: { supplier: Ref; contract: Ref | null; why: string }[];
	calendar?: Ref | null;
	targets: { metric: string; target_s: number; due_at: string | null }[];
	mail: (Mail & { to: string | null }) | null;
};

export type Metric = {
	metric: string;
	measured: number;
	kept: number;
	breached: number;
	compliance_pct: number | null;
	goal_pct: number | null;
	previous_pct: number | null;
	median_s: number | null;
	p90_s: number | null;
	open: number;
	overdue: number;
};
export type SlaReport = {
	period: { from: string; to: string; unfinished: boolean };
	zone: string;
	suppliers: { supplier: Ref & { kind?: string }; cases: number; metrics: Metric[] }[];
	months: { month: string; supplier: Ref; metric: string; measured: number; kept: number }[];
};
export type DrillClock = {
	case: string;
	ticket: string;
	metric: string;
	priority: number;
	target_s: number;
	elapsed_s: number;
	started_at: string;
	due_at: string | null;
	stopped_at: string | null;
	breached: boolean;
	breached_at: string | null;
	paused_s: number;
	service: Ref | null;
	ci: Ref | null;
	supplier?: Ref;
};

export type Attribute = {
	name: string;
	type: string;
	unit?: string | null;
	required?: boolean;
	label?: string | { en?: string; ru?: string };
	label_en?: string;
	label_ru?: string;
	purpose?: string | null;
	owner?: string | null;
	source?: string | null;
	review_days?: number | null;
	class?: string | Ref;
	choices?: { value: string; label_en: string; label_ru: string }[] | null;
	retired?: boolean;
};
export type CiClass = {
	id: Id;
	name: string;
	label: string | { en?: string; ru?: string };
	parent: Id | Ref | null;
	abstract: boolean;
	count: number;
	attributes?: Attribute[];
};
export type CiItem = {
	id: Id;
	name: string;
	class: Ref & { label?: string };
	status: string;
	state: { name: string; label: string; colour: string; kind: string };
	owner?: Ref | string | null;
	location?: Ref | string | null;
};
export type Ci = CiItem & {
	attributes: Record<string, unknown>;
	references: Record<string, Ref>;
	source?: string;
	external_key: string | null;
	updated_at: string;
	version: number;
};
export type Relation = { type: string; label: string; direction: 'out' | 'in'; ci: CiItem };
export type CiVersion = { version: number; changed_at: string; actor: Ref | null; source: string; ticket: string | null; changes: { field: string; old: unknown; new: unknown }[] };
export type Money = { amount: string; currency: string };
export type ImpactState = 'down' | 'at_risk';
export type Impact = {
	items: { ci: CiItem; depth: number; state?: ImpactState; strength?: number; from?: Id; path: { ci: Ref; relation: string }[] }[];
	links?: { failing: Id; hit: Id; relation: string; redundant: boolean }[];
	redundancy?: { ci: CiItem; name: string; needed: number; living: number; failed: number }[];
	reached?: number;
	at_risk?: number;
	services: number;
	services_at_risk?: number;
	service_list?: { id: Id; name: string; state: ImpactState; per_hour: Money | null }[];
	per_hour?: Money[];
	people: number;
	departments?: { name: string | null; people: number }[];
	open_tickets?: number;
	tickets?: { number: string; subject: string; status: string; priority: number }[];
	open_changes?: number;
	changes?: { number: string; subject: string; ci: Ref }[];
	truncated: boolean;
};
export type ImpactPath = { from: CiItem; strength: number; redundant: boolean; path: { ci: CiItem; relation: string }[] };
export type Cause = {
	ci: CiItem; tickets: { number: string; subject: string }[]; reached: number; distance: number; lift: number; surprise: number;
	incidents: { number: string; subject: string }[]; changes: { at: string; by: string | null; source: string; ticket: string | null }[];
};
export type Offers = {
	cis: (CiItem & { service: boolean })[];
	outages: { number: string; subject: string; owner: Ref | null; count: number; promised_at: string | null; joined: boolean; colleague: boolean; reporter: Ref | null; through?: Ref }[];
};

// The order in which a case goes, as the reports have it.
const METRICS = ['acknowledge', 'response', 'workaround', 'resolution', 'update'];
export function inOrder<T extends { metric: string; ordinal?: number }>(list: T[]): T[] {
	return [...list].sort((a, b) => METRICS.indexOf(a.metric) - METRICS.indexOf(b.metric) || (a.ordinal ?? 0) - (b.ordinal ?? 0));
}
