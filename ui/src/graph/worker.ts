// Lays out the graph of impact away from the page's thread. Takes sizes and edges, gives places back; knows nothing of what is drawn.
import { Graph, layout } from '@dagrejs/dagre';

export type LayoutAsk = { id: number; across: boolean; nodes: { key: string; width: number; height: number }[]; edges: { from: string; to: string }[] };
export type LayoutTell = { id: number; width: number; height: number; nodes: Record<string, { x: number; y: number }>; edges: { from: string; to: string; points: { x: number; y: number }[] }[] };

self.onmessage = (e: MessageEvent<LayoutAsk>) => {
	const ask = e.data;
	const g = new Graph();
	g.setGraph({ rankdir: ask.across ? 'LR' : 'TB', nodesep: ask.across ? 10 : 16, ranksep: ask.across ? 56 : 40, marginx: 8, marginy: 8 });
	g.setDefaultEdgeLabel(() => ({}));
	for (const n of ask.nodes) g.setNode(n.key, { width: n.width, height: n.height });
	for (const edge of ask.edges) g.setEdge(edge.from, edge.to);
	layout(g);
	const size = g.graph() as { width?: number; height?: number };
	const tell: LayoutTell = { id: ask.id, width: Math.ceil(size.width ?? 0), height: Math.ceil(size.height ?? 0), nodes: {}, edges: [] };
	for (const key of g.nodes()) {
		const n = g.node(key) as { x: number; y: number };
		tell.nodes[key] = { x: n.x, y: n.y };
	}
	for (const edge of g.edges()) tell.edges.push({ from: edge.v, to: edge.w, points: (g.edge(edge) as { points: { x: number; y: number }[] }).points });
	(self as unknown as { postMessage: (m: LayoutTell) => void }).postMessage(tell);
};
