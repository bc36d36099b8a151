/* See facts.h. Owns: which fields of which section say what. */
#include "cmdb/inventory/facts.h"

#include "cmdb/value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SHOWN_MAX 200

struct inventory_facts *inventory_facts_create(struct arena *arena)
{
	struct inventory_facts *facts = arena_alloc(arena, sizeof(*facts));
	facts->arena = arena;
	facts->memory_mb = -1;
	return facts;
}

const char *inventory_real_value(const char *text)
{
	static const char *const unfilled[] = { "to be filled by o.e.m.", "to be filled by o.e.m", "to be filled", "default string", "system serial number",
		"system product name", "system manufacturer", "not specified", "not available", "not applicable", "none", "n/a", "unknown", "invalid", "empty",
		"o.e.m.", "oem", "chassis serial number", "base board serial number", "0123456789", "123456789", "1234567890", "serial", "no asset tag",
		"03000200-0400-0500-0006-000700080009", "type1productconfigid", "xxxxxxx" };
	if (!text || strspn(text, "0 .-:fF") == strlen(text) || strspn(text, "xX*-. ") == strlen(text))
		return NULL;
	for (size_t i = 0; i < sizeof(unfilled) / sizeof(*unfilled); i++)
		if (strcasecmp(text, unfilled[i]) == 0)
			return NULL;
	return text;
}

/* Bounded for pages and columns; cut at a character. */
static const char *shown(struct inventory_facts *facts, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t characters = 0;
	if (!text)
		return NULL;
	for (; *at; at++)
		if ((*at & 0xc0) != 0x80 && ++characters > SHOWN_MAX)
			return arena_strndup(facts->arena, text, (size_t)((const char *)at - text));
	return text;
}

static const char *get(struct inventory_facts *facts, const struct inventory_record *record, const char *name)
{
	return shown(facts, inventory_record_get(facts->arena, record, name));
}

static const char *real(struct inventory_facts *facts, const struct inventory_record *record, const char *name)
{
	return inventory_real_value(get(facts, record, name));
}

static const char *either(const char *one, const char *other)
{
	return one ? one : other;
}

