// Names of CI classes in the reader's language; the model is read once, since it hardly changes.
import { signal } from '@preact/signals';
import { get } from './api';
import { labelOf } from './label';
import type { CiClass, Page } from './types';

const classes = signal<Map<string, CiClass> | null>(null);
let asked = false;

export function classLabel(name: string): string {
	if (!asked) {
		asked = true;
		get<Page<CiClass>>('/cmdb/classes').then((page) => (classes.value = new Map(page.items.map((c) => [c.name, c]))), () => (asked = false));
	}
	const c = classes.value?.get(name);
	return c ? labelOf(c) : name.replace(/_/g, ' ');
}
