/*
 * probe_table.h
 *		A table or view as probes see it: columns, keys, parents, some of its rows.
 */
#ifndef LAB_PROBE_TABLE_H
#define LAB_PROBE_TABLE_H

#include "worker/probe_plan.h"
#include "worker/probe_source.h"
#include "worker/probe_values.h"

typedef struct LabColumn
{
	char *name; /* quoted */
	Oid type;
	bool not_null;
	bool has_default;
	bool automatic; /* the server fills it: serial, identity */
	bool fixed;     /* and nobody else may: GENERATED ALWAYS */
	bool key;       /* part of a primary key or unique index */
	bool primary;
	bool mentioned; /* by its name, in the code */
	int turn;       /* columns of one foreign key take their values from one parent: alike */
	bool varies;    /* its default differs from call to call: rows have other values elsewhere */
	List *parents;  /* values that a foreign key allows; NIL: it has none, or no parent is there */
	List *heirs;    /* keys that parents may have which probes add */
	LabValues values;
} LabColumn;

typedef struct LabTable
{
	Oid oid;
	char *name; /* in SQL notation */
	Oid owner;
	bool view;
	bool only_parent; /* the code does not mention it: it is there for its children */
	int rows;         /* as far as they are counted */
	bool large;       /* more than can be changed at once */
	LabColumn *columns;
	int ncolumns;
	bool modelled; /* made-up keys are refused */
	List *samples; /* of char **: rows, an expression for each column */
} LabTable;

/* Runs SQL as the table's owner. */
extern LabTable *lab_table_read(Oid oid, const LabMentions *mentions, int timeout);

/*
 * The values of the n-th new row, like one of the samples but with keys of its
 * own: made up, or (modelled) a little different from the sample's.
 */
extern char **lab_table_new_row(const LabTable *table, int n, bool modelled);

extern char *lab_table_insert(const LabTable *table, char **values);

/* "WHERE ..." for a sample; for the row that lab_table_new_row() gives. */
extern char *lab_table_where(const LabTable *table, char **values);

/* Statements on a table (of LabProbe *) that its triggers and rules may do something about. */
extern List *lab_table_statements(const LabTable *table);

/* Finds out, in a transaction that may write, how new keys must look. */
extern void lab_table_style(LabTable *table, const char *path, int timeout);

/* And which values the columns take as things are; the other values are dropped. */
extern void lab_table_try(LabTable *table, const char *path, int timeout);

/*
 * The statement that gives columns which vary the same value everywhere; NULL
 * where there is none, or where it does not work.
 */
extern char *lab_table_level(const LabTable *table, const char *path, int timeout);

#endif /* LAB_PROBE_TABLE_H */
