/*
 * ldap_hash.c
 *		Passwords as a directory stores them, made before they go anywhere.
 *
 * A random password of 64 bits is not guessed, whatever a guess costs, so the
 * cost of one hash is the least that each method has: a class of hundreds is made
 * within a second.
 */
#include "postgres.h"

#include <crypt.h>

#include "common/base64.h"
#include "common/cryptohash.h"
#include "common/sha1.h"
#include "extension/ldap_hash.h"
#include "extension/ldap_settings.h"

#define YESCRYPT_COST 1
#define SHA512_ROUNDS 1000
#define SSHA_SALT 16

static char *
crypt_value(const char *password, const char *method, unsigned long cost)
{
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = palloc0(sizeof(struct crypt_data));
	char random[32];
	const char *hash;
	char *value;

	if (!pg_strong_random(random, sizeof(random)) ||
		!crypt_gensalt_rn(method, cost, random, sizeof(random), salt, sizeof(salt)) ||
		(hash = crypt_rn(password, salt, data, sizeof(*data))) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not hash a password: %m"),
						errhint("Try another labcreator.ldap_password_hash.")));
	value = psprintf("{CRYPT}%s", hash);
	explicit_bzero(data, sizeof(*data));
	pfree(data);
	return value;
}

/* SHA-1 over the password and a salt: for directories that know no crypt(3). */
static char *
ssha_value(const char *password)
{
	uint8 digest[SHA1_DIGEST_LENGTH + SSHA_SALT];
	uint8 *salt = digest + SHA1_DIGEST_LENGTH;
	int size = pg_b64_enc_len(sizeof(digest));
	char *text = palloc0(size + 1);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA1);

	if (!pg_strong_random(salt, SSHA_SALT) || context == NULL || pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) password, strlen(password)) < 0 ||
		pg_cryptohash_update(context, salt, SSHA_SALT) < 0 ||
		pg_cryptohash_final(context, digest, SHA1_DIGEST_LENGTH) < 0 ||
		pg_b64_encode((const void *) digest, sizeof(digest), text, size) < 0)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not hash a password"),
						errhint("Try another labcreator.ldap_password_hash.")));
	pg_cryptohash_free(context);
	return psprintf("{SSHA}%s", text);
}

char *
lab_ldap_hash(const char *password)
{
	switch ((LabHash) lab_ldap_password_hash)
	{
		case LAB_HASH_YESCRYPT:
			return crypt_value(password, "$y$", YESCRYPT_COST);
		case LAB_HASH_SHA512:
			return crypt_value(password, "$6$", SHA512_ROUNDS);
		case LAB_HASH_SSHA:
			return ssha_value(password);
	}
	return NULL; /* keep the compiler quiet */
}
