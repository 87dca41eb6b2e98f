/*
 * secret.h
 *		Passwords and tokens in files.
 */
#ifndef LAB_SECRET_H
#define LAB_SECRET_H

/*
 * The first line of the file, in the current memory context.  Raises an error
 * when it cannot be read, is empty, or can be read by others than the server's
 * user (and root).  Setting is the name of the setting that names the file.
 */
extern char *lab_secret_read(const char *path, const char *setting);

#endif /* LAB_SECRET_H */
