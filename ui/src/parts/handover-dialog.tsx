// Handing a ticket over: to whom, why, what comes next, for good or until when; and what the reporter will be told.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit, get, query } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { by, fromLocalInput, toLocalInput } from '../lib/format';
import { asError } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { session } from '../lib/session';
import type { Page, Person, Ref, Ticket } from '../lib/types';
import { Avatar, ErrorNote, Field, Segmented } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';
import { Picker } from './picker';

const REASONS = ['expertise', 'level_escalation', 'overloaded', 'shift_end', 'sick', 'other'] as const;
type Team = Ref & { level: number };

const PersonRow = ({ p }: { p: Person }) => (
	<span class="person-row"><Avatar name={p.name} size="s" />
		<span class="person-row-text"><span class="clip">{p.name}</span><span class="muted clip">{p.teams?.map((x) => x.name).join(', ') || p.department}</span></span>
		<span class={`presence ${p.present ? 'here' : ''}`}>{p.present ? t('person.here') : t('person.away')}</span>
		{p.load !== undefined && <span class="muted num">{t('person.load', { n: p.load })}</span>}
	</span>
);

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
								load={async (q) => (await get<Page<Team>>('/teams?limit=200')).items.filter((x) => x.name.toLowerCase().includes(q.toLowerCase()))} />
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
					<div class="told">
						<Icon name="send" size={14} />
						<div><strong>{t('handover.told', { name: ticket.reporter.name })}</strong>
							<p>{target ? t(whom === 'team' ? 'handover.toldTeam' : mode === 'temporary' ? 'handover.toldUntil' : 'handover.toldPerson', {
								name: target.name, reason: reason ? word('reason', reason).toLowerCase() : '…', until: mode === 'temporary' && until ? by(fromLocalInput(until)) : '',
							}) : t('handover.toldWhen')}</p></div>
					</div>
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['to', 'to_team', 'reason', 'note', 'until']} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button>
					<button type="submit" class="button primary" disabled={busy}><Icon name="handover" />{target ? t('handover.offerTo', { name: target.name }) : t('action.handover')}</button></footer>
			</form>
		</Dialog>
	);
}
