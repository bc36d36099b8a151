// A case that a supplier works on, made through the API by the people of the demo company, and links to it.
import { api, person } from './browser.mjs';

export async function openCase(browser, url, words) {
	const employee = await person(browser, url, 'employee');
	const ticket = await api(employee.page, 'POST', '/tickets', { kind: 'incident', subject: words, body: words });
	await employee.close();
	const agent = await person(browser, url, 'agent', { language: 'en' });
	const { items } = await api(agent.page, 'GET', '/contracts?limit=50');
	const contract = items.find((k) => k.in_force !== null && k.coverage.length > 0 && [1, 2, 3, 4].every((p) => k.targets.some((x) => x.priority === p)));
	await api(agent.page, 'POST', `/tickets/${ticket.number}/take`, {});
	await api(agent.page, 'PUT', `/tickets/${ticket.number}/cis/${contract.coverage[0].id}`, { role: 'cause' });
	const made = await api(agent.page, 'POST', `/tickets/${ticket.number}/cases`, { summary: words, body: words, supplier: contract.supplier.id, contract: contract.id });
	return { agent, number: made.number, ticket: ticket.number, supplier: contract.supplier };
}

export async function makeLink(browser, url, supplier, number) {
	const manager = await person(browser, url, 'manager');
	const { url: address } = await api(manager.page, 'POST', `/suppliers/${supplier.id}/links`, { ...(number ? { case: number } : {}), recipient: 'test@supplier.example', days: 2 });
	await manager.close();
	return `${url}${new URL(address).pathname}`;
}
