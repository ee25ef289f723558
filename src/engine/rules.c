// SPDX-License-Identifier: GPL-2.0-only
#include "engine/rules.h"

#include <string.h>

/*
 * Commits: ids and subjects as they are in mainline; that the sources of 6.1.176,
 * 6.12.107 and 7.2.13 have the change, or the defect, was checked. What brought a
 * defect was read in the patch itself. A defect that 7.2.13 still has, has nothing
 * that fixed it.
 */
static const struct dxa_rule_commit pmem_leak[] = {
	{ "introduced by", "pmem", "fb08a1908cb119a4585611d91461ab6d27756b14",
	  "dax: simplify the dax_device <-> gendisk association", "v5.17" },
	{ "fixed by", "pmem", "f6932a275461e339de69df01195c50951f039153",
	  "nvdimm/pmem: fix leak on dax_add_host() failure", "v6.9" },
};

static const struct dxa_rule_commit non_fatal[] = {
	{ "fixed by", "pmem", "f4d373ddd699561d81e79f17bb68064b1a9b686b",
	  "nvdimm/pmem: Treat alloc_dax() -EOPNOTSUPP failure as non-fatal", "v6.9" },
	{ "fixed by", "dm", "c29290728decdf58b48b10a58861beca3f2f87f0",
	  "dm: treat alloc_dax() -EOPNOTSUPP failure as non-fatal", "v6.9" },
	{ "fixed by", "virtiofs", "562ce8285b5da3f0d2087341f262c0c728d43f31",
	  "virtio: treat alloc_dax() -EOPNOTSUPP failure as non-fatal", "v6.9" },
	{ "reworked by", "dcssblk", "cf7fe690abbbe520034843b97423d35e0acf9bd8",
	  "dcssblk: handle alloc_dax() -EOPNOTSUPP failure", "v6.9" },
};

static const struct dxa_rule_commit aliasing_check[] = {
	{ "decided by", NULL, "1df4ca0155acb37b9b1d03ab91323d70a309ff54",
	  "dax: check for data cache aliasing at runtime", "v6.9" },
	{ "decided by", NULL, "8690bbcf3b7010b31fdbf3851e1add6ae19b8624",
	  "Introduce cpu_dcache_is_aliasing() across all architectures", "v6.9" },
	{ "decided by", NULL, "902ccb86ed02eea5b81c2afb514c0a7d72f63de2",
	  "dax: fix incorrect list of data cache aliasing architectures", "v6.9" },
};

/* The reset was never there; with this flag it began to matter. */
static const struct dxa_rule_commit flags_kept[] = {
	{ "introduced by", NULL, "fefc1d97fa4b5e016bbe15447dc3edcd9e1bcb9f",
	  "libnvdimm: add dax_dev sync flag", "v5.3" },
};

static const struct dxa_rule_commit cdev_of_each_bind[] = {
	{ "introduced by", "device-dax", "9567da0b408a2553d32ca83cba4f1fc5a8aad459",
	  "device-dax: Introduce bus + driver model", "v5.1" },
};

/* These rules can be broken in other ways, too. */
static const struct dxa_rule_commit holder_leak[] = {
	{ "known cause introduced by", NULL, "8012b866085523758780850087102421dbcce522",
	  "dax: introduce holder for dax_device", "v6.0" },
};

/* The lock is c05ae9d85b47's (v6.9); there the clean-up looked whether it was held. */
static const struct dxa_rule_commit locked_twice[] = {
	{ "known cause introduced by", "device-dax", "6f6544f27e41f9d7dca55c288f12175a9c48dfe2",
	  "dax/bus.c: fix locking for unregister_dax_dev / unregister_dax_mapping paths", "v6.10" },
};

#define COMMITS(list) .commits = (list), .n_commits = sizeof(list) / sizeof(*(list))

