/* The start of OpenSSL, once a process. */
#include "evp.h"

#include <openssl/crypto.h>
#include <pthread.h>

static void begin(void)
{
	must(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL));
}

void crypto_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pthread_once(&once, begin) != 0)
		xnomem();
}
