/*
 * equal.c
 *		Do two expressions mean the same?
 *
 * The reference's text is read against the participant's relation, and both
 * expressions are evaluated over candidate rows, which lie at the boundaries
 * that the constants of both draw.  Rows that tell them apart prove that they
 * differ.  That none does is taken for a proof that they are equal only where
 * candidates can be trusted to show a difference:
 *
 * - both give the same answer every time they are asked (nothing volatile),
 *   depend on the same circumstances, and call the same functions of people's
 *   making, which could tell an evaluation from the real thing;
 * - every column has candidates of its type;
 * - the reference's expression gave more than one answer, and so did every
 *   condition inside either.
 *
 * Runs in the sandbox from the first look-up on.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "worker/boundaries.h"
#include "worker/equal.h"
#include "worker/normal.h"
#include "worker/outcomes.h"
#include "worker/reparse.h"

#define MAX_COLUMNS 16
#define MAX_CONDITIONS 60
#define MAX_BASES 6    /* accepted rows that are varied */
#define MAX_SEARCHED 4 /* of these are looked around for boundaries */

/* The comparison of an equation. */
typedef struct Comparison
{
	const LabEquation *equation;
	Relation relation;
	Node *expected;
	Node *found;
	LabCandidates *candidates;
	bool equal;
} Comparison;

/* The rows of a table that a subquery reads: how many of them give candidates. */
#define SUBQUERY_ROWS 8

/* What functions an expression calls, by what follows from that. */
typedef struct Calls
{
	List *circumstances; /* of oid: stable, and their arguments do not decide */
	List *peoples;       /* of oid: neither the server's nor written in C */
	List *settings;      /* of Const: the arguments of current_setting() */
} Calls;

/* Stable and without arguments, and yet always the same. */
static bool
is_constructor(Oid function)
{
	return function == F_JSON_BUILD_OBJECT_ || function == F_JSON_BUILD_ARRAY_ ||
		   function == F_JSONB_BUILD_OBJECT_ || function == F_JSONB_BUILD_ARRAY_;
}

static bool
reads_setting(Oid function)
{
	return function == F_CURRENT_SETTING_TEXT || function == F_CURRENT_SETTING_TEXT_BOOL;
}

static bool
note_function(Oid function, void *context)
{
	Calls *calls = context;
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (function >= FirstNormalObjectId && form->prolang != INTERNALlanguageId &&
		form->prolang != ClanguageId)
		calls->peoples = list_append_unique_oid(calls->peoples, function);
	else if (form->provolatile == PROVOLATILE_STABLE && function != F_NOW &&
			 ((form->pronargs == 0 && !is_constructor(function)) || reads_setting(function)))
		calls->circumstances = list_append_unique_oid(calls->circumstances, function);
	ReleaseSysCache(tuple);
	return false;
}

static bool
collect_calls(Node *node, void *context)
{
	if (node == NULL)
		return false;
	(void) check_functions_in_node(node, note_function, context);
	if (IsA(node, FuncExpr) && reads_setting(((FuncExpr *) node)->funcid))
	{
		List **settings = &((Calls *) context)->settings;

		*settings = list_append_unique(*settings, linitial(((FuncExpr *) node)->args));
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, collect_calls, context, 0);
	return expression_tree_walker(node, collect_calls, context);
}

static bool
same_members(List *a, List *b)
{
	return list_difference_oid(a, b) == NIL && list_difference_oid(b, a) == NIL;
}

/* Could candidates show a difference at all? */
static bool
is_comparable(const Comparison *work)
{
	Calls expected = {NIL, NIL, NIL};
	Calls found = {NIL, NIL, NIL};

	if (contain_volatile_functions(work->expected) || contain_volatile_functions(work->found))
		return false;
	(void) collect_calls(work->expected, &expected);
	(void) collect_calls(work->found, &found);
	return same_members(expected.circumstances, found.circumstances) &&
		   same_members(expected.peoples, found.peoples) &&
		   list_difference(expected.settings, found.settings) == NIL &&
		   list_difference(found.settings, expected.settings) == NIL;
}

/* A tree of the text, as far as the server can simplify it. */
static Node *
read_side(const char *text, const LabScope *scope)
{
	Node *expression = lab_reparse(text, scope);

	return lab_normal_plain(eval_const_expressions(NULL, lab_normal_plain(expression)));
}

