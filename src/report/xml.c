/* SPDX-License-Identifier: MIT */
#include "report/xml.h"

#include <expat.h>
#include <string.h>

#include "base/memory.h"
#include "report/input.h"

#define TAG_COST 120
#define DEPTH_MAX 256
#define ROOTS_MAX 1000
#define ATTRIBUTES_MAX 256

struct xml {
	XML_Parser parser;
	const struct report_input *input;
	const struct xml_ops *ops;
	void *data;
	unsigned depth;
	unsigned roots;	     /* begun ones */
	size_t base;	     /* where the document under way begins */
	bool hears;	     /* text */
	const char *refusal; /* why we stopped it, or NULL */
};

static void stop(struct xml *xml, const char *why)
{
	xml->refusal = why;
	XML_StopParser(xml->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? colon + 1 : name;
}

static void XMLCALL on_text(void *data, const char *text, int len)
{
	struct xml *xml = data;

	if (!xml->refusal)
		xml->ops->text(xml->data, text, (size_t)len);
}

static void hear(struct xml *xml)
{
	bool wanted = xml->ops->text && (!xml->ops->wants_text ||
					 xml->ops->wants_text(xml->data));

	if (wanted != xml->hears)
		XML_SetCharacterDataHandler(xml->parser,
					    wanted ? on_text : NULL);
	xml->hears = wanted;
}

static void XMLCALL on_start(void *data, const char *name,
			     const char **attributes)
{
	struct xml *xml = data;

	if (xml->refusal)
		return;
	if (++xml->depth > DEPTH_MAX) {
		stop(xml, "its elements are more than 256 deep");
		return;
	}
	if (xml->depth == 1 && xml->roots++ &&
	    !xml->ops->is_root(local_name(name))) {
		stop(xml, "its second root is of another kind");
		return;
	}
	if (XML_GetSpecifiedAttributeCount(xml->parser) > 2 * ATTRIBUTES_MAX) {
		stop(xml, "a tag has more than 256 attributes");
		return;
	}
	xml->ops->start(xml->data, local_name(name), attributes);
	hear(xml);
}

static void XMLCALL on_end(void *data, const char *name)
{
	struct xml *xml = data;

	if (xml->refusal)
		return;
	xml->depth--;
	xml->ops->end(xml->data, local_name(name));
	hear(xml);
}

/* A name of a DTD elsewhere is fine and ignored; entities of its own are
 * how XML eats memory and reads files. */
static void XMLCALL on_doctype(void *data, const char *name,
			       const char *system_id, const char *public_id,
			       int has_internal_subset)
{
	struct xml *xml = data;

	(void)name;
	(void)system_id;
	(void)public_id;
	if (has_internal_subset)
		stop(xml, "it has a document type with declarations of its "
			  "own, which no test runner writes");
}

/* Of the whole file, though the parser knows its document alone. */
static unsigned long line_of(const struct xml *xml)
{
	unsigned long line = XML_GetCurrentLineNumber(xml->parser);

	for (size_t i = 0; i < xml->base; i++)
		line += xml->input->text[i] == '\n';
	return line;
}

static int refuse(const struct xml *xml, struct error *err)
{
	enum XML_Error code = XML_GetErrorCode(xml->parser);
	const char *why = xml->refusal;
	const char *mend = "did the tool write it to the end?";

	if (why)
		mend = "it is not read further";
	else
		why = XML_ErrorString(code);
	if (!xml->refusal && code == XML_ERROR_JUNK_AFTER_DOC_ELEMENT)
		mend = "have the tool write one report a file";
	else if (!xml->refusal && code == XML_ERROR_INVALID_TOKEN)
		mend = "cmocka does not escape names with <, > or & in them";
	return error_set(err, ERROR_FAILED,
			 "%s:%lu:%lu: this is no XML: %s; %s", xml->input->name,
			 line_of(xml),
			 (unsigned long)XML_GetCurrentColumnNumber(xml->parser),
			 why, mend);
}

static void listen(struct xml *xml)
{
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	xml->hears = false; /* outside of the root there is none */
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
}

/* Whether the parser stopped at another document, behind a whole one; then
 * it is ready for that. */
static bool begin_next(struct xml *xml)
{
	enum XML_Error code = XML_GetErrorCode(xml->parser);
	XML_Index read = XML_GetCurrentByteIndex(xml->parser);

	if (xml->refusal || !xml->ops->is_root || xml->depth || !xml->roots ||
	    read <= 0 || xml->roots >= ROOTS_MAX ||
	    (code != XML_ERROR_JUNK_AFTER_DOC_ELEMENT &&
	     code != XML_ERROR_MISPLACED_XML_PI) ||
	    xml->input->text[xml->base + (size_t)read] != '<')
		return false;
	xml->base += (size_t)read;
	XML_ParserReset(xml->parser, NULL);
	listen(xml);
	return true;
}

/* In one piece: behind each that is not the last, expat would go through the
 * text once more to count its lines. A report has no more than an int. */
static int feed(struct xml *xml, struct error *err)
{
	const struct report_input *input = xml->input;

	while (XML_Parse(xml->parser, input->text + xml->base,
			 (int)(input->len - xml->base), true) != XML_STATUS_OK)
		if (!begin_next(xml))
			return refuse(xml, err);
	return 0;
}

/* expat keeps each name it ever saw, so that tags may be new ones all. */
static size_t estimate(const struct report_input *input)
{
	const char *end = input->text + input->len;
	const char *at = input->text;
	size_t tags = 0;

	while ((at = memchr(at, '<', (size_t)(end - at)))) {
		at++;
		tags += *at != '/' && *at != '!';
	}
	return 2 * input->len + TAG_COST * tags;
}

int report_xml_read(const struct report_input *input, const struct xml_ops *ops,
		    void *data, struct error *err)
{
	struct xml xml = {.input = input, .ops = ops, .data = data};
	int result;

	if (check_memory(input->name, estimate(input), input->len, err) < 0)
		return -1;
	xml.parser = XML_ParserCreate(NULL);
	if (!xml.parser)
		BUG("out of memory for an XML parser");
	listen(&xml);
	result = feed(&xml, err);
	XML_ParserFree(xml.parser);
	return result;
}

const char *xml_attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(*attributes, name) == 0 ||
		    (strchr(*attributes, ':') &&
		     strcmp(local_name(*attributes), name) == 0))
			return attributes[1];
	return NULL;
}

/* Which of the names it is; count when it is none. */
static size_t index_of(const char *name, const char *const *names, size_t count)
{
	size_t i = 0;

	while (i < count && (*names[i] != *name || strcmp(names[i], name) != 0))
		i++;
	return i;
}

void xml_attributes(const char **attributes, const char *const *names,
		    size_t count, const char **values)
{
	for (size_t i = 0; i < count; i++)
		values[i] = NULL;
	for (; *attributes; attributes += 2) {
		size_t i = index_of(*attributes, names, count);

		if (i == count)
			i = index_of(local_name(*attributes), names, count);
		if (i < count && !values[i])
			values[i] = attributes[1];
	}
}
