// The queue's views and how many tickets each holds; the counts follow the event stream, at most once in two seconds.
import { signal } from '@preact/signals';
import type { IconName } from '../parts/icons';
import { get } from './api';
import type { Key } from './i18n';
import { onChange } from './stream';

export type ViewId = 'mine' | 'incoming' | 'unassigned' | 'team' | 'overdue' | 'waiting_supplier' | 'all_open' | 'resolved';

export const VIEWS: { id: ViewId; label: Key; icon: IconName }[] = [
	{ id: 'mine', label: 'view.mine', icon: 'person' },
	{ id: 'incoming', label: 'view.incoming', icon: 'handover' },
	{ id: 'unassigned', label: 'view.unassigned', icon: 'inbox' },
	{ id: 'team', label: 'view.team', icon: 'people' },
	{ id: 'overdue', label: 'view.overdue', icon: 'breach' },
	{ id: 'waiting_supplier', label: 'view.waitingSupplier', icon: 'supplier' },
	{ id: 'all_open', label: 'view.allOpen', icon: 'table' },
	{ id: 'resolved', label: 'view.resolved', icon: 'met' },
];

export const counts = signal<Partial<Record<ViewId, number>>>({});

let timer = 0;
let started = false;

async function load() {
	timer = 0;
	try {
		counts.value = (await get<{ views: Partial<Record<ViewId, number>> }>('/tickets/counts')).views;
	} catch {
		// The counts are an ornament: the lists themselves report what is wrong.
	}
}

export function refreshCounts(afterMs = 300): void {
	if (!timer) timer = window.setTimeout(load, afterMs);
}

export function startCounts(): void {
	if (started) return;
	started = true;
	void load();
	onChange(() => refreshCounts(2000));
}
