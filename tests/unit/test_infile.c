// SPDX-License-Identifier: GPL-2.0-only
/* Files that a user names: those that could block a privileged program are refused. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/infile.h"

static char dir[] = "/tmp/dxa-infile.XXXXXX";

/* It must be refused immediately: otherwise an alarm ends the program. */
static void check_refused(const char *path, int code, const char *why)
{
	struct dxa_err *err;
	int fd = -1;

	alarm(10);
	err = dxa_infile_open(path, &fd);
	alarm(0);
	assert_non_null(err);
	assert_int_equal(err->class, DXA_ERR_INPUT);
	assert_int_equal(err->code, code);
	assert_string_equal(err->msg, why);
	assert_int_equal(fd, -1);
	dxa_err_free(err);
}

static void regular_file_opens(void **state)
{
	int fd = -1;

	(void)state;
	assert_null(dxa_infile_open("/proc/self/exe", &fd));
	assert_true(fd >= 0);
	close(fd);
}

static void fifo_without_a_writer_is_refused_at_once(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	check_refused("fifo", EINVAL, "it is no regular file");
}

static void socket_and_devices_are_refused(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	check_refused("socket", ENXIO, "it is no regular file");
	close(fd);
	check_refused("/dev/zero", EINVAL, "it is no regular file");
}

static void folder_and_missing_file_keep_their_errno(void **state)
{
	(void)state;
	check_refused(".", EISDIR, strerror(EISDIR));
	check_refused("nothing", ENOENT, strerror(ENOENT));
	check_refused("fifo/below", ENOTDIR, strerror(ENOTDIR));
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	unlink("fifo");
	unlink("socket");
	return chdir("/") || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regular_file_opens),
		cmocka_unit_test(fifo_without_a_writer_is_refused_at_once),
		cmocka_unit_test(socket_and_devices_are_refused),
		cmocka_unit_test(folder_and_missing_file_keep_their_errno),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
