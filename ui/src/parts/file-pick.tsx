// One file to choose: a button in our words and our looks (the browser's own speaks the browser's language), and what was chosen.
import { bytes } from '../lib/format';
import { Icon } from './icons';

export function FilePick({ file, onFile, choose, remove, accept, ...field }: {
	file: File | null; onFile: (file: File | null) => void; choose: string; remove: string; accept?: string; [attribute: string]: unknown;
}) {
	return (
		<div class="file-pick">
			<label class="button file-button"><Icon name="clip" /><span>{choose}</span>
				<input {...field} type="file" accept={accept} class="hidden" onChange={(e) => {
					const chosen = e.currentTarget.files?.[0];
					e.currentTarget.value = '';
					if (chosen) onFile(chosen);
				}} /></label>
			{file && <span class="file-chosen"><span class="clip">{file.name}</span><span class="muted">{bytes(file.size)}</span><button type="button" class="icon-button" aria-label={remove} title={remove} onClick={() => onFile(null)}><Icon name="close" size={14} /></button></span>}
		</div>
	);
}
