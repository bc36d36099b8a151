// A life state of a CI: its word, and a mark in the colour that the model gives it.
export type CiStateOf = { name: string; label: string; colour: string; kind: string };

export function CiState({ state }: { state: CiStateOf }) {
	return <span class={`ci-state ci-colour-${state.colour} ci-kind-${state.kind}`}>{state.label}</span>;
}
