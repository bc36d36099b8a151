// Draws the server's rendered Markdown as elements of a short allow-list. The text is parsed into an inert document and
// rebuilt node by node; nothing is ever set as HTML, so what is not on the list cannot appear.
import { h } from 'preact';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

const ALLOWED = new Set(['P', 'BR', 'STRONG', 'EM', 'B', 'I', 'DEL', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'A', 'HR',
	'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD']);
// Headings inside a message must not break the page's own outline.
const HEADING = /^H[1-6]$/;
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'SVG', 'MATH', 'NOSCRIPT', 'TEXTAREA', 'TITLE']);

function safeHref(href: string | null): string | undefined {
	if (!href) return undefined;
	try {
		const u = new URL(href, window.location.href);
		return ['http:', 'https:', 'mailto:', 'tel:'].includes(u.protocol) ? u.href : undefined;
	} catch {
		return undefined;
	}
}

function build(node: Node, depth: number): ComponentChildren {
	if (node.nodeType === Node.TEXT_NODE) return node.nodeValue;
	if (node.nodeType !== Node.ELEMENT_NODE || depth > 40) return null;
	const el = node as Element;
	const name = el.tagName.toUpperCase();
	if (DROPPED.has(name)) return null;
	const kids = [...el.childNodes].map((c) => build(c, depth + 1));
	if (!ALLOWED.has(name)) return kids;
	if (name === 'BR' || name === 'HR') return h(name.toLowerCase(), null);
	if (name === 'A') {
		const href = safeHref(el.getAttribute('href'));
		return href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, kids) : kids;
	}
	if (HEADING.test(name)) return h('p', { class: 'rich-heading' }, kids);
	return h(name.toLowerCase(), null, kids);
}

export function Rich({ html, text }: { html: string | null; text: string | null }) {
	const content = useMemo(() => {
		if (!html) return null;
		const doc = new DOMParser().parseFromString(html, 'text/html');
		return [...doc.body.childNodes].map((n) => build(n, 0));
	}, [html]);
	return content ? <div class="rich">{content}</div> : <div class="rich plain">{text}</div>;
}
