// One event stream for all tabs: the tab that holds the lock listens to the server and tells the others. `live` is false
// after five seconds without a stream. Says only what changed; pages fetch it again.
import { signal } from '@preact/signals';

export type Change = { type: 'ticket' | 'case' | 'resync'; number?: string; data: Record<string, unknown> };
type Message = { kind: 'change'; change: Change } | { kind: 'state'; up: boolean } | { kind: 'ask' };

export const live = signal(true);
const listeners = new Set<(c: Change) => void>();
let channel: BroadcastChannel | null = null;
let source: EventSource | null = null;
let downTimer = 0;
let url = '/api/v1/stream';
let started = false;
let heard = 0;

export function onChange(f: (c: Change) => void): () => void {
	listeners.add(f);
	return () => listeners.delete(f);
}

function tell(c: Change) {
	for (const f of listeners) f(c);
}

function state(up: boolean) {
	clearTimeout(downTimer);
	if (up) live.value = true;
	else downTimer = window.setTimeout(() => (live.value = false), 5000);
}

function lead(): Promise<void> {
	return new Promise((release) => {
		let wait = 1000;
		let again = 0;
		const open = () => {
			// The stream may answer at another port of the same host: the cookie must go there too.
			source = new EventSource(url, { withCredentials: true });
			const up = () => {
				if (wait > 1000) tell({ type: 'resync', data: {} });
				wait = 1000;
				state(true);
				channel?.postMessage({ kind: 'state', up: true } satisfies Message);
			};
			source.onopen = up;
			const pass = (type: Change['type']) => (e: MessageEvent) => {
				let data: Record<string, unknown> = {};
				try {
					data = e.data ? JSON.parse(e.data) : {};
				} catch {
					type = 'resync';
				}
				const change: Change = { type, number: typeof data.number === 'string' ? data.number : undefined, data };
				tell(change);
				channel?.postMessage({ kind: 'change', change } satisfies Message);
			};
			for (const type of ['ticket', 'case', 'resync'] as const) source.addEventListener(type, pass(type));
			source.onerror = () => {
				state(false);
				channel?.postMessage({ kind: 'state', up: false } satisfies Message);
				// A closed source will not come back by itself (the server answered with an error).
				if (source?.readyState === EventSource.CLOSED) {
					clearTimeout(again);
					again = window.setTimeout(open, wait);
					wait = Math.min(wait * 2, 30_000);
				}
			};
		};
		open();
		window.addEventListener('pagehide', () => {
			source?.close();
			release();
		}, { once: true });
	});
}

export function startStream(from: string | undefined): void {
	if (from) url = from;
	if (started) return;
	started = true;
	state(false);
	if (!('locks' in navigator) || !('BroadcastChannel' in window)) {
		void lead();
		return;
	}
	channel = new BroadcastChannel('vakhta-stream');
	channel.onmessage = (e: MessageEvent<Message>) => {
		const m = e.data;
		if (m.kind === 'ask') {
			if (source) channel?.postMessage({ kind: 'state', up: source.readyState === EventSource.OPEN } satisfies Message);
			return;
		}
		heard = Date.now();
		if (m.kind === 'change') tell(m.change);
		else state(m.up);
	};
	const campaign = (steal: boolean) => {
		navigator.locks.request('vakhta-stream', steal ? { steal: true } : {}, async () => {
			// Whatever happened between two leaders was heard by nobody.
			if (heard) tell({ type: 'resync', data: {} });
			await lead();
		}).catch(() => {
			source?.close();
			source = null;
			campaign(false);
		});
	};
	campaign(false);
	// A frozen background tab may hold the lock and say nothing: the tab in front then takes it.
	const check = () => {
		if (document.hidden || source) return;
		const asked = Date.now();
		channel?.postMessage({ kind: 'ask' } satisfies Message);
		setTimeout(() => {
			if (heard < asked && !source && !document.hidden) campaign(true);
		}, 2000);
	};
	document.addEventListener('visibilitychange', check);
	setTimeout(check, 500);
}

export function watchNumber(number: () => string | undefined, f: () => void): () => void {
	return onChange((c) => {
		if (c.type === 'resync' || (c.number && c.number === number())) f();
	});
}

