/*
 * outcomes.c
 *		What an expression gives for candidate rows.
 *
 * An error is an outcome like any other: it ends a subtransaction, and the next
 * row begins another.  now() is replaced by a constant, so that other times can
 * be tried than the present.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/ruleutils.h"
#include "utils/timestamp.h"
#include "worker/outcomes.h"

/* high of an error's outcome; low is its SQLSTATE */
#define ERROR_OUTCOME UINT64CONST(0x6572726f72)
/* high of a boolean mode's outcome; low is whether the row is accepted */
#define BOOLEAN_OUTCOME UINT64CONST(0x626f6f6c)

/* The eve of a change of clocks, ends of months and years, places where it is another day. */
const LabCircumstance lab_circumstances[] = {
	{NULL, "UTC"},
	{"2024-03-09 17:00:00+00", "EST5EDT,M3.2.0,M11.1.0"},
	{"2024-02-29 23:30:00+00", "<+14>-14"},
	{"2025-12-31 10:30:15.46+00", "<-11>11"},
};
const int lab_circumstance_count = lengthof(lab_circumstances);

/* An expression that is being evaluated. */
typedef struct Evaluation
{
	ExprState *state;
	EState *estate;
	ExprContext *econtext;
	TupleTableSlot *slot;
	LabEqualMode mode;
	Oid type;
	Oid collation;
	const LabCandidates *candidates;
} Evaluation;

bool
lab_outcome_is_overflow(LabDigest outcome)
{
	return outcome.high == ERROR_OUTCOME && outcome.low == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
}

bool
lab_outcome_is_true(LabDigest outcome)
{
	return outcome.high == BOOLEAN_OUTCOME && outcome.low == 1;
}

static Node *
replace_now(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_NOW)
		return (Node *) makeConst(TIMESTAMPTZOID, -1, InvalidOid, sizeof(TimestampTz),
								  TimestampTzGetDatum(*(TimestampTz *) context), false,
								  FLOAT8PASSBYVAL);
	if (IsA(node, Query))
		return (Node *) query_tree_mutator((Query *) node, replace_now, context, 0);
	return expression_tree_mutator(node, replace_now, context);
}

static Node *
at_time(Node *expression, const LabCircumstance *circumstance)
{
	TimestampTz now;

	if (circumstance->now == NULL)
		return expression;
	now =
		DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(circumstance->now),
												ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	return replace_now(expression, &now);
}

