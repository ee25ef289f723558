// SPDX-License-Identifier: GPL-2.0-only
#include "output/html_page.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "output/closing.h"
#include "output/shellwords.h"
#include "output/xml.h"
#include "report-files.h"

void dxa_html_begin(FILE *out, const char *verdict)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>"
		"<meta charset=\"utf-8\"/>\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'sha256-%s'\"/>\n"
		"<title>daxaudit: %s</title>\n<style>%s</style></head>\n"
		"<body>\n<h1>daxaudit</h1>\n",
		report_js_sha256, verdict, report_css);
}

void dxa_html_end(FILE *out)
{
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", report_js);
}

void dxa_html_closing(FILE *out, enum dxa_verdict_kind colour, const char *word, const char *why)
{
	fprintf(out, "<p class=\"verdict v-%s\"><strong>%s</strong>", dxa_verdict_name(colour),
		word);
	fputs(why ? ": " : "", out);
	dxa_xml_put(out, why ? why : "");
	fputs("</p>\n", out);
}

void dxa_html_verdict(FILE *out, enum dxa_verdict_kind kind, char *why)
{
	dxa_html_closing(out, kind, dxa_closing_word(kind), why);
	free(why);
}

void dxa_html_row(FILE *out, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	fprintf(out, "<tr><th scope=\"row\">%s</th><td>", name);
	dxa_xml_put(out, value);
	fputs("</td></tr>\n", out);
}

void dxa_html_command(FILE *out, const char *const *argv)
{
	_cleanup_free_ char *command = argv ? dxa_shellwords(argv) : NULL;

	if (!command)
		return;
	fputs("<tr><th scope=\"row\">command</th><td><code>", out);
	dxa_xml_put(out, command);
	fputs("</code></td></tr>\n", out);
}
