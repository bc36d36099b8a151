// The only caller of the server on the supplier's page. The token is in the page's own address and goes nowhere else.
import { lang } from '../lib/i18n';
import type { Lang } from '../lib/i18n';
import { readable, uuid } from '../lib/api';
import type { Clock } from '../lib/types';

export type ViewCase = { number: string; summary: string; status: string; priority: number; next_due_at: string | null; breached: boolean; contract: string };
export type View = { purpose: 'case' | 'coordinator'; supplier: string; language: Lang; can_act: boolean; read_only: string | null; expires_at: string; cases: ViewCase[] };
export type SEvent = {
	seq: number; type: string; occurred_at: string; recorded_at: string; recorded_as: string | null; void: boolean; party: string; author: string | null; via: string;
	body: string | null; supplier_ref: string | null; of: number | null; outcome: string | null; contestable: boolean; contest: string | null;
	attachments: { id: number; name: string; size_bytes: number }[];
};
export type SPause = {
	from_seq: number; to_seq: number | null; from: string; to: string | null; worked_s: number; reason_en: string | null; reason_ru: string | null; waits_for: string;
	said: string | null; author: string | null; consent: string; consent_reason: string | null; contest: string | null;
};
export type SContest = { id: number; event: number; kind: string; reason: string; wanted: string; wanted_at: string | null; state: string; raised_at: string; decided_at: string | null; decision: string | null; decided_by: string | null };
export type SCase = {
	number: string; summary: string; body: string; status: string; priority: number; supplier_ref: string | null; contract: string; edition: number; cis: string[];
	service: string | null; owner: string | null; sent_at: string; zone: string; can: string[]; pause_reasons: { key: string; name_en: string; name_ru: string }[];
	events: SEvent[]; pauses: SPause[]; contests: SContest[]; clocks: Clock[]; now: string; can_act: boolean; read_only: string | null;
};

export class LinkError extends Error {
	constructor(readonly status: number, readonly code: string, message: string, readonly fields: { pointer: string; detail: string }[]) {
		super(message);
	}
}

export const base = window.location.pathname.replace(/\/+$/, '').split('/').slice(0, 3).join('/');

export function kept(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}
export function keep(key: string, value: string): void {
	try {
		localStorage.setItem(key, value);
	} catch {
		// Without storage the name is typed again next time.
	}
}

// The same act sent again after a failure carries the same key, so that it is done once.
let last: { text: string; key: string } | null = null;
function keyOf(path: string, body: unknown): string {
	const text = path + JSON.stringify(body);
	if (last?.text !== text) last = { text, key: uuid() };
	return last.key;
}

export async function ask<T>(path: string, body?: unknown): Promise<T> {
	const form = body instanceof FormData;
	const headers: Record<string, string> = { Accept: 'application/json' };
	if (body !== undefined && !form) {
		headers['Content-Type'] = 'application/json';
		headers['Idempotency-Key'] = keyOf(path, body);
	}
	let res: Response;
	try {
		res = await fetch(base + path, { method: body === undefined ? 'GET' : 'POST', headers, body: body === undefined || form ? body as FormData | undefined : JSON.stringify(body), credentials: 'same-origin' });
	} catch {
		throw new LinkError(0, 'network', '', []);
	}
	const json = await res.json().catch(() => ({})) as Record<string, unknown>;
	if (!res.ok) {
		const fields = (json.errors as LinkError['fields']) ?? [];
		const [said, ...details] = await readable([String(json.detail ?? ''), ...fields.map((f) => f.detail)]);
		throw new LinkError(res.status, String(json.code ?? ''), said, fields.map((f, i) => ({ ...f, detail: details[i] })));
	}
	if (!form) last = null;
	return json as T;
}

// "Tuesday 14:00" within a week, with the date before and after; in the browser's zone or the one named.
export function moment(iso: string, timeZone?: string): string {
	const at = Date.parse(iso);
	const near = Math.abs(at - Date.now()) < 6 * 86_400_000;
	const options: Intl.DateTimeFormatOptions = near ? { weekday: 'long', hour: '2-digit', minute: '2-digit', timeZone }
		: { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone };
	return new Intl.DateTimeFormat(lang.value === 'ru' ? 'ru' : 'en-GB', options).format(at);
}
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
// The other side's clock on the wall, when it differs from ours.
export function theirs(iso: string, zone: string): string | null {
	const [a, b] = [moment(iso), moment(iso, zone)];
	return a === b ? null : b;
}
