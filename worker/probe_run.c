/*
 * probe_run.c
 *		Statements run one after another as somebody, looked at, and rolled back.
 *
 * A run is a subtransaction that is always rolled back, with one subtransaction
 * within it for each step.  The role, the settings and the shielded sequences
 * belong to the run; what a step does stays until its end where it is kept.
 * Between the steps nothing but C code looks at things: never SQL, which would
 * run as the participant under a search_path of theirs.
 *
 * Deferred constraints are checked at once: at the end there is no commit, and a
 * security-restricted operation does not let them wait.
 */
#include "postgres.h"

#include <limits.h>

#include "access/detoast.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "extension/clock.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "tcop/dest.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"
#include "worker/probe_effect.h"
#include "worker/probe_run.h"
#include "worker/probe_sequences.h"

#define TEXT_LENGTH 120
#define TEXT_ROWS 41     /* more are longer than that, with what is between them */
#define LONG_VALUE 10000 /* bytes; longer ones are not written out for people */
#define LOCK_TIMEOUT_MS 500
#define RESERVE 4 /* a quarter of the limit is for everything else */

static LabTime deadline = LAB_TIME_NEVER; /* of all probes of this evaluation */

/* Where the rows of a step go. */
typedef struct Rows
{
	DestReceiver receiver; /* first */
	MemoryContext context; /* of the outcome */
	MemoryContext row_context;
	bool ordered;
	bool any; /* it returns rows, if only none */
	TupleDesc descriptor;
	LabDigest sum;
	uint64 count;
	char *texts[TEXT_ROWS];
	int ntexts;
} Rows;

static void
rows_startup(DestReceiver *self, int operation, TupleDesc descriptor)
{
	Rows *rows = (Rows *) self;
	MemoryContext before = MemoryContextSwitchTo(rows->context);

	rows->any = true;
	rows->descriptor = CreateTupleDescCopy(descriptor);
	if (rows->row_context == NULL)
		rows->row_context =
			AllocSetContextCreate(CurrentMemoryContext, "probe row", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(before);
}

/* As much as people want to read. */
static char *
shortened(const char *text)
{
	int length = strlen(text);

	if (length <= TEXT_LENGTH)
		return pstrdup(text);
	return psprintf("%.*s ...", pg_mbcliplen(text, length, TEXT_LENGTH), text);
}

static void
append_value(StringInfo text, const Rows *rows, int column, TupleTableSlot *slot)
{
	Oid output;
	bool varlena;

	if (column > 0)
		appendStringInfoString(text, ", ");
	if (slot->tts_isnull[column])
	{
		appendStringInfoString(text, "NULL");
		return;
	}
	getTypeOutputInfo(TupleDescAttr(rows->descriptor, column)->atttypid, &output, &varlena);
	if (varlena && toast_raw_datum_size(slot->tts_values[column]) > LONG_VALUE)
		appendStringInfo(text, "%zu bytes", toast_raw_datum_size(slot->tts_values[column]));
	else
		appendStringInfoString(text, OidOutputFunctionCall(output, slot->tts_values[column]));
}

static char *
row_text(const Rows *rows, TupleTableSlot *slot)
{
	bool several = rows->descriptor->natts != 1;
	StringInfoData text;

	initStringInfo(&text);
	if (several)
		appendStringInfoChar(&text, '(');
	for (int i = 0; i < rows->descriptor->natts && text.len <= TEXT_LENGTH; i++)
		append_value(&text, rows, i, slot);
	if (several)
		appendStringInfoChar(&text, ')');
	return text.data;
}

/* The row for people, as long as there is room; where rows come in any order, by their text. */
static void
keep_text(Rows *rows, TupleTableSlot *slot)
{
	int i = rows->ntexts;
	char *text;

	if (rows->ordered && i == TEXT_ROWS)
		return;
	text = row_text(rows, slot);
	while (!rows->ordered && i > 0 && strcmp(rows->texts[i - 1], text) > 0)
		i--;
	if (i == TEXT_ROWS)
		return;
	rows->ntexts = Min(rows->ntexts + 1, TEXT_ROWS);
	memmove(&rows->texts[i + 1], &rows->texts[i], (rows->ntexts - i - 1) * sizeof(char *));
	rows->texts[i] = MemoryContextStrdup(rows->context, text);
}

static char *
text_of(const Rows *rows)
{
	StringInfoData text;

	if (rows->count == 0)
		return pstrdup("no rows");
	initStringInfo(&text);
	for (int i = 0; i < rows->ntexts; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", rows->texts[i]);
	return shortened(text.data);
}

static bool
rows_receive(TupleTableSlot *slot, DestReceiver *self)
{
	Rows *rows = (Rows *) self;
	MemoryContext before = MemoryContextSwitchTo(rows->row_context);
	LabDigest row = {0, 0};

	slot_getallattrs(slot);
	for (int i = 0; i < rows->descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(rows->descriptor, i);
		const char *name = NameStr(attribute->attname);
		/* what a function of type void returns is NULL in one language and '' in another */
		LabDigest value = slot->tts_isnull[i] || attribute->atttypid == VOIDOID
							  ? lab_digest_null()
							  : lab_digest_value(slot->tts_values[i], attribute->atttypid,
												 attribute->attcollation);

		lab_digest_add(&row, lab_digest_combine(lab_digest_bytes(name, strlen(name)), value));
	}
	keep_text(rows, slot);
	row = lab_digest_mix(row);
	if (rows->ordered)
		rows->sum = lab_digest_combine(rows->sum, row);
	else
		lab_digest_add(&rows->sum, row);
	rows->count++;
	MemoryContextSwitchTo(before);
	MemoryContextReset(rows->row_context);
	return true;
}

static void
rows_nothing(DestReceiver *self)
{
}

/* For the run alone: the rollback of its subtransaction puts it back. */
static void
set_locally(const char *name, const char *value)
{
	/* A source up to PGC_S_OVERRIDE would make it the default for good. */
	(void) set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
							 false);
}

static void
execute(const LabStep *step, LabOutcome *outcome, MemoryContext context)
{
	Rows rows = {{rows_receive, rows_startup, rows_nothing, rows_nothing, DestNone}};
	SPIExecuteOptions options = {0};
	int result;

	rows.context = context;
	rows.ordered = step->ordered;
	options.dest = &rows.receiver;
	SPI_connect();
	if (step->quiet)
		set_locally("session_replication_role", "replica");
	result = SPI_execute_extended(step->sql, &options);
	if (step->quiet)
		set_locally("session_replication_role", "origin");
	if (result < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("this statement cannot be tried: %s", SPI_result_code_string(result))));
	outcome->rows = rows.any ? rows.count : SPI_processed;
	SPI_finish();
	MemoryContextSwitchTo(context);
	if (!rows.any)
		return;
	outcome->digest =
		psprintf("%016lx%016lx", (unsigned long) rows.sum.high, (unsigned long) rows.sum.low);
	outcome->text = text_of(&rows);
}

