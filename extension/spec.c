/*
 * spec.c
 *		A lab's specification, read from jsonb.
 *
 * Each level of the spec has a table of its keys with the type that each must
 * have, so that an unknown or mistyped key gives the same kind of error
 * everywhere, with the JSON path at which it stands.
 */
#include "postgres.h"

#include "extension/guc.h"
#include "extension/spec.h"
#include "extension/spec_own.h"
#include "extension/spec_values.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* A name is an index key and a column of a board. */
#define MAX_TASK_NAME 255

/* More points say nothing about a task, and neither do more digits. */
#define MAX_POINTS 1000000
#define MAX_POINTS_TEXT 30

static const LabSpecKey top_keys[] = {
	{"lab", jbvString, true, true},
	{"title", jbvString, false, true},
	{"reference", jbvString, true, true},
	{"starter", jbvString, false, true},
	{"hidden", jbvString, false, true},
	{"participants", jbvArray, false, true},
	{"database", jbvString, false, true},
	{"auth", jbvObject, false, true},
	{"opens", jbvString, false, true},
	{"closes", jbvString, false, true},
	{"limits", jbvObject, false, true},
	{"feedback", jbvString, false, true},
	{"peers", jbvString, false, true},
	{"extras", jbvString, false, true},
	{"tasks", jbvArray, false, true},
	{"ignore", jbvArray, false, true},
	{"activity", jbvString, false, true},
	{"notify", jbvBool, false, true},
	{"removed", jbvString, false, true},
	{"masters", jbvArray, false, true},
	{NULL},
};

static const LabSpecKey participant_keys[] = {
	{"login", jbvString, true, true},
	{"name", jbvString, false, true},
	{"team", jbvString, false, true},
	{"email", jbvString, false, true},
	{NULL},
};

static const LabSpecKey auth_keys[] = {
	{"method", jbvString, true, true},
	{"accounts", jbvString, false, true},
	{NULL},
};

static const LabSpecKey limit_keys[] = {
	{"connections", jbvNumeric, false, true},        {"disk", jbvString, false, true},
	{"temp_disk", jbvString, false, true},           {"statement_timeout", jbvString, false, true},
	{"idle_in_transaction", jbvString, false, true}, {NULL},
};

static const LabSpecKey task_keys[] = {
	{"name", jbvString, true, true},
	{"title", jbvString, false, true},
	{"points", jbvNumeric, false, true},
	{"hint", jbvString, false, true},
	{"objects", jbvArray, false, true},
	{"query", jbvString, false, true},
	{"ordered", jbvBool, false, true},
	{"tolerance", jbvNumeric, false, true},
	{"names", jbvBool, false, true},
	{"script", jbvString, false, true, jbvArray},
	{"plan", jbvObject, false, true},
	{"pgtap", jbvString, false, true},
	{NULL},
};

const char *const lab_auth_words[] = {"scram", "managed", "external"};

/* The database of a participant: the pattern with {lab} and {login} filled in. */
static char *
fill_pattern(const char *pattern, const char *lab, const char *login)
{
	StringInfoData name;

	initStringInfo(&name);
	for (const char *c = pattern; *c;)
	{
		if (strncmp(c, "{lab}", 5) == 0)
		{
			appendStringInfoString(&name, lab);
			c += 5;
		}
		else if (strncmp(c, "{login}", 7) == 0)
		{
			appendStringInfoString(&name, login);
			c += 7;
		}
		else if (*c == '{' || *c == '}')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown placeholder in the pattern %s", lab_spec_quoted(pattern)),
					 errdetail("At $.database."),
					 errhint("The placeholders are {lab} and {login}.")));
		else
			appendStringInfoChar(&name, *c++);
	}
	return name.data;
}

