// The query bar of the CMDB: text with completion from the model's names, the fault underlined where it stands. Words without any operator
// are searched for as they are.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import type { Page } from '../lib/types';
import { Icon } from './icons';

export type Word = { kind: string; name: string; label: string; type?: string; class?: string; choices?: { value: string }[] | null; inverse?: string };
type Fault = { line: number; column: number; offset: number; length: number; message: string };

const GRAMMAR = ['and', 'or', 'not', 'in', 'is empty', 'is not empty', 'like', 'tickets(open) > 0', 'inverse', 'today', 'me'];

// "printer 3rd floor" → "\"printer 3rd floor\""; anything with an operator or a known name stays as typed.
export function asQuery(text: string, names: Set<string>): string {
	const s = text.trim();
	if (!s || /[=<>~"()]/.test(s) || /\b(and|or|not|is|in|like)\b/.test(s) || s.split(/\s+/).every((w) => names.has(w))) return s;
	return `"${s.replace(/[\\"]/g, '\\$&')}"`;
}

export function faultOf(error: ApiError | null): Fault | null {
	const b = error?.status === 422 ? (error.body as Partial<Fault>) : null;
	return b && typeof b.offset === 'number' ? (b as Fault) : null;
}

function underlined(text: string, fault: Fault) {
	const c = [...text];
	const end = Math.max(fault.offset + fault.length, fault.offset + 1);
	return <>{c.slice(0, fault.offset).join('')}<u class="query-fault">{c.slice(fault.offset, end).join('') || '\u00a0'}</u>{c.slice(end).join('')}</>;
}

export function QueryBar({ text, error, onRun }: { text: string; error: ApiError | null; onRun: (q: string) => void }) {
	const words = useFetch<Page<Word>>('/cmdb/query/words');
	const [typed, setTyped] = useState(text);
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(-1);
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => setTyped(text), [text]);
	const all = useMemo(() => {
		const seen = new Map<string, Word>();
		for (const w of words.data?.items ?? []) {
			if (!seen.has(w.name)) seen.set(w.name, w);
			if (w.inverse && !seen.has(w.inverse)) seen.set(w.inverse, { ...w, name: w.inverse, label: `← ${w.name}` });
			for (const c of w.choices ?? []) if (!seen.has(c.value)) seen.set(c.value, { kind: 'word', name: c.value, label: w.label });
		}
		for (const g of GRAMMAR) if (!seen.has(g)) seen.set(g, { kind: 'word', name: g, label: '' });
		return [...seen.values()];
	}, [words.data]);
	const names = useMemo(() => new Set(all.map((w) => w.name)), [all]);
	const fault = typed === text ? faultOf(error) : null;
	const cursor = input.current?.selectionStart ?? typed.length;
	const part = /[\p{L}_][\p{L}\d_]*$/u.exec(typed.slice(0, cursor))?.[0] ?? '';
	const low = part.toLowerCase();
	const hits = !open || low.length < 1 ? [] : all.filter((w) => w.name.toLowerCase().startsWith(low) || w.label.toLowerCase().includes(low)).sort((a, b) => Number(b.name.startsWith(low)) - Number(a.name.startsWith(low))).slice(0, 8);
	const take = (w: Word) => {
		const before = typed.slice(0, cursor - part.length) + w.name + (w.kind === 'relation' ? '(' : ' ');
		setTyped(before + typed.slice(cursor));
		setAt(-1);
		setOpen(false);
		requestAnimationFrame(() => {
			input.current?.focus();
			input.current?.setSelectionRange(before.length, before.length);
		});
	};
	return (
		<form class="query-bar" role="search" onSubmit={(e) => {
			e.preventDefault();
			setOpen(false);
			onRun(asQuery(typed, names));
		}}>
			<div class="query-field"><Icon name="search" size={14} />
				<input ref={input} id="cmdb-query" role="combobox" aria-label={t('cq.label')} aria-expanded={hits.length > 0} aria-controls="query-hits" aria-autocomplete="list"
					aria-activedescendant={at >= 0 && hits[at] ? `query-hit-${at}` : undefined} aria-invalid={!!fault} aria-describedby={fault ? 'query-fault' : undefined}
					autoComplete="off" spellcheck={false} placeholder={t('cq.placeholder')} value={typed}
					onInput={(e) => { setTyped(e.currentTarget.value); setOpen(true); setAt(-1); }} onBlur={() => setTimeout(() => setOpen(false), 150)}
					onKeyDown={(e) => {
						if (e.key === 'ArrowDown' && hits.length) { e.preventDefault(); setAt((at + 1) % hits.length); }
						else if (e.key === 'ArrowUp' && hits.length) { e.preventDefault(); setAt((at + hits.length - 1) % hits.length); }
						else if ((e.key === 'Enter' || e.key === 'Tab') && at >= 0 && hits[at]) { e.preventDefault(); take(hits[at]); }
						else if (e.key === 'Escape' && hits.length) { e.stopPropagation(); setOpen(false); }
					}} />
				{typed && <button type="button" class="icon-button" aria-label={t('cq.clear')} title={t('cq.clear')} onClick={() => { setTyped(''); onRun(''); }}><Icon name="close" size={14} /></button>}
				<ul id="query-hits" role="listbox" aria-label={t('cq.suggestions')} class="query-hits" hidden={!hits.length}>{hits.map((w, i) => (
					<li key={w.name} id={`query-hit-${i}`} role="option" aria-selected={i === at} onMouseDown={(e) => { e.preventDefault(); take(w); }}><code>{w.name}</code><span class="muted clip">{w.label !== w.name && w.label} {word('cqKind', w.kind)}</span></li>
				))}</ul>
			</div>
			<button type="submit" class="button">{t('cq.run')}</button>
			{fault && <p id="query-fault" class="query-error" role="alert"><code>{underlined(typed, fault)}</code><span>{t('cq.fault', { line: String(fault.line), column: String(fault.column), why: fault.message })}</span></p>}
		</form>
	);
}
