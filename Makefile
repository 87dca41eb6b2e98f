# labcreator: built with PGXS, from two folders into one library.
#   make; make install; make installcheck      PG_CONFIG, DESTDIR and a build directory elsewhere (make -f SRC/Makefile) work
MODULE_big = labcreator
PGFILEDESC = "labcreator - hands-on database labs"
SHLIB_LINK = -lldap -llber -lcrypt -lcurl
EXTENSION = labcreator labcreator_student

# The sources are found from here too when this file is read from a build directory.
src := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
own_headers := $(wildcard $(src)/extension/*.h $(src)/worker/*.h)
OBJS := $(patsubst $(src)/%.c,%.o,$(sort $(wildcard $(src)/extension/*.c $(src)/worker/*.c)))
DATA := extension/labcreator_student--1.0.sql $(patsubst $(src)/%,%,$(sort $(wildcard $(src)/worker/dashboards/labcreator-*.json)))
# the extension's script, of parts that can be read
DATA_built = extension/labcreator--1.0.sql

# The tests need labcreator in shared_preload_libraries: installcheck starts a server of its own from what is installed,
# and touches no other. Like every server it does not run as root.
REGRESS = install $(filter-out install,$(patsubst $(src)/sql/%.sql,%,$(sort $(wildcard $(src)/sql/*.sql))))
REGRESS_OPTS = --temp-instance=./tmp_check --temp-config=$(src)/t/regress.conf --no-locale --encoding=UTF8
TAP_TESTS = 1

# -MMD: a header that changes rebuilds what includes it
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-Wno-cast-function-type -MMD -MP $(LAB_CFLAGS)
PG_CPPFLAGS = -I$(src)
EXTRA_CLEAN = $(OBJS:.o=.d)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# the tests' control database, as in t/regress.conf
CONTRIB_TESTDB = lab

extension/labcreator--1.0.sql: $(sort $(wildcard $(src)/extension/sql/*.sql))
	cat $^ > $@

-include $(OBJS:.o=.d)
$(OBJS:.o=.bc): $(own_headers)

# In a build directory: the folders that the compiler writes to, and nothing of a build that was made in the sources.
ifneq ($(src),.)
$(shell mkdir -p extension worker)
VPATH :=
vpath %.c $(src)
vpath %.control $(src)
endif