static LabSpecParticipant *
read_participant(JsonbValue *value, const char *path)
{
	LabSpecParticipant *participant = palloc0(sizeof(LabSpecParticipant));
	char *login_path = psprintf("%s.login", path);
	LabSpecObject *object;

	if (value->type == jbvString)
	{
		participant->login = lab_spec_name(lab_spec_text(value), path);
		login_path = unconstify(char *, path);
	}
	else
	{
		object = lab_spec_object(value, path, participant_keys, NULL);
		participant->login = lab_spec_name(lab_spec_get_text(object, "login"), login_path);
		participant->name = lab_spec_get_text(object, "name");
		participant->team = lab_spec_get_text(object, "team");
		participant->email = lab_spec_get_text(object, "email");
	}
	if (participant->name == NULL)
		participant->name = participant->login;
	if (strncmp(participant->login, "pg_", 3) == 0 || strcmp(participant->login, "public") == 0 ||
		strcmp(participant->login, "none") == 0)
		ereport(ERROR, (errcode(ERRCODE_RESERVED_NAME),
						errmsg("login \"%s\" is a reserved name", participant->login),
						errdetail("At %s.", login_path),
						errhint("Choose another login: it becomes a role of the server.")));
	return participant;
}

static void
read_participants(LabSpec *spec, LabSpecObject *top)
{
	const char *pattern = spec->pattern;
	List *values = lab_spec_get_list(top, "participants");
	List *logins = NIL;
	ListCell *cell;

	if (values == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a lab needs participants"),
				 errdetail("At $.participants."), errhint("Name at least one login.")));
	if (list_length(values) > lab_max_participants)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("too many participants"),
				 errdetail("At $.participants: there are %d; labcreator.max_participants "
						   "is %d.",
						   list_length(values), lab_max_participants),
				 errhint("Raise labcreator.max_participants and restart the server.")));
	if (strstr(pattern, "{login}") == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the pattern %s gives every participant the same database",
							   lab_spec_quoted(pattern)),
						errdetail("At $.database."),
						errhint("Put {login} into it, as in \"{lab}_{login}\".")));
	foreach (cell, values)
	{
		char *path = psprintf("$.participants[%d]", foreach_current_index(cell));
		LabSpecParticipant *participant = read_participant(lfirst(cell), path);

		participant->database = lab_spec_name(fill_pattern(pattern, spec->lab, participant->login),
											  psprintf("$.database for %s", path));
		participant->place = foreach_current_index(cell);
		logins = lappend(logins, participant->login);
		spec->participants = lappend(spec->participants, participant);
	}
	lab_spec_no_duplicates(logins, "participant", "$.participants");
}

/* Which word of a choice: its position. */
static int
choice(const LabSpecObject *object, const char *key, const char *const *words, int preset)
{
	char *word = lab_spec_get_text(object, key);
	StringInfoData list;

	if (word == NULL)
		return preset;
	initStringInfo(&list);
	for (int i = 0; words[i]; i++)
	{
		if (strcmp(words[i], word) == 0)
			return i;
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s is no value of \"%s\"", lab_spec_quoted(word), key),
			 errdetail("At %s.%s.", object->path, key), errhint("Choose one of: %s.", list.data)));
}

static void
read_auth(LabSpec *spec, LabSpecObject *top)
{
	static const char *const methods[] = {"scram", "ldap", NULL};
	static const char *const accounts[] = {"managed", "external", NULL};
	JsonbValue *value = lab_spec_get(top, "auth");
	LabSpecObject *auth;
	bool ldap;

	if (value == NULL)
		return;
	auth = lab_spec_object(value, "$.auth", auth_keys, &spec->inactive);
	ldap = choice(auth, "method", methods, 0) == 1;
	if (!ldap && lab_spec_get(auth, "accounts"))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("\"accounts\" says something about LDAP only"),
						errdetail("At $.auth.accounts."),
						errhint("Remove it, or write \"method\": \"ldap\".")));
	if (ldap)
		spec->auth =
			choice(auth, "accounts", accounts, 0) == 0 ? LAB_AUTH_MANAGED : LAB_AUTH_EXTERNAL;
}

