// Hooks shared by the pages: data from the server that survives reloads, key bindings, the width class of the screen.
import { signal } from '@preact/signals';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, query, request } from './api';
import { pushKeys } from './keys';
import type { Binding } from './keys';
import type { Event, Page } from './types';

export type Loaded<T> = {
	data: T | null;
	etag: string | null;
	error: ApiError | null;
	loading: boolean;
	reload: () => Promise<void>;
	set: (data: T) => void;
};

// Keeps showing what it had while the next answer is on its way; another path starts empty.
export function useFetch<T>(path: string | null): Loaded<T> {
	const [state, setState] = useState<{ path: string | null; data: T | null; etag: string | null; error: ApiError | null; loading: boolean }>(
		{ path: null, data: null, etag: null, error: null, loading: true },
	);
	const latest = useRef<string | null>(null);
	const turn = useRef(0);
	const load = useCallback(async (p: string | null) => {
		if (p === null) return;
		const mine = ++turn.current;
		try {
			const a = await request<T>(p);
			if (latest.current === p && mine === turn.current) setState({ path: p, data: a.data, etag: a.etag, error: null, loading: false });
		} catch (e) {
			const error = e instanceof ApiError ? e : new ApiError(0, '', String(e), [], null, null, {});
			if (latest.current === p && mine === turn.current) setState((s) => ({ path: p, data: s.path === p ? s.data : null, etag: s.etag, error, loading: false }));
		}
	}, []);
	useEffect(() => {
		latest.current = path;
		setState((s) => (s.path === path ? s : { path, data: null, etag: null, error: null, loading: path !== null }));
		void load(path);
	}, [path]);
	const fresh = state.path === path;
	return {
		data: fresh ? state.data : null,
		etag: fresh ? state.etag : null,
		error: fresh ? state.error : null,
		loading: fresh ? state.loading : true,
		reload: () => load(path),
		set: (data) => setState((s) => ({ ...s, data })),
	};
}

// A timeline, all of it: page by page at first, later only what was added, since what was said never changes.
export function useEvents(path: string | null): { items: Event[]; error: ApiError | null; loading: boolean; reload: () => Promise<void> } {
	const [state, setState] = useState<{ path: string | null; items: Event[]; error: ApiError | null; loading: boolean }>({ path: null, items: [], error: null, loading: true });
	const kept = useRef<{ path: string | null; items: Event[]; cursor: string | null }>({ path: null, items: [], cursor: null });
	const chain = useRef<Promise<void>>(Promise.resolve());
	const read = async (p: string) => {
		if (kept.current.path !== p) kept.current = { path: p, items: [], cursor: null };
		const mine = kept.current;
		try {
			for (;;) {
				const page = await get<Page<Event>>(p + query({ limit: 200, cursor: mine.cursor }));
				const last = mine.items.length ? mine.items[mine.items.length - 1].seq : -1;
				const items = [...mine.items, ...page.items.filter((e) => e.seq > last)];
				if (kept.current !== mine) return;
				mine.items = items;
				if (page.next) mine.cursor = page.next;
				setState({ path: p, items, error: null, loading: false });
				if (!page.next) return;
			}
		} catch (e) {
			if (kept.current === mine) setState({ path: p, items: mine.items, error: asError(e), loading: false });
		}
	};
	// One after another, so that a reload asks for what came after the last page.
	const reload = () => {
		if (path === null) return Promise.resolve();
		chain.current = chain.current.then(() => read(path));
		return chain.current;
	};
	useEffect(() => {
		void reload();
	}, [path]);
	const fresh = state.path === path;
	return { items: fresh ? state.items : [], error: fresh ? state.error : null, loading: fresh ? state.loading : true, reload };
}

export function useKeys(bindings: Binding[]): void {
	const now = useRef(bindings);
	now.current = bindings;
	useEffect(() => pushKeys(() => now.current), []);
}

export const narrow = signal(false);
export const middling = signal(false);
export function startWidths(): void {
	const watch = (q: string, s: { value: boolean }) => {
		const m = window.matchMedia(q);
		s.value = m.matches;
		m.addEventListener('change', () => (s.value = m.matches));
	};
	watch('(max-width: 760px)', narrow);
	watch('(max-width: 1180px)', middling);
}

export function asError(e: unknown): ApiError {
	return e instanceof ApiError ? e : new ApiError(0, '', String(e), [], null, null, {});
}

export function useLatest<T>(value: T): { current: T } {
	const r = useRef(value);
	r.current = value;
	return r;
}
