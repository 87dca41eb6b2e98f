/*
 * samples.c
 *		Strings at the boundary of what a pattern or a constant accepts.
 *
 * A pattern is read into a tree of sequences, alternatives and characters, each
 * with how often it may repeat.  Its base string takes the first choice
 * everywhere; every variant differs from it in one choice only, so that a
 * pattern that differs from another in one place gives the other answer for one
 * of them.  Only what classes mean is read, no more: a look-ahead counts as if
 * it stood there, anchors are nothing, and the server's own regular expressions
 * decide what matches.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/formatting.h"
#include "worker/samples.h"

#define MAX_SAMPLES 2000
#define MAX_REPEAT 1000
#define UNBOUNDED (-1)
#define MAX_DEPTH 20

typedef enum PieceKind
{
	PIECE_CLASS,
	PIECE_SEQUENCE,
	PIECE_CHOICE
} PieceKind;

/* A part of a pattern. */
typedef struct Piece
{
	PieceKind kind;
	int min; /* repetitions */
	int max; /* or UNBOUNDED */
	int run; /* repetitions of its base string, where nothing else bounds them */

	/* a class: its characters are listed in ranges of two bytes each, or it is one literal */
	StringInfoData ranges;
	bool negated;
	char *literal; /* one character of several bytes */

	/* a sequence or a choice */
	List *parts;
} Piece;

/* The rest of a pattern that is being read. */
typedef struct Reader
{
	const char *at;
	int depth;
	int run;
} Reader;

/* Characters that every class is tried with. */
static const char *const usual[] = {"a", "m", "z", "A", "M", "Z", "0", "5",  "9", " ",
									"_", "-", ".", "@", ",", "/", "+", "\n", "é"};

static Piece *
make_piece(PieceKind kind)
{
	Piece *piece = palloc0(sizeof(Piece));

	piece->kind = kind;
	piece->min = piece->max = 1;
	if (kind == PIECE_CLASS)
		initStringInfo(&piece->ranges);
	return piece;
}

static void
add_range(Piece *class, char first, char last)
{
	appendStringInfoChar(&class->ranges, first);
	appendStringInfoChar(&class->ranges, last);
}

static void
add_ranges(Piece *class, const char *pairs)
{
	appendStringInfoString(&class->ranges, pairs);
}

static bool
accepts(const Piece *class, const char *character)
{
	bool found = false;

	if (class->literal)
		return strcmp(class->literal, character) == 0;
	if (character[1] == '\0')
		for (int i = 0; i < class->ranges.len; i += 2)
			found |=
				character[0] >= class->ranges.data[i] && character[0] <= class->ranges.data[i + 1];
	return found != class->negated;
}

/* What a letter after a backslash stands for; false: itself. */
static bool
add_escape(Piece *class, char letter)
{
	class->negated ^= isupper((unsigned char) letter) != 0;
	switch (tolower((unsigned char) letter))
	{
		case 'd':
			add_ranges(class, "09");
			return true;
		case 'w':
			add_ranges(class, "azAZ09__");
			return true;
		case 's':
			add_ranges(class, "  \t\r");
			return true;
		default:
			class->negated ^= isupper((unsigned char) letter) != 0;
			return false;
	}
}

static void
add_named_class(Piece *class, const char *name, int length)
{
	static const struct
	{
		const char *name;
		const char *pairs;
	} classes[] = {{"alpha", "azAZ"},     {"digit", "09"},      {"alnum", "azAZ09"},
				   {"upper", "AZ"},       {"lower", "az"},      {"space", "  \t\r"},
				   {"punct", "!/:@[`{~"}, {"xdigit", "09afAF"}, {"blank", "  \t\t"}};

	for (int i = 0; i < lengthof(classes); i++)
		if (strlen(classes[i].name) == length && strncmp(classes[i].name, name, length) == 0)
			add_ranges(class, classes[i].pairs);
}

/* [a-z0-9_], after the bracket. */
static Piece *
read_brackets(Reader *reader)
{
	Piece *class = make_piece(PIECE_CLASS);
	bool first = true;

	if (*reader->at == '^')
	{
		class->negated = true;
		reader->at++;
	}
	while (*reader->at && (first || *reader->at != ']'))
	{
		char character = *reader->at++;
		const char *end;

		first = false;
		if (character == '[' && *reader->at == ':' && (end = strstr(reader->at, ":]")) != NULL)
		{
			add_named_class(class, reader->at + 1, end - reader->at - 1);
			reader->at = end + 2;
			continue;
		}
		if (character == '\\' && *reader->at)
		{
			char letter = *reader->at++;

			if (islower((unsigned char) letter) && add_escape(class, letter))
				continue;
			character = letter;
		}
		if (reader->at[0] == '-' && reader->at[1] && reader->at[1] != ']')
		{
			add_range(class, character, reader->at[1]);
			reader->at += 2;
		}
		else
			add_range(class, character, character);
	}
	if (*reader->at == ']')
		reader->at++;
	return class;
}

static int
read_number(Reader *reader)
{
	int number = 0;

	while (isdigit((unsigned char) *reader->at) && number < 100000)
		number = number * 10 + (*reader->at++ - '0');
	return Min(number, MAX_REPEAT);
}

