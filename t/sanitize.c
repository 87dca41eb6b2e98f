/*
 * sanitize.c
 *		Preloaded beside libasan by ./lab test --sanitize.
 *
 * libasan begins its work with the first malloc() and then looks for a function
 * of this name.  Where there is none, the C library makes a message for
 * dlerror(), which takes a lock that the first malloc() of a server is made
 * under: in newlocale(), by the constructor of a library that libldap needs.
 */
#include <stddef.h>

extern char *swift_demangle(void);

/* Knows no name. */
char *
swift_demangle(void)
{
	return NULL;
}
