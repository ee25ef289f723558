// SPDX-License-Identifier: GPL-2.0-only
#include "base/waitstatus.h"

#include <stdio.h>
#include <sys/wait.h>

const char *dxa_wait_status_text(char buf[DXA_WAIT_STATUS_LEN], int status)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return NULL;
	if (WIFSIGNALED(status))
		snprintf(buf, DXA_WAIT_STATUS_LEN, "was killed by signal %d", WTERMSIG(status));
	else
		snprintf(buf, DXA_WAIT_STATUS_LEN, "failed with exit status %d",
			 WEXITSTATUS(status));
	return buf;
}
