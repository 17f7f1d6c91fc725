/*
 * banned.h - calls that no code of ours makes: those that write without a
 * limit, that keep hidden state, or that start a shell. Using one is a compile
 * error that names it. ehr/base.h includes this last.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* whose declarations the macros below would otherwise meet */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EHR_BANNED(name)                               \
	((void)sizeof(struct {                         \
		_Static_assert(0, #name " is banned"); \
		int x;                                 \
	}))

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef system
#undef popen
#undef tmpnam
#undef mktemp
#undef gmtime
#undef localtime
#undef asctime
#undef ctime

#define strcpy(...) EHR_BANNED(strcpy)
#define strcat(...) EHR_BANNED(strcat)
#define strncpy(...) EHR_BANNED(strncpy)
#define strncat(...) EHR_BANNED(strncat)
#define sprintf(...) EHR_BANNED(sprintf)
#define vsprintf(...) EHR_BANNED(vsprintf)
#define strtok(...) EHR_BANNED(strtok)
#define system(...) EHR_BANNED(system)
#define popen(...) EHR_BANNED(popen)
#define tmpnam(...) EHR_BANNED(tmpnam)
#define mktemp(...) EHR_BANNED(mktemp)
#define gmtime(...) EHR_BANNED(gmtime)
#define localtime(...) EHR_BANNED(localtime)
#define asctime(...) EHR_BANNED(asctime)
#define ctime(...) EHR_BANNED(ctime)

#endif
