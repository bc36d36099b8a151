// Ctrl+K: every action of the present page, the ways to other pages, tickets and CIs by text.
import { paletteShown } from './palette-state';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, query } from '../lib/api';
import { t } from '../lib/i18n';
import { allBindings } from '../lib/keys';
import { go } from '../lib/router';
import { seesCmdb, seesDesk } from '../lib/session';
import type { CiItem, Page, TicketItem } from '../lib/types';
import { Icon } from './icons';
import type { IconName } from './icons';

export { paletteShown };

type Hit = { id: string; label: string; sub?: string; icon: IconName; keys?: string; run: () => void };

export default function Palette() {
	const [q, setQ] = useState('');
	const [found, setFound] = useState<Hit[]>([]);
	const [at, setAt] = useState(0);
	const dialog = useRef<HTMLDialogElement>(null);
	const actions = useRef<Hit[] | null>(null);
	if (!actions.current) {
		actions.current = allBindings()
			.filter((b) => !['j', 'k', 'esc', 'enter', 'ctrl+k', '[', ']', 'x', 'ctrl+enter'].includes(b.keys))
			.map((b) => ({ id: `a-${b.keys}`, label: t(b.label), icon: 'right', keys: b.keys, run: b.run }));
	}
	useEffect(() => {
		const d = dialog.current;
		d?.showModal();
		return () => d?.close();
	}, []);
	useEffect(() => {
		const text = q.trim();
		if (text.length < 2) {
			setFound([]);
			return;
		}
		const stop = new AbortController();
		const timer = setTimeout(async () => {
			const wanted: Promise<Hit[]>[] = [];
			if (seesDesk.value) {
				wanted.push(get<Page<TicketItem>>(`/tickets${query({ q: text, limit: 6 })}`, stop.signal).then((p) => p.items.map((x) => ({
					id: x.number, label: x.subject, sub: x.number, icon: 'inbox' as const, run: () => go(`/desk/${x.number}`),
				}))));
			}
			if (seesCmdb.value) {
				wanted.push(get<Page<CiItem>>(`/cmdb/cis${query({ q: text, limit: 5 })}`, stop.signal).then((p) => p.items.map((x) => ({
					id: `ci-${x.id}`, label: x.name, sub: x.class.label ?? x.class.name, icon: 'boxes' as const, run: () => go(`/cmdb/${x.id}`),
				}))));
			}
			const all = await Promise.allSettled(wanted);
			if (!stop.signal.aborted) setFound(all.flatMap((r) => (r.status === 'fulfilled' ? r.value : [])));
		}, 180);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [q]);
	const words = q.toLowerCase().split(/\s+/).filter(Boolean);
	const hits = [...actions.current.filter((h) => words.every((w) => h.label.toLowerCase().includes(w))).slice(0, words.length ? 6 : 14), ...found];
	const close = () => (paletteShown.value = false);
	const run = (h: Hit | undefined) => {
		if (!h) return;
		close();
		setTimeout(h.run, 0);
	};
	return (
		<dialog ref={dialog} class="palette" aria-label={t('palette.title')} onClose={close} onCancel={close}
			onClick={(e) => e.target === dialog.current && close()}>
			<div class="palette-box">
				<div class="palette-field">
					<Icon name="search" />
					<input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-label={t('palette.title')} autocomplete="off"
						aria-activedescendant={hits[at] ? `p-${hits[at].id}` : undefined} placeholder={t('palette.hint')} value={q}
						onInput={(e) => {
							setQ(e.currentTarget.value);
							setAt(0);
						}}
						onKeyDown={(e) => {
							if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
								e.preventDefault();
								setAt(hits.length ? (at + (e.key === 'ArrowDown' ? 1 : hits.length - 1)) % hits.length : 0);
							} else if (e.key === 'Enter') {
								e.preventDefault();
								run(hits[at]);
							}
						}} />
				</div>
				<div id="palette-list" class="palette-list" role="listbox" aria-label={t('palette.title')}>
					{hits.map((h, i) => (
						<div key={h.id} id={`p-${h.id}`} role="option" aria-selected={i === at} class={i === at ? 'on' : ''}
							onPointerMove={() => i !== at && setAt(i)} onClick={() => run(h)}>
							<Icon name={h.icon} /><span class="clip">{h.label}</span>
							{h.sub && <span class="muted num">{h.sub}</span>}
							{h.keys && <span class="keys">{h.keys.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</span>}
						</div>
					))}
					{hits.length === 0 && <p class="picker-empty">{t('picker.none')}</p>}
				</div>
			</div>
		</dialog>
	);
}
