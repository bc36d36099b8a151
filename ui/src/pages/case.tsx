// One case: the employee's clocks and the supplier's side by side on one time axis, the pauses and who caused them, the
// events, and the form that records what the supplier said or did, with the moment at which it happened.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { fromLocalInput, hours, toLocalInput, when, whenFull } from '../lib/format';
import { asError, useEvents, useFetch } from '../lib/hooks';
import { num, t, tx, word } from '../lib/i18n';
import { session } from '../lib/session';
import { watchNumber } from '../lib/stream';
import { inOrder } from '../lib/types';
import type { Case, Clock, Page, Ticket } from '../lib/types';
import { ClockChip, ErrorNote, Field, PersonName, Priority, Skeleton, Status } from '../parts/bits';
import { ClockLanes, PauseRows, TwinTable, pausesOf } from '../parts/charts';
import type { Lane } from '../parts/charts';
import { toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { ContestItem, DecideDialog, PauseItem } from '../parts/ledger';
import type { Contest, LedgerPause } from '../parts/ledger';
import { PageTitle } from '../parts/shell';
import { Timeline } from '../parts/timeline';

const THEIRS = ['acknowledged', 'responded', 'info_requested', 'update', 'workaround_delivered', 'fix_declared'];

function Record({ x, onDone }: { x: Case; onDone: () => void }) {
	const [type, setType] = useState('');
	const [body, setBody] = useDraft(`case-${x.number}`);
	const [ref, setRef] = useState('');
	const [earlier, setEarlier] = useState(false);
	const [at, setAt] = useState(toLocalInput(Date.now()));
	const [asked, setAsked] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const theirs = x.can.filter((c) => THEIRS.includes(c));
	const ours = x.can.filter((c) => !THEIRS.includes(c));
	const send = async (e: { preventDefault: () => void }) => {
		e.preventDefault();
		setAsked(true);
		if (!type) return;
		setBusy(true);
		setError(null);
		try {
			await submitter.current.post(`/cases/${x.number}/events`, {
				type, ...(body.trim() ? { body: body.trim() } : {}), ...(ref.trim() ? { supplier_ref: ref.trim() } : {}), ...(earlier && at ? { occurred_at: fromLocalInput(at) } : {}),
			});
			toast(t('case.recorded', { what: word('caseEvent', type) }), { icon: 'check' });
			setBody('');
			setType('');
			setRef('');
			setEarlier(false);
			setAsked(false);
			onDone();
		} catch (z) {
			setError(asError(z));
		} finally {
			setBusy(false);
		}
	};
	if (!x.can.length) return null;
	const group = (title: string, list: string[]) => list.length > 0 && (
		<fieldset class="acts"><legend>{title}</legend>
			{list.map((c) => <label key={c} class={type === c ? 'on' : ''}><input type="radio" name="case-act" checked={type === c} onChange={() => setType(c)} /><span>{word('caseAct', c)}</span></label>)}
		</fieldset>
	);
	return (
		<form class="card record" onSubmit={send} noValidate aria-labelledby="record-title">
			<header class="card-head"><h2 id="record-title">{t('case.record')}</h2></header>
			{group(t('case.theyDid', { name: x.supplier.name }), theirs)}
			{group(t('case.weDid'), ours)}
			{(asked && !type || error?.field('type')) && <p class="field-error" role="alert"><Icon name="alert" size={14} />{error?.field('type') ?? t('case.needType')}</p>}
			{type && (
				<>
					<Field label={t('case.words')} required={false} error={error?.field('body')}>
						<textarea rows={3} value={body} onInput={(e) => setBody(e.currentTarget.value)} onKeyDown={(e) => {
							if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void send(e);
						}} />
					</Field>
					{THEIRS.includes(type) && !x.supplier_ref && (
						<Field label={t('case.ref')} required={false} error={error?.field('supplier_ref')}><input type="text" maxLength={100} value={ref} onInput={(e) => setRef(e.currentTarget.value)} /></Field>
					)}
					<label class="check"><input type="checkbox" checked={earlier} onChange={(e) => {
						setEarlier(e.currentTarget.checked);
						setAt(toLocalInput(Date.now()));
					}} /><span>{t('case.earlier')}</span></label>
					{earlier && (
						<Field label={t('case.when')} hint={t('case.whenHint')} error={error?.field('occurred_at')}>
							<input type="datetime-local" value={at} max={toLocalInput(Date.now())} onInput={(e) => setAt(e.currentTarget.value)} />
						</Field>
					)}
				</>
			)}
			{error && <ErrorNote error={error} kept={body ? t('app.textKept') : undefined} shown={['type', 'body', 'supplier_ref', 'occurred_at']} />}
			<div class="buttons"><button type="submit" class="button primary" disabled={busy}>{type ? t('case.save', { what: word('caseEvent', type) }) : t('case.record')}</button></div>
		</form>
	);
}

function ClockTable({ title, clocks }: { title: string; clocks: Clock[] }) {
	return (
		<TwinTable caption={title} head={[t('sla.metric'), t('clock.target'), t('clock.elapsed'), t('clock.due'), t('clock.state')]}
			rows={clocks.map((c) => [
				word('metric', c.metric) + (c.metric === 'update' && c.ordinal ? ` ${num(c.ordinal)}` : ''), hours(c.target_s), hours(c.elapsed_s),
				c.breached_at ? when(c.breached_at) : c.due_at ? when(c.due_at) : '—',
				c.breached ? t('clock.overBy', { time: hours(c.elapsed_s - c.target_s) }) : word('clockState', c.state),
			])} />
	);
}

// The pauses with all that is known of them, and the supplier's objections.
function CaseLedger({ number, owner, version, onChange }: { number: string; owner: Case['owner']; version: number; onChange: () => void }) {
	const pauses = useFetch<Page<LedgerPause>>(`/cases/${number}/pauses`);
	const contests = useFetch<Page<Contest>>(`/contests?case=${number}&limit=200`);
	const [deciding, setDeciding] = useState<Contest | null>(null);
	const roles = session.value?.roles ?? [];
	const decides = roles.includes('lead') || roles.includes('manager');
	const reload = () => {
		void pauses.reload();
		void contests.reload();
		onChange();
	};
	useEffect(() => {
		void pauses.reload();
		void contests.reload();
	}, [version]);
	return (
		<>
			{pauses.error && <ErrorNote error={pauses.error} onRetry={reload} />}
			{!!pauses.data?.items.length && <ul class="ledger-list">{pauses.data.items.map((p) => <PauseItem key={p.from_seq} pause={p} canNote={decides || String(owner?.id) === String(session.value?.person.id)} onChange={reload} />)}</ul>}
			{!!contests.data?.items.length && <><h3>{t('ledger.contests')}</h3><ul class="ledger-list">{contests.data.items.map((c) => <ContestItem key={c.id} contest={c} onDecide={decides ? () => setDeciding(c) : undefined} />)}</ul></>}
			{deciding && <DecideDialog contest={deciding} onClose={() => setDeciding(null)} onDone={() => {
				setDeciding(null);
				reload();
			}} />}
		</>
	);
}

export default function CasePage({ number }: { number: string }) {
	const data = useFetch<Case>(`/cases/${number}`);
	const events = useEvents(`/cases/${number}/events`);
	const x = data.data;
	const ticket = useFetch<Ticket>(x ? `/tickets/${x.ticket.number}` : null);
	const [table, setTable] = useState(false);
	const reload = () => {
		void data.reload();
		void events.reload();
		void ticket.reload();
	};
	useEffect(() => watchNumber(() => number, reload), [number, x?.ticket.number]);
	useEffect(() => watchNumber(() => x?.ticket.number, () => void ticket.reload()), [x?.ticket.number]);
	if (data.error && !x) return <div class="page"><PageTitle text={number} /><ErrorNote error={data.error} onRetry={reload} /></div>;
	if (!x) return <div class="page"><PageTitle text={number} /><Skeleton rows={10} /></div>;
	const employee = (ticket.data?.clocks ?? []).filter((c) => ['response', 'resolution'].includes(c.metric) && c.state !== 'cancelled');
	const clocks = inOrder(x.clocks);
	// Of the updates, one after another, the latest is shown here; the table has all.
	const shown = [...clocks.filter((c) => c.metric !== 'update'), ...clocks.filter((c) => c.metric === 'update').slice(-1)];
	const lanes = (who: Lane['who'], list: Clock[]): Lane[] => list.map((clock) => ({ id: `${who}-${clock.metric}-${clock.ordinal ?? 1}`, who, clock }));
	const pauses = clocks.filter((c) => c.metric !== 'update').flatMap((c) => pausesOf(c, events.items));
	return (
		<div class="page case-page">
			<PageTitle text={`${x.number} ${x.supplier.name}`} />
			<a class="back" href={`/desk/${x.ticket.number}`}><Icon name="left" /><span class="num">{x.ticket.number}</span><span class="clip">{x.ticket.subject}</span></a>
			<header class="page-head">
				<div>
					<p class="ticket-line"><span class="num muted">{x.number}</span><Status of="caseStatus" status={x.status} /><Priority p={x.priority} words /></p>
					<h1>{x.summary}</h1>
					<p class="case-to"><Icon name="supplier" /><b>{x.supplier.name}</b>{x.contract && <a class="muted" href={`/suppliers/contracts/${x.contract.id}${x.edition ? `?edition=${x.edition}` : ''}`}>{x.contract.name}</a>}<span class="muted" title={whenFull(x.sent_at)}>{t('case.sent', { when: when(x.sent_at) })}</span>
						{x.supplier_ref && <span class="muted">{tx('case.theirRef', { ref: <code>{x.supplier_ref}</code> })}</span>}</p>
				</div>
			</header>
			<div class="case-grid">
				<div class="case-left">
					<section class="card">
						<header class="card-head"><h2>{t('case.clocks')}</h2><div class="card-tools"><button type="button" class="button small quiet" aria-pressed={table} onClick={() => setTable(!table)}><Icon name={table ? 'chart' : 'table'} />{table ? t('chart.chart') : t('chart.table')}</button></div></header>
						<div class="clock-pair">
							<div><h3><Icon name="person" size={14} />{t('case.employeeWaits')}</h3><div class="chips">{employee.map((c) => <ClockChip key={c.metric} clock={c} metric={c.metric} full />)}{!employee.length && <span class="muted">{t('case.noClocks')}</span>}</div></div>
							<div><h3><Icon name="supplier" size={14} />{x.supplier.name}</h3><div class="chips">{shown.map((c) => <ClockChip key={`${c.metric}${c.ordinal ?? ''}`} clock={c} metric={c.metric} full />)}{!shown.length && <span class="muted">{t('case.noClocks')}</span>}</div></div>
						</div>
						{table ? <><ClockTable title={t('case.employeeWaits')} clocks={employee} /><ClockTable title={x.supplier.name} clocks={clocks} /></>
							: <ClockLanes lanes={[...lanes('us', employee), ...lanes('supplier', shown)]} />}
						<p class="legend muted small"><span class="key key-run" />{t('legend.ran')}<span class="key key-pause" />{t('legend.paused')}<span class="key key-over" />{t('legend.over')}<span class="key key-due" />{t('legend.due')}</p>
						<h3>{t('case.pauses')}</h3>
						<PauseRows pauses={pauses} />
						<CaseLedger number={number} owner={x.owner} version={x.version} onChange={reload} />
					</section>
					<section class="card">
						<header class="card-head"><h2>{t('case.story')}</h2></header>
						{events.error && <ErrorNote error={events.error} onRetry={() => void events.reload()} />}
						<Timeline events={events.items} staff supplier={x.supplier} label={t('case.story')} />
					</section>
				</div>
				<div class="case-right">
					<Record x={x} onDone={reload} />
					<section class="card">
						<header class="card-head"><h2>{t('case.asked')}</h2></header>
						<p class="plain case-body">{x.body}</p>
						{x.because && <p class="field-hint why"><Icon name="link" size={14} />{x.because}</p>}
						<dl class="facts"><dt>{t('column.owner')}</dt><dd><PersonName person={x.owner} /></dd>
							{x.clocks[0] && <><dt>{t('case.calendar')}</dt><dd>{x.clocks[0].calendar.name}</dd></>}</dl>
					</section>
				</div>
			</div>
		</div>
	);
}
