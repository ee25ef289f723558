// SPDX-License-Identifier: GPL-2.0-only
/* A live audit as a full-screen view. Its findings are printed at the end. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/audit.h"
#include "cli/commands.h"
#include "cli/live.h"
#include "output/topview.h"

#define ROWS 24
#define COLUMNS 80
#define CTRL_Z ('Z' & 0x1f)

/* The view; a signal handler has no other access. */
static struct {
	bool taken;
	struct termios before;
	struct dxa_topview view;
} screen;

static void top_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	dxa_topview_event(&screen.view, ev, &s->run->story);
}

static void top_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	(void)s;
	dxa_topview_finding(&screen.view, f);
}

static void top_end(struct dxa_sink *s, const struct dxa_result *r)
{
	(void)s;
	(void)r;
}

static const struct dxa_sink_ops top_ops = {
	.name = "top",
	.what = "the full-screen view",
	.event = top_event,
	.finding = top_finding,
	.end = top_end,
};

/* Read single keys without echo; Ctrl-C still sends SIGINT. */
static void take_terminal(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &screen.before))
		return;
	raw = screen.before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	/* Ctrl-Z is read as a key: the terminal must be restored before this process stops. */
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	/* The alternate screen, without a cursor. */
	fputs("\033[?1049h\033[?25l\033[2J", stdout);
	fflush(stdout);
	screen.taken = true;
}

static struct dxa_err *top_open(struct dxa_audit *a)
{
	return dxa_analysis_add(&a->analysis, a->opts, &top_ops, NULL, NULL);
}

static void top_draw(struct dxa_audit *a, uint64_t now)
{
	const struct dxa_run *run = &a->analysis.run;
	struct dxa_topframe frame = { .release = run->release,
				      .seconds = (now - run->start) / 1000000000,
				      .hooks = run->n_hooks,
				      .rows = ROWS,
				      .columns = COLUMNS };
	struct winsize size;

	if (!screen.taken)
		take_terminal();
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
		frame.rows = size.ws_row;
		frame.columns = size.ws_col;
	}
	for (size_t i = 0; i < run->n_hooks; i++)
		frame.watched += run->hooks[i].mode != DXA_ATTACH_NONE;
	dxa_topview_draw(&screen.view, stdout, &frame, &run->story);
}

static void top_close(void)
{
	if (!screen.taken)
		return;
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
	screen.taken = false;
}

/* Stop like any job at Ctrl-Z. The next drawing sets the terminal up again. */
static void suspend(void)
{
	top_close();
	kill(0, SIGTSTP);
}

static bool top_quit(void)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	while (poll(&keys, 1, 0) == 1 && keys.revents & POLLIN &&
	       read(STDIN_FILENO, &key, 1) == 1) {
		if (key == 'q' || key == 'Q')
			return true;
		if (key == CTRL_Z)
			suspend();
	}
	return false;
}

struct dxa_err *dxa_cmd_top(const struct dxa_opts *opts, int *exit_code)
{
	static const struct dxa_screen whole = { top_open, top_draw, top_quit, top_close };
	const struct dxa_audit_mode mode = { .name = "top", .screen = &whole };
	struct dxa_opts terse = *opts;
	struct dxa_err *err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "top needs a terminal: 'daxaudit trace -f' prints what happens");
	terse.quiet = true;
	err = dxa_live_run(&mode, &terse, exit_code);
	dxa_topview_free(&screen.view);
	return err;
}
