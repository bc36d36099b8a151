// Shapes of the review of attributes, health and confirmations, and the evidence in plain words.
import { num, t, word } from './i18n';
import type { Ref } from './types';

export type ClassRef = { id: number; name: string; label: string };
export type Incidents = { episodes: number; observed: number; observed_cis: number; expected: number; lift: number | null; low: number | null; high: number | null };
export type Figures = {
	cis: number; filled: number; reviewed: number; fresh: number; changes: number; batch_changes: number; answer_changes: number;
	changes_per_ci_year: number | null; incidents: Incidents; claimed: number; disagreed: number;
};
export type Evidence = Figures & { use: { counted_days: number; opened: number; reads: number; filters: number; reports: number; programs: number; people: number; needed_by: string[] } };
export type Decided = { id: number; decision: string; reason: string; decided_by: Ref | null; decided_at: string; holds_until: string };
export type Item = {
	attribute: { id: number; name: string; label: string; type: string; unit: string | null; purpose: string; owner: string; source: string };
	class: ClassRef; proposal: 'keep' | 'drop' | 'watch'; reasons: string[]; problems: string[]; evidence: Evidence; decision: Decided | null;
};
export type Column = {
	id: number; source: string; class: ClassRef | null; name: string; proposal: 'add' | null; rows: number; filled: number; distinct_estimate: number;
	sample: string[]; suggested: { name: string | null; type: string }; decision: Decided | null;
};
export type Review = {
	day: string | null; at: string | null; under_way: { running: boolean; steps: number; of: number }; compared: number; counted_days: number;
	rule: { window_days: number } | null; items: Item[]; columns: Column[];
};
export type Example = { ci: Ref; changed_at: string; old: unknown; new: unknown; ticket: string; opened_at: string };
export type Contradiction = { ci: Ref; said: { source: string; value: unknown; at: string }[] };
export type Detail = { classes: (Figures & { class: ClassRef; examples: { before_incident: Example[]; disagreed: Contradiction[] } })[] };
export type Decision = { id: number; decision: string; reason: string; effect: string; attribute: { label: string } | null; column: string | null; class: ClassRef | null; decided_by: Ref | null; decided_at: string };
export type Counts = Record<'cis' | 'complete' | 'reviewed' | 'fresh' | 'claimed' | 'consistent' | 'no_owner' | 'no_relation' | 'no_use' | 'silent' | 'orphaned' | 'due', number>;
export type Health = { day: string | null; classes: (Counts & { class: ClassRef; depth: number })[]; owners: (Counts & { owner: Ref; reminded_on: string | null; reminders_off: boolean })[] };
export type Check = {
	attribute: { id: number; name: string; label: string; unit: string | null }; value: unknown; value_name: string | null; checked_at: string; how: 'changed' | 'confirmed' | 'delivered';
	person: Ref | null; source: string | null; due_at: string | null; due: boolean;
};
export type Mine = { id: number; name: string; version: number; location: string | null; class: ClassRef; due: boolean; due_at: string | null; checks: Check[] };
export type MineState = { owned: number; due: number | null; reminders: boolean; reminders_sent: boolean };

export const short = (n: number | null): string => (n === null ? t('review.unknown') : num(Math.round(n * (n < 10 ? 10 : 1)) / (n < 10 ? 10 : 1)));
export const shown = (v: unknown): string => (v === null || v === undefined ? '—' : typeof v === 'object' ? JSON.stringify(v) : String(v));

export function because(code: string, e: Evidence, windowDays: number): string {
	const i = e.incidents, u = e.use;
	const params: Record<string, string | number> = {
		observed: i.observed, expected: short(i.expected), lift: short(i.lift), low: short(i.low), high: short(i.high), window: windowDays,
		cis: code === 'precedes_incidents' ? i.observed_cis : e.cis, days: u.counted_days, filled: e.filled, missing: e.cis - e.filled, reviewed: e.reviewed, stale: e.reviewed - e.fresh,
		filters: u.filters, reads: u.reads, reports: u.reports, people: u.people, opened: u.opened, disagreed: e.disagreed, claimed: e.claimed,
		what: u.needed_by.map((x) => word('needed', x)).join(', '),
	};
	return word('because', code).replace(/\{(\w+)\}/g, (all, name) => (name in params ? (typeof params[name] === 'number' ? num(params[name] as number) : String(params[name])) : all));
}
// What waits: not decided, or decided so long ago that it is asked anew.
export const isOpen = (d: Decided | null): boolean => !d || Date.parse(d.holds_until) < Date.now();
