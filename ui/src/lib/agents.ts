// What the server says of inventory agents and of programs on machines. Owns no state.
import type { Ref } from './types';

export type AgentState = 'quarantine' | 'known' | 'rejected' | 'banned';
export type Trouble = { part: string; name: string; outcome: string; errors: { pointer: string; detail: string }[] | null; candidates: number[] | null };
export type AgentReport = {
	created: number; updated: number; unchanged: number; ambiguous: number; refused: number; relations: number; installed: number; removed: number; skipped: number;
	troubles: Trouble[]; batch: number | null;
};
export type InventorySummary = {
	machine: { kind: string; name: string; attributes: Record<string, string | number> }; parts: Record<string, number>; software: number; cut: { parts: number; software: number };
};
export type Agent = {
	id: number; name: string; device_id: string; agent_id: string | null; protocol: 'fusion' | 'glpi'; program: string; tag: string; address: string; state: AgentState;
	token: Ref | null; ci: Ref | null; first_seen_at: string; last_seen_at: string; last_inventory_at: string | null; stale_since: string | null;
	work: 'none' | 'waiting' | 'failed'; work_error: string | null; outcome: string | null; report: AgentReport | null; decided_by: Ref | null; decided_at: string | null; note: string;
	summary: InventorySummary | null;
};
export type AgentPart = { kind: string; ci: Ref; since: string; gone_at: string | null };
export type AgentWhole = Agent & { parts: AgentPart[] };
export type AgentPage = { items: Agent[]; next: string | null; counts: Record<string, number> };
export type EnrolmentToken = {
	id: number; label: string; created_at: string; created_by: Ref | null; expires_at: string | null; revoked_at: string | null; last_used_at: string | null; agents: number;
};
export type InventorySetting = { period_s: number; stale_after_s: number; accept_unknown: boolean; quarantine_max: number };
export type CiInventory = {
	agents: { id: number; name: string; program: string; state: AgentState; via: 'machine' | 'part'; last_seen_at: string; last_inventory_at: string | null; stale_since: string | null; gone_at: string | null; machine: Ref | null }[];
	stale: boolean; software: number;
};
export type Program = { product: Ref; publisher: string; version: string; since: string; until: string | null };
export type Product = { id: number; name: string; publisher: string; versions: number; machines: number };
export type ProductWhole = { id: number; name: string; publisher: string; versions: { id: number; version: string; machines: number }[] };
export type Machine = { ci: Ref; class: { name: string; label: string }; version: string; since: string; owner: string | null; stale: boolean };
