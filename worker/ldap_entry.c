/*
 * ldap_entry.c
 *		Entries of the directory, read and written through the library's types.
 */
#include "postgres.h"

#include "extension/strings.h"
#include "mb/pg_wchar.h"
#include "worker/ldap_entry.h"

const char *lab_ldap_mark = NULL;

char *
lab_ldap_to_utf8(const char *text)
{
	return pstrdup(pg_server_to_any(text, strlen(text), PG_UTF8));
}

char *
lab_ldap_from_utf8(const char *text)
{
	return pstrdup(pg_any_to_server(text, strlen(text), PG_UTF8));
}

LDAPMessage *
lab_ldap_entry(LabLdap *session, LDAPMessage *result)
{
	return ldap_first_entry(session->handle, result);
}

List *
lab_ldap_values(LabLdap *session, LDAPMessage *entry, const char *attribute)
{
	struct berval **values = ldap_get_values_len(session->handle, entry, attribute);
	List *list = NIL;

	for (int i = 0; values && values[i]; i++)
		list = lappend(list, pnstrdup(values[i]->bv_val, values[i]->bv_len));
	ldap_value_free_len(values);
	return list;
}

bool
lab_ldap_has(LabLdap *session, LDAPMessage *entry, const char *attribute, const char *value,
			 bool alone)
{
	List *values = lab_ldap_values(session, entry, attribute);

	if (value == NULL)
		return values == NIL;
	if (alone && list_length(values) != 1)
		return false;
	return lab_strings_have(values, value);
}

List *
lab_ldap_mod(List *mods, int operation, const char *attribute, List *values)
{
	LDAPMod *mod = palloc0(sizeof(LDAPMod));
	ListCell *cell;

	mod->mod_op = operation | LDAP_MOD_BVALUES;
	mod->mod_type = pstrdup(attribute);
	mod->mod_bvalues = palloc0(sizeof(struct berval *) * (list_length(values) + 1));
	foreach (cell, values)
	{
		struct berval *value = palloc(sizeof(struct berval));

		value->bv_val = lfirst(cell);
		value->bv_len = strlen(value->bv_val);
		mod->mod_bvalues[foreach_current_index(cell)] = value;
	}
	if (values == NIL)
		mod->mod_bvalues = NULL;
	return lappend(mods, mod);
}

LDAPMod **
lab_ldap_mods(List *mods)
{
	LDAPMod **array = palloc0(sizeof(LDAPMod *) * (list_length(mods) + 1));
	ListCell *cell;

	foreach (cell, mods)
		array[foreach_current_index(cell)] = lfirst(cell);
	return array;
}
