// What the server says of mail. Owns no state.
import type { Ref } from './types';

export type MailState = { queued: number; oldest_s: number; failed: number; quarantined: number; mailboxes: { name: string; checked_at: string | null; failed_at: string | null; error: string | null }[] };
export type OutboxEntry = {
	id: number; kind: 'mail' | 'webhook'; recipient: string; person: Ref | null; subject: string; state: string; attempts: number; uncertain: number;
	next_at: string | null; attempted_at: string | null; code: number | null; error: string | null; created_at: string; sent_at: string | null; failed_at: string | null;
	bounced_at: string | null; ticket: string | null; case: string | null;
};
export type MailFile = { name: string; content_type: string; size_bytes: number; attachment?: number | null };
export type OutboxItem = OutboxEntry & { body: string; message_id: string; decided_by: Ref | null; files: MailFile[]; messages: { id: number; direction: string; outcome: string; received_at: string; sha256: string }[] };
export type MailAddress = { address: string; name: string };
export type Guess = { case: string | null; ticket: string | null } | null;
// The server's own words, in English, add to the reason's name; a verdict or a refusal is worth reading in any language.
export const moreWords = (reason: string, detail: string, lang: string) => (lang === 'en' || reason === 'auth_failed' || reason === 'not_accepted' ? detail : '');

export type QuarantineItem = {
	id: number; from: MailAddress; subject: string; received_at: string; automatic: boolean; size_bytes: number; files: number; reason: string; detail: string; state: string;
	guess: Guess; case: string | null; ticket: string | null; decided_by: Ref | null; decided_at: string | null; decision: string | null;
};
export type MailItem = {
	id: number; direction: 'in' | 'out'; outcome: string; from: MailAddress; to: string[]; subject: string; received_at: string; automatic: boolean; size_bytes: number; files: number;
	case: string | null; ticket: string | null;
};
export type MailMessage = {
	id: number; direction: 'in' | 'out'; outcome: string; size_bytes: number; sha256: string; message_id: string | null; from: MailAddress; to: string[]; subject: string;
	dated_at: string | null; received_at: string; automatic: boolean; authentication: string; body: string; files: MailFile[];
	ticket: { number: string; subject: string } | null; case: { number: string; summary: string } | null; supplier: Ref | null; person: Ref | null;
	quarantine: { reason: string; detail: string; state: string; decision: string | null; decided_at: string | null; decided_by: Ref | null; guess: Guess } | null;
	raw: string | null;
};