static const char *lower(struct arena *arena, const char *text)
{
	char *copy = text ? arena_strdup(arena, text) : NULL;
	for (char *c = copy; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static struct inventory_part *part_add(struct inventory_facts *facts, const char *kind)
{
	if (facts->part_count == INVENTORY_PARTS_MAX) {
		facts->parts_cut++;
		return NULL;
	}
	if (facts->part_count == facts->part_capacity) {
		int capacity = facts->part_capacity == 0 ? 32 : facts->part_capacity * 2;
		struct inventory_part *grown = arena_array(facts->arena, (size_t)capacity, sizeof(*grown));
		if (facts->part_count > 0)
			memcpy(grown, facts->parts, (size_t)facts->part_count * sizeof(*grown));
		facts->parts = grown;
		facts->part_capacity = capacity;
	}
	struct inventory_part *part = &facts->parts[facts->part_count++];
	*part = (struct inventory_part){ .kind = kind, .size_gb = -1, .memory_gb = -1, .cpu_count = -1 };
	return part;
}

static void take_hardware(struct inventory_facts *facts, const struct inventory_record *record)
{
	facts->name = get(facts, record, "name");
	facts->uuid = lower(facts->arena, real(facts, record, "uuid"));
	facts->vm_system = get(facts, record, "vmsystem");
	facts->chassis = get(facts, record, "chassis_type");
	facts->memory_mb = inventory_record_number(record, "memory");
	facts->domain = either(facts->domain, get(facts, record, "workgroup"));
	facts->os_name = either(facts->os_name, get(facts, record, "osname"));
	facts->os_version = either(facts->os_version, get(facts, record, "osversion"));
	facts->main_ip = get(facts, record, "ipaddr");
}

static void take_bios(struct inventory_facts *facts, const struct inventory_record *record)
{
	facts->manufacturer = either(real(facts, record, "smanufacturer"), real(facts, record, "mmanufacturer"));
	facts->model = either(real(facts, record, "smodel"), real(facts, record, "mmodel"));
	facts->serial = real(facts, record, "ssn");
	facts->board_serial = real(facts, record, "msn");
	facts->bios_version = get(facts, record, "bversion");
	facts->bios_date = get(facts, record, "bdate");
}

static void take_system(struct inventory_facts *facts, const struct inventory_record *record)
{
	facts->os_name = either(either(get(facts, record, "full_name"), get(facts, record, "name")), facts->os_name);
	facts->os_version = either(get(facts, record, "version"), facts->os_version);
	facts->kernel = get(facts, record, "kernel_version");
	facts->architecture = get(facts, record, "arch");
	facts->fqdn = get(facts, record, "fqdn");
	facts->domain = either(get(facts, record, "dns_domain"), facts->domain);
}

static void take_processor(struct inventory_facts *facts, const struct inventory_record *record)
{
	int64_t cores = inventory_record_number(record, "core");
	const char *name = get(facts, record, "name");
	if (record->count == 0)
		return;
	facts->cpus++;
	if (cores > 0 && cores < 4096)
		facts->cores += cores;
	if (!facts->cpu)
		facts->cpu = name;
}

/* An interface has an entry for each of its addresses. Those that software makes come and go, and are none that anybody replaces. */
static void take_network(struct inventory_facts *facts, const struct inventory_record *record)
{
	const char *mac = get(facts, record, "macaddr"), *mac_form = mac ? value_mac(facts->arena, mac) : NULL, *kind = get(facts, record, "type");
	const char *address = either(get(facts, record, "ipaddress"), get(facts, record, "ip")), *name = get(facts, record, "description");
	const char *ip = address ? value_ip(facts->arena, address) : NULL;
	struct inventory_part *part = NULL;
	if (!mac_form || !inventory_real_value(mac_form) || inventory_record_number(record, "virtualdev") == 1)
		return;
	if (kind && (strcasecmp(kind, "loopback") == 0 || strcasecmp(kind, "bridge") == 0 || strcasecmp(kind, "alias") == 0))
		return;
	for (int i = 0; i < facts->part_count && !part; i++)
		if (facts->parts[i].mac && strcmp(facts->parts[i].kind, "network_interface") == 0 && strcmp(facts->parts[i].mac, mac_form) == 0)
			part = &facts->parts[i];
	if (!part) {
		part = part_add(facts, "network_interface");
		if (!part)
			return;
		part->mac = mac_form;
		part->key = mac_form;
		part->name = either(name, mac_form);
		part->manufacturer = real(facts, record, "manufacturer");
		part->model = real(facts, record, "model");
	}
	if (ip && !part->ip && strncmp(ip, "127.", 4) != 0 && strncmp(ip, "169.254.", 8) != 0)
		part->ip = ip;
}

static bool removable(const char *type)
{
	static const char *const kinds[] = { "cd", "dvd", "removable", "floppy", "optical", "usb" };
	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcasestr(type, kinds[i]))
			return true;
	return false;
}

static void take_storage(struct inventory_facts *facts, const struct inventory_record *record)
{
	int64_t size_mb = inventory_record_number(record, "disksize");
	const char *name = get(facts, record, "name"), *type = get(facts, record, "type"), *interface = get(facts, record, "interface");
	const char *serial = either(real(facts, record, "serialnumber"), real(facts, record, "serial"));
	if (record->count == 0 || removable(type) || removable(interface) || (size_mb <= 0 && !serial))
		return;
	struct inventory_part *part = part_add(facts, "disk");
	if (!part)
		return;
	part->serial = serial;
	part->manufacturer = real(facts, record, "manufacturer");
	part->model = real(facts, record, "model");
	part->firmware = get(facts, record, "firmware");
	part->size_gb = size_mb > 0 ? (size_mb + 500) / 1000 : -1;
	part->key = either(serial, either(name, "disk"));
	part->name = either(either(part->model, name), "disk");
	if (part->size_gb > 0)
		facts->disk_gb += part->size_gb;
}

static void take_monitor(struct inventory_facts *facts, const struct inventory_record *record)
{
	const char *caption = either(real(facts, record, "caption"), real(facts, record, "name"));
	const char *serial = either(real(facts, record, "serial"), real(facts, record, "altserial"));
	if (!caption && !serial)
		return;
	struct inventory_part *part = part_add(facts, "monitor");
	if (!part)
		return;
	part->serial = serial;
	part->model = caption;
	part->manufacturer = real(facts, record, "manufacturer");
	part->key = either(serial, caption);
	part->name = either(caption, serial);
}

/* Printers of paper: queues that write files, faxes and redirected ones are none. */
static void take_printer(struct inventory_facts *facts, const struct inventory_record *record)
{
	static const char *const none[] = { "print to pdf", "xps document", "onenote", "fax", "pdf", "redirected" };
	const char *name = get(facts, record, "name"), *port = get(facts, record, "port"), *driver = get(facts, record, "driver");
	for (size_t i = 0; name && i < sizeof(none) / sizeof(*none); i++)
		if (strcasestr(name, none[i]))
			return;
	if (!name || (port && (strcasestr(port, "prompt:") || strcasecmp(port, "nul:") == 0 || strncasecmp(port, "TS", 2) == 0)))
		return;
	struct inventory_part *part = part_add(facts, "printer");
	if (!part)
		return;
	part->serial = real(facts, record, "serial");
	part->driver = driver;
	part->name = name;
	part->key = either(part->serial, name);
}

/* Containers come and go by the hour, and are code rather than machines. */
static void take_machine(struct inventory_facts *facts, const struct inventory_record *record)
{
	const char *name = get(facts, record, "name"), *uuid = lower(facts->arena, real(facts, record, "uuid")), *type = get(facts, record, "vmtype");
	int64_t memory_mb = inventory_record_number(record, "memory");
	if (!name || (type && (strcasestr(type, "docker") || strcasestr(type, "podman") || strcasestr(type, "lxc") || strcasestr(type, "containerd"))))
		return;
	struct inventory_part *part = part_add(facts, "virtual_machine");
	if (!part)
		return;
	part->name = name;
	part->uuid = uuid;
	part->key = either(uuid, name);
	part->hypervisor = either(get(facts, record, "subsystem"), type);
	part->memory_gb = memory_mb > 0 ? (memory_mb + 512) / 1024 : -1;
	part->cpu_count = inventory_record_number(record, "vcpu");
}

static void take_program(struct inventory_facts *facts, const struct inventory_record *record)
{
	const char *name = get(facts, record, "name");
	if (!name)
		return;
	if (facts->program_count == INVENTORY_SOFTWARE_MAX) {
		facts->programs_cut++;
		return;
	}
	if (facts->program_count == facts->program_capacity) {
		int capacity = facts->program_capacity == 0 ? 512 : facts->program_capacity * 2;
		struct inventory_program *grown = arena_array(facts->arena, (size_t)capacity, sizeof(*grown));
		if (facts->program_count > 0)
			memcpy(grown, facts->programs, (size_t)facts->program_count * sizeof(*grown));
		facts->programs = grown;
		facts->program_capacity = capacity;
	}
	facts->programs[facts->program_count++] =
		(struct inventory_program){ name, either(get(facts, record, "publisher"), ""), either(get(facts, record, "version"), "") };
}

void inventory_facts_take(struct inventory_facts *facts, const struct inventory_record *record)
{
	static const struct {
		const char *section;
		unsigned bit;
		void (*take)(struct inventory_facts *facts, const struct inventory_record *record);
	} sections[] = {
		{ "softwares", SECTION_SOFTWARES, take_program },
		{ "hardware", 0, take_hardware },
		{ "bios", 0, take_bios },
		{ "operatingsystem", 0, take_system },
		{ "cpus", SECTION_CPUS, take_processor },
		{ "networks", SECTION_NETWORKS, take_network },
		{ "storages", SECTION_STORAGES, take_storage },
		{ "monitors", SECTION_MONITORS, take_monitor },
		{ "printers", SECTION_PRINTERS, take_printer },
		{ "virtualmachines", SECTION_VIRTUALMACHINES, take_machine },
	};
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (strcmp(record->section, sections[i].section) == 0) {
			facts->sections |= sections[i].bit;
			sections[i].take(facts, record);
			return;
		}
}
