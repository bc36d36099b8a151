// Handing a ticket over: to whom, why, what comes next, for good or until when; and what the reporter will be told.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit, get, post, query } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { fromLocalInput, toLocalInput, when } from '../lib/format';
import { asError } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { session } from '../lib/session';
import type { Mail, Page, Person, Ref, Ticket } from '../lib/types';
import { Avatar, ErrorNote, Field, Segmented } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';
import { Picker } from './picker';

const REASONS = ['expertise', 'level_escalation', 'overloaded', 'shift_end', 'sick', 'other'] as const;
type Team = Ref & { level: number };

const PersonRow = ({ p }: { p: Person }) => (
	<span class="person-row"><Avatar name={p.name} size="s" />
		<span class="person-row-text"><span class="clip">{p.name}</span><span class="muted clip">{p.teams?.map((x) => x.name).join(', ') || p.department}</span></span>
		{p.absent_until ? <span class="presence absent">{t('person.absent', { when: when(p.absent_until) })}</span>
			: <span class={`presence ${p.present ? 'here' : ''}`}>{p.present ? t('person.here') : t('person.away')}</span>}
		{p.load !== undefined && <span class="muted num">{t('person.load', { n: p.load })}</span>}
	</span>
);

// The very text that will go to the reporter, asked anew for every choice.
function Told({ ticket, to, team, reason, note, until }: { ticket: Ticket; to: Person | null; team: Team | null; reason: string; note: string; until: string | null }) {
	const [mail, setMail] = useState<Mail | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const ready = to !== null && reason !== '' && (reason !== 'other' || note !== '') && until !== '';
	// The note is for the receiver; the reporter reads it only as the reason "other".
	const said = reason === 'other' ? note : '';
	useEffect(() => {
		if (!ready) {
			setMail(null);
			setError(null);
			return;
		}
		let gone = false;
		const timer = setTimeout(() => {
			post<Mail>(`/tickets/${ticket.number}/handovers/preview`, { to: to.id, reason, ...(said ? { note: said } : {}), ...(until ? { until } : {}) }).then((m) => {
				if (gone) return;
				setMail(m);
				setError(null);
			}, (e) => {
				if (gone) return;
				setMail(null);
				setError(asError(e));
			});
		}, 250);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [to?.id, reason, said, until, ready]);
	const words = team ? t('handover.toldTeam', { name: team.name }) : !to ? t('handover.toldWhen') : !ready ? t('handover.toldReason') : '';
	return (
		<div class="told">
			<Icon name="send" size={14} />
			<div class="told-text"><strong>{t('handover.told', { name: ticket.reporter.name })}</strong>{mail && !words && <span class="muted"> {word('language', mail.language)}</span>}
				{words ? <p>{words}</p> : error ? <ErrorNote error={error} /> : mail ? <blockquote lang={mail.language}><p class="told-subject">{mail.subject}</p><p class="plain">{mail.body}</p></blockquote> : <p class="muted">{t('app.loading')}</p>}</div>
		</div>
	);
}

export default function HandoverDialog({ ticket, onClose, onDone }: { ticket: Ticket; onClose: () => void; onDone: () => void }) {
	const [whom, setWhom] = useState<'person' | 'team'>('person');
	const [person, setPerson] = useState<Person | null>(null);
	const [team, setTeam] = useState<Team | null>(null);
	const [reason, setReason] = useState('');
	const [note, setNote] = useDraft(`handover-${ticket.number}`);
	const [mode, setMode] = useState<'permanent' | 'temporary'>('permanent');
	const [until, setUntil] = useState(toLocalInput(Date.now() + 86_400_000));
	const [asked, setAsked] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const target = whom === 'person' ? person : team;
	const me = String(session.value?.person.id);
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!target || !reason || !note.trim() || (mode === 'temporary' && !until)) return;
		setBusy(true);
		setError(null);
		try {
			await submitter.current.post(`/tickets/${ticket.number}/handovers`, {
				[whom === 'person' ? 'to' : 'to_team']: target.id, reason, note: note.trim(), mode, ...(mode === 'temporary' ? { until: fromLocalInput(until) } : {}),
			});
			setNote('');
			toast(t('handover.offered', { name: target.name }), { icon: 'handover' });
			onDone();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<Dialog title={t('handover.title', { number: ticket.number })} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<Segmented value={whom} onChange={setWhom} label={t('handover.to')} options={[
						{ value: 'person', label: t('handover.toPerson'), icon: 'person' }, { value: 'team', label: t('handover.toTeam'), icon: 'people' },
					]} />
					{whom === 'person' ? (
						<Field label={t('handover.person')} required error={asked && !person ? t('field.needed') : error?.field('to')}>
							<Picker<Person> key="p" focus value={person} onChange={setPerson} text={(p) => p.name} row={(p) => <PersonRow p={p} />} placeholder={t('handover.findPerson')}
								load={async (q) => (await get<Page<Person>>(`/persons${query({ q, staff: true, limit: 20 })}`)).items.filter((p) => String(p.id) !== me && String(p.id) !== String(ticket.owner?.id))} />
						</Field>
					) : (
						<Field label={t('handover.team')} required error={asked && !team ? t('field.needed') : error?.field('to_team')} hint={t('handover.teamHint')}>
							<Picker<Team> key="t" focus value={team} onChange={setTeam} text={(x) => x.name} placeholder={t('handover.findTeam')}
								row={(x) => <><span class="clip">{x.name}</span><span class="muted">{t('handover.level', { n: x.level })}</span></>}
								load={async (q) => (await get<Page<Team>>('/teams')).items.filter((x) => x.name.toLowerCase().includes(q.toLowerCase()))} />
						</Field>
					)}
					{whom === 'person' && person && <p class="chosen"><PersonRow p={person} /></p>}
					<div class="two">
						<Field label={t('handover.reason')} required error={asked && !reason ? t('field.needed') : error?.field('reason')}>
							<select value={reason} onChange={(e) => setReason(e.currentTarget.value)}>
								<option value="" disabled>{t('field.choose')}</option>
								{REASONS.map((r) => <option key={r} value={r}>{word('reason', r)}</option>)}
							</select>
						</Field>
						<Field label={t('handover.howLong')}>
							<select value={mode} onChange={(e) => setMode(e.currentTarget.value as typeof mode)}>
								<option value="permanent">{t('handover.permanent')}</option>
								<option value="temporary">{t('handover.untilOption')}</option>
							</select>
						</Field>
					</div>
					{mode === 'temporary' && (
						<Field label={t('handover.until')} required error={error?.field('until')} hint={t('handover.untilHint')}>
							<input type="datetime-local" value={until} min={toLocalInput(Date.now())} onInput={(e) => setUntil(e.currentTarget.value)} />
						</Field>
					)}
					<Field label={t('handover.next')} required hint={t('handover.nextHint')} error={asked && !note.trim() ? t('field.needed') : error?.field('note')}>
						<textarea rows={3} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
					</Field>
					<Told ticket={ticket} to={whom === 'person' ? person : null} team={whom === 'team' ? team : null} reason={reason} note={note.trim()}
						until={mode === 'temporary' ? (until ? fromLocalInput(until) : '') : null} />
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['to', 'to_team', 'reason', 'note', 'until']} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button>
					<button type="submit" class="button primary" disabled={busy}><Icon name="handover" />{target ? t('handover.offerTo', { name: target.name }) : t('action.handover')}</button></footer>
			</form>
		</Dialog>
	);
}
