/* slots.h - what the files of lib/keys share. */
#ifndef KEYS_SLOTS_H
#define KEYS_SLOTS_H

#include "ehr/keys.h"

void keyring_pack(const struct keyring *ring, uint8_t out[KEYRING_PACKED]);
bool keyring_unpack(struct keyring *ring, const uint8_t in[KEYRING_PACKED]);
/* False: the slot's public key is none. */
bool slot_seal(const struct key_slots *f, struct key_slot *s,
    const uint8_t packed[KEYRING_PACKED]);
/* keys_read_file() for a file whose group bits mean something else (the mask
 * of an access list): modes that must not be set, 0: the usual rule. */
int keys_read_masked(const char *path, mode_t others, void *p, size_t max,
    size_t *n, struct ehr_err *e);
/* keys_write_file() with a third way: KEYS_OWNER is KEYS_REPLACE, but root
 * leaves the file to the owner of the one before. For what is no secret: the
 * owner of a folder may put a file of his own there. */
enum keys_how { KEYS_REPLACE, KEYS_FRESH, KEYS_OWNER };
int keys_write_how(const char *path, struct str text, unsigned mode,
    enum keys_how how, struct ehr_err *e);
char *keys_folder(const char *path); /* owned; "." without a slash */
bool slot_label_ok(struct str label);

#endif
