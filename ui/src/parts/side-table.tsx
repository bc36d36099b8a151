// Things side by side, a row a field: what differs is marked by weight and a sign, not by colour alone.
import type { ComponentChildren } from 'preact';
import { t } from '../lib/i18n';
import { fieldName, shown } from '../lib/reconcile';

export function SideTable({ sides, labels, extra }: { sides: { head: ComponentChildren; fields: Record<string, unknown> }[]; labels: Record<string, string>; extra?: (field: string) => ComponentChildren }) {
	const fields = [...new Set(sides.flatMap((s) => Object.keys(s.fields)))].sort((a, b) => Number(a.startsWith('/attributes/')) - Number(b.startsWith('/attributes/')) || a.localeCompare(b));
	const differs = (f: string) => new Set(sides.map((s) => shown(s.fields[f]).toLowerCase())).size > 1;
	return (
		<div class="table-scroll" tabIndex={0} role="group" aria-label={t('amb.field')}>
			<table class="table side-table">
				<thead><tr><th scope="col">{t('amb.field')}</th>{sides.map((s, i) => <th key={i} scope="col">{s.head}</th>)}{extra && <th scope="col">{t('merge.take')}</th>}</tr></thead>
				<tbody>{fields.map((f) => (
					<tr key={f} class={differs(f) ? 'side-differs' : ''}>
						<th scope="row">{differs(f) ? '≠ ' : ''}{fieldName(f, labels)}</th>
						{sides.map((s, i) => <td key={i}>{shown(s.fields[f])}</td>)}
						{extra && <td>{extra(f)}</td>}
					</tr>
				))}</tbody>
			</table>
		</div>
	);
}
