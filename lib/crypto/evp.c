/* The start of OpenSSL, once a process. */
#include "evp.h"

#include <openssl/crypto.h>
#include <pthread.h>

/* Nor are the tables of legacy names filled, which take longer than a short
 * command has: algorithms are fetched by name from their provider. */
static void begin(void)
{
	must(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
	    OPENSSL_INIT_NO_ADD_ALL_DIGESTS, NULL));
}

void crypto_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, begin); /* fails for a wrong argument alone */
}
