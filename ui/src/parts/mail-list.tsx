// A list of the mail pages that grows by pages, with a filter above it.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { get, query } from '../lib/api';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import type { Page } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from './bits';

export function MailList<T>({ path, filter, head, row, empty, version = 0 }: {
	path: string; filter: Record<string, string | null>; head: ComponentChildren; row: (item: T) => ComponentChildren; empty: string; version?: number;
}) {
	const [items, setItems] = useState<T[] | null>(null);
	const [next, setNext] = useState<string | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const key = JSON.stringify(filter);
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
	if (error && !items) return <ErrorNote error={error} onRetry={() => void load(null)} />;
	if (!items) return <Skeleton rows={5} />;
	if (!items.length) return <Empty icon="inbox" title={empty} />;
	return (
		<>
			<div class="table-scroll" tabIndex={0} role="region" aria-label={t('mail.title')}>
				<table class="table mail-table"><thead><tr>{head}</tr></thead><tbody>{items.map(row)}</tbody></table>
			</div>
			{error && <ErrorNote error={error} />}
			{next && <p><button type="button" class="button" onClick={() => void load(next)}>{t('mail.more')}</button></p>}
		</>
	);
}
