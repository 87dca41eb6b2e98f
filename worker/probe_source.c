/*
 * probe_source.c
 *		Code as text: what it mentions, and whether two texts are the same code.
 *
 * Tokens of SQL and PL/pgSQL, as far as both need them: comments, strings, names,
 * numbers, and everything else character by character.  Dollar quotes are no
 * strings here: what is in them is code more often than not.
 */
#include "postgres.h"

#include <ctype.h>

#include "extension/strings.h"
#include "lib/stringinfo.h"
#include "parser/scansup.h"
#include "worker/digest.h"
#include "worker/probe_source.h"

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_OTHER
} TokenKind;

typedef struct Token
{
	TokenKind kind;
	char *text; /* a string without its quotes */
} Token;

static const char *
skip_comments(const char *at)
{
	for (;;)
	{
		if (isspace((unsigned char) *at))
			at++;
		else if (at[0] == '-' && at[1] == '-')
			while (*at && *at != '\n')
				at++;
		else if (at[0] == '/' && at[1] == '*')
		{
			const char *end = strstr(at + 2, "*/");

			at = end ? end + 2 : at + strlen(at);
		}
		else
			return at;
	}
}

static bool
in_name(char c)
{
	return c == '_' || c == '$' || isalnum((unsigned char) c) || IS_HIGHBIT_SET(c);
}

/* What is between quotes, with doubled ones undone; *at is moved behind it. */
static char *
quoted(const char **at)
{
	const char quote = **at;
	StringInfoData text;

	initStringInfo(&text);
	for ((*at)++; **at; (*at)++)
	{
		if (**at == quote && (*at)[1] != quote)
			break;
		if (**at == quote)
			(*at)++;
		appendStringInfoChar(&text, **at);
	}
	if (**at)
		(*at)++;
	return text.data;
}

static Token
next_token(const char **at)
{
	const char *start = *at = skip_comments(*at);
	Token token = {TOKEN_END, NULL};

	if (*start == '\0')
		return token;
	if (*start == '\'')
		return (Token){TOKEN_STRING, quoted(at)};
	if (*start == '"')
		return (Token){TOKEN_WORD, quoted(at)};
	if (isdigit((unsigned char) *start))
	{
		while (isdigit((unsigned char) **at) || (**at == '.' && isdigit((unsigned char) (*at)[1])))
			(*at)++;
		return (Token){TOKEN_NUMBER, pnstrdup(start, *at - start)};
	}
	if (in_name(*start) && (*start != '$' || isdigit((unsigned char) start[1])))
	{
		while (in_name(**at))
			(*at)++;
		return (Token){TOKEN_WORD, downcase_identifier(start, *at - start, false, false)};
	}
	(*at)++;
	return (Token){TOKEN_OTHER, pnstrdup(start, 1)};
}

static void
add(List **list, char *text)
{
	if (!lab_strings_have(*list, text))
		*list = lappend(*list, text);
}

/* A number that something is compared with says more than one that is added or multiplied. */
static void
add_compared(LabMentions *mentions, char *number)
{
	ListCell *cell;

	foreach (cell, mentions->numbers)
		if (strcmp(lfirst(cell), number) == 0)
		{
			if (foreach_current_index(cell) < mentions->compared)
				return;
			mentions->numbers = list_delete_cell(mentions->numbers, cell);
			break;
		}
	mentions->numbers = list_insert_nth(mentions->numbers, mentions->compared++, number);
}

/* Does it compare with what comes next?  An opening bracket in between changes nothing. */
static bool
compares(const Token *token, bool before)
{
	if (token->kind == TOKEN_OTHER)
		return *token->text == '(' ? before : strchr("<>=", *token->text) != NULL;
	return token->kind == TOKEN_WORD && strcmp(token->text, "between") == 0;
}

/* Reads "a.b = c.d": b and d are a pair. */
typedef struct Equation
{
	char *word;  /* the last one, if nothing but a dot came after it */
	char *left;  /* what stood before the last = */
	bool dotted; /* a dot came after the last word */
} Equation;

