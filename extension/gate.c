/*
 * gate.c
 *		The login gate: participants reach their own database, and no other.
 *
 * Checked when somebody has authenticated, whatever pg_hba.conf and the rights
 * of the database say.  At that point no database is open yet: shared catalogs
 * can be read, and shared memory says whose database it is.
 *
 * The coordinator writes the gates when it reads the desired state, so that a
 * changed window or limit reaches running sessions at once.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xlog.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_database.h"
#include "extension/gate.h"
#include "libpq/auth.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#define PATIENCE_MS 5000
#define STEP_MS 10

static ClientAuthentication_hook_type previous_authentication_hook = NULL;

LabGate *
lab_gate_mine(void)
{
	LabSlot *slot = lab_slot_current();

	if (slot == NULL || pg_atomic_read_u32(&slot->gate.role) != GetSessionUserId())
		return NULL;
	return &slot->gate;
}

LabGateMode
lab_gate_mode(LabGate *gate)
{
	TimestampTz now = GetCurrentTimestamp();
	uint64 limit = pg_atomic_read_u64(&gate->disk);

	if (now < (TimestampTz) pg_atomic_read_u64(&gate->opens) ||
		now >= (TimestampTz) pg_atomic_read_u64(&gate->closes))
		return LAB_GATE_CLOSED;
	if (limit > 0 && pg_atomic_read_u64(&gate->disk_used) > limit)
		return LAB_GATE_FULL;
	return LAB_GATE_OPEN;
}

static char *
bytes_text(uint64 bytes)
{
	return TextDatumGetCString(DirectFunctionCall1(pg_size_pretty, Int64GetDatum((int64) bytes)));
}

char *
lab_gate_reason(LabGate *gate, LabGateMode mode)
{
	const char *lab = gate->lab;
	TimestampTz opens = (TimestampTz) pg_atomic_read_u64(&gate->opens);

	if (mode == LAB_GATE_FULL)
		return psprintf("The database has %s, and lab \"%s\" allows %s.",
						bytes_text(pg_atomic_read_u64(&gate->disk_used)), lab,
						bytes_text(pg_atomic_read_u64(&gate->disk)));
	if (GetCurrentTimestamp() < opens)
		return psprintf("Lab \"%s\" opens at %s.", lab, timestamptz_to_str(opens));
	return psprintf("Lab \"%s\" closed at %s.", lab,
					timestamptz_to_str((TimestampTz) pg_atomic_read_u64(&gate->closes)));
}

/*
 * As get_database_oid(), but before the relation cache is complete: mirrors
 * GetDatabaseTuple() of postinit.c.
 */
static Oid
find_database(const char *name)
{
	Relation databases = table_open(DatabaseRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid oid = InvalidOid;

	ScanKeyInit(&key, Anum_pg_database_datname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	scan = systable_beginscan(databases, DatabaseNameIndexId, criticalSharedRelcachesBuilt, NULL, 1,
							  &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		oid = ((Form_pg_database) GETSTRUCT(tuple))->oid;
	systable_endscan(scan);
	table_close(databases, AccessShareLock);
	return oid;
}

/*
 * Members of lab_student, and whoever a gate names.  Direct members: who is made a
 * member of a participant is no participant.
 */
static bool
is_participant(Oid role, const LabSlot *slot)
{
	Oid students = get_role_oid("lab_student", true);
	CatCList *groups;
	bool found = false;

	if (slot && pg_atomic_read_u32(&unconstify(LabSlot *, slot)->gate.role) == role)
		return true;
	groups = SearchSysCacheList1(AUTHMEMMEMROLE, ObjectIdGetDatum(role));
	for (int i = 0; i < groups->n_members && !found; i++)
	{
		HeapTuple member = &groups->members[i]->tuple;

		found = ((Form_pg_auth_members) GETSTRUCT(member))->roleid == students;
	}
	ReleaseSysCacheList(groups);
	return found;
}

/* When the server has just started, the gates are not set yet: that takes a moment. */
static void
wait_for_gates(void)
{
	for (int waited = 0; waited < PATIENCE_MS && pg_atomic_read_u64(&lab_shared->wanted_read) == 0;
		 waited += STEP_MS)
	{
		CHECK_FOR_INTERRUPTS();
		pg_usleep(STEP_MS * 1000L);
	}
}

/* Where no coordinator runs nobody knows whose database is whose, and nothing would be graded. */
static void
refuse_on_standby(void)
{
	if (RecoveryInProgress())
		ereport(FATAL, (errcode(ERRCODE_CANNOT_CONNECT_NOW),
						errmsg("participants of a lab cannot log in to a standby server"),
						errdetail("Labs run on the server that this one follows."),
						errhint("Connect there, or wait until this server is promoted.")));
}

static void
check_login(const char *user, const char *database)
{
	Oid role = get_role_oid(user, true);
	Oid oid;
	LabSlot *slot;

	if (!OidIsValid(role))
		return; /* the server says so itself */
	if (is_participant(role, NULL))
	{
		refuse_on_standby();
		wait_for_gates();
	}
	oid = find_database(database);
	slot = OidIsValid(oid) ? lab_slot_find(oid) : NULL;
	if (!is_participant(role, slot))
		return;
	if (slot == NULL || pg_atomic_read_u32(&slot->gate.role) != role)
		ereport(FATAL, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
						errmsg("\"%s\" is not a database of participant \"%s\"", database, user),
						errdetail("Participants of a lab can connect to their own database only."),
						errhint("Connect as the lab master told you; a new database can take some "
								"seconds to be ready.")));
	if (GetCurrentTimestamp() < (TimestampTz) pg_atomic_read_u64(&slot->gate.opens))
		ereport(FATAL, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
						errmsg("the lab is not open yet"),
						errdetail("%s", lab_gate_reason(&slot->gate, LAB_GATE_CLOSED)),
						errhint("Come back then, or ask the lab master to open it.")));
}

static void
authenticated(Port *port, int status)
{
	if (previous_authentication_hook)
		previous_authentication_hook(port, status);
	if (status == STATUS_OK && lab_shared)
		check_login(port->user_name, port->database_name);
}

void
lab_gate_init(void)
{
	previous_authentication_hook = ClientAuthentication_hook;
	ClientAuthentication_hook = authenticated;
}