/* Name, severity and title come from the list in rules.h; here are the texts. */
#define CONSTANTS(id, name, severity, title)    \
	static const char name_##id[] = name;   \
	static const char title_##id[] = title; \
	enum { severity_##id = DXA_SEVERITY_##severity };
DXA_RULES(CONSTANTS)
#undef CONSTANTS

#define HEAD(id)                                                                                \
	.rule = DXA_RULE_##id, .name = name_##id, .severity = (enum dxa_severity)severity_##id, \
	.title = title_##id

static const struct dxa_rule_info rules[DXA_RULE_COUNT] = {
[DXA_RULE_NULL_TEARDOWN_LEAK] = {
	HEAD(NULL_TEARDOWN_LEAK),
	.meaning = "In one failing probe alloc_dax returned a device, and afterwards the driver "
		"called kill_dax or put_dax with NULL. The device itself was neither killed nor "
		"put: the driver's clean-up read a field in which the device was not stored yet.",
	.consequence = "The dax_device, its inode and its minor number are lost until the next "
		"boot, once for each failed probe. Known bug: pmem from v5.17 to v6.8 leaks "
		"when dax_add_host fails.",
	.example = "really_probe(namespace0.0) {\n"
		"  alloc_dax() = X\n"
		"  dax_add_host(X, pmem0) = -ENOMEM\n"
		"  kill_dax(NULL)\n"
		"  put_dax(NULL)\n"
		"} = ENOMEM          X is never put\n",
	COMMITS(pmem_leak),
},
[DXA_RULE_LEAK_ON_FAILED_PROBE] = {
	HEAD(LEAK_ON_FAILED_PROBE),
	.meaning = "A probe, or another creation of a device, failed. When it had returned, "
		"driver-managed clean-up included, a dax_device that was allocated in it had not "
		"been put by its driver.",
	.consequence = "Nobody refers to the device any more: its memory and its minor number are "
		"lost until the next boot, and while it is alive a lookup may still find it.",
	.example = "really_probe(namespace0.0) {\n"
		"  alloc_dax() = X\n"
		"  device_add_disk(pmem0) = -ENOMEM\n"
		"} = ENOMEM          no kill_dax(X), no put_dax(X)\n",
},
[DXA_RULE_LEAK_ON_UNLOAD] = {
	HEAD(LEAK_ON_UNLOAD),
	.meaning = "A module was unloaded while a dax_device whose operations lie in it was alive, "
		"or killed and not yet put by its driver.",
	.consequence = "The device's operations point into memory that is gone; whoever still "
		"reaches the device calls into it. If nobody does, the device is leaked.",
	.example = "alloc_dax(ops=pmem_dax_ops [nd_pmem]) = X\n"
		"module nd_pmem goes away          no kill_dax(X), no put_dax(X)\n",
},
[DXA_RULE_LEAK_ON_UNBIND] = {
	HEAD(LEAK_ON_UNBIND),
	.meaning = "A driver was unbound from a device. A dax_device that its probe of that device "
		"had allocated was still not put when the unbinding had returned, driver-managed "
		"clean-up included.",
	.consequence = "The memory behind the dax_device is unmapped, but the dax_device is not "
		"released; it stays until the next boot.",
	.example = "really_probe(namespace0.0) { alloc_dax() = X } = 0\n"
		"device_release_driver_internal(namespace0.0) {\n"
		"  dax_remove_host(pmem0)\n"
		"}          no kill_dax(X), no put_dax(X)\n",
},
[DXA_RULE_ORPHAN] = {
	HEAD(ORPHAN),
	.meaning = "The list of dax_devices in the kernel holds one that nobody owns any more: it "
		"is alive but not in dax_hosts, where every disk's device is; or it is killed, its "
		"disk is gone, and neither a mounted file system nor a dm table is there that "
		"could hold its references; or it is of device-dax or virtiofs, and no such "
		"device is there. Two looks at the kernel, some time apart, showed the same.",
	.consequence = "The dax_device, its inode and its minor number stay until the next boot. It "
		"was lost before the audit began; an audit around the probe shows how. Known "
		"causes are null-teardown-leak and reference-leak.",
	.example = "alloc_dax() = X          a probe failed before the audit began\n"
		"...\n"
		"dax_superblock: X, pmem_dax_ops, alive, 1 reference\n"
		"dax_hosts: no X\n",
},
[DXA_RULE_UNACCOUNTED_REFERENCE] = {
	HEAD(UNACCOUNTED_REFERENCE),
	.meaning = "A device of a disk has a holder, which a file system sets when it takes the "
		"device, but no file system, dm table or other user has the disk's block device "
		"open. Two looks in a row showed it.",
	.consequence = "Whoever took the device is gone without fs_put_dax: its reference is lost, "
		"and when the driver is unbound the kernel calls the holder's operations with "
		"memory that may have been freed. XFS did so after a failed mount "
		"(CVE-2026-46005, mended in June 2026).",
	.example = "dax_hosts: pmem0 -> X, refs 2, holder set\n"
		"block devices of pmem0: nobody has one open\n",
},
[DXA_RULE_ERR_PTR_TEARDOWN] = {
	HEAD(ERR_PTR_TEARDOWN),
	.meaning = "kill_dax, put_dax or fs_put_dax was called with an error code in place of a "
		"device. These functions accept NULL, not an ERR_PTR.",
	.consequence = "The kernel reads from an address near the end of the address space and "
		"oopses.",
	.example = "alloc_dax() = -EOPNOTSUPP\n"
		"kill_dax(ERR_PTR(-EOPNOTSUPP))\n",
},
[DXA_RULE_PUT_WITHOUT_KILL] = {
	HEAD(PUT_WITHOUT_KILL),
	.meaning = "The last reference to a device was dropped while its ALIVE flag was set: its "
		"driver did not call kill_dax before.",
	.consequence = "Without kill_dax nobody waits for users of the device that are inside a "
		"read lock, and its holder is not told. The kernel warns once for each boot; later "
		"cases go unseen.",
	.example = "alloc_dax() = X\n"
		"put_dax(X)          refs 1, flags ALIVE\n"
		"dax_destroy_inode(X)\n",
},
[DXA_RULE_PUT_AFTER_FREE] = {
	HEAD(PUT_AFTER_FREE),
	.meaning = "put_dax or fs_put_dax was called on an address whose device was destroyed "
		"before, and no new device had begun there.",
	.consequence = "The reference count of freed memory is changed; when the memory has a new "
		"owner by then, that one loses a reference and is freed while in use.",
	.example = "put_dax(X)          refs 1\n"
		"dax_destroy_inode(X)\n"
		"put_dax(X)\n",
},
[DXA_RULE_KILL_AFTER_FREE] = {
	HEAD(KILL_AFTER_FREE),
	.meaning = "kill_dax was called on an address whose device was destroyed before, and no "
		"new device had begun there.",
	.consequence = "Flags and holder of freed memory are changed; when the memory has a new "
		"owner by then, that one is killed.",
	.example = "put_dax(X)          refs 1\n"
		"dax_destroy_inode(X)\n"
		"kill_dax(X)\n",
},
[DXA_RULE_HOST_LEFT_BEHIND] = {
	HEAD(HOST_LEFT_BEHIND),
	.meaning = "A device was destroyed, or killed and put by its driver, while dax_hosts still "
		"had it for a disk: dax_remove_host was not called before.",
	.consequence = "A later lookup by that disk, or by another disk at the same address, finds "
		"freed memory or a dead device.",
	.example = "alloc_dax() = X\n"
		"dax_add_host(X, pmem0) = 0\n"
		"kill_dax(X)\n"
		"put_dax(X)          no dax_remove_host(pmem0)\n"
		"dax_destroy_inode(X)\n",
},
[DXA_RULE_FALLBACK] = {
	HEAD(FALLBACK),
	.meaning = "alloc_dax refused with EOPNOTSUPP, and the driver went on without DAX, as it "
		"should.",
	.consequence = "Nothing is wrong; the disk works without DAX.",
	.example = "really_probe(namespace0.0) {\n"
		"  alloc_dax() = -EOPNOTSUPP\n"
		"} = 0\n",
},
[DXA_RULE_FALLBACK_FATAL] = {
	HEAD(FALLBACK_FATAL),
	.meaning = "alloc_dax refused with EOPNOTSUPP, and for that the driver gave the whole "
		"device up. pmem, dm and virtio_fs must go on without DAX; dcssblk may fail. dm "
		"says ENXIO whatever failed: when something else does right behind a refusal, it "
		"is told as this, too.",
	.consequence = "On a machine whose data cache aliases the disk or file system is not there "
		"at all, where it only cannot do DAX.",
	.example = "really_probe(namespace0.0) {\n"
		"  alloc_dax() = -EOPNOTSUPP\n"
		"} = EOPNOTSUPP\n",
	COMMITS(non_fatal),
},
[DXA_RULE_UNEXPECTED_EOPNOTSUPP] = {
	HEAD(UNEXPECTED_EOPNOTSUPP),
	.meaning = "alloc_dax refused a file-system DAX device with EOPNOTSUPP although this CPU's "
		"data cache does not alias.",
	.consequence = "DAX is lost on a machine that can do it.",
	.example = "alloc_dax(ops=pmem_dax_ops) = -EOPNOTSUPP          on x86\n",
	COMMITS(aliasing_check),
},
[DXA_RULE_MISSING_EOPNOTSUPP] = {
	HEAD(MISSING_EOPNOTSUPP),
	.meaning = "alloc_dax granted a file-system DAX device although this CPU's data cache "
		"aliases.",
	.consequence = "User mappings and the kernel's mapping of the same page can disagree: data "
		"is corrupted without a word.",
	.example = "alloc_dax(ops=pmem_dax_ops) = X          on an aliasing data cache\n",
	COMMITS(aliasing_check),
},
[DXA_RULE_DEVICE_DAX_REFUSED] = {
	HEAD(DEVICE_DAX_REFUSED),
	.meaning = "alloc_dax answered EOPNOTSUPP to a caller without file-system operations. "
		"Device-dax maps to user space only and is exempt from the check for aliasing.",
	.consequence = "Device-dax cannot be used on this machine although it could.",
	.example = "alloc_dax(ops=NULL) = -EOPNOTSUPP\n",
	COMMITS(aliasing_check),
},
[DXA_RULE_ALLOC_NULL] = {
	HEAD(ALLOC_NULL),
	.meaning = "alloc_dax returned NULL, which is neither a device nor an error.",
	.consequence = "Callers check with IS_ERR and take NULL for a device.",
	.example = "alloc_dax() = NULL\n",
},
[DXA_RULE_ALLOC_FAILED] = {
	HEAD(ALLOC_FAILED),
	.meaning = "alloc_dax failed with an error that says nothing about aliasing, such as "
		"ENOMEM; or with EOPNOTSUPP in a driver that may fail for it, or whose probe then "
		"failed with another error.",
	.consequence = "Depends on the driver: the finding says what became of the probe.",
	.example = "really_probe(namespace0.0) {\n"
		"  alloc_dax() = -ENOMEM\n"
		"  kill_dax(NULL)          harmless: there is no device\n"
		"  put_dax(NULL)\n"
		"} = ENOMEM\n",
},
[DXA_RULE_HOST_FAILED] = {
	HEAD(HOST_FAILED),
	.meaning = "dax_add_host failed: the device could not be entered for its disk. When that "
		"leads to a leak, the leak is told and this is part of its evidence.",
	.consequence = "The disk has no DAX, or its probe fails.",
	.example = "alloc_dax() = X\n"
		"dax_add_host(X, pmem0) = -ENOMEM\n"
		"kill_dax(X)\n"
		"put_dax(X)\n",
},
[DXA_RULE_DAX_ADVERTISED_WITHOUT_DEVICE] = {
	HEAD(DAX_ADVERTISED_WITHOUT_DEVICE),
	.meaning = "alloc_dax had refused this disk's driver, the disk came up, and its queue says "
		"that it does DAX. There is no dax_device behind it. Seen on 6.12 with pmem.",
	.consequence = "User space and dm are told of a feature that is not there.",
	.example = "alloc_dax() = -EOPNOTSUPP\n"
		"device_add_disk(pmem0) = 0\n"
		"/sys/block/pmem0/queue/dax: 1\n",
},
[DXA_RULE_REFERENCE_LEAK] = {
	HEAD(REFERENCE_LEAK),
	.meaning = "Every reference to a device that was seen to be taken was dropped again, but "
		"the device was not destroyed: somebody took one more. Where it was seen, the "
		"cause is named: fs_dax_get_by_bdev took a reference, found another holder, and "
		"returned NULL without dropping it. Known bug of every kernel from v6.0 to 7.2: "
		"two XFS partitions of one pmem disk mounted at a time are enough.",
	.consequence = "The dax_device and its minor number are lost until the next boot.",
	.example = "fs_dax_get_by_bdev(pmem0, holder=A) = X\n"
		"fs_dax_get_by_bdev(pmem0, holder=B) = NULL\n"
		"fs_put_dax(X, A)\n"
		"kill_dax(X)\n"
		"put_dax(X)          refs 2: no dax_destroy_inode follows\n",
	COMMITS(holder_leak),
},
[DXA_RULE_STALE_FLAGS] = {
	HEAD(STALE_FLAGS),
	.meaning = "A device went into use with flags that its driver never set: its memory had been "
		"another dax_device, and alloc_dax did not reset that one's flags. Known bug of "
		"every kernel from v5.3 to 7.2. Stale flags that the driver sets anyway do no harm and "
		"are not reported.",
	.consequence = "With a stale SYNC flag MAP_SYNC is accepted on a device that cannot keep "
		"that promise, such as virtio-pmem: data that user space takes for persistent is "
		"not.",
	.example = "pmem0's X is freed with the SYNC flag\n"
		"alloc_dax(pmem_dax_ops) = X          for a virtio-pmem: asynchronous\n"
		"set_dax_nocache(X), set_dax_nomc(X)  but no set_dax_synchronous(X)\n",
	COMMITS(flags_kept),
},
[DXA_RULE_CDEV_REINIT] = {
	HEAD(CDEV_REINIT),
	.meaning = "A device-dax was bound to its driver again while its character device was "
		"still in use, for instance by an open /dev/dax: the bind initialised the live "
		"cdev over. Known bug of every kernel from v5.1 to 7.2.",
	.consequence = "The count of its references starts anew: closing the old file underflows "
		"it, and the end of the device can run into a BUG.",
	.example = "/dev/dax0.0 is open\n"
		"unbind dax0.0, bind dax0.0\n"
		"really_probe(dax0.0) {          cdev references: 1\n"
		"  run_dax(X)\n"
		"} = 0\n",
	COMMITS(cdev_of_each_bind),
},
[DXA_RULE_STUCK_PROBE] = {
	HEAD(STUCK_PROBE),
	.meaning = "A probe, or another creation of a device, has been running for longer than the "
		"limit, and its task sleeps uninterruptibly. Known bug of v6.10 to 7.2: the "
		"error path of __devm_create_dev_dax takes a lock that its caller holds. After the "
		"fact the task's kernel stack shows it, if two looks, some time apart, see the same.",
	.consequence = "The task cannot be killed. With that bug every other use of the dax bus "
		"then waits for the same lock.",
	.example = "__devm_create_dev_dax() {\n"
		"  alloc_dax(ops=NULL) = X\n"
		"  kill_dax(X)\n"
		"  really_probe(dax0.0) { run_dax(X) } = 0\n"
		"  task state D, for 30 s\n",
	COMMITS(locked_twice),
},
[DXA_RULE_ALIVE_CONTRADICTS_SYSFS] = {
	HEAD(ALIVE_CONTRADICTS_SYSFS),
	.meaning = "On the dax bus a driver that runs its devices (device_dax, fsdev_dax) calls "
		"run_dax when it is bound, and kill_dax is called when it is unbound. A device's "
		"ALIVE flag says otherwise than its driver link in sysfs.",
	.consequence = "Dead, the device refuses every mapping and every read although it looks "
		"usable. Alive without a driver, it serves accesses that nobody answers for.",
	.example = "/sys/bus/dax/devices/dax0.0/driver -> device_dax\n"
		"dax_superblock: X, dax0.0, not alive\n",
},
[DXA_RULE_DESTROYED_ALIVE] = {
	HEAD(DESTROYED_ALIVE),
	.meaning = "The inode of a device was destroyed while its ALIVE flag was set, and the call "
		"that dropped the last reference was not seen.",
	.consequence = "As for put-without-kill; the kernel warns of the first case in each boot "
		"only.",
	.example = "alloc_dax() = X\n"
		"dax_destroy_inode(X)          flags ALIVE\n",
},
};

const struct dxa_rule_info *dxa_rule_info(enum dxa_rule rule)
{
	return &rules[rule];
}

unsigned int dxa_rule_shown_by(enum dxa_rule rule)
{
	switch (rule) {
	case DXA_RULE_ORPHAN:
	case DXA_RULE_UNACCOUNTED_REFERENCE:
	case DXA_RULE_ALIVE_CONTRADICTS_SYSFS:
		return DXA_SHOWN_BY_STATE;
	case DXA_RULE_LEAK_ON_UNLOAD:
	case DXA_RULE_STUCK_PROBE:
	case DXA_RULE_HOST_LEFT_BEHIND:
	case DXA_RULE_DAX_ADVERTISED_WITHOUT_DEVICE:
		return DXA_SHOWN_BY_EVENTS | DXA_SHOWN_BY_STATE;
	default:
		return DXA_SHOWN_BY_EVENTS;
	}
}

int dxa_rule_by_name(const char *name)
{
	int i;

	for (i = 0; i < DXA_RULE_COUNT; i++)
		if (!strcmp(rules[i].name, name))
			return i;
	return -1;
}

const char *dxa_severity_name(enum dxa_severity severity)
{
	static const char *const names[DXA_SEVERITY_COUNT] = {
		[DXA_SEVERITY_INFO] = "info",
		[DXA_SEVERITY_WARNING] = "warning",
		[DXA_SEVERITY_ERROR] = "error",
	};

	return names[severity];
}

bool dxa_commit_concerns(const struct dxa_rule_commit *commit, const char *driver)
{
	return !commit->driver || !driver || !strcmp(commit->driver, driver);
}
