// The queue's list: pages fetched as they are scrolled to, rows updated where they stand, news kept back until asked for.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, query } from './api';
import { asError } from './hooks';
import { onChange } from './stream';
import type { Page, TicketItem } from './types';

export type Filter = Record<string, string | null>;

export type Queue = {
	items: TicketItem[];
	loading: boolean;
	error: ApiError | null;
	news: number;
	done: boolean;
	gone: Set<string>;
	more: () => void;
	reload: () => Promise<void>;
	patch: (item: TicketItem) => void;
};

const PAGE = 100;

export function useQueue(filter: Filter): Queue {
	const key = JSON.stringify(filter);
	const [items, setItems] = useState<TicketItem[]>([]);
	const [next, setNext] = useState<string | null>(null);
	const [loading, setLoading] = useState(true);
	const [error, setError] = useState<ApiError | null>(null);
	const [news, setNews] = useState(0);
	const [gone, setGone] = useState<Set<string>>(new Set());
	const turn = useRef(0);
	const busy = useRef(false);
	const now = useRef({ items, next, key });
	now.current = { items, next, key };

	const url = (cursor: string | null) => `/tickets${query({ ...filter, limit: PAGE, cursor })}`;

	const reload = async () => {
		const mine = ++turn.current;
		busy.current = true;
		try {
			const page = await get<Page<TicketItem>>(url(null));
			if (mine !== turn.current) return;
			setItems(page.items);
			setNext(page.next);
			setNews(0);
			setGone(new Set());
			setError(null);
		} catch (e) {
			if (mine === turn.current) setError(asError(e));
		} finally {
			if (mine === turn.current) {
				setLoading(false);
				busy.current = false;
			}
		}
	};

	const more = () => {
		if (busy.current || !now.current.next) return;
		busy.current = true;
		const mine = turn.current;
		get<Page<TicketItem>>(url(now.current.next)).then((page) => {
			if (mine !== turn.current) return;
			const have = new Set(now.current.items.map((x) => x.number));
			setItems([...now.current.items, ...page.items.filter((x) => !have.has(x.number))]);
			setNext(page.next);
		}, (e) => setError(asError(e))).finally(() => {
			if (mine === turn.current) busy.current = false;
		});
	};

	const patch = (item: TicketItem) => setItems((list) => list.map((x) => (x.number === item.number ? { ...x, ...item } : x)));

	useEffect(() => {
		setLoading(true);
		setItems([]);
		setNext(null);
		void reload();
	}, [key]);

	// A change: look at the first page again. Rows that are here are redrawn where they stand, new ones are only counted.
	useEffect(() => {
		let timer = 0;
		const look = async () => {
			timer = 0;
			const mine = turn.current;
			try {
				const page = await get<Page<TicketItem>>(url(null));
				if (mine !== turn.current || now.current.key !== key) return;
				const fresh = new Map(page.items.map((x) => [x.number, x]));
				const have = new Set(now.current.items.map((x) => x.number));
				if (now.current.items.length === 0) {
					setItems(page.items);
					setNext(page.next);
					return;
				}
				setItems((list) => list.map((x) => fresh.get(x.number) ?? x));
				setNews(page.items.filter((x) => !have.has(x.number)).length);
				// With everything on one page, a row that the answer lacks has left this view.
				if (!page.next) setGone(new Set(now.current.items.filter((x) => !fresh.has(x.number)).map((x) => x.number)));
			} catch {
				// The banner of the lost stream, or the next change, will speak.
			}
		};
		const stop = onChange(() => {
			if (!timer) timer = window.setTimeout(look, 800);
		});
		return () => {
			stop();
			clearTimeout(timer);
		};
	}, [key]);

	return { items, loading, error, news, done: next === null, gone, more, reload, patch };
}