/* Values that a table holds are what its rows are compared with. */
static void
add_table_constants(LabConstants *constants, Oid oid)
{
	Relation relation = table_open(oid, AccessShareLock);
	TupleDesc descriptor = RelationGetDescr(relation);
	TupleTableSlot *slot;
	TableScanDesc scan;

	if (relation->rd_rel->relkind == RELKIND_RELATION)
	{
		slot = table_slot_create(relation, NULL);
		scan = table_beginscan(relation, GetActiveSnapshot(), 0, NULL);
		for (int n = 0;
			 n < SUBQUERY_ROWS && table_scan_getnextslot(scan, ForwardScanDirection, slot); n++)
		{
			slot_getallattrs(slot);
			for (int i = 0; i < descriptor->natts; i++)
				if (!slot->tts_isnull[i])
					lab_constants_add_value(constants, slot->tts_values[i],
											TupleDescAttr(descriptor, i)->atttypid,
											TupleDescAttr(descriptor, i)->attcollation);
		}
		table_endscan(scan);
		ExecDropSingleTupleTableSlot(slot);
	}
	table_close(relation, NoLock);
}

static bool
collect_tables(Node *node, void *context)
{
	ListCell *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, collect_tables, context);
	foreach (cell, ((Query *) node)->rtable)
		if (((RangeTblEntry *) lfirst(cell))->rtekind == RTE_RELATION)
			add_table_constants(context, ((RangeTblEntry *) lfirst(cell))->relid);
	return query_tree_walker((Query *) node, collect_tables, context, 0);
}

static bool
has_columns(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, Var) || IsA(node, CoerceToDomainValue) ||
		   expression_tree_walker(node, has_columns, context);
}

/* Does it need a row, or something around it, to have a value? */
static bool
has_placeholders(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, Var) || IsA(node, CoerceToDomainValue) || IsA(node, CaseTestExpr) ||
		   IsA(node, Param) || IsA(node, SubLink) ||
		   expression_tree_walker(node, has_placeholders, context);
}

/* What is computed without columns, such as the year of today, is compared with as well. */
static bool
collect_computed(Node *node, void *context)
{
	if (node == NULL || IsA(node, SubLink))
		return false;
	switch (nodeTag(node))
	{
		case T_OpExpr:
		case T_FuncExpr:
		case T_CoerceViaIO:
		case T_RelabelType:
			if (has_placeholders(node, NULL))
				break;
			lab_outcomes_collect(node, context);
			return false;
		default:
			break;
	}
	return expression_tree_walker(node, collect_computed, context);
}

