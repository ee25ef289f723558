// SPDX-License-Identifier: GPL-2.0-only
/* Two recorders of one file: the one that gets the lock keeps the file. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/recording.h"
#include "record/writer.h"

/* What happens between a recorder's open and its lock, once. */
static void (*before_lock)(void);
static int other = -1;

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
	void (*now)(void) = before_lock;

	before_lock = NULL;
	if (now)
		now();
	return __real_flock(fd, operation);
}

static void lock_it(void)
{
	other = open(rec_path, O_RDWR | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_equal(__real_flock(other, LOCK_EX | LOCK_NB), 0);
}

static void remove_it(void)
{
	assert_int_equal(unlink(rec_path), 0);
}

static void recorder_without_the_lock_keeps_the_file(void **state)
{
	struct dxa_recorder *r;
	struct dxa_err *err;

	(void)state;
	unlink(rec_path);
	before_lock = lock_it;
	err = dxa_recorder_open(rec_path, 0600, false, &r);
	assert_non_null(err);
	assert_non_null(strstr(err->msg, "another daxaudit is recording to it"));
	dxa_err_free(err);
	assert_int_equal(access(rec_path, F_OK), 0);
	close(other);
}

static void file_that_was_removed_before_the_lock_is_made_again(void **state)
{
	struct dxa_recorder *r;

	(void)state;
	unlink(rec_path);
	before_lock = remove_it;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	assert_int_equal(access(rec_path, F_OK), 0);
	assert_false(dxa_recorder_moved(r));
	dxa_recorder_free(r);
	assert_int_equal(access(rec_path, F_OK), -1);
}

static void file_of_another_is_not_removed(void **state)
{
	struct dxa_recorder *r;

	(void)state;
	unlink(rec_path);
	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	assert_int_equal(unlink(rec_path), 0);
	other = open(rec_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(other >= 0);
	dxa_recorder_free(r);
	assert_int_equal(access(rec_path, F_OK), 0);
	close(other);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void mode_is_that_of_a_new_file_only(void **state)
{
	mode_t old = umask(027);
	struct dxa_recorder *r;

	(void)state;
	unlink(rec_path);
	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	assert_int_equal(mode_of(rec_path), 0600);
	dxa_recorder_free(r);
	assert_null(dxa_recorder_open(rec_path, 0666, false, &r));
	assert_int_equal(mode_of(rec_path), 0640);
	dxa_recorder_free(r);
	other = open(rec_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	close(other);
	assert_null(dxa_recorder_open(rec_path, 0666, false, &r));
	assert_int_equal(mode_of(rec_path), 0600);
	dxa_recorder_free(r);
	umask(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorder_without_the_lock_keeps_the_file),
		cmocka_unit_test(file_that_was_removed_before_the_lock_is_made_again),
		cmocka_unit_test(file_of_another_is_not_removed),
		cmocka_unit_test(mode_is_that_of_a_new_file_only),
	};

	return cmocka_run_group_tests(tests, recording_set_up, recording_tear_down);
}
