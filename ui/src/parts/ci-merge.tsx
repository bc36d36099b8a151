// The dialog that merges a duplicate into a CI: the other one is found, both are shown side by side, values are chosen.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { post, query } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { t } from '../lib/i18n';
import type { Side } from '../lib/reconcile';
import type { CiItem, Page } from '../lib/types';
import { ErrorNote, Field, Skeleton } from './bits';
import { Dialog, toast } from './dialog';
import { SideTable } from './side-table';

export function CiMerge({ ci, onClose, onMerged }: { ci: { id: number | string; name: string }; onClose: () => void; onMerged: () => void }) {
	const [typed, setTyped] = useState(ci.name);
	const [other, setOther] = useState<number | null>(null);
	const [take, setTake] = useState<string[]>([]);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const found = useFetch<Page<CiItem>>(typed.trim() ? `/cmdb/cis${query({ q: typed.trim(), limit: 20 })}` : null);
	const pair = useFetch<{ kept: Side; merged: Side; labels: Record<string, string> }>(other ? `/cmdb/cis/${ci.id}/merge?other=${other}` : null);
	const merge = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			await post(`/cmdb/cis/${ci.id}/merge`, { other, take });
			toast(t('merge.done'), { icon: 'check' });
			onMerged();
		} catch (err) {
			setError(asError(err));
		} finally {
			setBusy(false);
		}
	};
	const theirs = pair.data?.merged.fields ?? {}, mine = pair.data?.kept.fields ?? {};
	return (
		<Dialog title={t('merge.title', { name: ci.name })} onClose={onClose} wide>
			<form class="dialog-body merge" onSubmit={(e) => void merge(e)}>
				<Field label={t('merge.other')} hint={t('merge.otherHint')}><input type="search" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} /></Field>
				<div class="merge-found" role="radiogroup" aria-label={t('merge.other')}>
					{(found.data?.items ?? []).filter((x) => String(x.id) !== String(ci.id)).map((x) => (
						<label key={x.id}><input type="radio" name="merge-other" checked={other === Number(x.id)} onChange={() => { setOther(Number(x.id)); setTake([]); }} /> {x.name} <span class="muted small">№ {x.id}</span></label>
					))}
				</div>
				{other && !pair.data && !pair.error && <Skeleton rows={4} />}
				{pair.data && <>
					<SideTable labels={pair.data.labels} sides={[{ head: <>{t('merge.mine')}: {pair.data.kept.name}</>, fields: mine }, { head: <>{t('merge.theirs')}: {pair.data.merged.name}</>, fields: theirs }]}
						extra={(f) => theirs[f] !== undefined && mine[f] !== undefined && JSON.stringify(theirs[f]) !== JSON.stringify(mine[f]) && (
							<input type="checkbox" aria-label={`${t('merge.take')}: ${f}`} checked={take.includes(f)} onChange={(e) => setTake(e.currentTarget.checked ? [...take, f] : take.filter((x) => x !== f))} />
						)} />
					<p class="small">{t('amb.factsOf', { tickets: pair.data.merged.tickets, relations: pair.data.merged.relations, users: pair.data.merged.users })}. {t('merge.goes')}</p>
				</>}
				{(error ?? pair.error) && <ErrorNote error={(error ?? pair.error)!} />}
				<div class="buttons"><button type="submit" class="button primary" disabled={!pair.data || busy}>{t('merge.do')}</button></div>
			</form>
		</Dialog>
	);
}
