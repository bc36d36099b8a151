// A field that finds one thing by typing (person, team, CI, service): the combobox pattern with a list below.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../lib/i18n';
import { Icon } from './icons';

export type PickerProps<T> = {
	value: T | null;
	onChange: (v: T | null) => void;
	load: (q: string) => Promise<T[]>;
	text: (v: T) => string;
	row?: (v: T) => ComponentChildren;
	placeholder?: string;
	id?: string;
	'aria-describedby'?: string;
	'aria-invalid'?: boolean | 'true' | 'false';
	'aria-required'?: boolean | 'true' | 'false';
	'aria-label'?: string;
	focus?: boolean;
};

export function Picker<T>(p: PickerProps<T>) {
	const [q, setQ] = useState('');
	const [open, setOpen] = useState(false);
	const [items, setItems] = useState<T[] | null>(null);
	const [failed, setFailed] = useState(false);
	const [at, setAt] = useState(0);
	const input = useRef<HTMLInputElement>(null);
	const turn = useRef(0);
	const listId = `${p.id ?? 'picker'}-list`;

	useEffect(() => {
		if (!open) return;
		const mine = ++turn.current;
		const timer = setTimeout(async () => {
			try {
				const found = await p.load(q);
				if (mine !== turn.current) return;
				setItems(found);
				setFailed(false);
				setAt(0);
			} catch {
				if (mine === turn.current) setFailed(true);
			}
		}, items === null ? 0 : 150);
		return () => clearTimeout(timer);
	}, [q, open]);

	const choose = (v: T) => {
		p.onChange(v);
		setOpen(false);
		setQ('');
	};
	const onKey = (e: KeyboardEvent) => {
		if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
			e.preventDefault();
			if (!open) setOpen(true);
			else if (items?.length) setAt((at + (e.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length);
		} else if (e.key === 'Enter' && open && !e.ctrlKey && !e.metaKey) {
			e.preventDefault();
			if (items?.[at]) choose(items[at]);
		} else if (e.key === 'Escape' && open) {
			e.preventDefault();
			e.stopPropagation();
			setOpen(false);
		} else if (e.key === 'Backspace' && !q && p.value) {
			p.onChange(null);
			setOpen(true);
		}
	};
	return (
		<div class="picker" onFocusOut={(e) => {
			if (!(e.currentTarget as HTMLElement).contains(e.relatedTarget as Node)) setOpen(false);
		}}>
			<div class="picker-field">
				<input ref={input} id={p.id} type="text" role="combobox" autocomplete="off" spellcheck={false} data-focus={p.focus ? '' : undefined}
					aria-expanded={open} aria-controls={open ? listId : undefined} aria-autocomplete="list" aria-label={p['aria-label']}
					aria-describedby={p['aria-describedby']} aria-invalid={p['aria-invalid']} aria-required={p['aria-required']}
					aria-activedescendant={open && items?.length ? `${listId}-${at}` : undefined}
					placeholder={p.value ? undefined : p.placeholder ?? t('picker.find')}
					value={open || !p.value ? q : p.text(p.value)}
					onFocus={() => !p.value && setOpen(true)} onClick={() => setOpen(true)}
					onInput={(e) => {
						setQ(e.currentTarget.value);
						setOpen(true);
					}} onKeyDown={onKey} />
				{p.value && !open ? (
					<button type="button" class="icon-button picker-clear" aria-label={t('picker.clear')} onClick={() => {
						p.onChange(null);
						input.current?.focus();
					}}><Icon name="close" size={14} /></button>
				) : <span class="picker-mark"><Icon name="search" size={14} /></span>}
			</div>
			{open && (
				<div class="picker-list" id={listId} role="listbox" aria-label={p.placeholder ?? t('picker.find')}>
					{failed ? <p class="picker-empty">{t('error.network')}</p>
						: items === null ? <p class="picker-empty">{t('app.loading')}</p>
							: items.length === 0 ? <p class="picker-empty">{t('picker.none')}</p>
								: items.map((v, i) => (
									<div key={i} id={`${listId}-${i}`} role="option" aria-selected={i === at} class={i === at ? 'on' : ''}
										onPointerDown={(e) => e.preventDefault()} onPointerMove={() => i !== at && setAt(i)} onClick={() => choose(v)}>
										{p.row ? p.row(v) : p.text(v)}
									</div>
								))}
				</div>
			)}
		</div>
	);
}
