// Owns the key map: single keys, `g` sequences and Ctrl combinations, found by the letter typed or, on a layout without
// Latin letters, by the key's place. Never takes a key from a field that is being typed in, but for Escape and Ctrl.
import { signal } from '@preact/signals';
import type { Key } from './i18n';

export type Stroke = { key: string; code: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean };
export type Binding = { keys: string; label: Key; run: () => void; inFields?: boolean };

export const keysOn = signal(true);
export const helpShown = signal(false);

const PLACES: Record<string, string> = {
	Slash: '/', BracketLeft: '[', BracketRight: ']', Period: '.', Comma: ',', Semicolon: ';', Quote: "'", Minus: '-', Equal: '=',
};

let foreign = false;

// The Latin name of a key stroke: 'j', '?', 'ctrl+k', 'enter'. `null` for keys that mean nothing alone.
export function nameOf(e: Stroke): string | null {
	let k = e.key;
	if (k === 'Shift' || k === 'Control' || k === 'Alt' || k === 'Meta' || k === 'Dead' || k === 'Unidentified') return null;
	if (k.length === 1) {
		const letter = /^Key([A-Z])$/.exec(e.code);
		const latin = /^[\x20-\x7e]$/.test(k);
		if (letter) foreign = !/[a-z]/i.test(k);
		if (letter && !/[a-z]/i.test(k)) k = letter[1].toLowerCase();
		else if (!latin && PLACES[e.code]) k = PLACES[e.code];
		else if (foreign && e.code === 'Slash') k = e.shiftKey ? '?' : '/';
		k = k.toLowerCase();
	} else {
		k = k.toLowerCase();
		if (k === 'escape') k = 'esc';
	}
	if (e.altKey) return null;
	return e.ctrlKey || e.metaKey ? `ctrl+${k}` : k;
}

type Scope = { id: number; bindings: () => Binding[] };
const scopes: Scope[] = [];
let next = 1;

export function pushKeys(bindings: () => Binding[]): () => void {
	const id = next++;
	scopes.push({ id, bindings });
	return () => {
		const i = scopes.findIndex((s) => s.id === id);
		if (i >= 0) scopes.splice(i, 1);
	};
}

export function allBindings(): Binding[] {
	const seen = new Set<string>();
	const out: Binding[] = [];
	for (let i = scopes.length - 1; i >= 0; i--) {
		for (const b of scopes[i].bindings()) {
			if (seen.has(b.keys)) continue;
			seen.add(b.keys);
			out.push(b);
		}
	}
	return out;
}

function typing(target: EventTarget | null): boolean {
	const el = target as HTMLElement | null;
	if (!el?.tagName) return false;
	if (el.isContentEditable || el.tagName === 'TEXTAREA' || el.tagName === 'SELECT') return true;
	return el.tagName === 'INPUT' && !/^(checkbox|radio|button|submit|range)$/.test((el as HTMLInputElement).type);
}

let pending = '';
let pendingUntil = 0;

// Which binding a stroke means, given what was typed just before; also moves the sequence on.
export function resolve(name: string, bindings: Binding[], inField: boolean, at: number): Binding | null {
	const before = at < pendingUntil ? pending : '';
	pending = '';
	const allowed = bindings.filter((b) => !inField || b.inFields || b.keys.startsWith('ctrl+'));
	if (before) {
		const pair = allowed.find((b) => b.keys === `${before} ${name}`);
		if (pair) return pair;
	}
	const one = allowed.find((b) => b.keys === name);
	if (one) return one;
	if (allowed.some((b) => b.keys.startsWith(`${name} `))) {
		pending = name;
		pendingUntil = at + 1500;
	}
	return null;
}

export function startKeys(): void {
	try {
		keysOn.value = localStorage.getItem('vakhta.keys') !== 'off';
	} catch {
		keysOn.value = true;
	}
	document.addEventListener('keydown', (e) => {
		if (e.defaultPrevented || e.isComposing) return;
		const name = nameOf(e);
		if (!name) return;
		const inDialog = (e.target as Element).closest?.('dialog');
		if (inDialog) return;
		const inField = typing(e.target);
		if (!keysOn.value && !name.startsWith('ctrl+') && name !== 'esc') return;
		// Enter and space on a control belong to the control.
		if (name === 'enter' && (e.target as Element).closest?.('button, a, summary, [role=option], [role=menuitem]')) return;
		const b = resolve(name, allBindings(), inField, e.timeStamp);
		if (!b) return;
		e.preventDefault();
		b.run();
	});
}

export function setKeysOn(on: boolean): void {
	keysOn.value = on;
	try {
		localStorage.setItem('vakhta.keys', on ? 'on' : 'off');
	} catch {
		// Without storage the choice lasts for this page only.
	}
}
