/* SPDX-License-Identifier: MIT */
/* XML reports: one well-formed document, or several in one file where the
 * reader takes them; no document type of its own, no more than 256 levels
 * deep; nothing is loaded from elsewhere. */
#ifndef SIGNALBOX_REPORT_XML_H
#define SIGNALBOX_REPORT_XML_H

#include "report/format.h"

struct xml_ops {
	/* Names come without their prefix. Required. */
	void (*start)(void *data, const char *name, const char **attributes);
	void (*end)(void *data, const char *name);
	/* UTF-8, in pieces, not NUL-terminated. Optional. */
	void (*text)(void *data, const char *text, size_t len);
	/* Whether text is to be told, until the next start or end: most of a
	 * file is the space between its elements. Optional: always. */
	bool (*wants_text)(const void *data);
	/* Whether the file may have more roots, all of such a name: some
	 * tools append a document to the one before. Optional: no. */
	bool (*is_root)(const char *name);
};

int report_xml_read(const struct report_input *input, const struct xml_ops *ops,
		    void *data, struct error *err) MUST_CHECK;
/* NULL when absent. Borrowed. */
const char *xml_attribute(const char **attributes, const char *name);
/* The same for several names at once: values[i] is that of names[i]. */
void xml_attributes(const char **attributes, const char *const *names,
		    size_t count, const char **values);

#endif
