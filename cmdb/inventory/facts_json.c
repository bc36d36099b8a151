/* Writes facts as JSON in an order of its own, so that equal machines give equal text. See facts.h. */
#include "cmdb/inventory/facts.h"

#include "cmdb/value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_virtual(const struct inventory_facts *facts)
{
	return facts->vm_system && strcasecmp(facts->vm_system, "Physical") != 0;
}

static const char *machine_kind(const struct inventory_facts *facts)
{
	static const char *const racks[] = { "rack", "server", "blade", "multi-system" };
	if (is_virtual(facts))
		return "virtual_machine";
	for (size_t i = 0; facts->chassis && i < sizeof(racks) / sizeof(*racks); i++)
		if (strcasestr(facts->chassis, racks[i]))
			return "server";
	return facts->os_name && strcasestr(facts->os_name, "server") ? "server" : "workstation";
}

static int compare_parts(const void *a, const void *b)
{
	const struct inventory_part *one = a, *other = b;
	int order = strcmp(one->kind, other->kind);
	return order != 0 ? order : strcmp(one->key, other->key);
}

static int compare_programs(const void *a, const void *b)
{
	const struct inventory_program *one = a, *other = b;
	int order = strcmp(one->name, other->name);
	if (order == 0)
		order = strcmp(one->publisher, other->publisher);
	return order != 0 ? order : strcmp(one->version, other->version);
}

static void text(struct json_out *json, const char *key, const char *value)
{
	if (value)
		json_text(json, key, value);
}

static void number(struct json_out *json, const char *key, int64_t value)
{
	if (value > 0)
		json_int(json, key, value);
}

/* The interface that carries the machine's own address, else the first that has one, else the first. */
static const struct inventory_part *main_interface(const struct inventory_facts *facts)
{
	const struct inventory_part *found = NULL;
	for (int i = 0; i < facts->part_count; i++) {
		const struct inventory_part *part = &facts->parts[i];
		if (strcmp(part->kind, "network_interface") != 0)
			continue;
		if (part->ip && facts->main_ip && strcmp(part->ip, facts->main_ip) == 0)
			return part;
		if (!found || (part->ip && !found->ip))
			found = part;
	}
	return found;
}

static void write_machine(struct json_out *json, const struct inventory_facts *facts, const char *device)
{
	const struct inventory_part *interface = main_interface(facts);
	const char *address = facts->main_ip ? value_ip(facts->arena, facts->main_ip) : NULL;
	json_open_object(json, "machine");
	json_text(json, "kind", machine_kind(facts));
	json_text(json, "name", facts->name ? facts->name : device);
	json_open_object(json, "attributes");
	text(json, "hostname", facts->fqdn && strchr(facts->fqdn, '.') ? facts->fqdn : facts->name);
	text(json, "domain", facts->domain);
	text(json, "os", facts->os_name);
	text(json, "os_version", facts->os_version);
	text(json, "manufacturer", facts->manufacturer);
	text(json, "model", facts->model);
	text(json, "serial_number", facts->serial);
	text(json, "uuid", facts->uuid);
	text(json, "mac", interface ? interface->mac : NULL);
	text(json, "ip", interface && interface->ip ? interface->ip : address);
	number(json, "memory_gb", facts->memory_mb > 0 ? (facts->memory_mb + 512) / 1024 : -1);
	text(json, "cpu", facts->cpu);
	number(json, "cpu_cores", facts->cores);
	if (is_virtual(facts)) {
		number(json, "cpu_count", facts->cores > 0 ? facts->cores : facts->cpus);
		text(json, "hypervisor", facts->vm_system);
	}
	number(json, "disk_gb", facts->disk_gb);
	text(json, "kernel", facts->kernel);
	text(json, "architecture", facts->architecture);
	text(json, "chassis", facts->chassis);
	text(json, "board_serial", facts->board_serial);
	text(json, "bios_version", facts->bios_version);
	text(json, "bios_date", facts->bios_date);
	json_close_object(json);
	json_close_object(json);
}