static LabConstants *
collect_constants(const Comparison *work)
{
	LabConstants *constants = palloc0(sizeof(LabConstants));

	lab_constants_collect(constants, work->expected);
	lab_constants_collect(constants, work->found);
	(void) collect_computed(work->expected, constants);
	(void) collect_computed(work->found, constants);
	(void) collect_tables(work->expected, constants);
	(void) collect_tables(work->found, constants);
	lab_constants_add_string(constants, GetUserNameFromId(GetUserId(), false));
	for (int i = 0; constants->now && i < lab_circumstance_count; i++)
	{
		Timestamp *moment = palloc(sizeof(Timestamp));

		if (lab_circumstances[i].now == NULL)
			continue;
		*moment = DatumGetTimestampTz(
			DirectFunctionCall3(timestamptz_in, CStringGetDatum(lab_circumstances[i].now),
								ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
		constants->moments = lappend(constants->moments, moment);
	}
	return constants;
}

/* Adds a column with its candidates; false where there are none. */
static bool
add_column(Comparison *work, AttrNumber attribute, Oid type, int32 typmod,
		   const LabConstants *constants, bool with_null)
{
	LabPool *pool = lab_pool_make(type, typmod, constants, with_null);

	if (pool->n < 2 || pool->cut_short)
		return false;
	lab_candidates_add_column(work->candidates, attribute, pool);
	return true;
}

/* Columns of the relation that an expression uses, at whatever depth of subqueries. */
typedef struct Columns
{
	Bitmapset *attributes; /* offset by FirstLowInvalidHeapAttributeNumber */
	int depth;
} Columns;

static bool
collect_columns(Node *node, void *context)
{
	Columns *columns = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var *var = (Var *) node;

		if (var->varlevelsup == columns->depth && var->varno == 1)
			columns->attributes = bms_add_member(
				columns->attributes, var->varattno - FirstLowInvalidHeapAttributeNumber);
		return false;
	}
	if (IsA(node, Query))
	{
		columns->depth++;
		(void) query_tree_walker((Query *) node, collect_columns, context, 0);
		columns->depth--;
		return false;
	}
	return expression_tree_walker(node, collect_columns, context);
}

/* Candidates for every column that one of the sides uses; false where there can be none. */
static bool
choose_columns(Comparison *work, const LabConstants *constants)
{
	Columns used = {NULL, 0};
	int member = -1;

	if (OidIsValid(work->equation->domain))
	{
		if (!has_columns(work->expected, NULL) && !has_columns(work->found, NULL))
			return true;
		return add_column(work, 0, work->equation->domain, -1, constants, true);
	}
	(void) collect_columns(work->expected, &used);
	(void) collect_columns(work->found, &used);
	if (bms_num_members(used.attributes) > MAX_COLUMNS)
		return false;
	while ((member = bms_next_member(used.attributes, member)) >= 0)
	{
		AttrNumber attribute = member + FirstLowInvalidHeapAttributeNumber;
		Form_pg_attribute column;

		if (attribute <= 0) /* a system column, or the row as a whole */
			return false;
		column = TupleDescAttr(RelationGetDescr(work->relation), attribute - 1);
		if (!add_column(work, attribute, column->atttypid, column->atttypmod, constants,
						!bms_is_member(attribute, work->equation->never_null)))
			return false;
	}
	return true;
}

static bool
same_outcome(LabDigest a, LabDigest b)
{
	return a.high == b.high && a.low == b.low;
}

/* Do both sides give the same for the rows from first on? */
static bool
agree(const Comparison *work, int first, const LabCircumstance *circumstance)
{
	int n = work->candidates->nrows - first;
	LabDigest *expected = lab_outcomes(work->expected, work->equation->mode, work->relation,
									   work->candidates, first, circumstance);
	LabDigest *found = lab_outcomes(work->found, work->equation->mode, work->relation,
									work->candidates, first, circumstance);

	for (int i = 0; i < n; i++)
	{
		/* where a number becomes too large depends on the road, and on nothing that is taught */
		if (lab_outcome_is_overflow(expected[i]) || lab_outcome_is_overflow(found[i]))
			continue;
		if (!same_outcome(expected[i], found[i]))
			return false;
	}
	return true;
}

/*
 * Rows that the reference accepts, or other ones: not the first ones only, which
 * look alike.  Returns how many there are.
 */
static int
choose_bases(const Comparison *work, bool accepted, int *bases, int wanted)
{
	LabDigest *outcomes = lab_outcomes(work->expected, work->equation->mode, work->relation,
									   work->candidates, 0, &lab_circumstances[0]);
	int step = Max(work->candidates->nrows / 97, 1);
	int n = 0;

	for (int start = 0; start < step; start++)
		for (int row = start; row < work->candidates->nrows && n < wanted; row += step)
			if (accepted ==
				(work->equation->mode == LAB_EQUAL_VALUE || lab_outcome_is_true(outcomes[row])))
				bases[n++] = row;
	return n;
}

/* Around rows that the reference accepts, the next boundary shows. */
static void
vary_bases(const Comparison *work)
{
	int bases[MAX_BASES + 2];
	int n = choose_bases(work, true, bases, MAX_BASES);

	n += choose_bases(work, false, bases + n, 2);
	if (!work->candidates->complete)
		lab_candidates_vary(work->candidates, bases, n);
	if (work->equation->mode == LAB_EQUAL_VALUE || work->candidates->ncolumns == 0)
		return;
	lab_boundaries_find(work->expected, work->equation->mode, work->relation, work->candidates,
						bases, Min(n, MAX_SEARCHED));
}

static bool
gives_several(const Comparison *work, Node *expression, LabEqualMode mode)
{
	for (int i = 0; i < lab_circumstance_count; i++)
	{
		LabDigest *outcomes = lab_outcomes(expression, mode, work->relation, work->candidates, 0,
										   &lab_circumstances[i]);

		for (int row = 1; row < work->candidates->nrows; row++)
			if (!same_outcome(outcomes[0], outcomes[row]))
				return true;
		if (!contain_mutable_functions(expression))
			break;
	}
	return false;
}

/* The conditions that an expression is made of, but tests for NULL. */
static bool
collect_conditions(Node *node, void *context)
{
	List **conditions = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_OpExpr:
		case T_DistinctExpr:
		case T_ScalarArrayOpExpr:
		case T_FuncExpr:
			if (exprType(node) == BOOLOID && has_columns(node, NULL))
			{
				*conditions = lappend(*conditions, node);
				return false;
			}
			break;
		case T_SubLink:
			if (exprType(node) == BOOLOID)
				*conditions = lappend(*conditions, node);
			return false;
		default:
			break;
	}
	return expression_tree_walker(node, collect_conditions, context);
}