/* Returns what AtEOXact_GUC() leaves the circumstance with. */
static int
enter(const LabCircumstance *circumstance)
{
	int level = NewGUCNestLevel();

	(void) set_config_option("TimeZone", circumstance->zone, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

static void
prepare(Evaluation *work, Node *expression, Relation relation)
{
	work->estate = CreateExecutorState();
	work->econtext = GetPerTupleExprContext(work->estate);
	if (relation)
	{
		work->slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
		work->econtext->ecxt_scantuple = work->slot;
	}
	work->state = ExecPrepareExpr((Expr *) expression, work->estate);
}

static void
load_row(Evaluation *work, const int *row)
{
	if (work->slot)
	{
		ExecClearTuple(work->slot);
		memset(work->slot->tts_isnull, true, work->slot->tts_tupleDescriptor->natts);
	}
	for (int i = 0; i < work->candidates->ncolumns; i++)
	{
		const LabCandidateColumn *column = &work->candidates->columns[i];
		Datum value = column->pool->values[row[i]];
		bool isnull = column->pool->nulls[row[i]];

		if (column->attribute == 0 || work->slot == NULL)
		{
			work->econtext->domainValue_datum = value;
			work->econtext->domainValue_isNull = isnull;
		}
		else
		{
			work->slot->tts_values[column->attribute - 1] = value;
			work->slot->tts_isnull[column->attribute - 1] = isnull;
		}
	}
	if (work->slot)
		ExecStoreVirtualTuple(work->slot);
}

static LabDigest
outcome_of(Evaluation *work, int row)
{
	MemoryContext before;
	bool isnull;
	Datum value;
	LabDigest outcome;

	ResetExprContext(work->econtext);
	load_row(work, lab_candidates_row(work->candidates, row));
	before = MemoryContextSwitchTo(work->econtext->ecxt_per_tuple_memory);
	value = ExecEvalExpr(work->state, work->econtext, &isnull);
	if (work->mode == LAB_EQUAL_VALUE)
		outcome = isnull ? lab_digest_null() : lab_digest_value(value, work->type, work->collation);
	else
	{
		outcome.high = BOOLEAN_OUTCOME;
		outcome.low = isnull ? work->mode == LAB_EQUAL_CHECK : DatumGetBool(value);
	}
	MemoryContextSwitchTo(before);
	return outcome;
}

/* All rows from *at on, until one fails. */
static void
evaluate_rows(Evaluation *work, Node *expression, Relation relation, LabDigest *outcomes, int first,
			  volatile int *at)
{
	prepare(work, expression, relation);
	for (; *at < work->candidates->nrows; (*at)++)
	{
		CHECK_FOR_INTERRUPTS();
		outcomes[*at - first] = outcome_of(work, *at);
	}
	if (work->slot)
		ExecDropSingleTupleTableSlot(work->slot);
	FreeExecutorState(work->estate);
}

/* The rows from first on, each failing one in a subtransaction of its own. */
static LabDigest *
evaluate_all(Node *const expression, LabEqualMode mode, Relation relation,
			 const LabCandidates *candidates, int first)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	LabDigest *outcomes = palloc0(sizeof(LabDigest) * Max(candidates->nrows - first, 1));
	volatile int at = first;

	while (at < candidates->nrows)
	{
		Evaluation work = {0};

		work.mode = mode;
		work.candidates = candidates;
		work.type = exprType(expression);
		work.collation = exprCollation(expression);
		BeginInternalSubTransaction(NULL);
		MemoryContextSwitchTo(context);
		PG_TRY();
		{
			evaluate_rows(&work, expression, relation, outcomes, first, &at);
			ReleaseCurrentSubTransaction();
		}
		PG_CATCH();
		{
			int sqlstate = lab_sandbox_forgive(context);

			if (at < candidates->nrows)
				outcomes[at - first] = (LabDigest){ERROR_OUTCOME, sqlstate};
			at++;
		}
		PG_END_TRY();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	return outcomes;
}

/* The value of an expression without columns, as far as it has one. */
static void
collect_value(Node *const expression, LabConstants *constants)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Evaluation work = {0};

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		bool isnull;
		Datum value;

		prepare(&work, expression, NULL);
		value = ExecEvalExpr(work.state, work.econtext, &isnull);
		if (!isnull)
			lab_constants_add_value(constants, value, exprType(expression),
									exprCollation(expression));
		FreeExecutorState(work.estate);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		(void) lab_sandbox_forgive(context);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

void
lab_outcomes_collect(Node *expression, LabConstants *constants)
{
	for (int i = 0; i < lab_circumstance_count; i++)
	{
		int level = enter(&lab_circumstances[i]);

		collect_value(at_time(expression, &lab_circumstances[i]), constants);
		AtEOXact_GUC(false, level);
	}
}

/* The candidate rows as an array of the relation's row type. */
static Datum
rows_as_array(Relation relation, const LabCandidates *candidates, int first)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	int n = candidates->nrows - first;
	Datum *rows = palloc(sizeof(Datum) * Max(n, 1));
	Datum *values = palloc0(sizeof(Datum) * descriptor->natts);
	bool *nulls = palloc(sizeof(bool) * descriptor->natts);

	memset(nulls, true, descriptor->natts);
	for (int row = 0; row < n; row++)
	{
		for (int i = 0; i < candidates->ncolumns; i++)
		{
			const LabCandidateColumn *column = &candidates->columns[i];
			int at = lab_candidates_row(candidates, first + row)[i];

			values[column->attribute - 1] = column->pool->values[at];
			nulls[column->attribute - 1] = column->pool->nulls[at];
		}
		rows[row] =
			heap_copy_tuple_as_datum(heap_form_tuple(descriptor, values, nulls), descriptor);
	}
	return PointerGetDatum(
		construct_array(rows, n, descriptor->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

/* The digest of a column of the last query's row. */
static LabDigest
outcome_of_row(LabEqualMode mode, int row)
{
	TupleDesc descriptor = SPI_tuptable->tupdesc;
	bool isnull;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], descriptor, 1, &isnull);

	if (mode == LAB_EQUAL_VALUE)
		return isnull ? lab_digest_null()
					  : lab_digest_value(value, TupleDescAttr(descriptor, 0)->atttypid,
										 TupleDescAttr(descriptor, 0)->attcollation);
	return (LabDigest){BOOLEAN_OUTCOME, isnull ? mode == LAB_EQUAL_CHECK : DatumGetBool(value)};
}

/*
 * An expression with subqueries needs a plan: one query over all rows.  An
 * error is one of all rows.
 */
static LabDigest *
query_all(Node *expression, LabEqualMode mode, Relation relation, const LabCandidates *candidates,
		  int first)
{
	const char *name = RelationGetRelationName(relation);
	int n = candidates->nrows - first;
	LabDigest *outcomes = palloc0(sizeof(LabDigest) * Max(n, 1));
	MemoryContext context = CurrentMemoryContext;
	Oid type = get_array_type(RelationGetDescr(relation)->tdtypeid);
	Datum rows = rows_as_array(relation, candidates, first);
	char *text = deparse_expression(
		expression, deparse_context_for(name, RelationGetRelid(relation)), false, false);
	char *query = psprintf("SELECT (%s) FROM unnest($1) AS %s", text, quote_identifier(name));

	SPI_connect();
	if (SPI_execute_with_args(query, 1, &type, &rows, NULL, true, 0) != SPI_OK_SELECT ||
		SPI_processed != n)
		elog(ERROR, "could not evaluate \"%s\"", text);
	MemoryContextSwitchTo(context);
	for (int i = 0; i < n; i++)
		outcomes[i] = outcome_of_row(mode, i);
	SPI_finish();
	return outcomes;
}

static bool
has_subquery(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, SubLink) || expression_tree_walker(node, has_subquery, context);
}

LabDigest *
lab_outcomes(Node *expression, LabEqualMode mode, Relation relation,
			 const LabCandidates *candidates, int first, const LabCircumstance *circumstance)
{
	int level = enter(circumstance);
	LabDigest *outcomes;

	expression = at_time(expression, circumstance);
	outcomes = relation && has_subquery(expression, NULL)
				   ? query_all(expression, mode, relation, candidates, first)
				   : evaluate_all(expression, mode, relation, candidates, first);
	AtEOXact_GUC(false, level);
	return outcomes;
}
