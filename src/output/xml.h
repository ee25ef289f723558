/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in XML, and in HTML written so that it is XML, too. */
#ifndef DAXAUDIT_OUTPUT_XML_H
#define DAXAUDIT_OUTPUT_XML_H

#include <stdio.h>

/*
 * Write text, or the value of an attribute in double quotes, escaped; what no XML
 * may hold, and a control character that is neither tab nor newline, becomes U+FFFD. Of a newline
 * in an attribute a reader makes a space.
 */
void dxa_xml_put(FILE *out, const char *text);

#endif
