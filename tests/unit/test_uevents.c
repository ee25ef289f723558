// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "probe/uevents.h"

/* With its last NUL. */
#define CONCERNS(text) dxa_uevent_concerns(text, sizeof(text))

static void test_devices_with_dax(void **state)
{
	(void)state;
	assert_true(CONCERNS("add@/devices/x/block/pmem0\0ACTION=add\0SUBSYSTEM=block\0"
			     "DEVNAME=pmem0\0DEVTYPE=disk\0SEQNUM=1"));
	assert_true(CONCERNS("remove@/devices/virtual/block/dm-0\0ACTION=remove\0"
			     "SUBSYSTEM=block\0DEVTYPE=disk"));
	assert_true(CONCERNS("bind@/devices/x/dax0.0\0ACTION=bind\0SUBSYSTEM=dax"));
	assert_true(CONCERNS("unbind@/devices/x\0ACTION=unbind\0SUBSYSTEM=nd"));
	assert_true(CONCERNS("unbind@/devices/x\0SUBSYSTEM=virtio\0ACTION=unbind"));
}

static void test_other_devices(void **state)
{
	(void)state;
	/* A partition has its disk's device. */
	assert_false(CONCERNS("add@/x\0ACTION=add\0SUBSYSTEM=block\0DEVTYPE=partition"));
	assert_false(CONCERNS("change@/x\0ACTION=change\0SUBSYSTEM=block\0DEVTYPE=disk"));
	assert_false(CONCERNS("add@/module/nd_pmem\0ACTION=add\0SUBSYSTEM=module"));
	assert_false(CONCERNS("add@/x\0ACTION=add\0SUBSYSTEMS=dax\0XSUBSYSTEM=nd"));
	assert_false(CONCERNS("add@/x\0SUBSYSTEM=dax"));
}

static void test_damage(void **state)
{
	const char whole[] = "add@/x\0ACTION=add\0SUBSYSTEM=dax";

	(void)state;
	assert_false(dxa_uevent_concerns(whole, 0));
	/* Without its last NUL. */
	assert_false(dxa_uevent_concerns(whole, sizeof(whole) - 1));
	assert_false(CONCERNS("\0\0\0"));
	assert_false(CONCERNS("ACTION=\0SUBSYSTEM="));
}

/* This machine may send other uevents meanwhile: reading never waits. */
static void test_socket(void **state)
{
	int fd = dxa_uevents_open();

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	dxa_uevents_read(fd);
	close(fd);
	assert_false(dxa_uevents_read(fd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices_with_dax),
		cmocka_unit_test(test_other_devices),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