static void
read_window(LabSpec *spec, LabSpecObject *top)
{
	spec->has_opens = lab_spec_get_time(top, "opens", &spec->opens);
	spec->has_closes = lab_spec_get_time(top, "closes", &spec->closes);
	if (spec->has_opens && spec->has_closes && spec->closes <= spec->opens)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the lab closes before it opens"),
				 errdetail("At $.closes: it must be later than $.opens."),
				 errhint("Correct one of the two times.")));
}

static void
read_limits(LabSpec *spec, LabSpecObject *top)
{
	JsonbValue *value = lab_spec_get(top, "limits");
	LabSpecObject *limits;
	JsonbValue *connections;

	spec->connections = -1;
	spec->disk = spec->temp_disk = -1;
	spec->statement_timeout = spec->idle_timeout = -1;
	if (value == NULL)
		return;
	limits = lab_spec_object(value, "$.limits", limit_keys, &spec->inactive);
	connections = lab_spec_get(limits, "connections");
	if (connections)
	{
		spec->connections = lab_spec_integer(connections, "$.limits.connections", 1, 1000);
	}
	spec->disk = lab_spec_get_size(limits, "disk");
	spec->temp_disk = lab_spec_get_size(limits, "temp_disk");
	spec->statement_timeout = lab_spec_get_duration(limits, "statement_timeout");
	spec->idle_timeout = lab_spec_get_duration(limits, "idle_in_transaction");
}

/* Strings of an array, none of them empty. */
static List *
read_strings(LabSpecObject *object, const char *key)
{
	List *strings = NIL;
	ListCell *cell;

	foreach (cell, lab_spec_get_list(object, key))
	{
		JsonbValue *value = lfirst(cell);
		char *path = psprintf("%s.%s[%d]", object->path, key, foreach_current_index(cell));

		if (value->type != jbvString || value->val.string.len == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("expected a string that is not empty"), errdetail("At %s.", path),
					 errhint("Remove the element, or write a string.")));
		strings = lappend(strings, lab_spec_text(value));
	}
	return strings;
}

/* A kind, or a kind and a glob over the objects of that kind. */
static List *
read_ignore(LabSpecObject *top)
{
	List *patterns = read_strings(top, "ignore");
	ListCell *cell;

	foreach (cell, patterns)
	{
		const char *pattern = lfirst(cell);
		Size kind = strspn(pattern, "abcdefghijklmnopqrstuvwxyz_ ");

		if (kind == 0 || (pattern[kind] != '\0' && pattern[kind] != ':') ||
			strcmp(pattern + kind, ":") == 0)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is no pattern of things to ignore", lab_spec_quoted(pattern)),
				 errdetail("At $.ignore[%d].", foreach_current_index(cell)),
				 errhint("Write a kind, or a kind and a glob, as in \"index:shop.legacy_*\".")));
	}
	return patterns;
}

/* Decimal text of the points. */
static char *
read_points(JsonbValue *value, const char *path)
{
	Datum points = NumericGetDatum(value->val.numeric);
	Datum most = NumericGetDatum(int64_to_numeric(MAX_POINTS));
	char *text = DatumGetCString(DirectFunctionCall1(numeric_out, points));

	if (*text == '-')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("points of a task cannot be negative"),
						errdetail("At %s.points.", path), errhint("Write 0 or more.")));
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, points, most)) > 0 ||
		strlen(text) > MAX_POINTS_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("points of a task are out of range"), errdetail("At %s.points.", path),
				 errhint("Write at most %d, with few decimals.", MAX_POINTS)));
	return text;
}