/* Was every part of both sides true for some rows, and not for others? */
static bool
all_exercised(const Comparison *work)
{
	List *conditions = NIL;
	ListCell *cell;

	if (!gives_several(work, work->expected, work->equation->mode))
		return false;
	/* a check also accepts what it knows nothing of */
	if (work->equation->mode == LAB_EQUAL_CHECK &&
		!gives_several(work, work->expected, LAB_EQUAL_FILTER))
		return false;
	(void) collect_conditions(work->expected, &conditions);
	(void) collect_conditions(work->found, &conditions);
	if (list_length(conditions) > MAX_CONDITIONS)
		return false;
	foreach (cell, conditions)
		if (!gives_several(work, lfirst(cell), LAB_EQUAL_FILTER))
			return false;
	return true;
}

static bool
agree_in_all_circumstances(const Comparison *work)
{
	bool depends =
		contain_mutable_functions(work->expected) || contain_mutable_functions(work->found);
	int first = work->candidates->nrows;

	for (int i = 0; i < (depends ? lab_circumstance_count : 1); i++)
		if (!agree(work, 0, &lab_circumstances[i]))
			return false;
	vary_bases(work);
	for (int i = 0; i < (depends ? lab_circumstance_count : 1); i++)
		if (!agree(work, first, &lab_circumstances[i]))
			return false;
	return true;
}

static bool
are_equal(Comparison *work)
{
	work->candidates = lab_candidates_make();
	if (!choose_columns(work, collect_constants(work)))
		return false;
	lab_candidates_fill(work->candidates, work->relation);
	if (work->candidates->nrows == 0 || !agree_in_all_circumstances(work))
		return false;
	/* constants are as they are */
	return work->candidates->ncolumns == 0 || all_exercised(work);
}

static void
compare(void *arg)
{
	Comparison *work = arg;
	const LabEquation *equation = work->equation;
	LabScope scope = {NULL, equation->domain, -1, equation->type, equation->typmod};

	if (OidIsValid(equation->relation))
		scope.relation = work->relation = table_open(equation->relation, AccessShareLock);
	if (equation->mode != LAB_EQUAL_VALUE)
		scope.type = BOOLOID;
	if (OidIsValid(scope.domain))
		scope.domain = getBaseTypeAndTypmod(scope.domain, &scope.domain_typmod);
	work->expected = read_side(equation->expected, &scope);
	work->found = read_side(equation->found, &scope);
	if (equal(work->expected, work->found))
		work->equal = true;
	else if (is_comparable(work))
		work->equal = are_equal(work);
	if (work->relation)
		table_close(work->relation, NoLock);
}

bool
lab_equal(const LabEquation *equation, Oid role, int timeout, LabSandboxError *error)
{
	MemoryContext before = CurrentMemoryContext;
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "equation", ALLOCSET_DEFAULT_SIZES);
	Comparison work = {0};
	bool finished;

	*error = (LabSandboxError){0, NULL};
	work.equation = equation;
	MemoryContextSwitchTo(context);
	finished = lab_sandbox_run(lab_sandbox_identity(role, equation->relation), timeout, compare,
							   &work, error);
	MemoryContextSwitchTo(before);
	if (error->message)
		error->message = pstrdup(error->message);
	MemoryContextDelete(context);
	return finished && work.equal;
}