static void
read_repetition(Reader *reader, Piece *piece)
{
	switch (*reader->at)
	{
		case '*':
			piece->min = 0;
			piece->max = UNBOUNDED;
			break;
		case '+':
			piece->max = UNBOUNDED;
			break;
		case '?':
			piece->min = 0;
			break;
		case '{':
			if (!isdigit((unsigned char) reader->at[1]))
				return;
			reader->at++;
			piece->min = piece->max = read_number(reader);
			if (*reader->at == ',')
			{
				reader->at++;
				piece->max = isdigit((unsigned char) *reader->at) ? read_number(reader) : UNBOUNDED;
			}
			if (*reader->at == '}')
				break;
			return;
		default:
			return;
	}
	reader->at++;
	if (*reader->at == '?') /* as few as possible: the same strings */
		reader->at++;
}

static Piece *read_choice(Reader *reader);

/* (...), after the parenthesis; NULL for (?i) and its like. */
static Piece *
read_group(Reader *reader)
{
	Piece *group;

	if (*reader->at == '?')
	{
		int options = strspn(++reader->at, "abceimnpqstwx");

		if (options > 0 && reader->at[options] == ')')
		{
			reader->at += options + 1;
			return NULL;
		}
		while (*reader->at && strchr("<=!:", *reader->at))
			reader->at++;
	}
	group = read_choice(reader);
	if (*reader->at == ')')
		reader->at++;
	return group;
}

static Piece *
read_literal(const char *character, int length)
{
	Piece *class = make_piece(PIECE_CLASS);

	if (length == 1)
		add_range(class, *character, *character);
	else
		class->literal = pnstrdup(character, length);
	return class;
}

/* One piece without its repetition; NULL for what takes no room. */
static Piece *
read_piece(Reader *reader)
{
	char character = *reader->at;
	int length = pg_mblen(reader->at);
	Piece *class;

	reader->at += length;
	switch (character)
	{
		case '^':
		case '$':
			return NULL;
		case '(':
			return read_group(reader);
		case '[':
			return read_brackets(reader);
		case '.':
			class = make_piece(PIECE_CLASS);
			class->negated = true;
			return class;
		case '\\':
			character = *reader->at;
			if (character == '\0' || strchr("mMyYAZ", character))
			{
				reader->at += character != '\0';
				return NULL;
			}
			reader->at++;
			class = make_piece(PIECE_CLASS);
			if (!add_escape(class, character))
				add_range(class, character, character);
			return class;
		default:
			return read_literal(reader->at - length, length);
	}
}

static Piece *
read_sequence(Reader *reader)
{
	Piece *sequence = make_piece(PIECE_SEQUENCE);

	while (*reader->at && *reader->at != '|' && *reader->at != ')')
	{
		Piece *piece = read_piece(reader);

		if (piece == NULL)
			continue;
		read_repetition(reader, piece);
		piece->run = reader->run;
		sequence->parts = lappend(sequence->parts, piece);
	}
	return sequence;
}

static Piece *
read_choice(Reader *reader)
{
	Piece *choice = make_piece(PIECE_CHOICE);

	if (++reader->depth > MAX_DEPTH)
	{
		reader->at += strlen(reader->at);
		return choice;
	}
	for (;;)
	{
		choice->parts = lappend(choice->parts, read_sequence(reader));
		if (*reader->at != '|')
			break;
		reader->at++;
	}
	reader->depth--;
	return choice;
}

static char *base_string(const Piece *piece);

/* The first choice of one repetition. */
static char *
base_once(const Piece *piece)
{
	StringInfoData text;
	ListCell *cell;

	switch (piece->kind)
	{
		case PIECE_CLASS:
			if (piece->literal)
				return piece->literal;
			if (!piece->negated && piece->ranges.len > 0)
				return pnstrdup(piece->ranges.data, 1);
			for (int i = 0; i < lengthof(usual); i++)
				if (accepts(piece, usual[i]))
					return pstrdup(usual[i]);
			return "a";
		case PIECE_CHOICE:
			return piece->parts ? base_string(linitial(piece->parts)) : "";
		case PIECE_SEQUENCE:
			break;
	}
	initStringInfo(&text);
	foreach (cell, piece->parts)
		appendStringInfoString(&text, base_string(lfirst(cell)));
	return text.data;
}

static char *
repeated(const char *string, int times)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < times; i++)
		appendStringInfoString(&text, string);
	return text.data;
}

static int
base_times(const Piece *piece)
{
	if (piece->max == 0)
		return 0;
	return Max(piece->min, piece->max == UNBOUNDED ? piece->run : 1);
}

static char *
base_string(const Piece *piece)
{
	return repeated(base_once(piece), base_times(piece));
}

/* Other characters in the place of one: of the class, next to it, and usual ones. */
static List *
class_variants(const Piece *class)
{
	List *variants = NIL;

	for (int i = 0; i < class->ranges.len; i += 2)
	{
		char around[] = {class->ranges.data[i], class->ranges.data[i + 1],
						 class->ranges.data[i] - 1, class->ranges.data[i + 1] + 1};

		for (int j = 0; j < lengthof(around); j++)
			if (around[j] > 0 && around[j] < 127)
				variants = lappend(variants, pnstrdup(&around[j], 1));
	}
	for (int i = 0; i < lengthof(usual); i++)
		variants = lappend(variants, pstrdup(usual[i]));
	return variants;
}

