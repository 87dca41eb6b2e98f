/*
 * target.c
 *		Which object a statement is about, from what the server knows of it.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "extension/target.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

static const LabTarget nothing = {NULL, NULL, false};

static LabTarget
of_range(const RangeVar *range)
{
	return range ? (LabTarget){range->schemaname, range->relname, true} : nothing;
}

/* COPY reads or writes. */
static LabTarget
of_copy(const CopyStmt *copy)
{
	LabTarget target = of_range(copy->relation);

	target.aimed = copy->is_from;
	return target;
}

/* The last two of a list of names: database.schema.name has three. */
static LabTarget
of_names(List *names)
{
	int n = list_length(names);

	if (n == 0 || !IsA(llast(names), String))
		return nothing;
	return (LabTarget){n > 1 ? strVal(list_nth(names, n - 2)) : NULL, strVal(llast(names)), true};
}

/* What DROP, COMMENT and ALTER ... OWNER name: the shape depends on the kind of object. */
static LabTarget
of_object(ObjectType type, Node *object)
{
	if (object == NULL)
		return nothing;
	switch (nodeTag(object))
	{
		case T_RangeVar:
			return of_range((RangeVar *) object);
		case T_ObjectWithArgs:
			return of_names(((ObjectWithArgs *) object)->objname);
		case T_TypeName:
			return of_names(((TypeName *) object)->names);
		case T_String:
			return (LabTarget){NULL, strVal(object), true};
		case T_List:
			/* a trigger, a rule, a policy, a column and a constraint stand after their table */
			if (type == OBJECT_TRIGGER || type == OBJECT_RULE || type == OBJECT_POLICY ||
				type == OBJECT_COLUMN || type == OBJECT_TABCONSTRAINT)
				return of_names(list_copy_head((List *) object, list_length((List *) object) - 1));
			return of_names((List *) object);
		default:
			return nothing;
	}
}

static LabTarget
of_first_object(ObjectType type, List *objects)
{
	return objects ? of_object(type, linitial(objects)) : nothing;
}

static LabTarget
of_rename(const RenameStmt *statement)
{
	return statement->relation ? of_range(statement->relation)
							   : of_object(statement->renameType, statement->object);
}

static LabTarget
of_new_owner_or_schema(Node *statement)
{
	if (IsA(statement, AlterObjectSchemaStmt))
	{
		AlterObjectSchemaStmt *move = (AlterObjectSchemaStmt *) statement;

		return move->relation ? of_range(move->relation)
							  : of_object(move->objectType, move->object);
	}
	else
	{
		AlterOwnerStmt *give = (AlterOwnerStmt *) statement;

		return give->relation ? of_range(give->relation)
							  : of_object(give->objectType, give->object);
	}
}

LabTarget
lab_target_of_utility(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateStmt:
			return of_range(((CreateStmt *) statement)->relation);
		case T_AlterTableStmt:
			return of_range(((AlterTableStmt *) statement)->relation);
		case T_CreateTableAsStmt:
			return of_range(((CreateTableAsStmt *) statement)->into->rel);
		case T_RefreshMatViewStmt:
			return of_range(((RefreshMatViewStmt *) statement)->relation);
		case T_ViewStmt:
			return of_range(((ViewStmt *) statement)->view);
		case T_IndexStmt:
			return of_range(((IndexStmt *) statement)->relation);
		case T_CreateSeqStmt:
			return of_range(((CreateSeqStmt *) statement)->sequence);
		case T_AlterSeqStmt:
			return of_range(((AlterSeqStmt *) statement)->sequence);
		case T_CreateTrigStmt:
			return of_range(((CreateTrigStmt *) statement)->relation);
		case T_RuleStmt:
			return of_range(((RuleStmt *) statement)->relation);
		case T_CreatePolicyStmt:
			return of_range(((CreatePolicyStmt *) statement)->table);
		case T_AlterPolicyStmt:
			return of_range(((AlterPolicyStmt *) statement)->table);
		case T_CopyStmt:
			return of_copy((CopyStmt *) statement);
		case T_TruncateStmt:
			return of_first_object(OBJECT_TABLE, ((TruncateStmt *) statement)->relations);
		case T_CompositeTypeStmt:
			return of_range(((CompositeTypeStmt *) statement)->typevar);
		case T_CreateEnumStmt:
			return of_names(((CreateEnumStmt *) statement)->typeName);
		case T_AlterEnumStmt:
			return of_names(((AlterEnumStmt *) statement)->typeName);
		case T_CreateRangeStmt:
			return of_names(((CreateRangeStmt *) statement)->typeName);
		case T_CreateDomainStmt:
			return of_names(((CreateDomainStmt *) statement)->domainname);
		case T_AlterDomainStmt:
			return of_names(((AlterDomainStmt *) statement)->typeName);
		case T_DefineStmt:
			return of_names(((DefineStmt *) statement)->defnames);
		case T_CreateFunctionStmt:
			return of_names(((CreateFunctionStmt *) statement)->funcname);
		case T_AlterFunctionStmt:
			return of_names(((AlterFunctionStmt *) statement)->func->objname);
		case T_CommentStmt:
			return of_object(((CommentStmt *) statement)->objtype,
							 ((CommentStmt *) statement)->object);
		case T_DropStmt:
			return of_first_object(((DropStmt *) statement)->removeType,
								   ((DropStmt *) statement)->objects);
		case T_GrantStmt:
			return of_first_object(((GrantStmt *) statement)->objtype,
								   ((GrantStmt *) statement)->objects);
		case T_RenameStmt:
			return of_rename((RenameStmt *) statement);
		case T_AlterObjectSchemaStmt:
		case T_AlterOwnerStmt:
			return of_new_owner_or_schema(statement);
		default:
			return nothing;
	}
}

bool
lab_target_is_work(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_TransactionStmt:
		case T_VariableSetStmt:
		case T_VariableShowStmt:
		case T_ConstraintsSetStmt:
		case T_DiscardStmt:
		case T_PrepareStmt:
		case T_DeallocateStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
		case T_ListenStmt:
		case T_UnlistenStmt:
		case T_NotifyStmt:
		case T_CheckPointStmt:
			return false;
		default:
			return true;
	}
}

static LabTarget
of_relation(Oid relation, bool written)
{
	LabTarget target = nothing;
	char kind = get_rel_relkind(relation);

	target.name = get_rel_name(relation);
	target.schema = target.name ? get_namespace_name(get_rel_namespace(relation)) : NULL;
	target.aimed = written || kind == RELKIND_VIEW || kind == RELKIND_MATVIEW;
	return target;
}

LabTarget
lab_target_of_plan(PlannedStmt *plan, bool *catalogs_only)
{
	ListCell *cell;

	*catalogs_only = false;
	if (plan->resultRelations)
		return of_relation(rt_fetch(linitial_int(plan->resultRelations), plan->rtable)->relid,
						   true);
	foreach (cell, plan->rtable)
	{
		/* A view is there as a relation or, from PostgreSQL 16, as a subquery that has its oid. */
		Oid relation = ((RangeTblEntry *) lfirst(cell))->relid;

		if (relation >= FirstNormalObjectId)
		{
			*catalogs_only = false;
			return of_relation(relation, false);
		}
		if (OidIsValid(relation))
			*catalogs_only = true;
	}
	return nothing;
}
