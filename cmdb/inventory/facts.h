/* What an inventory says, in our words: one machine, its parts, its software. Pure: no database, no clock.
 * Collected entry by entry; what changes with every report (free space, uptime, processes) is left out, so that the same machine gives the
 * same text. Values that makers left unfilled ("To be filled by O.E.M.") are none.
 * Refuses: parts beyond INVENTORY_PARTS_MAX and programs beyond INVENTORY_SOFTWARE_MAX: they are counted as cut. */
#ifndef VAKHTA_CMDB_INVENTORY_FACTS_H
#define VAKHTA_CMDB_INVENTORY_FACTS_H

#include "cmdb/inventory/record.h"

#include "base/text.h"

#define INVENTORY_PARTS_MAX 500
#define INVENTORY_SOFTWARE_MAX 20000

struct inventory_part {
	const char *kind; /* network_interface, disk, monitor, printer, virtual_machine */
	const char *key, *name;
	const char *manufacturer, *model, *serial, *mac, *ip, *uuid, *firmware, *driver, *hypervisor;
	int64_t size_gb, memory_gb, cpu_count; /* -1: not said */
};

struct inventory_program {
	const char *name, *publisher, *version;
};

/* Sections that were in the inventory, also without entries: a bit each. */
enum inventory_section {
	SECTION_NETWORKS = 1 << 0,
	SECTION_STORAGES = 1 << 1,
	SECTION_MONITORS = 1 << 2,
	SECTION_PRINTERS = 1 << 3,
	SECTION_VIRTUALMACHINES = 1 << 4,
	SECTION_SOFTWARES = 1 << 5,
	SECTION_CPUS = 1 << 6,
};

struct inventory_facts {
	struct arena *arena;
	const char *name, *uuid, *fqdn, *domain, *vm_system, *chassis, *os_name, *os_version, *kernel, *architecture;
	const char *manufacturer, *model, *serial, *board_serial, *bios_version, *bios_date, *cpu, *main_ip;
	int64_t memory_mb, cores, cpus, disk_gb;
	unsigned sections;
	struct inventory_part *parts;
	struct inventory_program *programs;
	int part_count, part_capacity, program_count, program_capacity, parts_cut, programs_cut;
};

struct inventory_facts *inventory_facts_create(struct arena *arena);
/* An entry of the inventory's content; those of other sections are passed over. */
void inventory_facts_take(struct inventory_facts *facts, const struct inventory_record *record);
/* As kept in inventory_agent.facts, in an order of its own. `device` names a machine that has no name. `partial`: sections that are not there
 * say nothing; otherwise no monitors, printers and virtual machines means that there are none. */
const char *inventory_facts_json(struct inventory_facts *facts, const char *device, bool partial, size_t *length_r);

/* NULL when the value is one that makers leave unfilled. */
const char *inventory_real_value(const char *text_or_null);

#endif
