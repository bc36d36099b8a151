// Enrolment: tokens, shown once with the lines to paste for both agents, and how agents are treated.
import { useState } from 'preact/hooks';
import type { EnrolmentToken, InventorySetting } from '../lib/agents';
import type { ApiError } from '../lib/api';
import { Submit, patch, request } from '../lib/api';
import { dur, fromLocalInput, whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { t } from '../lib/i18n';
import { ErrorNote, Field, Time } from './bits';
import { Dialog, toast } from './dialog';
import { GrowingList } from './growing-list';
import { Icon } from './icons';

type Made = { id: number; token: string; label: string };
const PATH = '/api/v1/cmdb/inventory';

function Lines({ label, text }: { label: string; text: string }) {
	return (
		<div class="agents-lines">
			<div class="agents-lines-head"><b>{label}</b>
				<button type="button" class="button small" onClick={() => void navigator.clipboard?.writeText(text).then(() => toast(t('agents.copied'), { icon: 'check' }))}>{t('agents.copy')}</button></div>
			<pre tabIndex={0}>{text}</pre>
		</div>
	);
}

function Shown({ made, onClose }: { made: Made; onClose: () => void }) {
	const home = window.location.origin;
	return (
		<Dialog title={t('agents.tokenMade', { label: made.label })} onClose={onClose} wide>
			<div class="dialog-body agents-made">
				<p class="note-line">{t('agents.shownOnce')}</p>
				<Lines label={t('agents.token')} text={made.token} />
				<Lines label={'FusionInventory · agent.cfg'} text={`server = ${home}${PATH}/basic\nuser = agent\npassword = ${made.token}`} />
				<Lines label={'GLPI Agent · agent.cfg'} text={`server = ${home}${PATH}/basic\nuser = agent\npassword = ${made.token}\ntasks = inventory`} />
				<Lines label={t('agents.byAddress')} text={`${home}${PATH}/${made.token}`} />
				<p class="muted small">{t('agents.byAddressHint')}</p>
			</div>
			<footer class="dialog-foot"><button type="button" class="button primary" onClick={onClose}>{t('action.close')}</button></footer>
		</Dialog>
	);
}

function Make({ onMade }: { onMade: (made: Made) => void }) {
	const [label, setLabel] = useState('');
	const [until, setUntil] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	const [submit] = useState(() => new Submit());
	const make = async (e: Event) => {
		e.preventDefault();
		setError(null);
		try {
			onMade(await submit.post<Made>('/cmdb/agents/tokens', { label: label.trim(), expires_at: until ? fromLocalInput(until) : null }));
			setLabel('');
			setUntil('');
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<form class="agents-make" onSubmit={(e) => void make(e)}>
			<Field label={t('agents.tokenLabel')} required error={error?.field('label')}><input class="input" value={label} maxLength={100} required onInput={(e) => setLabel(e.currentTarget.value)} /></Field>
			<Field label={t('agents.tokenUntil')} required={false} error={error?.field('expires_at')} hint={t('agents.tokenUntilHint')}><input class="input" type="datetime-local" value={until} onInput={(e) => setUntil(e.currentTarget.value)} /></Field>
			<button type="submit" class="button primary" disabled={!label.trim()}><Icon name="plus" />{t('agents.makeToken')}</button>
			{error && <ErrorNote error={error} shown={['label', 'expires_at']} />}
		</form>
	);
}

function Settings() {
	const s = useFetch<InventorySetting>('/cmdb/agents/settings');
	const [error, setError] = useState<ApiError | null>(null);
	const save = async (body: Partial<InventorySetting>) => {
		setError(null);
		try {
			await patch('/cmdb/agents/settings', body, s.etag);
			toast(t('agents.saved'), { icon: 'check' });
		} catch (e) {
			setError(asError(e));
		}
		await s.reload();
	};
	if (!s.data) return s.error ? <ErrorNote error={s.error} onRetry={() => void s.reload()} /> : null;
	const choices = (all: number[], now: number) => (all.includes(now) ? all : [...all, now].sort((a, b) => a - b));
	return (
		<section class="card agents-settings">
			<h2>{t('agents.settings')}</h2>
			<Field label={t('agents.period')}><select value={s.data.period_s} onChange={(e) => void save({ period_s: Number(e.currentTarget.value) })}>
				{choices([3600, 14400, 28800, 86400, 604800], s.data.period_s).map((x) => <option key={x} value={x}>{dur(x)}</option>)}</select></Field>
			<Field label={t('agents.staleAfter')}><select value={s.data.stale_after_s} onChange={(e) => void save({ stale_after_s: Number(e.currentTarget.value) })}>
				{choices([86400, 259200, 604800, 1209600, 2592000], s.data.stale_after_s).map((x) => <option key={x} value={x}>{dur(x)}</option>)}</select></Field>
			<label class="check"><input type="checkbox" checked={s.data.accept_unknown} onChange={(e) => void save({ accept_unknown: e.currentTarget.checked })} /> {t('agents.acceptUnknown')}</label>
			{error && <ErrorNote error={error} />}
		</section>
	);
}

export function TokenList({ onChange }: { onChange: () => void }) {
	const [made, setMade] = useState<Made | null>(null);
	const [ending, setEnding] = useState<EnrolmentToken | null>(null);
	const [version, setVersion] = useState(0);
	const [error, setError] = useState<ApiError | null>(null);
	const revoke = async (token: EnrolmentToken) => {
		setEnding(null);
		setError(null);
		try {
			await request(`/cmdb/agents/tokens/${token.id}`, { method: 'DELETE' });
			toast(t('agents.revoked', { label: token.label }), { icon: 'check' });
			setVersion((v) => v + 1);
			onChange();
		} catch (e) {
			setError(asError(e));
		}
	};
	return (
		<>
			<p class="muted agents-words">{t('agents.tokenWords')}</p>
			<Make onMade={(m) => { setMade(m); setVersion((v) => v + 1); }} />
			{error && <ErrorNote error={error} />}
			<GrowingList<EnrolmentToken> path="/cmdb/agents/tokens" filter={{}} version={version} label={t('agents.tokens')} empty={t('agents.noTokens')}
				head={<><th scope="col">{t('agents.tokenLabel')}</th><th scope="col">{t('agents.made')}</th><th scope="col">{t('agents.used')}</th><th scope="col">{t('agents.agents')}</th><th scope="col"><span class="hidden">{t('agents.decision')}</span></th></>}
				row={(x) => (
					<tr key={x.id}>
						<td><b class="agents-name">{x.label}</b>{x.expires_at && <span class="muted small">{t('agents.until', { when: whenFull(x.expires_at) })}</span>}</td>
						<td class="nowrap"><Time at={x.created_at} />{x.created_by && <span class="muted small">{x.created_by.name}</span>}</td>
						<td class="nowrap">{x.last_used_at ? <Time at={x.last_used_at} /> : '—'}</td>
						<td class="num">{x.agents}</td>
						<td>{x.revoked_at ? <span class="muted">{t('agents.revokedAt', { when: whenFull(x.revoked_at) })}</span>
							: <button type="button" class="button small" onClick={() => setEnding(x)}>{t('agents.revoke')}</button>}</td>
					</tr>
				)} />
			<Settings />
			{made && <Shown made={made} onClose={() => setMade(null)} />}
			{ending && (
				<Dialog title={t('agents.revokeTitle', { label: ending.label })} onClose={() => setEnding(null)}>
					<div class="dialog-body"><p>{t('agents.revokeWords', { n: ending.agents })}</p></div>
					<footer class="dialog-foot"><button type="button" class="button" onClick={() => setEnding(null)}>{t('action.cancel')}</button>
						<button type="button" class="button primary" onClick={() => void revoke(ending)}>{t('agents.revoke')}</button></footer>
				</Dialog>
			)}
		</>
	);
}
