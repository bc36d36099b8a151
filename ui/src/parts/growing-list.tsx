// A list that grows by pages of the server; starts anew when its path or version changes.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { get, query } from '../lib/api';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import type { Page } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from './bits';
import type { IconName } from './icons';

export function GrowingList<T>({ path, filter, version = 0, label, head, row, empty, icon = 'inbox', hint, onItems }: {
	path: string; filter: Record<string, string | null>; version?: number; label: string; head: ComponentChildren; row: (item: T) => ComponentChildren; empty: string;
	icon?: IconName; hint?: ComponentChildren; onItems?: (items: T[]) => void;
}) {
	const [items, setItems] = useState<T[] | null>(null);
	const [next, setNext] = useState<string | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const key = path + JSON.stringify(filter);
	const load = async (cursor: string | null) => {
		setError(null);
		try {
			const page = await get<Page<T>>(`${path}${query({ ...filter, cursor, limit: 50 })}`);
			setItems((before) => (cursor && before ? [...before, ...page.items] : page.items));
			setNext(page.next);
		} catch (e) {
			setError(asError(e));
		}
	};
	useEffect(() => {
		void load(null);
	}, [key, version]);
	useEffect(() => {
		if (items) onItems?.(items);
	}, [items]);
	if (error && !items) return <ErrorNote error={error} onRetry={() => void load(null)} />;
	if (!items) return <Skeleton rows={5} />;
	if (!items.length) return <Empty icon={icon} title={empty}>{hint}</Empty>;
	return (
		<>
			<div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
				<table class="table agents-table"><thead><tr>{head}</tr></thead><tbody>{items.map(row)}</tbody></table>
			</div>
			{error && <ErrorNote error={error} />}
			{next && <p><button type="button" class="button" onClick={() => void load(next)}>{t('agents.more')}</button></p>}
		</>
	);
}
