// The only caller of the server. Owns: problem+json, idempotency keys, ETags, waiting for sign-in after a 401.
// Refuses to lose a request: a 401 waits until the person has signed in again and then sends the same request once more.
import { signal } from '@preact/signals';
import { whenFull } from './format';
import { lang } from './i18n';

export type FieldError = { pointer: string; detail: string };

export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly title: string,
		readonly detail: string,
		readonly fields: FieldError[],
		readonly requestId: string | null,
		readonly retryAfterS: number | null,
		readonly body: Record<string, unknown>,
	) {
		super(detail || title);
	}
	// The first answer never came, or was a passing one: the same submit may be sent again under the same key.
	get passing(): boolean {
		return this.status === 0 || this.status === 429 || this.status >= 500;
	}
	field(name: string): string | undefined {
		return this.fields.find((f) => f.pointer === `/${name}` || f.pointer === name || f.pointer.startsWith(`/${name}/`))?.detail;
	}
}

export type Answer<T> = { data: T; etag: string | null; status: number; location: string | null };

// Set while somebody waits for a new sign-in; the shell shows the dialog and calls signedIn().
export const signInNeeded = signal(false);
let waiters: (() => void)[] = [];
export function signedIn(): void {
	signInNeeded.value = false;
	const w = waiters;
	waiters = [];
	for (const f of w) f();
}

export function uuid(): string {
	if (crypto.randomUUID) return crypto.randomUUID();
	// randomUUID exists in secure contexts only; an intranet without TLS is not one.
	const b = crypto.getRandomValues(new Uint8Array(16));
	b[6] = (b[6] & 15) | 64;
	b[8] = (b[8] & 63) | 128;
	const h = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
	return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

export type Options = {
	method?: string;
	body?: unknown;
	key?: string;
	etag?: string | null;
	signal?: AbortSignal;
	waitForSignIn?: boolean;
};

const BASE = '/api/v1';

// The server refuses in English and in UTC; people read it in their language and their zone.
export async function readable(texts: string[]): Promise<string[]> {
	const here = texts.map((x) => x.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, whenFull));
	if (lang.value !== 'ru') return here;
	return import('../i18n/problems-ru').then(({ inRussian }) => here.map(inRussian), () => here);
}

async function problem(res: Response): Promise<ApiError> {
	let body: Record<string, unknown> = {};
	try {
		body = await res.json();
	} catch {
		body = {};
	}
	const s = (v: unknown) => (typeof v === 'string' ? v : '');
	const fields = Array.isArray(body.errors) ? (body.errors as FieldError[]) : [];
	const [title, detail, ...details] = await readable([s(body.title) || res.statusText, s(body.detail), ...fields.map((f) => f.detail)]);
	const retry = Number(res.headers.get('Retry-After'));
	const id = res.headers.get('X-Request-Id') ?? (s(body.request_id) || s(body.instance) || null);
	return new ApiError(res.status, title, detail, fields.map((f, i) => ({ ...f, detail: details[i] })), id, retry || null, body);
}

export async function request<T>(path: string, o: Options = {}): Promise<Answer<T>> {
	const method = o.method ?? 'GET';
	const headers: Record<string, string> = { Accept: 'application/json' };
	let body: BodyInit | undefined;
	if (o.body instanceof FormData) body = o.body;
	else if (o.body !== undefined) {
		headers['Content-Type'] = 'application/json';
		body = JSON.stringify(o.body);
	}
	if (method === 'POST') headers['Idempotency-Key'] = o.key ?? uuid();
	if (o.etag) headers['If-Match'] = o.etag;
	for (;;) {
		let res: Response;
		try {
			res = await fetch(BASE + path, { method, headers, body, signal: o.signal, credentials: 'same-origin' });
		} catch (e) {
			if ((e as Error).name === 'AbortError') throw e;
			throw new ApiError(0, '', '', [], null, null, {});
		}
		if (res.status === 401 && o.waitForSignIn !== false) {
			signInNeeded.value = true;
			await new Promise<void>((done) => waiters.push(done));
			continue;
		}
		if (!res.ok) throw await problem(res);
		const text = res.status === 204 ? '' : await res.text();
		return {
			data: (text ? JSON.parse(text) : null) as T,
			etag: res.headers.get('ETag'),
			status: res.status,
			location: res.headers.get('Location'),
		};
	}
}

export const get = async <T>(path: string, signal?: AbortSignal) => (await request<T>(path, { signal })).data;
export const post = async <T>(path: string, body: unknown = {}, key?: string) =>
	(await request<T>(path, { method: 'POST', body, key })).data;
export const patch = async <T>(path: string, body: unknown, etag: string | null) =>
	(await request<T>(path, { method: 'PATCH', body, etag })).data;

// One key for one submit: pressing Send again after a failure that may have reached the server repeats the key; a changed
// text or a definite refusal starts a new one.
export class Submit {
	private last: { text: string; key: string } | null = null;
	async post<T>(path: string, body: unknown): Promise<T> {
		const text = path + JSON.stringify(body);
		if (this.last?.text !== text) this.last = { text, key: uuid() };
		try {
			const data = await post<T>(path, body, this.last.key);
			this.last = null;
			return data;
		} catch (e) {
			if (e instanceof ApiError && !e.passing) this.last = null;
			throw e;
		}
	}
}

export function query(params: Record<string, string | number | boolean | null | undefined>): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(params)) if (v !== null && v !== undefined && v !== '') q.set(k, String(v));
	const s = q.toString();
	return s ? `?${s}` : '';
}