/* Variants of the whole that differ from its base in one of its parts. */
static List *variants_of(const Piece *piece);

static List *
sequence_variants(const Piece *sequence)
{
	List *variants = NIL;
	int n = list_length(sequence->parts);

	for (int i = 0; i < n; i++)
	{
		StringInfoData before;
		StringInfoData after;
		ListCell *cell;

		initStringInfo(&before);
		initStringInfo(&after);
		for (int j = 0; j < n; j++)
			if (j != i)
				appendStringInfoString(j < i ? &before : &after,
									   base_string(list_nth(sequence->parts, j)));
		foreach (cell, variants_of(list_nth(sequence->parts, i)))
			variants = lappend(variants,
							   psprintf("%s%s%s", before.data, (char *) lfirst(cell), after.data));
		if (list_length(variants) > MAX_SAMPLES)
			break;
	}
	return variants;
}

static List *
choice_variants(const Piece *choice)
{
	List *variants = list_make1("");
	ListCell *cell;

	foreach (cell, choice->parts)
		variants = lappend(variants, base_string(lfirst(cell)));
	foreach (cell, choice->parts)
		variants = list_concat(variants, variants_of(lfirst(cell)));
	return variants;
}

static List *
variants_of(const Piece *piece)
{
	int times = base_times(piece);
	char *once = base_once(piece);
	char *rest = repeated(once, Max(times - 1, 0));
	int edges[] = {0,
				   1,
				   2,
				   piece->min - 1,
				   piece->min,
				   piece->min + 1,
				   piece->max - 1,
				   piece->max,
				   piece->max + 1};
	List *variants = NIL;
	List *inner;
	ListCell *cell;

	for (int i = 0; i < lengthof(edges); i++)
		if (edges[i] >= 0 && (i < 6 || piece->max != UNBOUNDED))
			variants = lappend(variants, repeated(once, edges[i]));
	inner = piece->kind == PIECE_CLASS    ? class_variants(piece)
			: piece->kind == PIECE_CHOICE ? choice_variants(piece)
										  : sequence_variants(piece);
	foreach (cell, inner)
	{
		variants = lappend(variants, psprintf("%s%s", (char *) lfirst(cell), rest));
		if (*rest)
			variants = lappend(variants, psprintf("%s%s", rest, (char *) lfirst(cell)));
		if (list_length(variants) > MAX_SAMPLES)
			break;
	}
	return variants;
}

static List *
samples_of(const Piece *piece)
{
	char *base = base_string(piece);
	List *samples = list_concat(lab_samples_near(base), variants_of(piece));

	return list_length(samples) > MAX_SAMPLES ? list_truncate(samples, MAX_SAMPLES) : samples;
}

List *
lab_samples_of_regex(const char *pattern, int run)
{
	Reader reader = {pattern, 0, Min(run, MAX_REPEAT)};

	return samples_of(read_choice(&reader));
}

List *
lab_samples_of_like(const char *pattern, int run)
{
	Piece *sequence = make_piece(PIECE_SEQUENCE);

	while (*pattern)
	{
		Piece *piece;
		int length;

		if (*pattern == '\\' && pattern[1])
			pattern++;
		else if (*pattern == '%' || *pattern == '_')
		{
			piece = make_piece(PIECE_CLASS);
			piece->negated = true;
			if (*pattern == '%')
			{
				piece->min = 0;
				piece->max = UNBOUNDED;
				piece->run = Min(run, MAX_REPEAT);
			}
			sequence->parts = lappend(sequence->parts, piece);
			pattern++;
			continue;
		}
		length = pg_mblen(pattern);
		sequence->parts = lappend(sequence->parts, read_literal(pattern, length));
		pattern += length;
	}
	return samples_of(sequence);
}

List *
lab_samples_near(const char *string)
{
	int length = strlen(string);
	List *samples = list_make1(pstrdup(string));

	samples = lappend(samples, str_toupper(string, length, DEFAULT_COLLATION_OID));
	samples = lappend(samples, str_tolower(string, length, DEFAULT_COLLATION_OID));
	samples = lappend(samples, str_initcap(string, length, DEFAULT_COLLATION_OID));
	samples = lappend(samples, psprintf("%sx", string));
	samples = lappend(samples, psprintf("x%s", string));
	samples = lappend(samples, psprintf("%s ", string));
	samples = lappend(samples, psprintf(" %s", string));
	samples = lappend(samples, psprintf("%s\n", string));
	samples = lappend(samples, psprintf("x%sx", string));
	samples = lappend(samples, psprintf("%s%s", string, string));
	if (length > 0)
	{
		samples = lappend(samples, pstrdup(string + pg_mblen(string)));
		samples = lappend(samples, pnstrdup(string, pg_mbcliplen(string, length, length - 1)));
	}
	return samples;
}
