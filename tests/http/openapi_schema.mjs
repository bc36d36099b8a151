// The part of JSON Schema (2020-12) that docs/openapi.yaml uses. An unknown keyword is an error, so that none is passed over.

const ANNOTATIONS = new Set(["description", "default", "format"]);

function typeOf(value) {
	if (value === null) return "null";
	if (Array.isArray(value)) return "array";
	if (Number.isInteger(value)) return "integer";
	return typeof value;
}
const hasType = (value, type) => typeOf(value) === type || (type === "number" && typeOf(value) === "integer");
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export function makeValidator(document) {
	const resolve = (node) => {
		const followed = new Set();
		while (node?.$ref) {
			if (followed.has(node.$ref)) throw new Error(`${node.$ref} refers to itself`);
			followed.add(node.$ref);
			const target = node.$ref.slice(2).split("/").reduce((at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], document);
			if (!node.$ref.startsWith("#/") || target === undefined) throw new Error(`${node.$ref} leads nowhere`);
			node = target;
		}
		return node;
	};

	const keywords = {
		type: (want, value) => ([want].flat().some((type) => hasType(value, type)) ? [] : [`is ${typeOf(value)}, not ${want}`]),
		enum: (want, value) => (want.some((item) => same(item, value)) ? [] : [`${JSON.stringify(value)} is none of ${want.join(", ")}`]),
		pattern: (want, value) => (typeof value !== "string" || new RegExp(want, "u").test(value) ? [] : [`${JSON.stringify(value)} does not fit ${want}`]),
		minLength: (want, value) => (typeof value !== "string" || [...value].length >= want ? [] : [`is shorter than ${want}`]),
		maxLength: (want, value) => (typeof value !== "string" || [...value].length <= want ? [] : [`is longer than ${want}`]),
		minimum: (want, value) => (typeof value !== "number" || value >= want ? [] : [`${value} is below ${want}`]),
		maximum: (want, value) => (typeof value !== "number" || value <= want ? [] : [`${value} is above ${want}`]),
		multipleOf: (want, value) => (typeof value !== "number" || Math.abs(value / want - Math.round(value / want)) < 1e-6 ? [] : [`${value} is no multiple of ${want}`]),
		minItems: (want, value) => (!Array.isArray(value) || value.length >= want ? [] : [`has fewer than ${want} entries`]),
		maxItems: (want, value) => (!Array.isArray(value) || value.length <= want ? [] : [`has more than ${want} entries`]),
		items: (want, value, where) => (Array.isArray(value) ? value.flatMap((item, i) => check(want, item, `${where}/${i}`)) : []),
		required: (want, value) => (typeOf(value) === "object" ? want.filter((key) => !Object.hasOwn(value, key)).map((key) => `${key} is missing`) : []),
		properties: (want, value, where) =>
			typeOf(value) === "object" ? Object.keys(want).filter((key) => Object.hasOwn(value, key)).flatMap((key) => check(want[key], value[key], `${where}/${key}`)) : [],
		patternProperties: () => [], // counted with additionalProperties
		additionalProperties: (want, value, where, schema) => {
			if (typeOf(value) !== "object") return [];
			const patterns = Object.keys(schema.patternProperties ?? {}).map((pattern) => new RegExp(pattern, "u"));
			const others = Object.keys(value).filter((key) => !Object.hasOwn(schema.properties ?? {}, key) && !patterns.some((pattern) => pattern.test(key)));
			if (want === false) return others.map((key) => `${key} is not in the description`);
			return want === true ? [] : others.flatMap((key) => check(want, value[key], `${where}/${key}`));
		},
		anyOf: (want, value, where) => {
			const tries = want.map((schema) => check(schema, value, where));
			return tries.some((errors) => errors.length === 0) ? [] : tries.sort((a, b) => a.length - b.length)[0];
		},
		oneOf: (want, value, where) => {
			const good = want.filter((schema) => check(schema, value, where).length === 0).length;
			return good === 1 ? [] : [`fits ${good} of ${want.length} forms, not one`];
		},
	};

	// Lines "/pointer: what is wrong"; none when the value is as described.
	function check(schema, value, where = "") {
		schema = resolve(schema);
		const errors = [];
		for (const [keyword, want] of Object.entries(schema)) {
			if (ANNOTATIONS.has(keyword)) continue;
			if (!keywords[keyword]) throw new Error(`the keyword ${keyword} is not known here`);
			for (const error of keywords[keyword](want, value, where, schema)) errors.push(/^\/\S*: /.test(error) ? error : `${where || "/"}: ${error}`);
		}
		return errors;
	}
	return { resolve, check };
}
