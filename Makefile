# labcreator: built with PGXS, from two folders into one library.
MODULE_big = labcreator
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard extension/*.c worker/*.c)))
SHLIB_LINK = -lldap -llber -lcrypt
EXTENSION = labcreator labcreator_student
DATA = $(wildcard extension/*--*.sql)

REGRESS = install $(filter-out install,$(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql))))
TAP_TESTS = 1
EXTRA_CLEAN = log tmp_check results

PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-cast-function-type $(LAB_CFLAGS)
PG_CPPFLAGS = -I$(srcdir)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# A header that changes rebuilds what includes it: depend files, where the server itself was built without them.
DEPFLAGS = -MMD -MP
CFLAGS += $(DEPFLAGS)
-include $(OBJS:.o=.d)
EXTRA_CLEAN += $(OBJS:.o=.d)
