// What a change of the model would do: differences, what would not fit with the cure for it, what becomes of items.
import { t, word } from '../lib/i18n';
import type { Conversion, Model, Problem, Report } from '../lib/model';
import { line } from '../lib/model';
import { labelIn } from './model-fields';

const about = (x: { class?: string; attribute?: string; relation_type?: string }) => x.relation_type ?? [x.class, x.attribute].filter(Boolean).join('/');

function parsed(text: string, type: string): unknown {
	if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
	if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
	return text;
}

function Cure({ problem, model, conversions, onChange }: { problem: Problem; model: Model; conversions: Conversion[]; onChange: (v: Conversion[]) => void }) {
	const mine = (c: Conversion) => problem.relation_type ? c.relation_type === problem.relation_type
		: problem.attribute ? c.class === problem.class && c.attribute === problem.attribute
			: problem.reason === 'state' ? c.class === problem.class && !!c.states : c.class === problem.class && !!c.move_to;
	const have = conversions.find(mine);
	const set = (v: Conversion) => onChange([...conversions.filter((c) => !mine(c)), { ...(problem.relation_type ? { relation_type: problem.relation_type } : { class: problem.class, ...(problem.attribute ? { attribute: problem.attribute } : {}) }), ...have, ...v }]);
	const attribute = model.classes.find((c) => c.name === problem.class)?.attributes.find((a) => a.name === problem.attribute);
	const type = attribute?.type ?? 'text';
	const states = problem.class ? [...new Set([...model.states, ...line(model, problem.class).flatMap((c) => c.states)].filter((s) => s.offered).map((s) => s.name))].filter((s) => s !== problem.state) : [];
	const below = model.classes.filter((c) => c.name !== problem.class && !c.abstract && line(model, c.name).some((x) => x.name === problem.class));
	return (
		<div class="model-cure">
			{problem.cure.includes('fill') && <label>{t('model.fill')} <input type="text" onChange={(e) => set({ fill: parsed(e.currentTarget.value, type) })} /></label>}
			{problem.cure.includes('map') && problem.values.map((v) => (
				<label key={String(v.value)}>{t('model.map', { value: String(v.value), n: v.count })}{' '}
					{attribute?.choices
						? <select onChange={(e) => set({ map: { ...(have?.map as object), [String(v.value)]: e.currentTarget.value || null } })}><option value="">—</option>{attribute.choices.map((c) => <option key={c.value} value={c.value}>{labelIn({ ...c, name: c.value })}</option>)}</select>
						: <input type="text" onChange={(e) => set({ map: { ...(have?.map as object), [String(v.value)]: e.currentTarget.value === '' ? null : parsed(e.currentTarget.value, type) } })} />}
				</label>
			))}
			{problem.cure.includes('unfit') && <label class="check"><input type="checkbox" checked={have?.unfit === 'drop'} onChange={() => set({ unfit: 'drop' })} /> {t('model.drop')}</label>}
			{problem.cure.includes('states') && <label>{t('model.map', { value: problem.state ?? '', n: problem.count })} <select onChange={(e) => set({ states: { ...(have?.states as object), [problem.state ?? '']: e.currentTarget.value } })}><option value="">—</option>{states.map((s) => <option key={s} value={s}>{s}</option>)}</select></label>}
			{problem.cure.includes('move_to') && <label>{t('model.moveTo')} <select onChange={(e) => e.currentTarget.value && set({ move_to: e.currentTarget.value })}><option value="">—</option>{below.map((c) => <option key={c.name} value={c.name}>{labelIn(c)}</option>)}</select></label>}
			{problem.cure.includes('end') && <label class="check"><input type="checkbox" onChange={() => set({ unfit: 'end' })} /> {t('model.end')}</label>}
		</div>
	);
}

export function Outlook({ report, model, conversions, onConversions }: { report: Report; model: Model; conversions: Conversion[]; onConversions: (v: Conversion[]) => void }) {
	return (
		<>
			<p>{t('model.changes', { n: report.changes.length })}</p>
			<ul class="model-changes">
				{report.changes.slice(0, 100).map((c, i) => (
					<li key={i}><b>{c.path}</b>{c.field ? `: ${c.field}` : ''} {c.field ? <><s>{JSON.stringify(c.old)}</s> → {JSON.stringify(c.new)}</> : <span class="muted">{word('modelOp', c.op)}</span>}</li>
				))}
			</ul>
			{report.problems.length > 0 && <h3>{t('model.unfit')}</h3>}
			{report.problems.map((p, i) => (
				<div key={i} class="model-problem">
					<p><b>{about(p)}</b>: {p.count} — {word('modelReason', p.reason)}</p>
					{p.cis && <p class="small muted">{p.cis.slice(0, 5).map((c) => <span key={c.id}>{p.relation_type ? c.name : <a href={`/cmdb/${c.id}`}>{c.name}</a>} </span>)}</p>}
					<Cure problem={p} model={model} conversions={conversions} onChange={onConversions} />
				</div>
			))}
			{report.effects.length > 0 && <><h3>{t('model.effects')}</h3><ul>{report.effects.map((e, i) => <li key={i}>{about(e)}: {word('modelEffect', e.effect)} {e.count}</li>)}</ul></>}
		</>
	);
}
