/*
 * banned.h - calls that are never right here; included before everything
 * else by the Makefile. Use struct buf, str_split() and execv().
 *
 * The headers that declare them come first, so that only our own use of the
 * names is caught.
 */
#ifndef EHR_BANNED_H
#define EHR_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EHR_BANNED(name) sorry_##name##_is_banned

#undef strcpy
#define strcpy(...) EHR_BANNED(strcpy)
#undef strcat
#define strcat(...) EHR_BANNED(strcat)
#undef sprintf
#define sprintf(...) EHR_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) EHR_BANNED(vsprintf)
#undef strtok
#define strtok(...) EHR_BANNED(strtok)
#undef gets
#define gets(...) EHR_BANNED(gets)
#undef system
#define system(...) EHR_BANNED(system)
#undef popen
#define popen(...) EHR_BANNED(popen)

#endif
