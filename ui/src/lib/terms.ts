// Contracts and calendars as the pages hold them: shapes, working time as typed, days of a year from weekly hours and exceptions.
// Refuses nothing itself: what is wrong with terms or hours, the server says.
import { lang } from './i18n';
import type { Id, Ref } from './types';

export type Money = { amount: string; currency: string };
export type Target = { priority: number; metric: string; target_s: number; goal_pct: number };
export type Credit = { metric: string; below_pct: number; credit_pct: number };
export type PauseReason = { key: string; name_en: string; name_ru: string; waits_for: 'us' | 'supplier' };
export type Step = { at_pct: number; role: string };
export type CoveredCi = { id: Id; name: string; class: string };
export type CoveredClass = { class: { id: Id; name: string; label_en: string; label_ru: string }; filter: Record<string, unknown>; cis?: number };
export type Terms = {
	edition: number; valid_from: string; valid_to: string | null; note: string; price: Money | null; price_period: string; calendar: Ref;
	pause_limit_s: number; credit_cap_pct: number | null; automatic_acknowledges: boolean; created_at: string; created_by: Ref | null; cases: number;
	coverage: CoveredCi[]; coverage_classes: CoveredClass[]; targets: Target[]; credits: Credit[]; pause_reasons: PauseReason[]; escalation_steps: Step[];
};
export type Contract = Omit<Terms, 'created_at' | 'created_by' | 'cases'> & { id: Id; number: string; name: string; supplier: Ref; in_force: number | null; terms: Terms[]; version: number };
export type Difference = { path: string; before: unknown; after: unknown };
export type Warning = { pointer: string; code: string; detail: string; values: Record<string, string | number> };
export type Overlap = { contract: Ref; title: string; supplier: Ref; edition: number; from: string; to: string | null; count: number; cis: Ref[]; classes: string[] };
export type Saved = Contract & { differences: Difference[]; warnings: Warning[]; overlaps: Overlap[] };

export type Window = [string, string];
export type Exception = { date: string; hours: Window[] };
export type WeekWindow = { day: number; from: string; to: string };
export type Hours = { name: string; zone: string; week: WeekWindow[]; exceptions: Exception[] };
export type Calendar = Hours & {
	id: Id; key: string; version: number; changed_at: string; changed_by: Ref | null; known_until: string | null; ends: boolean;
	used_by: { contracts: Ref[]; policies: Ref[]; services: Ref[] };
};
export type DayKind = 'working' | 'off' | 'holiday' | 'short' | 'long' | 'moved';
export type Day = { date: string; weekday: number; kind: DayKind; exception: boolean; worked_s: number; hours: Window[] };
export type OfficialYear = {
	country: string; year: number; working_days: number; hours_40: number; act: { number: string; date: string; title_en: string; title_ru: string; law_en: string; law_ru: string };
};
export type Effect = {
	days: { date: string; before: Window[]; after: Window[]; before_s: number; after_s: number }[]; days_changed: number; open: number; moved: number; earlier: number; later: number;
	clocks: { ticket: string; case: string | null; subject: string; supplier: string | null; metric: string; state: string; due_at: string | null; new_due_at: string | null }[];
};

export const METRICS = ['acknowledge', 'response', 'workaround', 'resolution', 'update'];
export const PRIORITIES = [1, 2, 3, 4];
export const ROLES = ['owner', 'lead', 'coordinator', 'supplier_manager'];

// Working time as people type it: "4", "4:30", "0:15" are hours and minutes. Empty: none. NaN: not readable.
export function readHours(text: string): number | null {
	const typed = text.trim().replace(',', '.');
	if (!typed) return null;
	const m = /^(\d{1,5})(?::([0-5]\d))?$/.exec(typed);
	if (m) return Number(m[1]) * 3600 + Number(m[2] ?? 0) * 60;
	return /^\d{1,5}\.\d{1,2}$/.test(typed) ? Math.round(Number(typed) * 3600) : NaN;
}

export function writeHours(seconds: number): string {
	const min = Math.round(seconds / 60);
	return `${Math.floor(min / 60)}:${String(min % 60).padStart(2, '0')}`;
}

// "09:00–13:00, 14:00–18:00" and back. Null: not readable.
export function readWindows(text: string): Window[] | null {
	const out: Window[] = [];
	for (const part of text.split(/[,;]/).map((x) => x.trim()).filter(Boolean)) {
		const m = /^(\d{1,2})(?::(\d\d))?\s*[-–—]\s*(\d{1,2})(?::(\d\d))?$/.exec(part);
		if (!m) return null;
		out.push([`${m[1].padStart(2, '0')}:${m[2] ?? '00'}`, `${m[3].padStart(2, '0')}:${m[4] ?? '00'}`]);
	}
	return out;
}

export const writeWindows = (windows: Window[]) => windows.map(([from, to]) => `${from}–${to}`).join(', ');
export const minuteOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
export const minutesOf = (windows: Window[]) => windows.reduce((sum, [from, to]) => sum + minuteOf(to) - minuteOf(from), 0);
export const windowsOf = (week: WeekWindow[], day: number): Window[] =>
	week.filter((w) => w.day === day).map((w): Window => [w.from, w.to]).sort((a, b) => a[0].localeCompare(b[0]));

export function daysOfYear(hours: Hours, year: number): Day[] {
	const exceptions = new Map(hours.exceptions.map((e) => [e.date, e.hours]));
	const week = [1, 2, 3, 4, 5, 6, 7].map((day) => windowsOf(hours.week, day));
	const out: Day[] = [];
	for (let ms = Date.UTC(year, 0, 1); new Date(ms).getUTCFullYear() === year; ms += 86_400_000) {
		const date = new Date(ms).toISOString().slice(0, 10);
		const weekday = new Date(ms).getUTCDay() || 7;
		const usual = minutesOf(week[weekday - 1]);
		const own = exceptions.get(date);
		const windows = own ?? week[weekday - 1];
		const now = minutesOf(windows);
		const kind: DayKind = !own ? (usual ? 'working' : 'off') : !now ? (usual ? 'holiday' : 'off') : !usual ? 'moved' : now < usual ? 'short' : now > usual ? 'long' : 'working';
		out.push({ date, weekday, kind, exception: !!own, worked_s: now * 60, hours: windows });
	}
	return out;
}

export const labelIn = (v: { label_en: string; label_ru: string }) => (lang.value === 'ru' ? v.label_ru : v.label_en);
export const nameIn = (v: { name_en: string; name_ru: string }) => (lang.value === 'ru' ? v.name_ru : v.name_en);
export const filterWords = (filter: Record<string, unknown>) => Object.entries(filter).map(([k, v]) => `${k} = ${String(v)}`).join(', ');

// "31 December 2027" for a date without time.
export function dayWords(date: string, short = false): string {
	return new Intl.DateTimeFormat(lang.value === 'en' ? 'en-GB' : 'ru', { day: 'numeric', month: short ? 'short' : 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(`${date}T00:00:00Z`));
}
export const dayBefore = (date: string) => new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
