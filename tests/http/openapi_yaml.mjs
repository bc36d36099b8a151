// Reads the part of YAML that docs/openapi.yaml is written in: two spaces a level, mappings, lists, flow collections (which may
// go on over several lines), plain and single-quoted scalars, folded texts (>-). Refuses everything else with its line.

export function readYaml(text) {
	const lines = text.split("\n");
	let at = 0;

	const fail = (why) => {
		throw new Error(`line ${at + 1}: ${why}: ${lines[at]}`);
	};
	const skip = () => {
		while (at < lines.length && /^\s*(#.*)?$/.test(lines[at])) at++;
	};
	const indent = () => lines[at].length - lines[at].trimStart().length;

	function plain(word) {
		if (/[&*!|>%@`]/.test(word[0] ?? "&")) fail("not a plain scalar");
		if (/^(true|false|null)$/.test(word)) return JSON.parse(word);
		if (/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(word)) return Number(word);
		return word;
	}
	// Position of the closing quote, a doubled one being part of the text.
	function quoteEnd(source, from) {
		for (let i = from + 1; i < source.length; i++) {
			if (source[i] !== "'") continue;
			if (source[i + 1] !== "'") return i;
			i++;
		}
		return -1;
	}
	const unquote = (word) => word.slice(1, -1).replaceAll("''", "'");

	function flow(source) {
		let i = 0;
		const blank = () => {
			while (source[i] === " ") i++;
		};
		function scalar(ends) {
			if (source[i] === "'") {
				const end = quoteEnd(source, i);
				if (end < 0) fail("a quote is left open");
				const word = source.slice(i, end + 1);
				i = end + 1;
				return unquote(word);
			}
			const from = i;
			while (i < source.length && !ends(source, i)) i++;
			return plain(source.slice(from, i).trim());
		}
		const endOfValue = (s, n) => ",]}".includes(s[n]);
		const endOfKey = (s, n) => s[n] === ":" && (s[n + 1] === " " || s[n + 1] === undefined);
		function value() {
			blank();
			if (source[i] === "{" || source[i] === "[") {
				const map = source[i++] === "{";
				const result = map ? {} : [];
				const close = map ? "}" : "]";
				for (blank(); source[i] !== close; blank()) {
					if (i >= source.length) fail("a bracket is left open");
					if (map) {
						const key = String(scalar(endOfKey));
						blank();
						if (source[i++] !== ":") fail("a key without its colon");
						if (Object.hasOwn(result, key)) fail(`${key} stands twice`);
						result[key] = value();
					} else {
						result.push(value());
					}
					blank();
					if (source[i] === ",") i++;
					else if (source[i] !== close) fail("a comma is missing");
				}
				i++;
				return result;
			}
			return scalar(endOfValue);
		}
		const result = value();
		blank();
		if (i < source.length) fail("something follows a flow collection");
		return result;
	}
	function open(source) {
		let depth = 0;
		for (let i = 0; i < source.length; i++) {
			if (source[i] === "'" && /[\s[{,:]/.test(source[i - 1] ?? " ")) {
				i = quoteEnd(source, i);
				if (i < 0) return true;
			} else if ("[{".includes(source[i])) depth++;
			else if ("]}".includes(source[i])) depth--;
		}
		return depth > 0;
	}
	function flowLines(first) {
		let source = first;
		while (open(source)) {
			if (++at >= lines.length) fail("a flow collection does not end");
			source += ` ${lines[at].trim()}`;
		}
		at++;
		return flow(source);
	}
	function folded(level) {
		const paragraphs = [[]];
		for (at++; at < lines.length && (lines[at] === "" || indent() >= level); at++) {
			if (lines[at] === "") paragraphs.push([]);
			else paragraphs.at(-1).push(lines[at].trim());
		}
		return paragraphs.map((words) => words.join(" ")).join("\n").trimEnd();
	}
	// What stands after "key:" or "-" on a line of this level.
	function rest(word, level) {
		if (word === "") {
			at++;
			skip();
			if (at >= lines.length || indent() <= level) fail("a value is missing");
			return block(indent());
		}
		if (word === ">-") return folded(level + 2);
		if (word[0] === "{" || word[0] === "[") return flowLines(word);
		if (word[0] === "'") {
			if (quoteEnd(word, 0) !== word.length - 1) fail("a quote is left open, or something follows it");
			at++;
			return unquote(word);
		}
		if (word.includes(": ") || word.includes(" #")) fail("quote this scalar");
		const result = plain(word);
		at++;
		return result;
	}
	function keyOf(line) {
		if (line[0] === "'") {
			const end = quoteEnd(line, 0);
			if (end < 0 || line[end + 1] !== ":") fail("a key is expected");
			return [unquote(line.slice(0, end + 1)), line.slice(end + 2).trim()];
		}
		const found = /^([^\s:'"[\]{}][^:]*?):(?: (.*))?$/.exec(line);
		if (!found) fail("a key is expected");
		return [found[1], (found[2] ?? "").trim()];
	}
	function block(level) {
		if (level % 2) fail("indented by an odd number of spaces");
		const list = lines[at].trimStart().startsWith("- ");
		const result = list ? [] : {};
		for (skip(); at < lines.length && indent() === level; skip()) {
			const line = lines[at].slice(level);
			if (line.startsWith("- ") !== list) fail("a list and a mapping are mixed");
			if (list) {
				const word = line.slice(2);
				if (/^[^\s'[{][^:]*:( |$)/.test(word)) {
					lines[at] = " ".repeat(level + 2) + word;
					result.push(block(level + 2));
				} else result.push(rest(word, level));
				continue;
			}
			const [key, word] = keyOf(line);
			if (Object.hasOwn(result, key)) fail(`${key} stands twice`);
			result[key] = rest(word, level);
		}
		if (at < lines.length && indent() > level) fail("indented too far");
		return result;
	}

	skip();
	const result = block(0);
	if (at < lines.length) fail("not understood");
	return result;
}
