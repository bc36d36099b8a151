// The mail messages that belong to a case or a ticket, each opened in place; what reads them is loaded when one is opened.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useFetch } from '../lib/hooks';
import { loadTexts, t, word } from '../lib/i18n';
import type { MailItem } from '../lib/mail';
import { place, setQuery } from '../lib/router';
import type { Page } from '../lib/types';
import { ErrorNote, Time } from './bits';
import { Icon } from './icons';

type Reader = ComponentType<{ id: string; onChange: () => void }>;

export function MailOf({ of, number, version, children }: { of: 'case' | 'ticket'; number: string; version: number; children: (list: preact.JSX.Element) => preact.JSX.Element }) {
	const list = useFetch<Page<MailItem>>(`/mail/messages?${of}=${number}&limit=50`);
	const [reader, setReader] = useState<{ draw: Reader } | null>(null);
	const message = place.value.query.get('message');
	useEffect(() => {
		void list.reload();
	}, [version]);
	useEffect(() => {
		if (message && !reader) void Promise.all([import('./mail-message'), loadTexts('mail')]).then(([m]) => setReader({ draw: m.MessageDialog }));
	}, [message]);
	if (list.error) return children(<ErrorNote error={list.error} onRetry={() => void list.reload()} />);
	if (!list.data?.items.length) return null;
	const Reader = reader?.draw;
	return children(
		<>
			<ul class="side-list mail-of">{list.data.items.map((m) => (
				<li key={m.id}><Icon name={m.direction === 'in' ? 'inbox' : 'send'} size={14} label={t(m.direction === 'in' ? 'mailOf.in' : 'mailOf.out')} />
					<div class="side-item"><button type="button" class="link-button" onClick={() => setQuery({ message: String(m.id) })}>{m.subject || t('mailOf.noSubject')}</button>
						<span class="muted small">{m.direction === 'in' ? m.from.address || '—' : m.to.join(', ')} · <Time at={m.received_at} />{m.direction === 'in' && <> · {word('mailBecame', m.outcome)}</>}</span></div></li>
			))}</ul>
			{message && Reader && <Reader id={message} onChange={() => void list.reload()} />}
		</>,
	);
}