static void
note_error(LabOutcome *outcome, MemoryContext context)
{
	ErrorData *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	outcome->sqlstate = error->sqlerrcode;
	outcome->message = shortened(error->message ? error->message : "unknown error");
	outcome->rows = 0;
	outcome->digest = outcome->text = NULL;
	FreeErrorData(error);
}

static void
run_step(const LabStage *stage, const LabStep *step, LabOutcome *outcome)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool effects = step->effects && !step->keep;

	outcome->ran = true;
	if (effects)
		lab_effect_before(stage->watched);
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		enable_timeout_after(STATEMENT_TIMEOUT,
							 Min(stage->timeout, Max((int) lab_clock_left(deadline), 1)));
		execute(step, outcome, context);
		if (effects)
			lab_effect_after(stage->watched);
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
		if (step->keep)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
		note_error(outcome, context);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (effects && outcome->sqlstate == 0)
		outcome->effects = lab_effect_take(stage->watched);
	if (step->keep)
		lab_effect_forget(stage->watched);
}

static void
prepare(const LabStage *stage)
{
	int lock_timeout = Min(Min(LOCK_TIMEOUT_MS, DeadlockTimeout / 2), stage->timeout / 2);

	set_locally("lock_timeout", psprintf("%d", Max(lock_timeout, 1)));
	set_locally("track_counts", "on");
}

static List *
run_steps(const LabStage *stage, List *steps)
{
	static const LabStep immediate = {"SET CONSTRAINTS ALL IMMEDIATE", true, false, false};
	List *shielded;
	List *outcomes = NIL;
	LabOutcome ignored = {0};
	bool stopped = false;
	bool fresh = true;
	Oid user;
	int security;
	ListCell *cell;

	prepare(stage);
	shielded = lab_sequences_shield(stage->owner);
	lab_effect_open(stage->watched);
	/* Not before: what ran until here must not find anything of theirs. */
	if (stage->path)
		set_locally("search_path", stage->path);
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(stage->role,
						   security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	run_step(stage, &immediate, &ignored);
	lab_sequences_restart(shielded);
	foreach (cell, steps)
	{
		const LabStep *step = lfirst(cell);
		LabOutcome *outcome = palloc0(sizeof(LabOutcome));

		outcomes = lappend(outcomes, outcome);
		if (stopped)
			continue;
		if (lab_clock_left(deadline) == 0)
		{
			stopped = true;
			continue;
		}
		if (!fresh)
			lab_sequences_restart(shielded);
		run_step(stage, step, outcome);
		fresh = step->keep;
		if (step->keep)
			lab_sequences_mark(shielded);
		stopped = outcome->sqlstate == ERRCODE_QUERY_CANCELED;
	}
	return outcomes;
}

bool
lab_probe_run(const LabStage *stage, List *steps, List **outcomes, LabSandboxError *error)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool prepared = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		*outcomes = run_steps(stage, steps);
		prepared = true;
	}
	PG_CATCH();
	{
		LabOutcome outcome = {0};

		note_error(&outcome, context);
		error->sqlstate = outcome.sqlstate;
		error->message = outcome.message;
	}
	PG_END_TRY();
	/* This brings back the role and the settings as well. */
	RollbackAndReleaseCurrentSubTransaction();
	LockReleaseAll(USER_LOCKMETHOD, true); /* advisory locks of the session outlive it */
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return prepared;
}

void
lab_probe_limit(int limit)
{
	deadline =
		limit > 0 ? lab_clock_plus(lab_clock_now(), limit - limit / RESERVE) : LAB_TIME_NEVER;
}
