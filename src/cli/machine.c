// SPDX-License-Identifier: GPL-2.0-only
#include "cli/machine.h"

#include <json.h>
#include <sys/utsname.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cli/aliasing.h"
#include "engine/owner.h"
#include "output/jsonobj.h"
#include "probe/kallsyms.h"
#include "probe/modulefile.h"

static void add_driver(void *priv, const char *ops)
{
	*(uint32_t *)priv |= 1u << dxa_driver_by_ops(ops);
}

static void add_drivers(struct json_object *to, const char *key, uint32_t drivers)
{
	struct json_object *a = dxa_json_array(to, key);

	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (drivers >> i & 1)
			json_object_array_add(a,
					      dxa_json_string(dxa_driver_name((enum dxa_driver)i)));
}

/* Drivers whose modules are installed and not loaded: "pmem (nd_pmem)". */
static void add_installed(struct json_object *to, uint32_t loaded)
{
	struct json_object *a = dxa_json_array(to, "installed");

	for (int i = 0; i < DXA_DRIVER_COUNT; i++) {
		const struct dxa_owner *owner = dxa_owner_of((enum dxa_driver)i);
		char path[512], words[128];

		if (loaded >> i & 1 || !owner->module ||
		    !dxa_module_find(owner->module, path, sizeof(path)))
			continue;
		snprintf(words, sizeof(words), "%s (%s)", owner->name, owner->module);
		json_object_array_add(a, dxa_json_string(words));
	}
}

/* If the symbols cannot be read, "drivers" is missing, not empty. */
static void add_available(struct json_object *to)
{
	struct dxa_kallsyms *syms;
	uint32_t drivers = 0;
	struct dxa_err *err = dxa_kallsyms_open(DXA_KALLSYMS, NULL, &syms);

	if (err) {
		dxa_log(DXA_LOG_WARN, "the drivers of this kernel are not known: %s", err->msg);
		dxa_err_free(err);
		return;
	}
	dxa_kallsyms_each_ops(syms, add_driver, &drivers);
	dxa_kallsyms_free(syms);
	add_drivers(to, "drivers", drivers);
	add_installed(to, drivers);
}

struct json_object *dxa_machine_object(const struct dxa_policy *policy, const char *btf)
{
	struct json_object *o = json_object_new_object();
	struct dxa_policy_machine machine;
	struct dxa_aliasing_answer seen;
	struct dxa_expectation e;
	struct utsname uts;

	uname(&uts);
	/* Like a live audit: first the machine, then the policy. */
	dxa_aliasing_ask(uts.machine, btf, &seen);
	e = (struct dxa_expectation){ .aliasing = seen.aliasing, .aliasing_from = seen.from };
	machine = (struct dxa_policy_machine){ uts.release, dxa_arch_by_machine(uts.machine) };
	dxa_policy_expect(policy, &machine, &e);
	dxa_json_add_string(o, "release", uts.release);
	dxa_json_add_string(o, "machine", uts.machine);
	dxa_json_add_string(o, "architecture", machine.arch ? machine.arch->name : NULL);
	dxa_json_add_string(o, "architecture_source", machine.arch ? machine.arch->source : NULL);
	dxa_json_add_string(o, "aliasing", dxa_aliasing_name(e.aliasing));
	dxa_json_add_string(o, "aliasing_from", e.aliasing_from);
	dxa_json_add_u64(o, "eopnotsupp", (uint64_t)e.eopnotsupp);
	add_available(o);
	add_drivers(o, "required", e.required);
	return o;
}

void dxa_machine_print_list(FILE *out, struct json_object *o, const char *key)
{
	struct json_object *list;
	size_t n;

	if (!json_object_object_get_ex(o, key, &list)) {
		fputs(" not known\n", out);
		return;
	}
	n = json_object_array_length(list);
	fputs(n ? "" : " none", out);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : " ", out);
		dxa_utf8_print(out, json_object_get_string(json_object_array_get_idx(list, i)));
	}
	fputc('\n', out);
}

void dxa_machine_print(FILE *out, struct json_object *machine, const char *prefix)
{
	const char *arch = dxa_json_member(machine, "architecture");
	struct json_object *installed;

	fprintf(out, "%sLinux %s %s\n", prefix, dxa_json_member(machine, "release"),
		dxa_json_member(machine, "machine"));
	fprintf(out, "%sarchitecture: %s", prefix, arch ? arch : "not known\n");
	if (arch)
		fprintf(out, " (by the kernel's %s)\n",
			dxa_json_member(machine, "architecture_source"));
	fprintf(out, "%sdata cache aliases: %s (", prefix, dxa_json_member(machine, "aliasing"));
	dxa_utf8_print(out, dxa_json_member(machine, "aliasing_from"));
	fprintf(out, ")\n%sEOPNOTSUPP is %s\n", prefix, dxa_json_member(machine, "eopnotsupp"));
	fprintf(out, "%sdrivers that can allocate a dax_device:", prefix);
	dxa_machine_print_list(out, machine, "drivers");
	if (json_object_object_get_ex(machine, "installed", &installed) &&
	    json_object_array_length(installed)) {
		fprintf(out, "%sdrivers that are installed, not loaded:", prefix);
		dxa_machine_print_list(out, machine, "installed");
	}
	fprintf(out, "%sdrivers that must be exercised:", prefix);
	dxa_machine_print_list(out, machine, "required");
}
