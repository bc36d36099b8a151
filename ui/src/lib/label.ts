// Labels of classes and attributes in the reader's language, in whichever of the contract's shapes they come.
import { lang } from './i18n';

type Labelled = { name: string; label?: unknown; label_en?: string; label_ru?: string };

export function labelOf(x: Labelled): string {
	const l = lang.value;
	if (x.label && typeof x.label === 'object') return (x.label as Record<string, string>)[l] ?? x.name;
	const own = l === 'ru' ? x.label_ru : x.label_en;
	return own ?? (typeof x.label === 'string' ? x.label : x.name);
}
