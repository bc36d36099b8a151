// Inputs of the model's editor: each gives back a changed copy.
import { lang, t, word } from '../lib/i18n';
import type { ModelAttribute, ModelState } from '../lib/model';
import { Field } from './bits';

export const COLOURS = ['neutral', 'blue', 'green', 'amber', 'red', 'purple'];
export const KINDS = ['planned', 'live', 'out', 'ended'];
export const TYPES = ['text', 'integer', 'decimal', 'boolean', 'date', 'instant', 'enum', 'reference', 'url', 'ip', 'mac', 'json'];
export const labelIn = (x: { label_en: string; label_ru: string; name: string }) => (lang.value === 'ru' ? x.label_ru : x.label_en) || x.name;

type Of<T> = { value: T; onChange: (v: T) => void; off: boolean; wrong: (field: string) => string | undefined };

export function Text<T extends object>({ of, name, max = 200, label }: { of: Of<T>; name: keyof T & string; max?: number; label?: string }) {
	const v = of.value[name] as unknown as string | null;
	return (
		<Field label={label ?? word('model', name)} error={of.wrong(name)}>
			<input type="text" value={v ?? ''} maxLength={max} disabled={of.off} onInput={(e) => of.onChange({ ...of.value, [name]: e.currentTarget.value || (v === null ? null : '') })} />
		</Field>
	);
}

export function Num<T extends object>({ of, name, step = 1, min = 1 }: { of: Of<T>; name: keyof T & string; step?: number; min?: number }) {
	const v = of.value[name] as unknown as number | null;
	return (
		<Field label={word('model', name)} error={of.wrong(name)}>
			<input type="number" value={v ?? ''} step={step} min={min} disabled={of.off} onInput={(e) => of.onChange({ ...of.value, [name]: e.currentTarget.value === '' ? null : Number(e.currentTarget.value) })} />
		</Field>
	);
}

export function Flag<T extends object>({ of, name }: { of: Of<T>; name: keyof T & string }) {
	return (
		<label class="check"><input type="checkbox" checked={!!of.value[name]} disabled={of.off} onChange={(e) => of.onChange({ ...of.value, [name]: e.currentTarget.checked })} /> {word('model', name)}</label>
	);
}

export function Choose<T extends object>({ of, name, options, empty }: { of: Of<T>; name: keyof T & string; options: { value: string; label: string }[]; empty?: string }) {
	return (
		<Field label={word('model', name)} error={of.wrong(name)}>
			<select value={(of.value[name] as unknown as string) ?? ''} disabled={of.off} onChange={(e) => of.onChange({ ...of.value, [name]: e.currentTarget.value || null })}>
				{empty !== undefined && <option value="">{empty}</option>}
				{options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
			</select>
		</Field>
	);
}

const colours = () => COLOURS.map((value) => ({ value, label: word('modelColour', value) }));

export function States({ list, onChange, off, wrong }: { list: ModelState[]; onChange: (v: ModelState[]) => void; off: boolean; wrong: (field: string) => string | undefined }) {
	return (
		<div class="model-rows">
			{list.map((s, i) => {
				const of = { value: s, off, wrong: (f: string) => wrong(`${i}/${f}`), onChange: (v: ModelState) => onChange(list.map((x, j) => (j === i ? v : x))) };
				return (
					<fieldset key={i} class="model-row"><legend>{labelIn(s)}</legend>
						<Text of={of} name="name" max={63} /><Text of={of} name="label_en" /><Text of={of} name="label_ru" />
						<Choose of={of} name="colour" options={colours()} />
						<Choose of={of} name="kind" options={KINDS.map((value) => ({ value, label: word('modelKind', value) }))} />
						<Flag of={of} name="offered" />
						{!off && <button type="button" class="button" onClick={() => onChange(list.filter((_, j) => j !== i))}>{t('model.remove')}</button>}
					</fieldset>
				);
			})}
			{!off && <button type="button" class="button" onClick={() => onChange([...list, { name: '', label_en: '', label_ru: '', colour: 'neutral', kind: 'live', offered: true }])}>{t('model.newState')}</button>}
		</div>
	);
}

// A default is typed as text and sent in the form in which the server keeps it.
function defaultOf(type: string, text: string): unknown {
	if (text === '') return null;
	if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
	if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
	return text;
}

export function AttributeFields({ value, onChange, off, wrong, isNew, classes }: Of<ModelAttribute> & { isNew: boolean; classes: { value: string; label: string }[] }) {
	const of = { value, onChange, off, wrong };
	const choices = value.choices ?? [];
	return (
		<div class="model-form">
			{isNew && <Text of={of} name="name" max={63} />}
			<Text of={of} name="label_en" /><Text of={of} name="label_ru" />
			<Choose of={{ ...of, onChange: (v) => onChange({ ...v, choices: v.type === 'enum' ? (v.choices ?? []) : null, reference_class: v.type === 'reference' ? v.reference_class : null }) }} name="type" options={TYPES.map((x) => ({ value: x, label: x }))} />
			{(value.type === 'integer' || value.type === 'decimal' || value.unit) && <Text of={{ ...of, onChange: (v) => onChange({ ...v, unit: v.unit || null }) }} name="unit" max={30} />}
			{value.type === 'reference' && <Choose of={of} name="reference_class" options={classes} empty={t('model.any')} />}
			{value.type !== 'reference' && value.type !== 'json' && (
				<Field label={t('model.default')} error={wrong('default')}><input type="text" disabled={off} value={value.default === null ? '' : String(value.default)} onInput={(e) => onChange({ ...value, default: defaultOf(value.type, e.currentTarget.value) })} /></Field>
			)}
			<Text of={of} name="purpose" max={1000} /><Text of={of} name="owner" /><Text of={of} name="source" /><Num of={of} name="review_days" />
			<div class="model-flags"><Flag of={of} name="required" /><Flag of={of} name="unique_within" /><Flag of={of} name="indexed" /><Flag of={of} name="retired" /></div>
			{value.type === 'enum' && (
				<div class="model-wide">
					<h4>{t('model.choices')}</h4>
					{wrong('choices') && <p class="field-error">{wrong('choices')}</p>}
					{choices.map((c, i) => {
						const each = { value: c, off, wrong: (f: string) => wrong(`choices/${i}/${f}`), onChange: (v: typeof c) => onChange({ ...value, choices: choices.map((x, j) => (j === i ? { ...v, colour: v.colour || null } : x)) }) };
						return (
							<fieldset key={i} class="model-row"><legend>{c.value}</legend>
								<Text of={each} name="value" max={100} /><Text of={each} name="label_en" /><Text of={each} name="label_ru" /><Choose of={each} name="colour" options={colours()} empty="—" />
								{!off && <button type="button" class="button" onClick={() => onChange({ ...value, choices: choices.filter((_, j) => j !== i) })}>{t('model.remove')}</button>}
							</fieldset>
						);
					})}
					{!off && <button type="button" class="button" onClick={() => onChange({ ...value, choices: [...choices, { value: '', label_en: '', label_ru: '', colour: null }] })}>{t('model.newChoice')}</button>}
				</div>
			)}
		</div>
	);
}