static LabSpecTask *
read_task(LabSpec *spec, JsonbValue *value, const char *path)
{
	LabSpecTask *task = palloc0(sizeof(LabSpecTask));
	LabSpecObject *object = lab_spec_object(value, path, task_keys, &spec->inactive);
	JsonbValue *points = lab_spec_get(object, "points");

	task->name = lab_spec_get_text(object, "name");
	if (strlen(task->name) > MAX_TASK_NAME)
		ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG), errmsg("the name of a task is too long"),
						errdetail("At %s.name: it has %zu bytes, and %d is the most.", path,
								  strlen(task->name), MAX_TASK_NAME),
						errhint("Put long text into \"title\".")));
	if (*task->name == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a task needs a name"),
						errdetail("At %s.name.", path),
						errhint("Write a short word: people see it in lab_results().")));
	task->title = lab_spec_get_text(object, "title");
	if (task->title == NULL)
		task->title = task->name;
	task->hint = lab_spec_get_text(object, "hint");
	task->own = lab_spec_own_checks(object, task->name);
	task->objects = read_strings(object, "objects");
	if (points)
		task->points = read_points(points, path);
	if (task->objects == NIL && task->own == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("task %s says nothing to check", lab_spec_quoted(task->name)),
						errdetail("At %s.", path),
						errhint("Give it \"objects\", such as [\"shop.orders\"], or a check "
								"of your own: \"query\", \"script\", \"plan\" or \"pgtap\".")));
	return task;
}

static void
read_tasks(LabSpec *spec, LabSpecObject *top)
{
	List *names = NIL;
	ListCell *cell;

	foreach (cell, lab_spec_get_list(top, "tasks"))
	{
		LabSpecTask *task =
			read_task(spec, lfirst(cell), psprintf("$.tasks[%d]", foreach_current_index(cell)));

		names = lappend(names, task->name);
		spec->tasks = lappend(spec->tasks, task);
	}
	lab_spec_no_duplicates(names, "task", "$.tasks");
}

LabSpec *
lab_spec_read(Jsonb *source, bool participants)
{
	static const char *const feedback[] = {"none", "object", "hint", "diff", NULL};
	static const char *const extras[] = {"ignore", "count", "strict", NULL};
	static const char *const peers[] = {"named", "aliased", "hidden", NULL};
	static const char *const activity[] = {"none", "counts", "full", NULL};
	static const char *const removed[] = {"drop", "keep", NULL};
	LabSpec *spec = palloc0(sizeof(LabSpec));
	LabSpecObject *top;
	JsonbValue value;

	value.type = jbvBinary;
	value.val.binary.data = &source->root;
	value.val.binary.len = VARSIZE(source) - VARHDRSZ;
	top = lab_spec_object(&value, "$", top_keys, &spec->inactive);

	spec->lab = lab_spec_name(lab_spec_get_text(top, "lab"), "$.lab");
	spec->title = lab_spec_get_text(top, "title");
	if (spec->title == NULL)
		spec->title = spec->lab;
	spec->reference = lab_spec_name(lab_spec_get_text(top, "reference"), "$.reference");
	spec->starter = lab_spec_get_text(top, "starter");
	if (spec->starter)
		(void) lab_spec_name(spec->starter, "$.starter");
	spec->hidden = lab_spec_get_text(top, "hidden");
	if (spec->hidden)
		(void) lab_spec_name(spec->hidden, "$.hidden");
	spec->pattern = lab_spec_get_text(top, "database");
	if (spec->pattern == NULL)
		spec->pattern = "{lab}_{login}";
	spec->keep_removed = choice(top, "removed", removed, 0) == 1;
	if (participants || lab_spec_get(top, "participants"))
		read_participants(spec, top);
	read_auth(spec, top);
	read_window(spec, top);
	read_limits(spec, top);
	spec->feedback = choice(top, "feedback", feedback, LAB_FEEDBACK_HINT);
	spec->extras = choice(top, "extras", extras, LAB_EXTRAS_COUNT);
	spec->peers = unconstify(char *, peers[choice(top, "peers", peers, 1)]);
	(void) choice(top, "activity", activity, 2);
	read_tasks(spec, top);
	spec->ignore = read_ignore(top);
	spec->masters = read_strings(top, "masters");
	lab_spec_no_duplicates(spec->masters, "master", "$.masters");
	return spec;
}
