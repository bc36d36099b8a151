// Keeps what is being typed, by person and place, so that nothing typed is lost on reload, failure or sign-out.
import { useRef, useState } from 'preact/hooks';
import { session } from './session';

const memory = new Map<string, string>();
const name = (scope: string) => `vakhta.draft.${session.value?.person.login ?? ''}.${scope}`;

export function readDraft(scope: string): string {
	try {
		return localStorage.getItem(name(scope)) ?? memory.get(name(scope)) ?? '';
	} catch {
		return memory.get(name(scope)) ?? '';
	}
}

export function writeDraft(scope: string, text: string): void {
	if (text) memory.set(name(scope), text);
	else memory.delete(name(scope));
	try {
		if (text) localStorage.setItem(name(scope), text);
		else localStorage.removeItem(name(scope));
	} catch {
		// Full or forbidden storage: the text stays in memory while the page lives.
	}
}

export function useDraft(scope: string): [string, (text: string) => void] {
	const [, redraw] = useState(0);
	const kept = useRef<{ scope: string; text: string } | null>(null);
	if (kept.current?.scope !== scope) kept.current = { scope, text: readDraft(scope) };
	const set = (text: string) => {
		kept.current = { scope, text };
		writeDraft(scope, text);
		redraw((n) => n + 1);
	};
	return [kept.current.text, set];
}