static void
read_equation(Equation *equation, const Token *token, LabMentions *mentions)
{
	char first = token->kind == TOKEN_OTHER ? *token->text : 0;

	if (token->kind == TOKEN_WORD && (equation->word == NULL || equation->dotted))
	{
		equation->word = token->text;
		equation->dotted = false;
		return;
	}
	if (first == '.' && equation->word)
	{
		equation->dotted = true;
		return;
	}
	/* a side is complete */
	if (equation->left && equation->word)
		mentions->pairs = lappend(lappend(mentions->pairs, equation->left), equation->word);
	equation->left = first == '=' ? equation->word : NULL;
	equation->word = token->kind == TOKEN_WORD ? token->text : NULL;
	equation->dotted = false;
}

List *
lab_source_equals(const LabMentions *mentions, const char *name)
{
	List *names = NIL;

	for (int i = 0; i < list_length(mentions->pairs); i++)
		if (strcmp(list_nth(mentions->pairs, i), name) == 0)
			add(&names, list_nth(mentions->pairs, i ^ 1));
	return names;
}

void
lab_source_mentions(const char *source, LabMentions *mentions)
{
	bool compared = false;
	Equation equation = {NULL, NULL, false};

	for (;;)
	{
		Token token = next_token(&source);

		read_equation(&equation, &token, mentions);
		switch (token.kind)
		{
			case TOKEN_END:
				return;
			case TOKEN_NUMBER:
				if (compared)
					add_compared(mentions, token.text);
				else
					add(&mentions->numbers, token.text);
				break;
			case TOKEN_STRING:
				add(&mentions->strings, token.text);
				break;
			case TOKEN_WORD:
				add(&mentions->words, token.text);
				break;
			case TOKEN_OTHER:
				break;
		}
		compared = compares(&token, compared);
	}
}

bool
lab_source_mentions_word(const LabMentions *mentions, const char *word)
{
	return lab_strings_have(mentions->words, word);
}

bool
lab_source_by_chance(const LabMentions *mentions)
{
	static const char *const words[] = {"random",          "clock_timestamp",  "timeofday",
										"gen_random_uuid", "uuid_generate_v4", "gen_random_bytes",
										"random_normal",   "tablesample",      "pg_backend_pid"};

	for (int i = 0; i < lengthof(words); i++)
		if (lab_strings_have(mentions->words, words[i]))
			return true;
	return false;
}

char *
lab_source_without(const char *source, const char *word)
{
	StringInfoData text;
	const char *at = source;
	bool first = true; /* of a statement */

	initStringInfo(&text);
	for (;;)
	{
		const char *start = at;
		Token token = next_token(&at);

		if (token.kind == TOKEN_END)
			break;
		if (first && token.kind == TOKEN_WORD && strcmp(token.text, word) == 0)
		{
			while (*at && *at != ';')
				at++;
			appendStringInfoString(&text, " NULL");
			continue;
		}
		appendBinaryStringInfo(&text, start, at - start);
		first = (token.kind == TOKEN_OTHER && *token.text == ';') ||
				(token.kind == TOKEN_WORD &&
				 (strcmp(token.text, "begin") == 0 || strcmp(token.text, "then") == 0 ||
				  strcmp(token.text, "else") == 0 || strcmp(token.text, "loop") == 0));
	}
	return text.data;
}

char *
lab_source_digest(const char *source)
{
	LabDigest digest = {0, 0};

	for (;;)
	{
		Token token = next_token(&source);

		if (token.kind == TOKEN_END)
			break;
		digest = lab_digest_combine(
			digest, lab_digest_combine(lab_digest_bytes(&token.kind, sizeof(token.kind)),
									   lab_digest_bytes(token.text, strlen(token.text))));
	}
	return psprintf("%016lx%016lx", (unsigned long) digest.high, (unsigned long) digest.low);
}
