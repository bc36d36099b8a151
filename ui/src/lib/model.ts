// The model of the CMDB as a document, and what of a draft differs from it: only that is sent.
export type ModelState = { name: string; label_en: string; label_ru: string; colour: string; kind: string; offered: boolean };
export type ModelChoice = { value: string; label_en: string; label_ru: string; colour: string | null };
export type ModelAttribute = {
	name: string; type: string; unit: string | null; required: boolean; unique_within: boolean; indexed: boolean; label_en: string; label_ru: string;
	choices: ModelChoice[] | null; reference_class: string | null; default: unknown; purpose: string; owner: string; source: string;
	review_days: number | null; position: number; retired: boolean;
};
export type ModelClass = {
	name: string; parent: string | null; abstract: boolean; label_en: string; label_ru: string; purpose: string; owner: string; owner_login: string | null;
	source: string; review_days: number | null; name_template: string | null; position: number; states: ModelState[]; attributes: ModelAttribute[];
};
export type ModelType = {
	name: string; label_en: string; label_ru: string; inverse_en: string; inverse_ru: string; impact: string; strength: number; source_max: number | null;
	target_max: number | null; purpose: string; position: number; pairs: { source: string; target: string }[];
};
export type Model = { format: string; states: ModelState[]; classes: ModelClass[]; relation_types: ModelType[] };
export type Conversion = Record<string, unknown>;
export type Problem = {
	reason: string; class?: string; attribute?: string; state?: string; relation_type?: string; count: number;
	values: { value: unknown; count: number }[]; cis: { id: number; name: string }[] | null; detail: string; cure: string[];
};
export type Report = {
	changes: { what: string; path: string; op: string; field?: string; old: unknown; new: unknown }[];
	problems: Problem[];
	effects: { effect: string; class?: string; attribute?: string; relation_type?: string; count: number }[];
	applied: boolean; version: number;
};

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function difference(was: Model, is: Model): Partial<Model> & { format: string } {
	const part: Partial<Model> & { format: string } = { format: is.format };
	if (!same(was.states, is.states)) part.states = is.states;
	const classes = is.classes.flatMap((c) => {
		const old = was.classes.find((x) => x.name === c.name);
		if (same(old, c)) return [];
		const { states, attributes, ...rest } = c;
		const changed = attributes.filter((a) => !same(a, old?.attributes.find((x) => x.name === a.name)));
		return [{ ...rest, ...(same(old?.states ?? [], states) ? {} : { states }), ...(changed.length ? { attributes: changed } : {}) } as ModelClass];
	});
	if (classes.length) part.classes = classes;
	const types = is.relation_types.filter((x) => !same(x, was.relation_types.find((y) => y.name === x.name)));
	if (types.length) part.relation_types = types;
	return part;
}

// Classes in the order of the tree, with their depth; attributes that a class has from above.
export function line(model: Model, name: string): ModelClass[] {
	const out: ModelClass[] = [];
	for (let c = model.classes.find((x) => x.name === name); c && out.length < 17; c = model.classes.find((x) => x.name === c?.parent)) out.unshift(c);
	return out;
}