/* Disks of a virtual machine are files: their serial numbers repeat from machine to machine. */
static void write_part(struct json_out *json, const struct inventory_facts *facts, const struct inventory_part *part)
{
	bool file = is_virtual(facts) && strcmp(part->kind, "disk") == 0;
	json_open_object(json, NULL);
	json_text(json, "kind", part->kind);
	json_text(json, "key", part->key);
	json_text(json, "name", part->name);
	json_open_object(json, "attributes");
	text(json, "manufacturer", part->manufacturer);
	text(json, "model", part->model);
	text(json, "serial_number", file ? NULL : part->serial);
	text(json, "mac", part->mac);
	text(json, "ip", part->ip);
	text(json, "uuid", part->uuid);
	text(json, "firmware", part->firmware);
	text(json, "driver", part->driver);
	text(json, "hypervisor", part->hypervisor);
	number(json, "size_gb", part->size_gb);
	number(json, "memory_gb", part->memory_gb);
	number(json, "cpu_count", part->cpu_count);
	json_close_object(json);
	json_close_object(json);
}

/* Equal keys are one part: the later entry says nothing new about it. */
static void write_parts(struct json_out *json, struct inventory_facts *facts)
{
	const struct inventory_part *before = NULL;
	if (facts->part_count > 0)
		qsort(facts->parts, (size_t)facts->part_count, sizeof(*facts->parts), compare_parts);
	json_open_array(json, "parts");
	for (int i = 0; i < facts->part_count; i++) {
		if (!before || compare_parts(before, &facts->parts[i]) != 0)
			write_part(json, facts, &facts->parts[i]);
		before = &facts->parts[i];
	}
	json_close_array(json);
}

static void write_software(struct json_out *json, struct inventory_facts *facts)
{
	const struct inventory_program *before = NULL;
	if (facts->program_count > 0)
		qsort(facts->programs, (size_t)facts->program_count, sizeof(*facts->programs), compare_programs);
	json_open_array(json, "software");
	for (int i = 0; i < facts->program_count; i++) {
		const struct inventory_program *program = &facts->programs[i];
		if (!before || compare_programs(before, program) != 0) {
			json_open_array(json, NULL);
			json_text(json, NULL, program->name);
			json_text(json, NULL, program->publisher);
			json_text(json, NULL, program->version);
			json_close_array(json);
		}
		before = program;
	}
	json_close_array(json);
}

/* Sections about which the inventory speaks: what of them is not in it is gone. */
static void write_sections(struct json_out *json, const struct inventory_facts *facts, bool partial)
{
	static const struct {
		unsigned bit;
		const char *kind;
		bool often_empty;
	} sections[] = {
		{ SECTION_NETWORKS, "network_interface", false },
		{ SECTION_STORAGES, "disk", false },
		{ SECTION_MONITORS, "monitor", true },
		{ SECTION_PRINTERS, "printer", true },
		{ SECTION_VIRTUALMACHINES, "virtual_machine", true },
		{ SECTION_SOFTWARES, "software", false },
	};
	json_open_array(json, "sections");
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if ((facts->sections & sections[i].bit) != 0 || (!partial && sections[i].often_empty))
			json_text(json, NULL, sections[i].kind);
	json_close_array(json);
}

const char *inventory_facts_json(struct inventory_facts *facts, const char *device, bool partial, size_t *length_r)
{
	struct json_out json;
	json_begin(&json, facts->arena, 4096 + 256 * (size_t)facts->part_count + 96 * (size_t)facts->program_count);
	json_open_object(&json, NULL);
	write_machine(&json, facts, device);
	write_parts(&json, facts);
	write_software(&json, facts);
	write_sections(&json, facts, partial);
	json_bool(&json, "partial", partial);
	json_open_object(&json, "cut");
	json_int(&json, "parts", facts->parts_cut);
	json_int(&json, "software", facts->programs_cut);
	json_close_object(&json);
	json_close_object(&json);
	*length_r = json.text.length;
	return json.text.data;
}
